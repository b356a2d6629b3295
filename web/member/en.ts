import { messages } from '../generated/en';
import { start } from './main';

start('en', messages);
