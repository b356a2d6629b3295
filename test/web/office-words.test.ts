import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROBLEMS } from '../../api/http/problems';
import { ACTOR_KINDS } from '../../books/audit';
import { SCOPES } from '../../books/keys';
import { ROLES } from '../../books/people';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import { EVENT_TYPES } from '../../workflows/domain/event';
import { ENTRY_KINDS } from '../../workflows/domain/ledger';
import { PAYMENT_STATUSES } from '../../workflows/domain/payment';

const ROOT = path.resolve(__dirname, '..', '..');
const WORDS = path.join(ROOT, 'words', 'office');

/** Text by id, of one part of the office. */
function partOf(language: 'en' | 'fr', part: string): ReadonlyMap<string, string> {
  const text = readFileSync(path.join(WORDS, language, `${part}.po`), 'utf8');
  const entries = text.matchAll(/^msgid "(.+)"\nmsgstr "(.*)"$/gm);
  return new Map(Array.from(entries, ([, id = '', said = '']) => [id, said]));
}
const idsOf = (part: string) => partOf('en', part).keys();

/** Text by id, of all its parts. */
function catalogue(language: 'en' | 'fr'): ReadonlyMap<string, string> {
  const parts = readdirSync(path.join(WORDS, language)).map((file) => file.replace(/\.po$/, ''));
  return new Map(parts.flatMap((part) => [...partOf(language, part)]));
}
const [en, fr] = [catalogue('en'), catalogue('fr')];

const files = readdirSync(path.join(ROOT, 'web', 'office'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.tsx?$/.test(file),
);
const textOf = (file: string) => readFileSync(path.join(ROOT, 'web', 'office', file), 'utf8');
const sources = files.map(textOf).join('\n');
const namedIn = (source: string) => new Set(Array.from(source.matchAll(/'([a-z_]+\.[\w./-]+)'/g), ([, id = '']) => id));
const named = namedIn(sources);
/** What ids begin with that the sources put together. */
const beginnings = Array.from(sources.matchAll(/`([a-z_]+\.[\w./-]*)\$\{/g), ([, beginning = '']) => beginning);

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
  event: EVENT_TYPES,
  role: ROLES,
  scope: SCOPES,
  actor: ACTOR_KINDS,
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

test('the first page, and what stands around every page, say nothing that comes later only', () => {
  const first = new Set(['shell', 'today', 'problems'].flatMap((part) => [...idsOf(part)]));
  const isFirst = (file: string) => /^[^/]+$|^shell\/(?!needs)|^pages\/(today\/|gateways\/standing)/.test(file);
  const said = files.filter(isFirst).flatMap((file) => [...namedIn(textOf(file))]);
  expect(said.filter((id) => en.has(id)).length).toBeGreaterThan(60);
  expect(said.filter((id) => en.has(id) && !first.has(id))).toEqual([]);
});

test('no sentence of the office is left that nobody says', () => {
  const isSaid = (id: string) => named.has(id) || beginnings.some((beginning) => id.startsWith(beginning));
  expect([...en.keys()].filter((id) => !isSaid(id))).toEqual([]);
});

test('the French of the office writes narrow spaces that do not break around its tall marks', () => {
  for (const [id, text] of fr)
    expect([id, text]).toEqual([id, expect.not.stringMatching(/[^\u202f][;:!?»](\s|$)|«[^\u202f]/)]);
});
