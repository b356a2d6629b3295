import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PAYLINE_KINDS } from '../../workflows/domain/booking';

const ROOT = path.resolve(__dirname, '..', '..');
const read = (...parts: string[]): string => readFileSync(path.join(ROOT, ...parts), 'utf8');

/** Text by id. */
function catalogue(language: 'en' | 'fr'): ReadonlyMap<string, string> {
  const entries = read('words', `${language}.po`).matchAll(/^msgid "([\w.]+)"\nmsgstr "(.*)"$/gm);
  return new Map(Array.from(entries, ([, id = '', text = '']) => [id, text]));
}
const [en, fr] = [catalogue('en'), catalogue('fr')];
const sources = ['member', 'shared']
  .flatMap((folder) => readdirSync(path.join(ROOT, 'web', folder)).map((file) => read('web', folder, file)))
  .join('\n');
/** As the sources write them, and those that they put together. */
const asked = new Set([
  ...Array.from(sources.matchAll(/'([a-z_]+\.[a-z_.]+)'/g), ([, id = '']) => id).filter((id) => en.has(id)),
  ...PAYLINE_KINDS.filter((kind) => kind !== 'payment' && kind !== 'attachment').map((kind) => `payline.${kind}`),
  ...['payment_processing', 'already_paid', 'payment_needs_review'].map((code) => `too_late.${code}`),
  ...['unreadable', 'no_decimals', 'too_many_decimals', 'zero', 'too_much'].map((problem) => `amount.${problem}`),
]);

test('each sentence is said in both languages, with the same marks, and none is left that nobody says', () => {
  expect([...fr.keys()]).toEqual([...en.keys()]);
  expect([...asked].sort()).toEqual([...en.keys()].sort());
  const marks = (text = '') => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [id, text] of en) expect([id, marks(fr.get(id))]).toEqual([id, marks(text)]);
});

test('each id that the pages ask for by name is there', () => {
  const called = Array.from(sources.matchAll(/\bt\(\s*'([^']+)'/g), ([, id = '']) => id);
  expect(called.length).toBeGreaterThan(60);
  expect(called.filter((id) => !en.has(id))).toEqual([]);
});

test('French writes narrow spaces that do not break before its tall marks', () => {
  for (const text of fr.values()) expect(text).not.toMatch(/[^\u202f][;:!?»](\s|$)/);
});
