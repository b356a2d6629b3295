/** What one phase found: text for people, and the same as data. */
export interface Finding {
  readonly title: string;
  /** How it was measured, and what it does not say. */
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
  readonly data: unknown;
}

export interface Table {
  readonly title?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function renderFinding({ title, notes, tables }: Finding): string {
  return ['', title, '─'.repeat(title.length), ...notes, ...tables.map(renderTable)].join('\n');
}

/** The first column to the left, numbers to the right. */
function renderTable({ title, columns, rows }: Table): string {
  const widths = columns.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
      .trimEnd();
  return ['', ...(title === undefined ? [] : [title]), line(columns), ...rows.map(line)]
    .map((text) => (text ? `  ${text}` : ''))
    .join('\n');
}

export function number(value: number | null, digits = 0): string {
  return value === null || !Number.isFinite(value) ? '–' : value.toFixed(digits);
}

export function megabytes(bytes: number | null): string {
  return bytes === null ? '–' : `${(bytes / 1024 / 1024).toFixed(0)} MB`;
}
