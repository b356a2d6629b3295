import { hands } from './activity-options';
import { reasonOf } from './domain/remark';

/** The short life of a message that names no payment of ours: verified, then booked to suspense and shown to a person. */
export async function notification({
  notificationId,
}: {
  readonly notificationId: string;
}): Promise<{ state: string }> {
  const verification = await hands.verifyNotification({ notificationId, paymentId: null });
  if (verification.outcome === 'settled') return { state: verification.state };

  // Approved money is taken by the run of the payment that it is for, and one that names none has none.
  if (verification.outcome === 'approved') return { state: 'attention' };

  const { facts, account } = verification;
  const about = facts[0];
  const recorded = await hands.recordFacts({
    on: account,
    facts,
    notification: { id: notificationId, state: 'unmatched', remark: reasonOf(facts), about },
  });
  if (recorded.outcome !== 'conflict') return { state: 'unmatched' };
  await hands.recordFacts({
    on: account,
    facts: [],
    notification: { id: notificationId, state: 'attention', reason: 'fact_conflict', about },
  });
  return { state: 'attention' };
}
