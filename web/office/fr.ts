import { messages } from '../generated/office/fr';
import { start } from './main';

start('fr', messages, () => import('../generated/office-later/fr'));
