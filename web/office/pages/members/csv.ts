/** A line of a person's table: where it stands in their file, and its cells in the order of the columns. */
export interface Line {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A person's table: its first line names the columns. */
export interface Sheet {
  readonly columns: readonly string[];
  readonly lines: readonly Line[];
}

/** The text of a file: UTF-8, or what spreadsheets of western Europe wrote before. */
export function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Reads a table as spreadsheets write or copy it: semicolons, commas or tabs, quotes, any line ends. Null: it has no columns. */
export function readSheet(text: string): Sheet | null {
  const clean = text.replace(/^\uFEFF/u, '').replace(/\r\n?/g, '\n');
  const first = /^[^\n]*/.exec(clean)?.[0] ?? '';
  const separator = [';', '\t', ','].find((mark) => first.includes(mark)) ?? ',';
  const [heads, ...lines] = split(clean, separator).filter(({ cells }) => cells.some((cell) => cell !== ''));
  return heads === undefined ? null : { columns: heads.cells, lines };
}

function split(text: string, separator: string): Line[] {
  const lines: Line[] = [];
  let cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  let line = 1;
  let began = 1;
  const endCell = () => {
    cells.push(cell.replace(/\s+/g, ' ').trim());
    cell = '';
  };
  const endLine = () => {
    endCell();
    lines.push({ line: began, cells });
    cells = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const mark = text.charAt(at);
    if (mark === '\n') line += 1;
    if (isQuoted && mark === '"' && text.charAt(at + 1) === '"') {
      cell += '"';
      at += 1;
    } else if (mark === '"' && (isQuoted || cell.trim() === '')) {
      isQuoted = !isQuoted;
    } else if (isQuoted || (mark !== separator && mark !== '\n')) {
      cell += mark;
    } else if (mark === separator) {
      endCell();
    } else {
      endLine();
      began = line;
    }
  }
  endLine();
  return lines;
}

/** A table as the API reads it: one line each, so that what it says of a line is of the one in the same place. */
export function writeCsv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const write = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  return [columns, ...rows].map((cells) => `${cells.map(write).join(',')}\n`).join('');
}
