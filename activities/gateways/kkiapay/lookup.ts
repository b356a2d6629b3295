import { GatewayFailure } from '../port';
import type { GatewayContext, Lookup, OpenedCheckout, Subject } from '../port';
import { remark } from '../../../workflows/domain/remark';
import { unreachable } from '../../../workflows/domain/unreachable';
import { askStatus, type StatusAnswer } from './client';
import { factsOf, readTransaction, type Transaction } from './codec';
import type { KkiapayCredentials } from './credentials';
import { readClaim } from './notification';

type Context = GatewayContext<KkiapayCredentials>;
type Notified = Extract<Subject, { by: 'notification' }>;

// KKiaPay's sandbox does not show a transaction at once: integrations ask up to five times, three seconds apart.
const NOT_SHOWN_YET_MS = 8_000;
const SHOWN_SOON_MS = 2_000;
// An id that KKiaPay gave us itself is not called unknown before it has had this long to appear.
const NEVER_SHOWN_MS = 3_600_000;

/** The truth behind a message: the transaction that it names, as KKiaPay tells it. */
export async function lookUpNotified({ raw, checkout, receivedAt }: Notified, context: Context): Promise<Lookup> {
  const transactionId = readClaim(raw);
  if (transactionId === null)
    return { found: true, facts: [], paymentId: null, references: [], remarks: [remark('no_transaction_id')] };
  const seen = await look(transactionId, context);
  switch (seen.answer) {
    case 'transaction':
      return isUnansweredPrompt(seen.transaction, checkout)
        ? { found: 'undecided' }
        : found(seen.transaction, checkout);
    case 'not_found':
      return ageOf(receivedAt ?? null, context) < NOT_SHOWN_YET_MS
        ? { found: 'unknown', reason: 'transaction_not_found', retryAfterMs: SHOWN_SOON_MS }
        : { found: false, reason: 'transaction_not_found' };
    default:
      return withoutMoney(seen);
  }
}

/**
 * How a payment stands: its prompt and the transactions that KKiaPay held. There is no other way to ask, since KKiaPay
 * lists nothing and searches for nothing: before a transaction id was heard there is nothing to look at.
 */
export async function lookUpPayment(checkout: OpenedCheckout, context: Context): Promise<Lookup> {
  const references = new Set(
    checkout.reference === null ? checkout.pending : [checkout.reference, ...checkout.pending],
  );
  const lookups: Lookup[] = [];
  for (const reference of references) lookups.push(await lookUpReference(reference, checkout, context));
  const decided = lookups.filter((lookup) => lookup.found === true);
  if (decided.length === 0) return lookups[0] ?? { found: false, reason: 'no_transaction_heard' };
  const paymentIds = new Set(decided.map(({ paymentId }) => paymentId));
  return {
    found: true,
    facts: decided.flatMap(({ facts }) => facts),
    paymentId: paymentIds.size === 1 ? (decided[0]?.paymentId ?? null) : null,
    references: decided.flatMap((lookup) => lookup.references),
    remarks: decided.flatMap(({ remarks }) => remarks),
  };
}

async function lookUpReference(reference: string, checkout: OpenedCheckout, context: Context): Promise<Lookup> {
  const seen = await look(reference, context);
  switch (seen.answer) {
    case 'transaction': {
      if (seen.transaction.standing === 'pending') return { found: 'undecided' };
      const lookup = found(seen.transaction, checkout);
      // Nothing that can be read decides nothing: the payment is asked about again.
      return lookup.facts.length > 0
        ? lookup
        : { found: 'unknown', reason: lookup.remarks[0]?.word ?? 'nothing_understood' };
    }
    case 'not_found': {
      const age = ageOf(checkout.createdAt, context);
      if (age >= NEVER_SHOWN_MS) return { found: false, reason: 'transaction_not_found' };
      const soon = age < NOT_SHOWN_YET_MS ? { retryAfterMs: SHOWN_SOON_MS } : {};
      return { found: 'unknown', reason: 'transaction_not_found', ...soon };
    }
    default:
      return withoutMoney(seen);
  }
}

/** What KKiaPay says about an id. */
export type Seen =
  | {
      readonly answer: 'transaction';
      readonly transaction: Transaction;
      /** The keys that see it. */ readonly credentials: KkiapayCredentials;
    }
  /** The merchant's own money on its way to the bank: it has an id of the same kind. */
  | { readonly answer: 'not_a_payment' }
  | { readonly answer: 'not_found' }
  | { readonly answer: 'of_another_merchant' }
  /** It answered about something else than it was asked about. */
  | { readonly answer: 'other_transaction' };

/** Asks with today's keys, then with those that the payment was opened with, where they belong to another account. */
export async function look(transactionId: string, context: Context): Promise<Seen> {
  const refusals: Extract<StatusAnswer, { known: false }>['word'][] = [];
  for (const credentials of accountsOf(context)) {
    const answer = await askStatus(transactionId, credentials, context);
    if (answer.known) {
      const transaction = readTransaction(answer.fields);
      if (transaction?.id !== transactionId) return { answer: 'other_transaction' };
      return transaction.isPayment ? { answer: 'transaction', transaction, credentials } : { answer: 'not_a_payment' };
    }
    refusals.push(answer.word);
  }
  return { answer: refusals.includes('INVALID_TRANSACTION') ? 'of_another_merchant' : 'not_found' };
}

function accountsOf({ credentials, openedWith }: Context): KkiapayCredentials[] {
  return openedWith && openedWith.publicKey !== credentials.publicKey ? [credentials, openedWith] : [credentials];
}

function withoutMoney({ answer }: Exclude<Seen, { answer: 'transaction' | 'not_found' }>): Lookup {
  switch (answer) {
    case 'not_a_payment':
      return { found: false, reason: answer };
    case 'other_transaction':
      return { found: 'unknown', reason: answer };
    case 'of_another_merchant':
      return {
        found: 'elsewhere',
        reason: 'receiver_mismatch',
        detail: 'KKiaPay says that this transaction belongs to another merchant',
      };
    default:
      return unreachable(answer);
  }
}

function found(transaction: Transaction, checkout: OpenedCheckout | null): Extract<Lookup, { found: true }> {
  const { id } = transaction;
  const { facts, remarks } = factsOf(transaction, isOnlyTry(transaction, checkout));
  const { paymentId, contradiction } = readOwner(transaction, checkout);
  const twoOwners = contradiction === null ? [] : [remark('contradicting_echo', id, contradiction)];
  return { found: true, facts, paymentId, references: [id], remarks: [...twoOwners, ...remarks] };
}

/** Whose money it is: the payment that KKiaPay echoes, or that whose prompt KKiaPay gave this id when we sent it. */
function readOwner({ id, echo }: Transaction, checkout: OpenedCheckout | null): Transaction['echo'] {
  if (checkout?.reference !== id || echo.contradiction !== null) return echo;
  const { paymentId } = checkout;
  if (echo.paymentId === null || echo.paymentId === paymentId) return { paymentId, contradiction: null };
  return { paymentId: null, contradiction: `${paymentId} ${echo.paymentId}` };
}

/** A prompt is the only try of its payment; in the widget the payer may try again. */
function isOnlyTry({ id, echo }: Transaction, checkout: OpenedCheckout | null): boolean {
  if (checkout?.handed !== 'prompt') return false;
  return checkout.reference === null ? echo.paymentId === checkout.paymentId : checkout.reference === id;
}

/** Until its payer answers a prompt is pending, which is nothing to be told: no money is held. */
function isUnansweredPrompt(transaction: Transaction, checkout: OpenedCheckout | null): boolean {
  return transaction.standing === 'pending' && isOnlyTry(transaction, checkout);
}

/** Milliseconds since an instant, forwards or backwards: two clocks never agree. No instant is long ago. */
function ageOf(instant: string | null, { now }: Context): number {
  return instant === null ? Infinity : Math.abs(now() - Date.parse(instant));
}

/** The door refuses such messages, so none is stored; asking again would not change it. */
export function unaskable(message: string): GatewayFailure {
  return new GatewayFailure({ code: 'unaskable', message, moved: 'no', retry: 'never' });
}
