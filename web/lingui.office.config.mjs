import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatter } from '@lingui/format-po';

/** The parts of the office, each with sentences of its own: `words/office/<language>/<part>.po`. */
const PARTS = ['shell', 'today', 'payments', 'attention', 'members', 'books', 'gateways', 'settings', 'problems'];

/** What staff read in the browser. All parts of a language are compiled into one module. */
export default {
  rootDir: path.join(path.dirname(fileURLToPath(import.meta.url)), '..'),
  sourceLocale: 'en',
  locales: ['en', 'fr'],
  catalogs: PARTS.map((part) => ({ path: `<rootDir>/words/office/{locale}/${part}`, include: ['web/office'] })),
  catalogsMergePath: '<rootDir>/web/generated/office/{locale}',
  compileNamespace: 'ts',
  format: formatter({ explicitIdAsDefault: true, lineNumbers: false }),
};
