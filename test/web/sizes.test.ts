import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const FOLDER = path.resolve(__dirname, '..', '..', 'dist', 'member');
const manifest = JSON.parse(readFileSync(path.join(FOLDER, '.vite', 'manifest.json'), 'utf8')) as Readonly<
  Record<string, { readonly file: string; readonly imports?: readonly string[] }>
>;
/** What a browser takes over the line for this source and all that it imports, in kB. */
function kilobytes(source: string): number {
  const built = manifest[source]!;
  const own = gzipSync(readFileSync(path.join(FOLDER, built.file)), { level: 9 }).length / 1000;
  return (built.imports ?? []).reduce((sum, name) => sum + kilobytes(name), own);
}

test.each(['member/en.ts', 'member/fr.ts'])('the member space fits a slow phone: %s', (source) => {
  expect(kilobytes(source)).toBeLessThanOrEqual(45);
});
test('so do its styles', () => {
  expect(kilobytes('member/member.css')).toBeLessThanOrEqual(6);
});
