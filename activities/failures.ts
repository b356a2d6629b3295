import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { GatewayFailure } from '../workflows/domain/gateway';

/** The one table from a gateway's failure to a Temporal failure: never, later (by the activity's own policy), or after a time it named. */
export function toTemporalFailure(failure: GatewayFailure): ApplicationFailure {
  const common = { message: `${failure.code}: ${failure.message}`, type: failure.code, details: [{ moved: failure.moved }] };
  if (failure.retry === 'never') return ApplicationFailure.create({ ...common, nonRetryable: true });
  if (failure.retry === 'later') return ApplicationFailure.create(common);
  return ApplicationFailure.create({ ...common, nextRetryDelay: failure.retry.afterMs });
}

/** An expected wait, not a fault: logged quietly and counted as no failure. */
export function notYet(type: string, message: string, retryAfterMs: number): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nextRetryDelay: retryAfterMs, category: ApplicationFailureCategory.BENIGN });
}
