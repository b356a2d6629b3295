import { officeWords } from './lingui.office.config.mjs';

/** What the other pages say: it comes with the first of them, so that the first page need not wait for it. */
export default officeWords('office-later', [
  'payments',
  'agreements',
  'attention',
  'members',
  'books',
  'gateways',
  'settings',
]);
