import { CancellationScope, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { checkoutOpened, isOpenToPayer, isWorthWatching, rests, standingRefusal, summarize } from './domain/payment';
import type { AttentionCode, Payment, PaymentStatus } from './domain/payment';
import { turn } from './domain/turn';
import { hands } from './activity-options';
import type { PaymentStart } from './messages';
import { now, openMailbox } from './run/mailbox';
import type { Mailbox } from './run/mailbox';
import { record } from './run/recording';
import { openShow } from './run/showing';

/**
 * A payment's whole life, one run at a time; the only writer of this payment. Whatever comes has its turn, one after the
 * other: it is decided by the rules, recorded, and only then acted upon. A run ends when the payment rests: paid, closed
 * without money, or waiting for a person. Whatever comes later starts a new run of the same workflow id.
 *
 * An operator's cancellation of the run does not end it: it is a command like any other, decided by the rules.
 */
export async function payment(
  start: PaymentStart,
): Promise<{ status: PaymentStatus; attention: AttentionCode | null }> {
  const mailbox = openMailbox(start);
  return CancellationScope.nonCancellable(async () => {
    let current = await begin(start);
    const show = openShow('terms' in start ? current : null);

    for (;;) {
      show.details(current);
      mailbox.beginDue(current);
      if (mailbox.isIdle() && summarize(current).status !== 'created') show.attributes(current);
      if (isAtRest(current, mailbox) && (await mailbox.close())) return outcomeOf(current);
      if (workflowInfo().continueAsNewSuggested) await goOnInNewRun(current, mailbox);

      const item = await mailbox.next(deadlineOf(current), standingRefusal(current)?.gatewayReference ?? null);
      if (item === null) continue;
      const at = now();
      const step = await record(current, (known) => turn(mailbox.run(known), item, at), now);
      current = step.payment;
      mailbox.follow(step);
    }
  });
}

/** Where the run begins: a payment just created is its terms, and perhaps its checkout; any other is what was recorded of it. */
async function begin(start: PaymentStart): Promise<Payment> {
  if (!('terms' in start)) return hands.loadPayment(start.paymentId);
  return { terms: start.terms, facts: start.handed === null ? [] : [checkoutOpened(start.terms, start.handed, now())] };
}

/** Nothing more is expected soon: no refund is on its way, and nothing that is being watched may still bring money. */
function isAtRest(current: Payment, mailbox: Mailbox): boolean {
  const summary = summarize(current);
  const isRefunding = summary.refunds.some(({ status }) => status === 'pending');
  const mayBring = mailbox.isBusyWith('watch') && isWorthWatching(current);
  return mailbox.isIdle() && rests(summary) && !isRefunding && !mayBring;
}

function outcomeOf(current: Payment): { status: PaymentStatus; attention: AttentionCode | null } {
  const { status, attention } = summarize(current);
  return { status, attention: attention?.code ?? null };
}

/** When the payer's time is over, in ms since 1970; null once it does not count any more. */
function deadlineOf(current: Payment): number | null {
  return isOpenToPayer(summarize(current).status) ? Date.parse(current.terms.expiresAt) : null;
}

/** Only a flood of messages makes a history long. It goes on in a new one; what cannot be taken along is announced again. */
async function goOnInNewRun(current: Payment, mailbox: Mailbox): Promise<void> {
  const unverified = await mailbox.leaveBehind();
  if (unverified) await continueAsNew<typeof payment>({ paymentId: current.terms.id, unverified });
}
