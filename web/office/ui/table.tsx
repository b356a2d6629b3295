import type { ReactNode } from 'react';

/** A column: what stands in it for a row. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Figures stand at the end of their column. */
  readonly isFigure?: boolean;
  /** The cell that names the row. */
  readonly isName?: boolean;
}

interface TableProps<Row> {
  /** What the table is, for who hears it. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** Rows of one kind; on a phone each row becomes a card. */
export function Table<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <div className="scrolling" role="region" aria-label={caption} tabIndex={0}>
      <table className="rows">
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, title, isFigure = false }) => (
              <th key={key} scope="col" className={isFigure ? 'figure' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ key, title, cell, isFigure = false, isName = false }) =>
                isName ? (
                  <th key={key} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={key} className={isFigure ? 'figure' : undefined} data-title={title}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
