import { momentOf } from './period';
import type { Period } from './period';

/** How a value of a statement is called there. */
export type Given = (value: unknown) => string;

/**
 * Asks for the newest rows of a list that fulfil all conditions and one of each choice. Each way to choose is asked for by itself, so that it
 * has an index of its own, and the newest of all of them are taken.
 */
export function newestOf(
  list: { readonly columns: string; readonly from: string; readonly sequence: string; readonly limit: string },
  conditions: readonly string[],
  choices: readonly (readonly string[])[],
): string {
  const ways = choices.reduce<readonly (readonly string[])[]>(
    (found, choice) => found.flatMap((way) => choice.map((one) => [...way, one])),
    [[]],
  );
  return ways
    .map(
      (way) =>
        `(SELECT ${list.columns} FROM ${list.from} WHERE ${[...conditions, ...way].join(' AND ')} ORDER BY ${list.sequence} DESC LIMIT ${list.limit})`,
    )
    .join(' UNION ');
}

/** The same of the rows of the merchant $1 between `places`, newest first and at most $2 of all; a row `a` holds them. */
export function newestBetween(places: readonly string[], ...asked: Parameters<typeof newestOf>): string {
  return `WITH a AS MATERIALIZED (SELECT ${['$1::text AS merchant_id', ...places].join(', ')})
     SELECT found.* FROM a, LATERAL (${newestOf(...asked)}) found ORDER BY found.sequence DESC LIMIT $2`;
}

/** One choice for each value of a filter; none where it is not given. */
export function anyOf(
  column: string,
  values: readonly unknown[] | undefined,
  given: Given,
): readonly (readonly string[])[] {
  return values === undefined ? [] : [[...new Set(values)].map((one) => `${column} = ${given(one)}`)];
}

/** By so much the order of two rows of a list may differ from that of their moments. */
const MARGIN = "interval '1 hour'";

/**
 * Between which sequences the rows of a period lie, as two columns that `placeOf` fills from a moment: from `first` on, and below `beyond`.
 * Rows at the margins are of other times too, so their moments are compared as well.
 */
export function placesOf({ from, to }: Period, given: Given, placeOf: (moment: string) => string) {
  return [
    ...(from === undefined ? [] : [`${placeOf(`(${momentOf(from, given)} - ${MARGIN})`)} AS first`]),
    ...(to === undefined ? [] : [`${placeOf(`(${momentOf(to, given)} + ${MARGIN})`)} AS beyond`]),
  ];
}

/** The conditions that a row's sequence lies between the places of a period, of a row `a` that holds them. */
export function betweenPlaces({ from, to }: Period, sequence: string): readonly string[] {
  return [
    ...(from === undefined ? [] : [`${sequence} >= a.first`]),
    ...(to === undefined ? [] : [`${sequence} < a.beyond`]),
  ];
}

/** The conditions that an amount lies between two, both included. */
export function betweenAmounts(
  column: string,
  { minAmount, maxAmount }: { readonly minAmount?: number | undefined; readonly maxAmount?: number | undefined },
  given: Given,
): readonly string[] {
  return [
    ...(minAmount === undefined ? [] : [`${column} >= ${given(minAmount)}`]),
    ...(maxAmount === undefined ? [] : [`${column} <= ${given(maxAmount)}`]),
  ];
}
