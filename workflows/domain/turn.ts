import type { Fact, GatewayFact } from './fact';
import type { NextAction } from './gateway';
import {
  captureRefused,
  checkoutOpened,
  decide,
  evolve,
  isClosed,
  isOpenToPayer,
  isWorthWatching,
  nextAttempt,
  openingRefused,
  pendingReferences,
  standingRefusal,
  summarize,
} from './payment';
import type { Decision, Payment, PaymentInput, Rejection } from './payment';
import { AWAITING_GATEWAY, isMoving, isRefundNews, knowsRefund, refundsOf, unnamedRefund } from './refund';
import { refundByPolicy, refundDueByPolicy, refundNews, refundRefused, refundRequested } from './refunding';
import type { RefundEnd } from './refunding';
import { reasonOf } from './remark';
import { unreachable } from './unreachable';

/** How long the deadline waits for a message that is stored but was not announced to this run yet: the sweeper announces it within seconds. */
const UNANNOUNCED_MESSAGE_PAUSE_MS = 15_000;
/** How long the deadline waits after a question to the gateway that ended in a bug: long enough for a person to mend it. */
const BROKEN_QUESTION_PAUSE_MS = 600_000;
/** How long the last try to take approved money may last at the deadline; a gateway answers within seconds or not at all. */
const LAST_CAPTURE_PATIENCE_MS = 60_000;

/** Why the hands are at work, and so what waits for what comes of it. */
export type Cause =
  /** A stored message. */
  | { readonly kind: 'message'; readonly notificationId: string }
  /** The payer's time is over. */
  | { readonly kind: 'deadline' }
  /** The gateway is asked again and again until it has decided. */
  | { readonly kind: 'watch' }
  /** Approved money that was refused before is tried again. */
  | { readonly kind: 'retry' };

/** The payer is said to have approved, and the money of `reference` can be taken. */
export interface Approval {
  readonly kind: 'approval';
  readonly cause: Cause;
  readonly reference: string;
}

/** What wants the payment closed, and waits until it is known whether money was taken. */
export type Closer =
  { readonly kind: 'deadline' } | { readonly kind: 'cancel'; readonly commandId: string; readonly at: string };

export type { RefundEnd };

/** What has its turn in a payment's run. */
export type Item =
  /** A message to verify. */
  | { readonly kind: 'notification'; readonly notificationId: string }
  /** What the gateway says happened. */
  | { readonly kind: 'verified'; readonly cause: Cause; readonly facts: readonly GatewayFact[] }
  /** A message was dealt with by an earlier run, or by an attempt of this one that was lost with what it knew. */
  | { readonly kind: 'settled_before' }
  /** The gateway opened the checkout, or refused to. */
  | { readonly kind: 'opening'; readonly opening: CheckoutOpening }
  | Approval
  /** Taking approved money ended. */
  | { readonly kind: 'capture'; readonly approval: Approval; readonly attempt: number; readonly end: CaptureEnd }
  /** What the gateway says of the payment before it is closed; null when asking broke. */
  | { readonly kind: 'finding'; readonly finding: Finding | null }
  /** The gateway is to be asked once more about the money that is known. */
  | { readonly kind: 'look' }
  /** Nothing more is to be learned by asking again and again. */
  | { readonly kind: 'watch_over' }
  | { readonly kind: 'command'; readonly input: Command }
  | { readonly kind: 'deadline' }
  /** Whether money was taken is known now. */
  | { readonly kind: 'close'; readonly closer: Closer }
  /** What became of asking for a refund, or about one. */
  | { readonly kind: 'refund'; readonly refundId: string; readonly end: RefundEnd }
  /** What the gateway says of a refund that a person wants to give up. */
  | { readonly kind: 'refund_check'; readonly refundId: string; readonly commandId: string; readonly end: RefundEnd };
export type Command =
  | (PaymentInput & { kind: 'cancel' | 'resolve' | 'refund' | 'resolve_dispute' })
  /** Ask the gateway about a pending refund now; or give it up, where nothing has moved. */
  | {
      readonly kind: 'retry_refund' | 'give_up_refund';
      readonly commandId: string;
      readonly refundId: string;
      readonly at: string;
    };

/** How opening ended: in the payer's hands, or with the gateway's clear no in its own word. */
export type CheckoutOpening =
  | { readonly outcome: 'opened'; readonly handed: NextAction['kind'] }
  | { readonly outcome: 'refused'; readonly reason: string };

/** What the gateway says about a payment of ours that nobody told us about. */
export type Finding =
  | { readonly outcome: 'facts'; readonly facts: readonly GatewayFact[] }
  /** The payer has approved: the money of `reference` can be taken. */
  | { readonly outcome: 'approved'; readonly reference: string }
  /** It knows of no money, or it is a gateway that cannot be asked. */
  | { readonly outcome: 'nothing' };

/** How taking approved money ended. */
export type CaptureEnd =
  | { readonly outcome: 'facts'; readonly facts: readonly GatewayFact[] }
  | { readonly outcome: 'not_approved'; readonly reason: string }
  /** The gateway refuses, in a word that we do not know; nothing was taken. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** We stopped asking before an answer came: whether money was taken is not known. */
  | { readonly outcome: 'stopped' }
  /** A bug ended it: whether money was taken is not known. */
  | { readonly outcome: 'broke' };

/** What a run has the hands do while it goes on. */
export type Task =
  | { readonly kind: 'verification'; readonly notificationId: string }
  | { readonly kind: 'opening' }
  /** `again`: an earlier call of this attempt may have reached the gateway, which is looked at first. */
  | { readonly kind: 'capture'; readonly approval: Approval; readonly attempt: number; readonly again: boolean }
  | { readonly kind: 'lookup' }
  | { readonly kind: 'watch' }
  /** `again`: an earlier call for this refund may have reached the gateway. */
  | { readonly kind: 'refund'; readonly refundId: string; readonly again: boolean }
  /** Asked about until it is decided; `slow`: once a day; `atOnce`: a person wants to know now, else it was asked about a moment ago. */
  | { readonly kind: 'refund_watch'; readonly refundId: string; readonly slow: boolean; readonly atOnce: boolean }
  | { readonly kind: 'refund_check'; readonly refundId: string; readonly commandId: string };
export type TaskKind = Task['kind'];

/** What a run remembers between its turns, besides the payment; a run that follows it begins without. */
export interface Memory {
  /** The checkout is being opened by this run: once, for as long as it takes. */
  readonly opening: boolean;
  /** What was asked about again and again: a watch that ended without a decision is not begun again for the same money. */
  readonly watchedFor: string | null;
  /** Approvals that came while it was not known whether money was taken: what is being learned may be too early for them. */
  readonly approvals: readonly Approval[];
  readonly closers: readonly Closer[];
  /** A capture ended without anybody knowing whether it took money. */
  readonly inDoubt: boolean;
  /** Taking approved money was tried at the deadline: the payer had the time for another approval. */
  readonly triedAtDeadline: boolean;
  /** News of refunds that came while the gateway had named none of ours: one of the two may be the other. */
  readonly aside: readonly Told[];
}
type Told = Extract<Item, { kind: 'verified' }>;
export const NOTHING_REMEMBERED: Memory = {
  opening: false,
  watchedFor: null,
  approvals: [],
  closers: [],
  inDoubt: false,
  triedAtDeadline: false,
  aside: [],
};

/** A payment's run as it stands when something has its turn. */
export interface Run extends Memory {
  readonly payment: Payment;
  /** Begun from the record: a run before it may have had something under way. */
  readonly resumed: boolean;
  /** What the hands are doing now. */
  readonly busy: ReadonlySet<TaskKind>;
}

/** How a message ends. `about`: the fact that tells what it was about. */
export interface MessageEnd {
  readonly id: string;
  readonly state: 'applied' | 'duplicate' | 'invalid' | 'attention';
  readonly reason?: string;
  /** What should be read about a message that was applied all the same; null for nothing. */
  readonly remark?: string | null;
  readonly about?: Fact;
}
export type CommandOutcome =
  { readonly outcome: 'accepted' } | { readonly outcome: 'rejected'; readonly reason: Rejection };
/** What a person is answered. */
export interface CommandEnd {
  readonly id: string;
  readonly outcome: CommandOutcome;
}

/** What an item means for a run: what is recorded, what the hands do next, and what the run remembers. */
export interface Turn {
  readonly facts: readonly Fact[];
  readonly messages: readonly MessageEnd[];
  readonly commands: readonly CommandEnd[];
  /** Record only if no stored message of this payment waits to be verified; where one does, the deadline waits so long. */
  readonly guard: { readonly waitMs: number } | null;
  /** The records know more than this run: read the payment anew. */
  readonly reload: boolean;
  readonly start: readonly Task[];
  readonly stop: TaskKind | null;
  /** What has its turn next, before anything that came meanwhile. */
  readonly then: readonly Item[];
  /** How long the deadline waits from now. */
  readonly waitMs: number | null;
  readonly remember: Partial<Memory>;
}

const NOTHING: Turn = {
  facts: [],
  messages: [],
  commands: [],
  guard: null,
  reload: false,
  start: [],
  stop: null,
  then: [],
  waitMs: null,
  remember: {},
};

/** Decides what an item means for the payment's run. Pure: the same run, item and instant give the same turn. `at`: our clock, ISO 8601. */
export function turn(run: Run, item: Item, at: string): Turn {
  switch (item.kind) {
    case 'notification':
      return { ...NOTHING, start: [{ kind: 'verification', notificationId: item.notificationId }] };
    case 'verified':
      return isAboutUnnamedRefund(run.payment, item.facts)
        ? { ...NOTHING, remember: { aside: [...run.aside, item] } }
        : takeIn(run.payment, item.cause, item.facts, at);
    case 'settled_before':
      return { ...NOTHING, reload: true };
    case 'opening':
      return handOver(run.payment, item.opening, at);
    case 'approval':
      return approve(run, item);
    case 'capture':
      return endCapture(run, item, at);
    case 'finding':
      return find(run, item.finding, at);
    case 'look':
      return run.busy.has('lookup') ? NOTHING : { ...NOTHING, start: [{ kind: 'lookup' }] };
    case 'watch_over':
      return NOTHING;
    case 'command':
      return obey(run, item.input, at);
    case 'deadline':
      return wait(run, { kind: 'deadline' });
    case 'close':
      return close(run.payment, item.closer, at);
    case 'refund':
      return endRefund(run, item.refundId, item.end, at);
    case 'refund_check':
      return endCheck(run, item, at);
    default:
      return unreachable(item);
  }
}

/** What the payment as it stands wants begun, whatever has its turn next. */
export function tasksDue(run: Run): { start: readonly Task[]; remember: Partial<Memory> } {
  const { payment, busy, opening, watchedFor } = run;
  if (!opening && summarize(payment).status === 'created')
    return { start: [{ kind: 'opening' }], remember: { opening: true } };
  const refunding = refundDue(run);
  const toWatch = isWorthWatching(payment) ? pendingReferences(payment).join(' ') : null;
  if (toWatch === null || toWatch === watchedFor || busy.has('watch')) return { start: refunding, remember: {} };
  return { start: [...refunding, { kind: 'watch' }], remember: { watchedFor: toWatch } };
}

/** A refund without an outcome is asked for, and once the gateway has answered, asked about. */
function refundDue({ payment, busy, resumed }: Run): readonly Task[] {
  if (busy.has('refund') || busy.has('refund_watch') || busy.has('refund_check')) return [];
  const refund = refundsOf(payment).find(({ status }) => status === 'pending');
  if (!refund) return [];
  const { id: refundId, reason, slow } = refund;
  return reason === AWAITING_GATEWAY
    ? [{ kind: 'refund', refundId, again: resumed }]
    : [{ kind: 'refund_watch', refundId, slow, atOnce: false }];
}

/** Verified facts become part of the payment and of the books; a message that says nothing new ends as a duplicate. */
function takeIn(payment: Payment, cause: Cause, facts: readonly GatewayFact[], at: string): Turn {
  const told = newIn(payment, facts, at);
  const [about] = facts;
  const end =
    told.length > 0 ? ({ state: 'applied', remark: reasonOf(facts) } as const) : ({ state: 'duplicate' } as const);
  return {
    ...NOTHING,
    facts: [...told, ...byPolicy(payment, told, at)],
    messages: endOf(cause, { ...end, ...(about && { about }) }),
  };
}

function newIn(payment: Payment, facts: readonly Fact[], at: string): readonly Fact[] {
  const decision = decide(payment, { kind: 'facts', facts, at });
  return decision.outcome === 'accepted' ? decision.facts : [];
}

/**
 * Money that came after the end goes back by itself, where the merchant wants that: each sum, one refund at a time. What came
 * before this release knew refunds is left to a person: only what is told now, or with or after the first refund asked for.
 */
function byPolicy(payment: Payment, told: readonly Fact[], at: string): readonly Fact[] {
  const next = told.reduce(evolve, payment);
  const hasPolicy = refundsOf(next).some(({ origin }) => origin === 'policy');
  const firstAsked = next.facts.findIndex(({ kind }) => kind === 'refund_requested');
  const isMeant = (reference: string) => {
    const isIts = (fact: Fact) => fact.kind === 'payment_captured' && fact.gatewayReference === reference;
    return hasPolicy || told.some(isIts) || (firstAsked >= 0 && next.facts.findIndex(isIts) > firstAsked);
  };
  const due = refundDueByPolicy(next, isMeant);
  return due ? [refundByPolicy(next, due, at)] : [];
}

/** The gateway has not named a refund of ours yet, and these facts may be about it without saying so. */
function isAboutUnnamedRefund(payment: Payment, facts: readonly GatewayFact[]): boolean {
  return facts.some((fact) => isRefundNews(fact) && !knowsRefund(payment, fact) && unnamedRefund(payment, fact.parent));
}

/** The payer is reached, or the gateway refused and nobody ever will be. */
function handOver({ terms }: Payment, opening: CheckoutOpening, at: string): Turn {
  const fact =
    opening.outcome === 'opened'
      ? checkoutOpened(terms, opening.handed, at)
      : openingRefused(terms, opening.reason, at);
  return { ...NOTHING, facts: [fact] };
}

/** The payer approved what nobody wants any more: nothing is taken. */
const OF_A_CLOSED_PAYMENT = { state: 'applied', reason: 'payment_closed' } as const;

/** Approved money is taken, once at a time, for as long as the payment is open; of a closed one nothing is taken any more. */
function approve(run: Run, approval: Approval): Turn {
  const { payment, busy, approvals, closers } = run;
  const { status } = summarize(payment);
  if (!isOpenToPayer(status)) {
    const end = isClosed(status) ? OF_A_CLOSED_PAYMENT : ({ state: 'duplicate' } as const);
    return { ...NOTHING, messages: endOf(approval.cause, end) };
  }
  if (busy.has('capture') || closers.length > 0)
    return { ...NOTHING, remember: { approvals: [...approvals, approval] } };
  return { ...NOTHING, start: [capture(run, approval)] };
}

function capture({ payment, resumed, inDoubt }: Run, approval: Approval): Task {
  const again = resumed || inDoubt || standingRefusal(payment) !== null;
  return { kind: 'capture', approval, attempt: nextAttempt(payment, approval.reference), again };
}

/** Taking approved money ended; what waited for it goes on. */
function endCapture(run: Run, { approval, attempt, end }: Item & { kind: 'capture' }, at: string): Turn {
  const { payment, approvals, closers } = run;
  const { cause, reference } = approval;
  const waiting = cause.kind === 'deadline' ? [...closers, { kind: 'deadline' as const }] : closers;
  const known = { approvals: [], closers: [], inDoubt: false };
  switch (end.outcome) {
    case 'facts': {
      const taken = takeIn(payment, cause, end.facts, at);
      return { ...taken, messages: [...taken.messages, ...sameAs(approvals)], then: closing(waiting), remember: known };
    }
    case 'not_approved':
      return {
        ...NOTHING,
        messages: endOf(
          cause,
          isClosed(summarize(payment).status) ? OF_A_CLOSED_PAYMENT : { state: 'invalid', reason: end.reason },
        ),
        then: [...closing(waiting), ...approvals], // it may have been too early for the approvals that came meanwhile
        remember: known,
      };
    case 'refused': {
      const refusal = captureRefused(payment, { reference, attempt, reason: end.reason });
      const told = newIn(payment, [refusal], at);
      const message =
        told.length > 0
          ? ({ state: 'attention', reason: 'capture_refused' } as const)
          : ({ state: 'duplicate' } as const);
      return {
        ...NOTHING,
        facts: told,
        messages: endOf(cause, message),
        then: [...closing(waiting), ...approvals],
        remember: known,
      };
    }
    case 'stopped':
      return {
        ...NOTHING,
        start: [{ kind: 'lookup' }],
        remember: { approvals: [approval, ...approvals], inDoubt: true },
      };
    case 'broke':
      return {
        ...NOTHING,
        messages: endOf(cause, { state: 'attention', reason: 'capture_failed' }),
        ...(closers.length > 0
          ? { start: [{ kind: 'lookup' }], remember: { inDoubt: true } }
          : { then: approvals, waitMs: BROKEN_QUESTION_PAUSE_MS, remember: { approvals: [], inDoubt: true } }),
      };
    default:
      return unreachable(end);
  }
}

/** What the gateway knows decides whether the payment may be closed. */
function find(run: Run, finding: Finding | null, at: string): Turn {
  const { payment, approvals, closers } = run;
  const known = { approvals: [], closers: [], inDoubt: false };
  switch (finding?.outcome) {
    case undefined:
      return {
        ...NOTHING,
        commands: closers.flatMap((closer) =>
          closer.kind === 'cancel' ? [rejected(closer.commandId, 'payment_processing')] : [],
        ),
        then: approvals,
        waitMs: BROKEN_QUESTION_PAUSE_MS,
        remember: { approvals: [], closers: [] },
      };
    case 'facts': {
      const told = takeIn(payment, { kind: 'deadline' }, finding.facts, at);
      return { ...told, messages: sameAs(approvals), then: closing(closers), remember: known };
    }
    case 'approved': {
      const isOver =
        run.triedAtDeadline || standingRefusal(payment) !== null || closers.some(({ kind }) => kind === 'cancel');
      if (isOver) return { ...NOTHING, then: [...closing(closers), ...approvals], remember: known };
      // Nobody told us of this approval, or the gateway was silent when we tried: once more, and then the time is over.
      const approval: Approval = { kind: 'approval', cause: { kind: 'deadline' }, reference: finding.reference };
      return {
        ...NOTHING,
        start: [capture(run, approval)],
        waitMs: LAST_CAPTURE_PATIENCE_MS,
        remember: { closers: [], inDoubt: false, triedAtDeadline: true },
      };
    }
    case 'nothing':
      return { ...NOTHING, then: [...closing(closers), ...approvals], remember: known };
    default:
      return unreachable(finding);
  }
}

/** A command is decided here and nowhere else; its outcome is stored with its facts before it is answered. */
function obey(run: Run, input: Command, at: string): Turn {
  switch (input.kind) {
    case 'resolve':
    case 'resolve_dispute':
      return decided(run.payment, input);
    case 'refund':
      return beginRefund(run.payment, input, at);
    case 'retry_refund':
    case 'give_up_refund':
      return hurryRefund(run, input);
    case 'cancel':
      return cancel(run, input);
    default:
      return unreachable(input);
  }
}

function cancel(run: Run, input: Command & { kind: 'cancel' }): Turn {
  // What may have been taken cannot be called off before the gateway has said whether it was.
  const mayBeTaken = run.busy.has('capture') || run.inDoubt || standingRefusal(run.payment) !== null;
  return mayBeTaken
    ? wait(run, { kind: 'cancel', commandId: input.commandId, at: input.at })
    : decided(run.payment, input);
}

/** Before the payment is closed the gateway is asked: it may know of money, or of an approval, that nobody told us about. */
function wait({ busy, closers }: Run, closer: Closer): Turn {
  const remember = { closers: [...closers, closer] };
  if (busy.has('capture')) return { ...NOTHING, stop: 'capture', remember };
  return { ...NOTHING, start: busy.has('lookup') ? [] : [{ kind: 'lookup' }], remember };
}

/** The refund was promised when it was asked for; what stands against it by now ends it, and it is seen to have failed. */
function beginRefund(payment: Payment, input: Command & { kind: 'refund' }, at: string): Turn {
  const decision = decide(payment, input);
  const commands: readonly CommandEnd[] = [{ id: input.commandId, outcome: { outcome: 'accepted' } }];
  if (decision.outcome === 'duplicate') return { ...NOTHING, commands };
  if (decision.outcome === 'accepted') return { ...NOTHING, facts: decision.facts, commands };
  const requested = refundRequested(payment, { ...input, origin: 'merchant' });
  return { ...NOTHING, facts: [requested, refundRefused(requested, decision.reason, null, at)], commands };
}

/** A refund that waits is asked about now, or given up once the gateway has said that nothing moved. */
function hurryRefund(run: Run, input: Command & { kind: 'retry_refund' | 'give_up_refund' }): Turn {
  const { refundId, commandId } = input;
  const refund = refundsOf(run.payment).find(({ id }) => id === refundId);
  if (refund?.status !== 'pending') return { ...NOTHING, commands: [rejected(commandId, 'refund_settled')] };
  const stop = run.busy.has('refund') ? 'refund' : run.busy.has('refund_watch') ? 'refund_watch' : null;
  if (input.kind === 'retry_refund') {
    const task: Task =
      refund.reason === AWAITING_GATEWAY
        ? { kind: 'refund', refundId, again: true }
        : { kind: 'refund_watch', refundId, slow: refund.slow, atOnce: true };
    return { ...NOTHING, stop, start: [task], commands: [{ id: commandId, outcome: { outcome: 'accepted' } }] };
  }
  if (isMoving(refund) || run.busy.has('refund_check'))
    return { ...NOTHING, commands: [rejected(commandId, 'refund_moving')] };
  return { ...NOTHING, stop, start: [{ kind: 'refund_check', refundId, commandId }] };
}

/** What the gateway answered to a refund, or says of it by now; then what had to wait for its name has its turn. */
function endRefund(run: Run, refundId: string, end: RefundEnd, at: string): Turn {
  const { payment, aside } = run;
  const refund = refundsOf(payment).find(({ id }) => id === refundId);
  const then = { then: aside, remember: { aside: [] } };
  if (refund?.status !== 'pending') return { ...NOTHING, ...then };
  const told = newIn(payment, refundNews(payment, refund, end, at), at);
  const isHeard = end.outcome === 'facts';
  return { ...NOTHING, facts: [...told, ...(isHeard ? byPolicy(payment, told, at) : [])], ...(isHeard && then) };
}

/** A person wants to give a refund up: only what has not moved can be. */
function endCheck(run: Run, item: Item & { kind: 'refund_check' }, at: string): Turn {
  const { payment } = run;
  const { refundId, commandId, end } = item;
  const refund = refundsOf(payment).find(({ id }) => id === refundId);
  if (refund?.status !== 'pending') return { ...NOTHING, commands: [rejected(commandId, 'refund_settled')] };
  if (end.outcome === 'nothing') {
    const givenUp = refundRefused(refund, 'given_up', null, at);
    const commands: readonly CommandEnd[] = [{ id: commandId, outcome: { outcome: 'accepted' } }];
    const facts = [givenUp, ...byPolicy(payment, [givenUp], at)];
    return { ...NOTHING, facts, commands, then: run.aside, remember: { aside: [] } };
  }
  // A look that told nothing leaves the refund as it is known.
  const known = end.outcome === 'facts' ? endRefund(run, refundId, end, at) : NOTHING;
  const isSettled = refundsOf(known.facts.reduce(evolve, payment)).some(
    ({ id, status }) => id === refundId && status !== 'pending',
  );
  return { ...known, commands: [rejected(commandId, isSettled ? 'refund_settled' : 'refund_moving')] };
}

/** The payer's time is over, or a person called it off; neither undoes money that came. */
function close(payment: Payment, closer: Closer, at: string): Turn {
  if (closer.kind === 'cancel') return decided(payment, closer);
  const decision = decide(payment, { kind: 'expire', at });
  // Not while a stored message about this payment still waits to be verified.
  return decision.outcome === 'accepted'
    ? { ...NOTHING, facts: decision.facts, guard: { waitMs: UNANNOUNCED_MESSAGE_PAUSE_MS } }
    : NOTHING;
}

function decided(payment: Payment, input: PaymentInput & { commandId: string }): Turn {
  const decision = decide(payment, input);
  return {
    ...NOTHING,
    facts: decision.outcome === 'accepted' ? decision.facts : [],
    commands: [{ id: input.commandId, outcome: answerTo(decision) }],
  };
}

function answerTo(decision: Decision): CommandOutcome {
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

function rejected(id: string, reason: Rejection): CommandEnd {
  return { id, outcome: { outcome: 'rejected', reason } };
}

function closing(closers: readonly Closer[]): Item[] {
  return closers.map((closer) => ({ kind: 'close', closer }));
}

/** Ends the message that was the cause, where one was. */
function endOf(cause: Cause, end: Omit<MessageEnd, 'id'>): readonly MessageEnd[] {
  return cause.kind === 'message' ? [{ id: cause.notificationId, ...end }] : [];
}

/** Approvals that tell of money which is told of already. */
function sameAs(approvals: readonly Approval[]): readonly MessageEnd[] {
  return approvals.flatMap(({ cause }) => endOf(cause, { state: 'duplicate' }));
}
