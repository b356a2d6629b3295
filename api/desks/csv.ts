import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { Problem } from '../http/problems';

/** A line of a table: where it stands in the file, and its cells by their column; null: it has not as many cells as there are columns. */
export interface TableRow {
  readonly line: number;
  readonly cells: ReadonlyMap<string, string> | null;
}

/** The parser works off one piece in one go; between two of them others are served. */
const PIECE = 65_536;

/**
 * Reads a table as spreadsheets write them: UTF-8 with or without a mark, commas or semicolons, quotes, any line ends. Its first line names
 * the columns, each one of `known` and once. Cells are trimmed, and a line break inside one is a space.
 */
export async function readTable(bytes: Buffer, known: readonly string[]): Promise<readonly TableRow[]> {
  const text = decode(bytes).replace(/\r\n?/g, '\n'); // a line is counted once, whatever ends it
  if (text.includes('\0')) throw wrongFile('not a text: it holds NUL');
  const firstLine = /^[^\n]*/.exec(text)?.[0] ?? '';
  const parser = Readable.from(pieces(text)).pipe(
    parse({
      delimiter: firstLine.includes(';') ? ';' : ',',
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }),
  );
  let columns: readonly string[] | null = null;
  const rows: TableRow[] = [];
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const cells = record.map((cell) => cell.replace(/\s*\n\s*/g, ' ').trim());
      if (columns === null) {
        columns = cells;
        checkColumns(columns, known);
        continue;
      }
      const names = columns;
      const breaks = record.join('').split('\n').length - 1;
      const isWhole = cells.length === names.length;
      rows.push({
        line: info.lines - breaks,
        cells: isWhole ? new Map(cells.map((cell, index) => [names[index] ?? '', cell])) : null,
      });
    }
  } catch (error) {
    if (error instanceof CsvError) throw wrongFile(`not a table: ${error.message}`);
    throw error;
  }
  if (columns === null) throw wrongFile('the first line must name the columns');
  return rows;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('encoding_not_supported', 'the file is not UTF-8: save it as “CSV UTF-8”');
  }
}

function* pieces(text: string): Generator<string> {
  for (let start = 0; start < text.length; start += PIECE) yield text.slice(start, start + PIECE);
}

function checkColumns(columns: readonly string[], known: readonly string[]): void {
  const wrong = columns.find((name, index) => !known.includes(name) || columns.indexOf(name) !== index);
  if (wrong !== undefined)
    throw wrongFile(
      `${known.includes(wrong) ? 'a column is named twice' : 'an unknown column'}: ${wrong}; known are ${known.join(', ')}`,
      wrong,
    );
}

/** A file that cannot be read as a whole; of one that can, only single lines are refused. */
export function wrongFile(message: string, path = ''): Problem {
  return new Problem('invalid_request', `body: ${message}`, { errors: [{ path, message }] });
}
