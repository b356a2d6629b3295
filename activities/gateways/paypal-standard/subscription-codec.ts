import type { AgreementName, AgreementNews } from '../port';
import type { GatewayAgreementFact, Standing } from '../../../workflows/domain/agreement';
import type { GatewayFact } from '../../../workflows/domain/fact';
import { isId } from '../../../workflows/domain/ids';
import type { Remark } from '../../../workflows/domain/remark';
import { remark } from '../../../workflows/domain/remark';
import { unreachable } from '../../../workflows/domain/unreachable';
import { readPaypalAmount } from '../paypal/money';
import { idOfOurs, plain, readMessage, transactionId, word, type Message } from './codec';
import { readPaypalDate } from './date';
import { valueOf, type Fields } from './form';

/** What a message says, and of which agreement. */
export interface Told extends Message {
  /** Null where it is about none. */
  readonly agreement: AgreementNews | null;
}

/**
 * Translates a message about money, about an agreement, or about both (PayPal IPN variables, "Subscriptions" and "Recurring
 * payments"). Money of an instalment is money like any other. `receivedAt`: when the message reached us, ISO 8601, for what
 * PayPal writes no time of.
 */
export function readTold(fields: Fields, receivedAt: string | null = null): Told {
  const message = readMessage(fields);
  const name = readName(fields);
  if (name === null) return { ...message, agreement: null };
  const type = plain(valueOf(fields, 'txn_type'));
  const event = EVENTS.get(type);
  if (event !== undefined) return readNews(fields, message, name, event, receivedAt);
  // What is given back or taken back is found by its parent, like that of any payment.
  const isInstalment = INSTALMENTS.has(type) && message.paymentId === null && message.facts.some(comesIn);
  if (!isInstalment) return { ...message, agreement: null };
  return { ...withReference(message, name), agreement: { ...name, facts: goesOn(fields, name) } };
}

/** The agreement that a message is said to be about; null where it is about none. */
function readName(fields: Fields): AgreementName | null {
  const ours = idOfOurs(fields);
  const agreementId = ours !== null && isId('agr', ours) ? ours : null;
  const reference = transactionId(fields, 'subscr_id') ?? transactionId(fields, 'recurring_payment_id');
  return agreementId === null && reference === null ? null : { agreementId, reference };
}

type Event =
  | {
      readonly kind: 'standing';
      readonly standing: Standing;
      /** The field with the time of it, where PayPal writes one. */
      readonly date?: 'subscr_date' | 'time_created';
      readonly reason?: string;
    }
  | {
      readonly kind: 'failure';
      readonly reason: string;
      /** The field with the time of the next try, where there may be one. */
      readonly retry?: 'retry_at' | 'next_payment_date';
    }
  | { readonly kind: 'amount' };

// PayPal IPN variables, "Transaction types". What is suspended goes on without a message: the next payment's `profile_status` says so.
const EVENTS: ReadonlyMap<string, Event> = new Map(
  Object.entries<Event>({
    subscr_signup: { kind: 'standing', standing: 'active', date: 'subscr_date' },
    subscr_cancel: { kind: 'standing', standing: 'cancelled', date: 'subscr_date' },
    subscr_eot: { kind: 'standing', standing: 'completed' },
    subscr_failed: { kind: 'failure', reason: 'subscr_failed', retry: 'retry_at' },
    subscr_modify: { kind: 'amount' },
    recurring_payment_profile_created: { kind: 'standing', standing: 'active', date: 'time_created' },
    recurring_payment_profile_cancel: { kind: 'standing', standing: 'cancelled' },
    recurring_payment_expired: { kind: 'standing', standing: 'completed' },
    recurring_payment_suspended: { kind: 'standing', standing: 'suspended' },
    recurring_payment_suspended_due_to_max_failed_payment: {
      kind: 'standing',
      standing: 'suspended',
      reason: 'max_failed_payment',
    },
    recurring_payment_skipped: { kind: 'failure', reason: 'skipped', retry: 'next_payment_date' },
    recurring_payment_failed: { kind: 'failure', reason: 'failed', retry: 'next_payment_date' },
    recurring_payment_outstanding_payment_failed: { kind: 'failure', reason: 'outstanding_payment_failed' },
  }).map(([type, event]) => [plain(type), event]),
);

// The same list: what is paid under an agreement.
const INSTALMENTS: ReadonlySet<string> = new Set(
  ['subscr_payment', 'recurring_payment', 'recurring_payment_outstanding_payment'].map(plain),
);

function comesIn({ kind }: GatewayFact): boolean {
  return kind === 'payment_captured' || kind === 'payment_pending' || kind === 'payment_failed';
}

/** The agreement's own id behind those of the money. */
function withReference(message: Message, { reference }: AgreementName): Message {
  return { ...message, references: [...message.references, ...(reference === null ? [] : [reference])] };
}

/** What a payment says of the agreement beside its money: that it goes on, if it was suspended before. */
function goesOn(fields: Fields, name: AgreementName): readonly GatewayAgreementFact[] {
  if (plain(valueOf(fields, 'profile_status')) !== 'active') return [];
  const paidAt = dateIn(fields, 'payment_date');
  return [standing('active', { fields, name, written: paidAt, occurredAt: paidAt })];
}

function readNews(
  fields: Fields,
  message: Message,
  name: AgreementName,
  event: Event,
  receivedAt: string | null,
): Told {
  if (message.remarks.some(({ word }) => word === 'repeated_field')) return { ...message, agreement: null };
  const fact = factOf(fields, name, event, receivedAt);
  const remarks: Remark[] = [];
  if (fact === null)
    remarks.push(
      remark('unreadable_amount', null, `${valueOf(fields, 'mc_amount3')} ${valueOf(fields, 'mc_currency')}`),
    );
  else if (name.agreementId === null)
    // Whether its reference is known here, the gateway's side cannot tell: this holds where it is not.
    remarks.push(remark(isOwed(fact) ? 'unknown_agreement' : 'unknown_type', null, valueOf(fields, 'txn_type')));
  return {
    ...withReference(message, name),
    facts: [],
    remarks,
    agreement: { ...name, facts: fact === null ? [] : [fact] },
  };
}

/** Whether a person should know of it even where the agreement was not begun here: something is not paid, or will not be, as before. */
function isOwed(fact: GatewayAgreementFact): boolean {
  return fact.kind !== 'standing_told' || fact.standing === 'suspended' || fact.standing === 'cancelled';
}

function factOf(
  fields: Fields,
  name: AgreementName,
  event: Event,
  receivedAt: string | null,
): GatewayAgreementFact | null {
  switch (event.kind) {
    case 'standing': {
      const written = event.date === undefined ? null : dateIn(fields, event.date);
      // To PayPal's guide `subscr_date` is when it was cancelled; to some accounts it is written as when it began. It is no earlier than either.
      const occurredAt = event.standing === 'cancelled' ? later(written, receivedAt) : (written ?? receivedAt);
      return standing(event.standing, { fields, name, written, occurredAt, ...event });
    }
    case 'failure': {
      const paidAt = dateIn(fields, 'payment_date');
      const retryAt = dateIn(fields, 'retry_at');
      const triedAt = event.retry === undefined ? null : triedBefore(dateIn(fields, event.retry));
      return {
        kind: 'collection_failed',
        gatewayReference: referenceOf(name),
        qualifier: retryAt ?? paidAt ?? trackId(fields),
        occurredAt: paidAt ?? later(triedAt, receivedAt),
        reason: event.reason,
        nextAttemptOn: (retryAt ?? dateIn(fields, 'next_payment_date'))?.slice(0, 10) ?? null,
      };
    }
    case 'amount': {
      const money = readPaypalAmount(
        valueOf(fields, 'mc_amount3') || valueOf(fields, 'amount3'),
        valueOf(fields, 'mc_currency'),
      );
      if (money === null || money.amount <= 0) return null;
      const effective = dateIn(fields, 'subscr_effective');
      return {
        kind: 'amount_changed',
        gatewayReference: referenceOf(name),
        // Two changes may take effect on the same day.
        qualifier: [effective ?? dateIn(fields, 'subscr_date'), trackId(fields)].filter(Boolean).join(' '),
        occurredAt: effective ?? later(dateIn(fields, 'subscr_date'), receivedAt),
        ...money,
      };
    }
    default:
      return unreachable(event);
  }
}

/** `written`: the time that PayPal wrote. Where it wrote none, the message's tracking id tells it from others: a message that is sent again keeps it. */
function standing(
  is: Standing,
  {
    fields,
    name,
    written,
    occurredAt,
    reason,
  }: {
    readonly fields: Fields;
    readonly name: AgreementName;
    readonly written: string | null;
    readonly occurredAt: string | null;
    readonly reason?: string;
  },
): GatewayAgreementFact {
  return {
    kind: 'standing_told',
    gatewayReference: referenceOf(name),
    qualifier: `${is} ${written ?? trackId(fields)}`.trim(),
    occurredAt,
    standing: is,
    reason: reason ?? (word(valueOf(fields, 'reason_code')) || null),
  };
}

/** A message may name our id alone. */
function referenceOf({ reference, agreementId }: AgreementName): string {
  return reference ?? agreementId ?? '';
}

function trackId(fields: Fields): string {
  return /^[A-Za-z0-9-]{1,64}$/.exec(valueOf(fields, 'ipn_track_id'))?.[0] ?? '';
}

function dateIn(fields: Fields, name: string): string | null {
  return readPaypalDate(valueOf(fields, name));
}

// PayPal IPN variables, "Transaction types", `recurring_payment_skipped`: it is tried again up to three times, five days apart.
const RETRY_AFTER_MS = 5 * 24 * 60 * 60 * 1000;

/** When PayPal tried what it tries again at `retryAt`, ISO 8601. Null where it names no such time. */
function triedBefore(retryAt: string | null): string | null {
  return retryAt === null ? null : new Date(Date.parse(retryAt) - RETRY_AFTER_MS).toISOString();
}

/** The later of two moments, ISO 8601 in UTC. */
function later(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return Date.parse(one) >= Date.parse(other) ? one : other;
}
