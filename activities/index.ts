import { Context } from '@temporalio/activity';
import { loadPayment } from '../books/facts';
import { record } from '../books/record';
import type { Recorded, Recording } from '../books/record';
import type { Payment } from '../workflows/domain/payment';
import { verifyNotification } from './verify';
import type { Verification, VerificationDependencies } from './verify';

export interface ActivityDependencies extends VerificationDependencies {
  /** Tells whoever watches this payment that its timeline grew. May be lost: watchers also look for themselves. */
  readonly announce: (paymentId: string) => void;
}

/** Every side effect of the workflows. */
export function createActivities(deps: ActivityDependencies) {
  return {
    /** The payment as recorded; a run that resumes one begins with it. */
    async loadPayment(paymentId: string): Promise<Payment> {
      const loaded = await loadPayment(deps.db, paymentId);
      if (!loaded) throw new Error(`payment ${paymentId} is not recorded`);
      return { terms: loaded.terms, facts: loaded.facts };
    },

    /** Asks the gateway whether a stored message is true, and sends it on when it belongs elsewhere. */
    async verifyNotification(request: { notificationId: string; paymentId: string | null }): Promise<Verification> {
      return verifyNotification(deps, { ...request, signal: Context.current().cancellationSignal });
    },

    /** Writes facts with their entries, payline and status in one transaction; safe to repeat. */
    async recordFacts(recording: Recording): Promise<Recorded> {
      const recorded = await record(deps.db, recording);
      if ('id' in recording.on) deps.announce(recording.on.id);
      return recorded;
    },
  };
}

export type Activities = ReturnType<typeof createActivities>;
