/**
 * How many unverified messages may be with Temporal at once: whatever a stranger can cause without a key costs a row until it
 * is its turn. See "Places and turns" in docs/architecture.md.
 */
export interface TurnRules {
  /** Of one payment. */
  readonly ofPayment: number;
  /** Of one account that name no living payment. */
  readonly strays: number;
  /** Of one account. */
  readonly inAll: number;
  /** Of those, how many may have been told within the last `latelyMs`. */
  readonly straysLately: number;
  readonly inAllLately: number;
  readonly latelyMs: number;
  /** How many of one payment may wait in all; those beyond are refused. */
  readonly acceptable: number;
  /** In which as many of one payment become due as may be with its run at once; and how long one that is never answered leaves its place. */
  readonly pauseMs: number;
}

export const TURNS: TurnRules = {
  // A flood about one payment must never flood its run's history.
  ofPayment: 20,
  // A gateway that is slow about twenty is not asked about a twenty-first.
  strays: 20,
  // An account's payments in flight on the busiest evening.
  inAll: 100,
  // What was told a moment ago is most likely before a worker now: a tenth keeps two cores busy, and is as much as others should wait for.
  straysLately: 2,
  inAllLately: 10,
  latelyMs: 2_000,
  // A payment has a handful of true messages, each repeated some fifteen times.
  acceptable: 500,
  pauseMs: 60_000,
};
