import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { checkoutOpened, conflict, decide, evolve, rests, summarize } from './domain/payment';
import type { Decision, Payment, PaymentInput, PaymentSummary } from './domain/payment';
import type { GatewayFact } from './domain/fact';
import { unreachable } from './domain/unreachable';
import { hands } from './activity-options';
import { describePayment } from './describe';
import { cancelPayment, notificationReceived, resolvePayment, searchAttributes } from './messages';
import type { CommandAnswer, PaymentStart } from './messages';

/** What waits for its turn: a message to verify, verified facts (or word that they are recorded), a command, or the payer's deadline. */
type Item =
  | { readonly kind: 'notification'; readonly notificationId: string }
  | { readonly kind: 'verified'; readonly notificationId: string; readonly facts: readonly GatewayFact[] }
  | { readonly kind: 'settled_before' }
  | {
      readonly kind: 'command';
      readonly input: PaymentInput & { kind: 'cancel' | 'resolve' };
      readonly answer: (answer: CommandAnswer) => void;
    }
  | { readonly kind: 'deadline' };

/** How long the deadline waits for a message that is stored but was not announced to this run yet. */
const UNANNOUNCED_MESSAGE_PAUSE_MS = 15_000; // the sweeper announces it within seconds
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

    for (;;) {
      const summary = summarize(payment);
      setCurrentDetails(describePayment(payment, summary)); // costs no event
      if (inbox.isIdle() && (rests(summary) || summary.status === 'processing')) shown = show(payment, summary, shown);
      if (inbox.isIdle() && rests(summary) && (await inbox.close()))
        return { status: summary.status, attention: summary.attention?.code ?? null };

      // Only a flood of messages makes a history long. It goes on in a new one; what cannot be taken along is announced again.
      if (workflowInfo().continueAsNewSuggested && (await inbox.isUndecided()))
        await continueAsNew({ paymentId: payment.terms.id, unverified: inbox.unverified().slice(0, MOST_TAKEN_ALONG) });

      const item = await inbox.next(summary.status === 'awaiting_payer' ? Date.parse(payment.terms.expiresAt) : null);
      if (item === null) continue;
      switch (item.kind) {
        case 'notification':
          inbox.verify(payment.terms.id, item.notificationId);
          break;
        case 'verified':
          payment = await takeIn(payment, item.notificationId, item.facts);
          break;
        case 'settled_before':
          payment = await hands.loadPayment(payment.terms.id);
          break;
        case 'command':
          payment = await obey(payment, item);
          break;
        case 'deadline':
          payment = await expire(payment, () => inbox.postpone(UNANNOUNCED_MESSAGE_PAUSE_MS));
          break;
        default:
          unreachable(item);
      }
    }
  });
}

/** Where the run begins: a payment just created is its terms; any other is what was recorded of it. */
async function begin(start: PaymentStart): Promise<Payment> {
  if (!('terms' in start)) return hands.loadPayment(start.paymentId);
  return { terms: start.terms, facts: [checkoutOpened(start.terms, now())] };
}

/** Verified facts become part of the payment and of the books; a message that says nothing new ends as a duplicate. */
async function takeIn(payment: Payment, notificationId: string, facts: readonly GatewayFact[]): Promise<Payment> {
  return record(payment, (current) => {
    const decision = decide(current, { kind: 'facts', facts, at: now() });
    const told = decision.outcome === 'accepted' ? decision.facts : [];
    return { facts: told, notification: { id: notificationId, state: told.length > 0 ? 'applied' : 'duplicate', about: facts[0] } };
  });
}

/** A command is decided here and nowhere else; its outcome is stored with its facts before it is answered. */
async function obey(payment: Payment, { input, answer }: Item & { kind: 'command' }): Promise<Payment> {
  let outcome: CommandAnswer = { outcome: 'accepted' };
  const next = await record(payment, (current) => {
    const decision = decide(current, input);
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

/** The payer's time is over; but not while a stored message about this payment still waits to be verified. */
async function expire(payment: Payment, postpone: () => void): Promise<Payment> {
  const next = await record(payment, (current) => {
    const decision = decide(current, { kind: 'expire', at: now() });
    return { facts: decision.outcome === 'accepted' ? decision.facts : [], guard: 'no_unverified' };
  });
  if (summarize(next).status === 'awaiting_payer') postpone();
  return next;
}

type Recording = Parameters<typeof hands.recordFacts>[0];
/** What is to be written of a payment as it stands. */
type Plan = (current: Payment) => Pick<Recording, 'facts' | 'notification' | 'command' | 'guard'>;

/**
 * Decides, records, and gives the payment with what was recorded. An attempt of this run may have been lost after it had
 * written (its worker died, or something came while it ended): then more stands than this one remembers, and it decides anew.
 */
async function record(payment: Payment, plan: Plan): Promise<Payment> {
  const planned = plan(payment);
  const { facts } = planned;
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

/** Handlers only take down what came; the run acts on it in its own time. */
function openInbox(unverified: readonly string[] = []) {
  const queue: Item[] = unverified.map((notificationId) => ({ kind: 'notification', notificationId }));
  /** Announced to this run and without a verdict yet. */
  const heard = new Set<string>(unverified);
  let verifying = 0;
  let notBefore = 0;

  setHandler(notificationReceived, (message) => {
    const id = message.notificationId;
    if (typeof id !== 'string' || heard.has(id)) return; // told twice while the first is under way
    heard.add(id);
    queue.push({ kind: 'notification', notificationId: id });
  });
  setHandler(cancelPayment, ({ commandId }) => command({ kind: 'cancel', commandId, at: now() }));
  setHandler(resolvePayment, ({ commandId, action }) => command({ kind: 'resolve', commandId, action, at: now() }));
  // An operator who cancels the run wants what a member wants who cancels the payment.
  CancellationScope.current().cancelRequested.catch(
    () => void command({ kind: 'cancel', commandId: `run ${workflowInfo().runId}`, at: now() }),
  );

  async function command(input: PaymentInput & { kind: 'cancel' | 'resolve' }): Promise<CommandAnswer> {
    let answer: CommandAnswer | undefined;
    queue.push({ kind: 'command', input, answer: (given) => (answer = given) });
    await CancellationScope.nonCancellable(() => condition(() => answer !== undefined));
    if (!answer) throw new Error('a command was woken without its answer');
    return answer;
  }

  const isIdle = () => queue.length === 0 && verifying === 0;

  return {
    isIdle,
    /** Verifies aside, so that a message without an answer for days holds up nothing and nobody. */
    verify(paymentId: string, notificationId: string): void {
      verifying += 1;
      void hands.verifyNotification({ notificationId, paymentId }).then(
        (verification) => {
          verifying -= 1;
          heard.delete(notificationId);
          if (verification.outcome === 'facts') queue.push({ kind: 'verified', notificationId, facts: verification.facts });
          // By an earlier run, or by an attempt of this one that was lost with what it knew.
          else if (verification.state === 'settled') queue.push({ kind: 'settled_before' });
        },
        // Only a bug ends here, and it must not end the payment: the message stays in the inbox and is announced again.
        (bug: unknown) => {
          verifying -= 1;
          heard.delete(notificationId);
          log.error('a verification broke', { notificationId, bug });
        },
      );
    },
    postpone(ms: number): void {
      notBefore = Date.now() + ms;
    },
    /**
     * The next thing to act on, or null when there is reason to look again. `deadline`: when the payer's time is over
     * (ms since 1970), or null where none counts; it does not pass while a message is being verified.
     */
    async next(deadline: number | null): Promise<Item | null> {
      const called = () => queue.length > 0;
      if (verifying > 0) await condition(() => called() || verifying === 0);
      else if (deadline === null) await condition(called);
      else if (!called()) {
        const wait = Math.max(deadline, notBefore) - Date.now();
        if (wait <= 0 || !(await condition(called, wait))) return { kind: 'deadline' };
      }
      return queue.shift() ?? null;
    },
    unverified: () => [...heard],
    /** Whether nothing is under way but verifications, which another run can begin again. */
    async isUndecided(): Promise<boolean> {
      const nothingElse = () => queue.every((item) => item.kind === 'notification');
      if (!nothingElse()) return false; // a command's handler finishes only once it is obeyed
      await condition(allHandlersFinished);
      return nothingElse();
    },
    /** Whether the run may end now: every handler has answered and nothing new came meanwhile. */
    async close(): Promise<boolean> {
      await condition(allHandlersFinished);
      return isIdle();
    },
  };
}

function now(): string {
  return new Date().toISOString();
}
