/** From one moment up to another, which is left out; what is not given has no end. */
export interface Period {
  /** A moment, or a day, which begins by the merchant's clock. */
  readonly from?: string | undefined;
  /** The same; what happened then is left out. */
  readonly to?: string | undefined;
}

/** The conditions under which `column` lies in a period of the merchant $1. `given` takes a value and says how it is called. */
export function inPeriod(column: string, { from, to }: Period, given: (value: unknown) => string): readonly string[] {
  return [
    ...(from === undefined ? [] : [`${column} >= ${momentOf(from, given)}`]),
    ...(to === undefined ? [] : [`${column} < ${momentOf(to, given)}`]),
  ];
}

/** A moment as it was given, where a day begins by the clock of the merchant $1. */
export function momentOf(text: string, given: (value: unknown) => string): string {
  return text.includes('T')
    ? `${given(text)}::timestamptz`
    : `${given(text)}::timestamp AT TIME ZONE (SELECT m.time_zone FROM merchants m WHERE m.id = $1)`;
}
