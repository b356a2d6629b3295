import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RequestHandler } from 'express';
import { wordsForScripts } from '../../words/standing';
import type { GatewayLabels } from '../../words/standing';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** What the pages load: styles and scripts, kept in memory, under a path that changes with their content. */
export interface Assets {
  /** Where `serve` is to be asked. */
  readonly path: string;
  readonly serve: RequestHandler<{ version: string; name: string }>;
  /** `checkout.js` → its address on this server. */
  urlOf(name: string): string;
}

export function loadAssets(gateways: GatewayLabels): Assets {
  const folder = path.join(projectRoot(), 'web', 'member');
  const names = readdirSync(folder).filter((name) => path.extname(name) in TYPES);
  const files = new Map(names.map((name) => [name, readFileSync(path.join(folder, name))]));
  files.set('words.json', Buffer.from(JSON.stringify(wordsForScripts(gateways))));
  const version = versionOf(files);

  const serve: Assets['serve'] = (req, res, next) => {
    const content = files.get(req.params.name);
    const type = TYPES[path.extname(req.params.name)];
    if (!content || type === undefined) {
      next();
      return;
    }
    // A page of another release asks for its own version and gets ours: better than nothing, but not to be kept.
    const isOurs = req.params.version === version;
    res.set({ 'content-type': type, 'cache-control': isOurs ? 'public, max-age=31536000, immutable' : 'no-cache' });
    res.send(content);
  };
  return {
    path: '/assets/:version/:name',
    serve,
    urlOf(name) {
      if (!files.has(name)) throw new Error(`there is no asset ${name}`);
      return `/assets/${version}/${name}`;
    },
  };
}

/** One version for all: scripts import each other by name, within the same folder. */
function versionOf(files: ReadonlyMap<string, Buffer>): string {
  const hash = createHash('sha256');
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name}\0${content.length}\0`).update(content);
  return hash.digest('hex').slice(0, 16);
}

/** The assets are not compiled, so they are found from the sources and from dist/ alike: beside package.json. */
function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('The assets were not found: no package.json above the program.');
    folder = parent;
  }
  return folder;
}
