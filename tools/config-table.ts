import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { configSchema as api } from '../api/config';
import { simulatorConfig as simulator } from '../simulator/config';
import { configSchema as worker } from '../worker/config';
import { configSchema as start } from './local/start-config';

/** Whose variables stand between which markers: `<!-- config:api -->` … `<!-- /config -->`. */
const SCHEMAS: Readonly<Record<string, z.ZodObject>> = { start, api, worker, simulator };
const MARKED = /(<!-- config:(\w+) -->\n)[\s\S]*?(\n<!-- \/config -->)/g;

/** The text with every marked table as the schemas have it now. */
export function withConfigTables(markdown: string): string {
  return markdown.replace(MARKED, (_all, opening: string, name: string, closing: string) => {
    const schema = SCHEMAS[name];
    if (!schema)
      throw new Error(
        `docs/configuration.md asks for the variables of "${name}"; known are ${Object.keys(SCHEMAS).join(', ')}`,
      );
    return `${opening}\n${configTable(schema)}\n${closing}`;
  });
}

function configTable(schema: z.ZodObject): string {
  const rows = Object.entries(schema.shape).map(([name, field]) => [
    `\`${name}\``,
    defaultOf(field as z.ZodType),
    asSentence((field as z.ZodType).description ?? ''),
  ]);
  return alignedTable([['variable', 'default', 'meaning'], ...rows]);
}

/** What the schema makes of a variable that is not set. */
function defaultOf(field: z.ZodType): string {
  const unset = field.safeParse(undefined);
  if (!unset.success) return '**required**';
  if (unset.data === undefined || (Array.isArray(unset.data) && unset.data.length === 0)) return '';
  const value = typeof unset.data === 'string' ? unset.data : JSON.stringify(unset.data);
  // A place on this machine: what is true everywhere is the file's name.
  return `\`${path.isAbsolute(value) ? `…/${path.basename(value)}` : value}\``;
}

function asSentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`.replaceAll(/[|<]/g, '\\$&');
}

/** As prettier writes it, which checks the documents too. */
function alignedTable([headings = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = headings.map((_heading, column) =>
    Math.max(3, ...[headings, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  return [line(headings), line([], '-'), ...rows.map((row) => line(row))].join('\n');
}

/** Below the folder of package.json, seen from the sources and from dist/ alike. */
function configurationFile(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return path.join(folder, 'docs', 'configuration.md');
}

if (require.main === module) {
  const file = configurationFile();
  const before = readFileSync(file, 'utf8');
  const after = withConfigTables(before);
  if (after !== before) writeFileSync(file, after);
  console.log(`docs/configuration.md ${after === before ? 'is up to date' : 'was updated'}`);
}
