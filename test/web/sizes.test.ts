import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const DIST = path.resolve(__dirname, '..', '..', 'dist');

/** A file that was built, and the sources that come with it. */
interface Built {
  readonly file: string;
  readonly imports?: readonly string[];
}

/** What a browser takes over the line, by the manifest of one of the two spaces. */
function built(space: 'member' | 'office') {
  const folder = path.join(DIST, space);
  const manifest = JSON.parse(readFileSync(path.join(folder, '.vite', 'manifest.json'), 'utf8')) as Readonly<
    Record<string, Built>
  >;
  /** The sources that come at once for these, each once. */
  function comingWith(sources: readonly string[], known = new Set<string>()): ReadonlySet<string> {
    for (const source of sources) {
      if (known.has(source)) continue;
      known.add(source);
      comingWith(manifest[source]!.imports ?? [], known);
    }
    return known;
  }
  const sizeOf = (source: string) =>
    gzipSync(readFileSync(path.join(folder, manifest[source]!.file)), { level: 9 }).length / 1000;
  /** In kB, without what has come before. */
  function kilobytes(sources: readonly string[], before: readonly string[] = []): number {
    const there = comingWith(before);
    return [...comingWith(sources)].filter((source) => !there.has(source)).reduce((sum, one) => sum + sizeOf(one), 0);
  }
  return { manifest, kilobytes };
}

const member = built('member');
const office = built('office');
const PAGES = Object.keys(office.manifest).filter((source) => /^office\/pages\/.*\.tsx$/.test(source));

test.each(['member/en.ts', 'member/fr.ts'])('the member space fits a slow phone: %s', (source) => {
  expect(member.kilobytes([source])).toBeLessThanOrEqual(45);
});
test('so do its styles', () => {
  expect(member.kilobytes(['member/member.css'])).toBeLessThanOrEqual(6);
});

/** What the first page brings once it is drawn, for itself and for those after it. */
const BROUGHT_LATER = 'office/shell/person-menu.tsx';

test.each(['office/en.ts', 'office/fr.ts'])('the first page of the office is soon there: %s', (entry) => {
  expect(office.kilobytes([entry, 'office/pages/today/today.tsx', BROUGHT_LATER])).toBeLessThanOrEqual(200);
});
test.each(PAGES)('and each later page: %s', (page) => {
  expect(office.kilobytes([page], ['office/en.ts', BROUGHT_LATER])).toBeLessThanOrEqual(60);
});
