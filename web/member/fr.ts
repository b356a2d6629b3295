import { messages } from '../generated/fr';
import { start } from './main';

start('fr', messages);
