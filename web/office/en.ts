import { messages } from '../generated/office/en';
import { start } from './main';

start('en', messages, () => import('../generated/office-later/en'));
