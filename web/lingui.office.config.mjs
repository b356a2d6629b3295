import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatter } from '@lingui/format-po';

/** What of the words of staff is compiled into one module per language: these parts, `words/office/<language>/<part>.po`. */
export const officeWords = (folder, parts) => ({
  rootDir: path.join(path.dirname(fileURLToPath(import.meta.url)), '..'),
  sourceLocale: 'en',
  locales: ['en', 'fr'],
  catalogs: parts.map((part) => ({ path: `<rootDir>/words/office/{locale}/${part}`, include: ['web/office'] })),
  catalogsMergePath: `<rootDir>/web/generated/${folder}/{locale}`,
  compileNamespace: 'ts',
  format: formatter({ explicitIdAsDefault: true, lineNumbers: false }),
});

/** What the first page says, and what may be said on any. */
export default officeWords('office', ['shell', 'today', 'problems']);
