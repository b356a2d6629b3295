import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { documentApi } from '../api/app';
import { configSchema as api } from '../api/config';
import { simulatorConfig as simulator } from '../simulator/config';
import { configSchema as worker } from '../worker/config';
import { COMPENSATIONS } from '../workflows/domain/compensations';
import { ATTENTIONS } from '../workflows/domain/payment';
import { clientTypes } from './client-types';
import { configSchema as start } from './local/start-config';

/** Whose variables stand between which markers: `<!-- config:api -->` … `<!-- /config -->`. */
const SCHEMAS: Readonly<Record<string, z.ZodObject>> = { start, api, worker, simulator };
const MARKED = /(<!-- config:(\w+) -->\n)[\s\S]*?(\n<!-- \/config -->)/g;

/** What the product's own tables say, between `<!-- table:attentions -->` … `<!-- /table -->`. */
const TABLES: Readonly<Record<string, () => string>> = {
  attentions: () =>
    alignedTable([
      ['`attention.code`', 'in words', 'about', 'raised by', 'ends by'],
      ...Object.entries(ATTENTIONS).map(([code, { words, object, raisedBy, endsBy }]) => [
        `\`${code}\``,
        `${words.en} · ${words.fr}`,
        object,
        raisedBy,
        endsBy,
      ]),
    ]),
  compensations: () =>
    alignedTable([
      ['step', 'what can go wrong', 'then', 'ends'],
      ...Object.values(COMPENSATIONS).map(({ step, canGoWrong, then, ends }) => [step, canGoWrong, then, ends]),
    ]),
};
const MARKED_TABLE = /(<!-- table:(\w+) -->\n)[\s\S]*?(<!-- \/table -->)/g;

/** The text with every marked table as the code has it now. */
export function withTables(markdown: string): string {
  return markdown.replace(MARKED_TABLE, (_all, opening: string, name: string, closing: string) => {
    const table = TABLES[name];
    if (!table) throw new Error(`a document asks for the table "${name}"; known are ${Object.keys(TABLES).join(', ')}`);
    return `${opening}\n${table()}\n\n${closing}`;
  });
}

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

/** The folder of package.json, seen from the sources and from dist/ alike. */
function projectFolder(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}

async function updateAll(): Promise<void> {
  const types = await clientTypes(documentApi('http://localhost:3000'));
  for (const [name, update] of [
    ['docs/configuration.md', withConfigTables],
    ['docs/operating.md', withTables],
    ['web/shared/schema.d.ts', () => types],
  ] as const) {
    const file = path.join(projectFolder(), name);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const after = update(before);
    if (after !== before) writeFileSync(file, after);
    console.log(`${name} ${after === before ? 'is up to date' : 'was updated'}`);
  }
}

if (require.main === module)
  updateAll().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
