import { Problem } from './problems';

/** Lists go newest first by an ever-growing sequence; a cursor is the sequence of the last row shown. */
export interface Paging {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The sequence below which the page begins, or null for the first page. */
export function readCursor({ cursor }: Paging): bigint | null {
  if (cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!/^[0-9]{1,18}$/.test(text)) {
    throw new Problem('invalid_request', 'query: cursor: not a cursor of this list', {
      errors: [{ path: 'cursor', message: 'not a cursor of this list' }],
    });
  }
  return BigInt(text);
}

/** The cursor of the page that begins below this sequence; null for none. */
export function cursorAt(sequence: bigint | number | null): string | null {
  return sequence === null ? null : Buffer.from(String(sequence)).toString('base64url');
}

/** `rows`: one more than the limit where there are more. */
export function toPage<Row, View>(
  rows: readonly Row[],
  { limit }: Paging,
  sequenceOf: (row: Row) => bigint | number,
  view: (row: Row) => View,
) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(view),
    nextCursor: rows.length > limit && last ? cursorAt(sequenceOf(last)) : null,
  };
}
