import { z } from 'zod';
import { paging } from './schemas';

/**
 * What requests take of their key's REQUESTS_PER_MINUTE, in light requests: such as read or write a few rows, which cost about a
 * millisecond of CPU.
 */
export const WEIGHTS = {
  light: 1,
  // Each begins a run, which costs Temporal, the worker and the books some fifty times as much; so many that one key asks for no more
  // payments than two cores can carry to their end.
  opening: 4,
  // Hundreds of rows are read, or made, for one request.
  file: 4,
} as const;
export type Weight = keyof typeof WEIGHTS;

/** Rows of a list that cost as much as a light request: each is read with what belongs to it, and written out. */
const ROWS_PER_POINT = 10;

/** What one request takes. Of a list: for as many rows as it may give, though there be fewer. */
export function pointsFor(
  { weight = 'light', query }: { readonly weight?: Weight | undefined; readonly query?: z.ZodType | undefined },
  asked: unknown,
): number {
  const isList = query instanceof z.ZodObject && 'limit' in query.shape;
  return WEIGHTS[weight] + (isList ? Math.ceil(rowsOf(asked) / ROWS_PER_POINT) : 0);
}

/** A limit that is none is refused later, and costs until then what a list does. */
function rowsOf(asked: unknown): number {
  const { limit } = (asked ?? {}) as { limit?: unknown };
  return paging.limit.catch(paging.limit.parse(undefined)).parse(limit);
}
