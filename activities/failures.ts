import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { GatewayFailure } from './gateways/port';

/**
 * What a failure tells the workflow besides its type. `pauseMs` repeats `nextRetryDelay`, which the SDK writes into a failure
 * and does not read out of it again.
 */
export interface FailureDetails {
  readonly moved?: 'no' | 'perhaps';
  readonly pauseMs?: number;
}

/** The one table from a gateway's failure to a Temporal failure: never, later (by the activity's own policy), or after a time it named. */
export function toTemporalFailure(failure: GatewayFailure): ApplicationFailure {
  const common = {
    message: `${failure.code}: ${failure.message}`,
    type: failure.code,
    details: [{ moved: failure.moved }],
  };
  if (failure.retry === 'never') return ApplicationFailure.create({ ...common, nonRetryable: true });
  // Temporal takes a delay of nothing for the end of all tries: who may be asked at once is asked by the activity's own policy.
  if (failure.retry === 'later' || failure.retry.afterMs === 0) return ApplicationFailure.create(common);
  const { afterMs } = failure.retry;
  return ApplicationFailure.create({
    ...common,
    details: [{ moved: failure.moved, pauseMs: afterMs }],
    nextRetryDelay: afterMs,
  });
}

/** Throws whatever was thrown, a gateway's failure as Temporal's. */
export function asTemporalFailure(failure: unknown): never {
  throw failure instanceof GatewayFailure ? toTemporalFailure(failure) : failure;
}

/** An expected wait, not a fault: logged quietly and counted as no failure. Without a time, the activity's own policy says when. */
export function notYet(type: string, message: string, retryAfterMs?: number): ApplicationFailure {
  const pause =
    retryAfterMs === undefined ? {} : { details: [{ pauseMs: retryAfterMs }], nextRetryDelay: retryAfterMs };
  return ApplicationFailure.create({ type, message, ...pause, category: ApplicationFailureCategory.BENIGN });
}
