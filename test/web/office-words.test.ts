import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROBLEMS } from '../../api/http/problems';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import { ENTRY_KINDS } from '../../workflows/domain/ledger';
import { PAYMENT_STATUSES } from '../../workflows/domain/payment';

const ROOT = path.resolve(__dirname, '..', '..');
const WORDS = path.join(ROOT, 'words', 'office');

/** Text by id, of all parts of the office. */
function catalogue(language: 'en' | 'fr'): ReadonlyMap<string, string> {
  const folder = path.join(WORDS, language);
  const texts = readdirSync(folder).map((part) => readFileSync(path.join(folder, part), 'utf8'));
  const entries = texts.flatMap((text) => Array.from(text.matchAll(/^msgid "(.+)"\nmsgstr "(.*)"$/gm)));
  return new Map(entries.map(([, id = '', text = '']) => [id, text]));
}
const [en, fr] = [catalogue('en'), catalogue('fr')];

const sources = readdirSync(path.join(ROOT, 'web', 'office'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(path.join(ROOT, 'web', 'office', file), 'utf8'))
  .join('\n');
/** Said by pages of their own, to somebody who is not in the office (yet). */
const SAID_ELSEWHERE = [
  'sign_in_first',
  'invitation_for_another_address',
  'invitation_used',
  'invitation_expired',
  'link_used',
  'link_expired',
];

/** What ids are put together of, where the API or the domain knows all that may come. */
const PUT_TOGETHER: Readonly<Record<string, readonly string[]>> = {
  problem: Object.keys(PROBLEMS).filter((code) => !SAID_ELSEWHERE.includes(code)),
  status: PAYMENT_STATUSES,
  gateway: GATEWAY_NAMES,
  entry: ENTRY_KINDS,
};

test('each sentence of the office is said in both languages, with the same marks', () => {
  expect([...fr.keys()].sort()).toEqual([...en.keys()].sort());
  // A branch of a plural is in braces too, and is no mark.
  const marks = (text = '') =>
    [
      ...new Set(Array.from(text.matchAll(/(?<!(?:zero|one|few|many|other|=\d+) )\{(\w+)[,}]/g), ([mark]) => mark)),
    ].sort();
  for (const [id, text] of en) expect([id, marks(fr.get(id))]).toEqual([id, marks(text)]);
});

test('each id that the office asks for by name is there', () => {
  const called = Array.from(sources.matchAll(/\bt\(\s*'([^']+)'/g), ([, id = '']) => id);
  expect(called.length).toBeGreaterThan(40);
  expect(called.filter((id) => !en.has(id))).toEqual([]);
});

test.each(Object.entries(PUT_TOGETHER))('each %s has its sentence, and no other has', (family, values) => {
  const said = [...en.keys()].filter((id) => id.startsWith(`${family}.`));
  expect(said.sort()).toEqual(values.map((value) => `${family}.${value}`).sort());
});

test('the French of the office writes narrow spaces that do not break around its tall marks', () => {
  for (const [id, text] of fr)
    expect([id, text]).toEqual([id, expect.not.stringMatching(/[^\u202f][;:!?»](\s|$)|«[^\u202f]/)]);
});
