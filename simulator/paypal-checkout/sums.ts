import type { Capture, Refund } from './orders';

/** Where the money of a capture is, in the smallest unit. */
export interface Sums {
  /** Given back by the seller. */
  readonly refunded: number;
  /** Given back by the seller, and still on its way. */
  readonly pending: number;
  /** Taken back, and undecided now. */
  readonly held: number;
  /** Taken back for good. */
  readonly lost: number;
  /** What the seller can still give back. */
  readonly left: number;
}

export function sumsOf({ amount, refunds }: Capture): Sums {
  const given = (status: string) =>
    sum(refunds.filter(({ reversal, standing }) => reversal === null && standing.status === status));
  const taken = (isDecided: boolean) => sum(refunds.filter(({ reversal }) => reversal?.isDecided === isDecided));
  const sums = { refunded: given('COMPLETED'), pending: given('PENDING'), held: taken(false), lost: taken(true) };
  return { ...sums, left: amount.units - sums.refunded - sums.pending - sums.held - sums.lost };
}

/** What the seller has not got back of these, in the smallest unit. */
export function sum(refunds: readonly Refund[]): number {
  return refunds.reduce((total, { units, reversal }) => total + units - (reversal?.returned ?? 0), 0);
}
