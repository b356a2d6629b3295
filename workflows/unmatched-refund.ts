import { CancellationScope } from '@temporalio/workflow';
import { hands } from './activity-options';
import type { Fact } from './domain/fact';
import { decide } from './domain/payment';
import type { Payment } from './domain/payment';
import { AWAITING_GATEWAY, refundsOf } from './domain/refund';
import type { Refund } from './domain/refund';
import { refundNews, refundRequested } from './domain/refunding';
import type { RefundEnd } from './domain/refunding';
import type { UnmatchedRefundStart } from './messages';
import { now } from './run/mailbox';

/**
 * Gives money of nobody's back: the wish is recorded before the gateway is asked, and the gateway is asked, and asked about
 * it, until there is an outcome. An operator's cancellation of the run does not end it: the money may be on its way.
 */
export async function unmatchedRefund(start: UnmatchedRefundStart): Promise<{ status: Refund['status'] }> {
  return CancellationScope.nonCancellable(() => untilDecided(start));
}

async function untilDecided(start: UnmatchedRefundStart): Promise<{ status: Refund['status'] }> {
  for (;;) {
    const money = await hands.loadUnmatched(start.notificationId);
    const refund = refundsOf(money).find(({ id }) => id === start.refundId);
    if (!refund) {
      const { refundId, capture, amount } = start;
      await record(start, money, [
        refundRequested(money, { refundId, capture, amount, charges: [], origin: 'merchant', at: now() }),
      ]);
      continue;
    }
    if (refund.status !== 'pending') return { status: refund.status };
    const end = await ask(start, refund);
    const decision = decide(money, { kind: 'facts', facts: refundNews(money, refund, end, now()), at: now() });
    if (decision.outcome === 'accepted') await record(start, money, decision.facts);
  }
}

function ask({ notificationId, refundId }: UnmatchedRefundStart, { reason, slow }: Refund): Promise<RefundEnd> {
  const question = { of: notificationId, refundId, atOnce: false };
  if (reason === AWAITING_GATEWAY)
    return hands.refundPayment({ ...question, again: false }).catch(() => ({ outcome: 'broke' }));
  const watch = slow ? hands.watchRefundDaily(question) : hands.watchRefund(question);
  return watch.catch(() => ({ outcome: 'undecided' }));
}

async function record(
  { notificationId }: UnmatchedRefundStart,
  { terms }: Payment,
  facts: readonly Fact[],
): Promise<void> {
  const { merchantId, accountId, gateway } = terms;
  await hands.recordFacts({ on: { merchantId, accountId, gateway, unmatched: notificationId }, facts });
}
