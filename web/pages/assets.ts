import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RequestHandler } from 'express';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** What a page loads: its script runs as a module, with the parts that it is known to import. */
interface Script {
  readonly url: string;
  readonly imports: readonly string[];
}

/** Styles and scripts as they were built, kept in memory, under names that change with their content. */
export interface Assets {
  /** Where `serve` is to be asked. */
  readonly path: string;
  readonly serve: RequestHandler<{ name: string }>;
  /** The address of the styles of members' and payers' pages. */
  readonly styles: string;
  readonly officeStyles: string;
  /** `opens`: a part that the script will load by itself, which comes along with it. */
  scriptOf(entry: ScriptName, opens?: PartName): Script;
}

/** The scripts of pages: the member's and the office's, by language, and that of those whom a letter lets in. */
export type ScriptName = 'member-en' | 'member-fr' | 'office-en' | 'office-fr' | 'entering';

const SOURCES: Readonly<Record<ScriptName, string>> = {
  'member-en': 'member/en.ts',
  'member-fr': 'member/fr.ts',
  'office-en': 'office/en.ts',
  'office-fr': 'office/fr.ts',
  entering: 'entering/entering.ts',
};

/** Parts of scripts that are wanted at once by some pages. */
export type PartName = 'today';

const PARTS: Readonly<Record<PartName, string>> = { today: 'office/pages/today/today.tsx' };

/** What the build says of one of its sources. */
interface Built {
  readonly file: string;
  readonly imports?: readonly string[];
}

/** Each is built by itself, with a library of its own. */
const BUILDS = ['member', 'office'] as const;

export function loadAssets(): Assets {
  const folders = BUILDS.map((name) => path.join(projectRoot(), 'dist', name));
  const built = Object.fromEntries(folders.flatMap((folder) => Object.entries(readManifest(folder))));
  const of = (source: string): Built => {
    const found: Built | undefined = built[source];
    if (!found) throw new Error(`${source} was not built`);
    return found;
  };
  const files = new Map(folders.flatMap(readFiles));
  const urlOf = ({ file }: Built) => `/assets/${file}`;

  const serve: Assets['serve'] = (req, res, next) => {
    const content = files.get(req.params.name);
    const type = TYPES[path.extname(req.params.name)];
    if (!content || type === undefined) {
      next();
      return;
    }
    res.set({ 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
    const zipped = req.acceptsEncodings('gzip') === 'gzip';
    if (zipped) res.set('content-encoding', 'gzip');
    res.send(zipped ? content.zipped : content.plain);
  };
  return {
    path: '/assets/:name',
    serve,
    styles: urlOf(of('member/member.css')),
    officeStyles: urlOf(of('office/office.css')),
    scriptOf(entry, opens) {
      const script = SOURCES[entry];
      const all = withImports([script, ...(opens === undefined ? [] : [PARTS[opens]])], of);
      return {
        url: urlOf(of(script)),
        imports: all.filter((name) => name !== script).map((name) => urlOf(of(name))),
      };
    },
  };
}

/** These sources and all that they import, themselves or by others, each once. */
function withImports(sources: readonly string[], of: (source: string) => Built): readonly string[] {
  const found = new Set<string>();
  const follow = (source: string): void => {
    if (found.has(source)) return;
    found.add(source);
    of(source).imports?.forEach(follow);
  };
  sources.forEach(follow);
  return [...found];
}

function readManifest(folder: string): Readonly<Record<string, Built>> {
  const manifest = path.join(folder, '.vite', 'manifest.json');
  if (!existsSync(manifest))
    throw new Error('The pages’ scripts were not built: run `node tools/setup.mjs`, which npm start does as well.');
  return JSON.parse(readFileSync(manifest, 'utf8')) as Readonly<Record<string, Built>>;
}

function readFiles(folder: string): readonly (readonly [name: string, content: Packed])[] {
  const names = readdirSync(folder).filter((name) => path.extname(name) in TYPES);
  return names.map((name) => [name, packed(readFileSync(path.join(folder, name)))]);
}

interface Packed {
  readonly plain: Buffer;
  readonly zipped: Buffer;
}

const packed = (plain: Buffer): Packed => ({ plain, zipped: gzipSync(plain, { level: 9 }) });

/** The assets are found from the sources and from dist/ alike: beside package.json. */
function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('The assets were not found: no package.json above the program.');
    folder = parent;
  }
  return folder;
}
