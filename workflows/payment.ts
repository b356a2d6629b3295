import { CancellationScope, continueAsNew, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Capture, CheckoutOpening, Standing } from '../activities/checkout';
import type { GatewayFact } from './domain/fact';
import {
  checkoutOpened,
  conflict,
  decide,
  evolve,
  isClosed,
  isWorthWatching,
  nextAttempt,
  openingRefused,
  pendingReferences,
  rests,
  summarize,
} from './domain/payment';
import type { Decision, Payment, PaymentSummary } from './domain/payment';
import { reasonOf } from './domain/remark';
import { unreachable } from './domain/unreachable';
import { hands } from './activity-options';
import { describePayment } from './describe';
import { now, openInbox } from './inbox';
import type { Approval, Inbox, Item } from './inbox';
import { searchAttributes } from './messages';
import type { CommandAnswer, PaymentStart } from './messages';

/** How long the deadline waits for a message that is stored but was not announced to this run yet. */
const UNANNOUNCED_MESSAGE_PAUSE_MS = 15_000; // the sweeper announces it within seconds
/** How long the deadline waits after a question to the gateway that ended in a bug: long enough for a person to mend it. */
const BROKEN_QUESTION_PAUSE_MS = 600_000;
/** Messages under verification that a run leaves to the next: a few hundred events there, of the thousands that it may have. */
const MOST_TAKEN_ALONG = 100;

/**
 * A payment's whole life, one run at a time; the only writer of this payment. A run ends when the payment rests: paid,
 * closed without money, or waiting for a person. Whatever comes later starts a new run of the same workflow id.
 */
export async function payment(start: PaymentStart): Promise<{ status: string; attention: string | null }> {
  const inbox = openInbox('unverified' in start ? start.unverified : []);
  return CancellationScope.nonCancellable(async () => {
    let payment = await begin(start);
    let shown = 'terms' in start ? statusLine(summarize(payment)) : null;
    let asked = false;
    /** What was asked about again and again: a watch that ended without a decision is not begun again for the same money. */
    let watchedFor: string | null = null;

    for (;;) {
      const summary = summarize(payment);
      setCurrentDetails(describePayment(payment, summary)); // costs no event
      if (!asked && summary.status === 'created') {
        asked = true; // once a run, for as long as it takes
        open(inbox, payment);
      }
      const toWatch: string | null = isWorthWatching(payment) ? pendingReferences(payment).join(' ') : null;
      if (toWatch !== null && toWatch !== watchedFor && !inbox.isBusyWith('watch')) {
        watchedFor = toWatch;
        watch(inbox, payment);
      }

      if (inbox.isIdle() && summary.status !== 'created') shown = show(payment, summary, shown);
      const mayStillBePaid = inbox.isBusyWith('watch') && isWorthWatching(payment);
      if (inbox.isIdle() && rests(summary) && !mayStillBePaid && (await inbox.close()))
        return { status: summary.status, attention: summary.attention?.code ?? null };

      // Only a flood of messages makes a history long. It goes on in a new one; what cannot be taken along is announced again.
      if (workflowInfo().continueAsNewSuggested && (await inbox.isUndecided()))
        await continueAsNew({ paymentId: payment.terms.id, unverified: inbox.unverified().slice(0, MOST_TAKEN_ALONG) });

      const item = await inbox.next(isOpenToPayer(summary) ? Date.parse(payment.terms.expiresAt) : null);
      if (item === null) continue;
      switch (item.kind) {
        case 'notification':
          verify(inbox, payment, item.notificationId);
          break;
        case 'verified':
          payment = await takeIn(payment, item.notificationId, item.facts);
          break;
        case 'settled_before':
          payment = await hands.loadPayment(payment.terms.id);
          break;
        case 'opening':
          payment = await handOver(payment, item.opening);
          break;
        case 'approval':
          payment = await approve(inbox, payment, item);
          break;
        case 'capture':
          payment = await takeMoney(inbox, payment, item.notificationId, item.capture);
          break;
        case 'command':
          payment = await obey(payment, item, inbox.isBusyWith('capture'));
          break;
        case 'deadline':
          lookUp(inbox, payment);
          break;
        case 'standing':
          payment = await endTime(inbox, payment, item.standing);
          break;
        case 'watch_over':
          break;
        default:
          unreachable(item);
      }
    }
  });
}

/** Where the run begins: a payment just created is its terms, and perhaps its checkout; any other is what was recorded of it. */
async function begin(start: PaymentStart): Promise<Payment> {
  if (!('terms' in start)) return hands.loadPayment(start.paymentId);
  return { terms: start.terms, facts: start.handed === null ? [] : [checkoutOpened(start.terms, start.handed, now())] };
}

/** Has the gateway open the checkout, while a cancellation or the deadline may come. */
function open(inbox: Inbox, { terms }: Payment): void {
  inbox.aside(
    'opening',
    async () => ({ kind: 'opening', opening: await hands.openCheckout(terms.id) }),
    () => ({ kind: 'opening', opening: { outcome: 'refused', reason: 'opening_failed' } }),
  );
}

/** The payer is reached, or the gateway refused and nobody ever will be. */
async function handOver(payment: Payment, opening: CheckoutOpening): Promise<Payment> {
  return record(payment, ({ terms }) => {
    const fact = opening.outcome === 'opened' ? checkoutOpened(terms, opening.handed, now()) : openingRefused(terms, opening.reason, now());
    return { facts: [fact] };
  });
}

/** Verifies aside, so that a message without an answer for days holds up nothing and nobody. */
function verify(inbox: Inbox, { terms }: Payment, notificationId: string): void {
  inbox.aside(
    'verification',
    async () => {
      const verification = await hands.verifyNotification({ notificationId, paymentId: terms.id });
      inbox.forget(notificationId);
      switch (verification.outcome) {
        case 'facts':
          return { kind: 'verified', notificationId, facts: verification.facts };
        case 'approved':
          return { kind: 'approval', notificationId, reference: verification.reference };
        case 'settled':
          return verification.state === 'settled' ? { kind: 'settled_before' } : null;
        default:
          return unreachable(verification);
      }
    },
    () => {
      inbox.forget(notificationId); // it stays in the inbox and is announced again
      return null;
    },
  );
}

/** Verified facts become part of the payment and of the books; a message that says nothing new ends as a duplicate. */
async function takeIn(payment: Payment, notificationId: string | null, facts: readonly GatewayFact[]): Promise<Payment> {
  return record(payment, (current) => {
    const decision = decide(current, { kind: 'facts', facts, at: now() });
    const told = decision.outcome === 'accepted' ? decision.facts : [];
    if (notificationId === null) return { facts: told };
    const end = told.length > 0 ? ({ state: 'applied', remark: reasonOf(facts) } as const) : ({ state: 'duplicate' } as const);
    return { facts: told, notification: { id: notificationId, ...end, about: facts[0] } };
  });
}

/** Approved money is taken, once at a time, for as long as the payment is open; a closed one is not charged any more. */
async function approve(inbox: Inbox, payment: Payment, approval: Approval): Promise<Payment> {
  const { notificationId, reference } = approval;
  const summary = summarize(payment);
  if (isOpenToPayer(summary)) {
    if (inbox.isBusyWith('capture')) inbox.hold(approval);
    else capture(inbox, payment, notificationId, reference);
    return payment;
  }
  return settle(
    payment,
    notificationId,
    isClosed(summary.status) ? { state: 'applied', reason: 'payment_closed' } : { state: 'duplicate' },
  );
}

function capture(inbox: Inbox, payment: Payment, notificationId: string | null, reference: string): void {
  const attempt = nextAttempt(payment, reference);
  inbox.aside(
    'capture',
    async () => ({
      kind: 'capture',
      notificationId,
      capture: await hands.capturePayment({ ...questionAbout(payment), reference, attempt }),
    }),
    () => ({ kind: 'capture', notificationId, capture: null }),
  );
}

async function takeMoney(inbox: Inbox, payment: Payment, notificationId: string | null, taken: Capture | null): Promise<Payment> {
  const held = inbox.release();
  if (taken?.outcome !== 'facts') inbox.takeUp(held); // it may have been too early for the approval that they tell of
  if (taken === null) {
    inbox.postpone(BROKEN_QUESTION_PAUSE_MS);
    return settle(payment, notificationId, { state: 'attention', reason: 'capture_failed' });
  }
  switch (taken.outcome) {
    case 'facts': {
      let next = await takeIn(payment, notificationId, taken.facts);
      for (const told of held) next = await settle(next, told.notificationId, { state: 'duplicate' }); // of the same approval
      // At the deadline an approval that came to nothing is no reason to wait on: the payer had the time for another.
      return notificationId === null && isOpenToPayer(summarize(next)) ? expire(inbox, next) : next;
    }
    case 'not_approved':
      if (notificationId === null) return expire(inbox, payment);
      return settle(payment, notificationId, { state: 'invalid', reason: taken.reason });
    default:
      return unreachable(taken);
  }
}

/** A command is decided here and nowhere else; its outcome is stored with its facts before it is answered. */
async function obey(payment: Payment, { input, answer }: Item & { kind: 'command' }, takingMoney: boolean): Promise<Payment> {
  let outcome: CommandAnswer = { outcome: 'accepted' };
  const next = await record(payment, (current) => {
    // What is being taken cannot be called back: whether it was taken is known only when the gateway has answered.
    const decision: Decision =
      takingMoney && input.kind === 'cancel' ? { outcome: 'rejected', reason: 'payment_processing' } : decide(current, input);
    outcome = answerTo(decision);
    return { facts: decision.outcome === 'accepted' ? decision.facts : [], command: { id: input.commandId, outcome } };
  });
  answer(outcome);
  return next;
}

function answerTo(decision: Decision): CommandAnswer {
  switch (decision.outcome) {
    case 'accepted':
    case 'duplicate':
      return { outcome: 'accepted' };
    case 'rejected':
      return decision;
    default:
      return unreachable(decision);
  }
}

/** Before the payer's time is called over, the gateway is asked, where it can be: it may know of money that nobody told us about. */
function lookUp(inbox: Inbox, payment: Payment): void {
  inbox.aside(
    'lookup',
    async () => ({ kind: 'standing', standing: await hands.lookUpPayment(questionAbout(payment)) }),
    () => ({ kind: 'standing', standing: null }),
  );
}

/** Ends the payer's time, unless the gateway knows of money or of an approval. */
async function endTime(inbox: Inbox, payment: Payment, standing: Standing | null): Promise<Payment> {
  switch (standing?.outcome) {
    case undefined:
      inbox.postpone(BROKEN_QUESTION_PAUSE_MS);
      return payment;
    case 'facts': {
      const next = await takeIn(payment, null, standing.facts);
      return isOpenToPayer(summarize(next)) ? expire(inbox, next) : next;
    }
    case 'approved':
      return approve(inbox, payment, { kind: 'approval', notificationId: null, reference: standing.reference });
    case 'nothing':
      return expire(inbox, payment);
    default:
      return unreachable(standing);
  }
}

/** The payer's time is over; but not while a stored message about this payment still waits to be verified. */
async function expire(inbox: Inbox, payment: Payment): Promise<Payment> {
  const next = await record(payment, (current) => {
    const decision = decide(current, { kind: 'expire', at: now() });
    return { facts: decision.outcome === 'accepted' ? decision.facts : [], guard: 'no_unverified' };
  });
  if (isOpenToPayer(summarize(next))) inbox.postpone(UNANNOUNCED_MESSAGE_PAUSE_MS);
  return next;
}

/** Has the gateway asked, again and again, until it has decided: what it tells by itself may be lost. */
function watch(inbox: Inbox, payment: Payment): void {
  inbox.aside(
    'watch',
    async () => {
      const standing = await hands.watchPayment(questionAbout(payment));
      return standing.outcome === 'facts' ? { kind: 'verified', notificationId: null, facts: standing.facts } : { kind: 'watch_over' };
    },
    () => ({ kind: 'watch_over' }), // after days without a decision; a person finds the payment by its status
  );
}

function questionAbout(payment: Payment) {
  return { paymentId: payment.terms.id, pending: pendingReferences(payment) };
}

function isOpenToPayer({ status }: Pick<PaymentSummary, 'status'>): boolean {
  return status === 'created' || status === 'awaiting_payer';
}

type Recording = Parameters<typeof hands.recordFacts>[0];
/** What is to be written of a payment as it stands. */
type Plan = (current: Payment) => Pick<Recording, 'facts' | 'notification' | 'command' | 'guard'>;

/** Ends a message that told no facts. */
async function settle(
  payment: Payment,
  notificationId: string | null,
  end: { readonly state: 'applied' | 'duplicate' | 'invalid' | 'attention'; readonly reason?: string },
): Promise<Payment> {
  if (notificationId === null) return payment;
  return record(payment, () => ({ facts: [], notification: { id: notificationId, about: undefined, ...end } }));
}

/**
 * Decides, records, and gives the payment with what was recorded. An attempt of this run may have been lost after it had
 * written (its worker died, or something came while it ended): then more stands than this one remembers, and it decides anew.
 */
async function record(payment: Payment, plan: Plan): Promise<Payment> {
  const planned = plan(payment);
  const { facts, notification, command, guard } = planned;
  if (facts.length === 0 && !notification && !command && !guard) return payment;
  const next = facts.reduce(evolve, payment);
  const { sums, status, attention } = summarize(next);
  const standing = { sums, status, attention: attention?.code ?? null };
  const recorded = await hands.recordFacts({ on: payment.terms, known: payment.facts.length, ...standing, ...planned });
  switch (recorded.outcome) {
    case 'recorded':
      return next;
    case 'unverified':
      return payment;
    case 'stale':
      return record(await hands.loadPayment(payment.terms.id), plan);
    case 'conflict':
      // A fact that our records contradict is recorded as the contradiction it is.
      return record(payment, () => ({
        ...planned,
        facts: facts.map((fact, index) => (recorded.conflicts.includes(index) ? conflict(null, fact, now()) : fact)),
      }));
    default:
      return unreachable(recorded);
  }
}

/** Puts on show what operators search by, when it changed. */
function show(payment: Payment, summary: PaymentSummary, shown: string | null): string {
  const line = statusLine(summary);
  if (line !== shown) {
    const { terms } = payment;
    upsertSearchAttributes([
      { key: searchAttributes.status, value: summary.status },
      { key: searchAttributes.attention, value: summary.attention?.code ?? null },
      // A run that was not started by the creation knows these only now.
      ...(shown === null
        ? [
            { key: searchAttributes.gateway, value: terms.gateway },
            { key: searchAttributes.merchant, value: terms.merchantId },
            { key: searchAttributes.member, value: terms.memberId },
          ]
        : []),
    ]);
  }
  return line;
}

function statusLine(summary: PaymentSummary): string {
  return `${summary.status} ${summary.attention?.code ?? ''}`;
}
