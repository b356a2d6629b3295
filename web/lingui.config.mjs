import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatter } from '@lingui/format-po';

/** What members read in the browser: `words/<language>.po` is written by people, and compiled into modules that the pages load. */
export default {
  rootDir: path.join(path.dirname(fileURLToPath(import.meta.url)), '..'),
  sourceLocale: 'en',
  locales: ['en', 'fr'],
  catalogs: [{ path: '<rootDir>/words/{locale}', include: ['web'] }],
  catalogsMergePath: '<rootDir>/web/generated/{locale}',
  compileNamespace: 'ts',
  format: formatter({ explicitIdAsDefault: true, lineNumbers: false }),
};
