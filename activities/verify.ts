import { disableAccount, keepLearned } from '../books/accounts';
import { findMeantAgreement, moveToAgreement } from '../books/agreements';
import { byItself, noteChange, withheld } from '../books/audit';
import type { Change } from '../books/audit';
import { queueStaffLetters } from '../books/letters';
import { accountOfMessage, beginVerification, endMessage, isKnown, moveMessage } from '../books/notifications';
import type { MessageRow } from '../books/notifications';
import { giveWay, putBack } from '../books/outbox';
import { findMeantPayment } from '../books/payments';
import { inTransaction } from '../books/sql';
import type { Sql } from '../books/sql';
import type { Database } from '../prisma/client';
import { openCredentials, sealCredentials } from '../vault/credentials';
import { openRaw } from '../vault/raw-message';
import { claimOf } from '../workflows/domain/claim';
import type { GatewayFact } from '../workflows/domain/fact';
import { GatewayFailure } from './gateways/port';
import type { GatewayName } from '../workflows/domain/gateway';
import type { AgreementName, GatewayContext, Lookup, RawNotification } from './gateways/port';
import { TURNS } from '../workflows/domain/places';
import { toldFacts } from '../workflows/domain/remark';
import { unreachable } from '../workflows/domain/unreachable';
import { contextOf } from './accounts';
import type { AskingDependencies } from './accounts';
import { notYet, toTemporalFailure } from './failures';
import { GATEWAYS } from './gateways/registry';

export interface VerificationDependencies extends AskingDependencies {
  readonly db: Pick<Database, 'sql'>;
  /** Milliseconds until the gateway may be asked about this payment (or, where none is named, for this account) again; 0: now. Counts the call. */
  readonly throttle: (key: string) => Promise<number>;
}

export interface VerificationRequest {
  readonly notificationId: string;
  /** The payment whose run asks, or null for a message that names none. */
  readonly paymentId: string | null;
  readonly signal: AbortSignal;
}

export type Verification =
  /** True, and about the payment that asked (or about none). */
  | { readonly outcome: 'facts'; readonly facts: readonly GatewayFact[]; readonly account: VerifiedAccount }
  /** True, and it says that the payer of the payment that asked has approved: the money of `reference` can be taken. */
  | { readonly outcome: 'approved'; readonly reference: string }
  /** Nothing left to do here: it is invalid, in front of a person, already settled, on its way to where it belongs, or waits for another turn. */
  | { readonly outcome: 'settled'; readonly state: string; readonly reason: string | null };
type Settled = Extract<Verification, { readonly outcome: 'settled' }>;
export interface VerifiedAccount {
  readonly merchantId: string;
  readonly accountId: string;
  readonly gateway: GatewayName;
}

/** Some ten seconds of asking: a gateway that was merely slow has answered. */
const HICCUP_ATTEMPTS = 5;

/** Whose run asks about a message: a payment's, an agreement's, or the message's own. */
type Asker = { readonly paymentId: string } | { readonly agreementId: string } | null;
const runOf = (asker: Asker): string | null =>
  asker === null ? null : 'paymentId' in asker ? asker.paymentId : asker.agreementId;

/** Asks the gateway whether a stored message is true. Throws while there is no answer; the durable call asks again. */
export async function verifyNotification(
  deps: VerificationDependencies,
  { notificationId, paymentId, signal }: VerificationRequest,
): Promise<Verification> {
  const asked = await ask(deps, notificationId, paymentId === null ? null : { paymentId }, signal);
  switch (asked.outcome) {
    case 'answered':
      return accept(deps, notificationId, asked.row, asked.lookup);
    case 'approved':
      return paymentId === null ? settle(deps, notificationId, 'attention', 'unknown_order') : asked;
    case 'settled':
      return asked;
    default:
      return unreachable(asked);
  }
}

/** The same, of a message whose run is an agreement's: what it tells of that agreement, unless there is nothing left to do. */
export async function verifyAgreementMessage(
  deps: VerificationDependencies,
  { notificationId, agreementId, signal }: Omit<VerificationRequest, 'paymentId'> & { readonly agreementId: string },
): Promise<(Lookup & { readonly found: true }) | null> {
  const asked = await ask(deps, notificationId, { agreementId }, signal);
  if (asked.outcome === 'answered') return asked.lookup;
  if (asked.outcome === 'approved') await settle(deps, notificationId, 'attention', 'unknown_order');
  return null;
}

type Asked =
  | { readonly outcome: 'answered'; readonly row: MessageRow; readonly lookup: Lookup & { readonly found: true } }
  | Extract<Verification, { readonly outcome: 'approved' | 'settled' }>;

/** What the gateway says of a message, if that is true and about the asker; else what became of the message. */
async function ask(
  deps: VerificationDependencies,
  notificationId: string,
  asker: Asker,
  signal: AbortSignal,
): Promise<Asked> {
  // Messages that name no payment are counted by their account, so that a flood at one merchant's address holds up nobody else's money.
  const pause = await deps.throttle(runOf(asker) ?? (await accountOfMessage(deps.db, notificationId)) ?? 'unknown');
  if (pause > 0) return waitForTurn(deps, notificationId, runOf(asker), pause);
  const paymentId = asker && 'paymentId' in asker ? asker.paymentId : null;
  const row = await beginVerification(deps.db, notificationId, paymentId);
  if (!row) return { outcome: 'settled', state: 'settled', reason: null };

  const raw = { channel: row.channel, ...openRaw(deps.vault, row.sealed, row.accountId) };
  const context = contextOf(deps, row, signal);
  if (await isKnownByNow(deps, paymentId, row, raw, context)) return settle(deps, notificationId, 'duplicate', null);
  const lookup = await askGateway(row, raw, context);
  if (lookup instanceof GatewayFailure) return noAnswer(deps, notificationId, row, lookup);
  switch (lookup.found) {
    case true: {
      if (lookup.learned) await learn(deps, row, lookup.learned);
      const elsewhere = await sendOn(deps, notificationId, asker, row, lookup);
      return elsewhere ?? { outcome: 'answered', row, lookup };
    }
    case 'approved': {
      const { reference } = lookup;
      const elsewhere = await sendOn(deps, notificationId, asker, row, { ...lookup, references: [reference] });
      return elsewhere ?? { outcome: 'approved', reference };
    }
    case 'account_revoked':
      return revoke(deps, notificationId, row, lookup.reason);
    case false:
      return settle(deps, notificationId, 'invalid', lookup.reason);
    case 'elsewhere':
      return settle(deps, notificationId, 'attention', lookup.reason);
    case 'undecided':
      throw notYet('undecided', `${row.gateway} has not decided about what ${notificationId} tells of`);
    case 'unaskable':
      return settle(deps, notificationId, 'attention', 'unaskable');
    case 'unknown':
      return noAnswer(
        deps,
        notificationId,
        row,
        new GatewayFailure({
          code: lookup.reason,
          message: `${row.gateway} answered ${notificationId} with nothing that can be believed`,
          moved: 'no',
          retry: lookup.retryAfterMs === undefined ? 'later' : { afterMs: lookup.retryAfterMs },
        }),
      );
    default:
      return unreachable(lookup);
  }
}

/** The gateway was asked enough: the message waits in the outbox, where it costs nothing, and not in a run. One that was settled or moved is let alone. */
async function waitForTurn(
  { db }: VerificationDependencies,
  notificationId: string,
  run: string | null,
  pauseMs: number,
): Promise<Settled> {
  const waits = await putBack(db, { id: notificationId, paymentId: run }, pauseMs);
  return { outcome: 'settled', state: waits ? 'put_back' : 'settled', reason: null };
}

/**
 * Whether all that the message claims was recorded since it came. The gateway tells of money that we take or give back ourselves
 * while its answer to us is being recorded; nobody need be asked about what changes nothing.
 */
async function isKnownByNow(
  { db }: VerificationDependencies,
  paymentId: string | null,
  row: MessageRow,
  raw: RawNotification,
  { credentials }: GatewayContext<unknown>,
): Promise<boolean> {
  const { gateway, readNotification } = GATEWAYS[row.gateway];
  const reading = readNotification(raw, credentials);
  if (!reading.ok) return false;
  const { hint } = reading;
  const mayBeOurs =
    gateway.capabilities.capture === 'by_us' || hint.facts.some(({ kind }) => kind === 'payment_refunded');
  return mayBeOurs && isKnown(db, paymentId, row.accountId, claimOf(row.channel, hint));
}

async function askGateway(
  row: MessageRow,
  raw: RawNotification,
  context: GatewayContext<unknown>,
): Promise<Lookup | GatewayFailure> {
  try {
    return await GATEWAYS[row.gateway].gateway.fetchFacts(
      { by: 'notification', raw, checkout: row.checkout, receivedAt: row.receivedAt.toISOString() },
      context,
    );
  } catch (error) {
    if (error instanceof GatewayFailure) return error;
    throw error;
  }
}

/** No answer is no verdict: the durable call tries again, except where trying burns the question, or where others wait for the place. */
async function noAnswer(
  deps: VerificationDependencies,
  notificationId: string,
  row: MessageRow,
  failure: GatewayFailure,
): Promise<Settled> {
  if (failure.retry === 'never') return settle(deps, notificationId, 'attention', failure.code);
  const pauses = GATEWAYS[row.gateway].channels[row.channel]?.pausesMs;
  if (!pauses) {
    const isHiccup = row.attempts < HICCUP_ATTEMPTS;
    if (!isHiccup && (await giveWay(deps.db, notificationId, TURNS.pauseMs)))
      return { outcome: 'settled', state: 'put_back', reason: null };
    throw toTemporalFailure(failure);
  }
  const [pause, unanswered] = [pauses[row.attempts - 1], `${row.channel}_unanswered`];
  if (pause !== undefined) throw notYet(unanswered, `${failure.code}: ${failure.message}`, pause);
  return settle(deps, notificationId, 'attention', unanswered);
}

interface Whose {
  readonly paymentId: string | null;
  readonly references: readonly string[];
  readonly agreement?: AgreementName;
}

/**
 * Sends the message on when it is true but not about the asker; null when it is. Money that is a payment's already is that payment's; what
 * else is told of an agreement is the agreement's.
 */
async function sendOn(
  { db }: VerificationDependencies,
  notificationId: string,
  asker: Asker,
  { accountId }: MessageRow,
  whose: Whose,
): Promise<Settled | null> {
  const askerId = runOf(asker);
  if (askerId !== null && whose.paymentId === askerId) return null;
  const payment = await findMeantPayment(db, accountId, whose);
  const meant = payment ?? (whose.agreement ? await findMeantAgreement(db, accountId, whose.agreement) : null);
  if (meant === askerId) return null;
  if (meant !== null && payment === null) await moveToAgreement(db, notificationId, meant);
  else await moveMessage(db, notificationId, payment);
  return { outcome: 'settled', state: 'moved', reason: meant };
}

async function accept(
  deps: VerificationDependencies,
  notificationId: string,
  row: MessageRow,
  lookup: Lookup & { found: true },
): Promise<Verification> {
  const facts = toldFacts(lookup);
  if (facts.length === 0) {
    const otherwise = lookup.agreement ? 'unknown_agreement' : 'nothing_understood';
    return settle(deps, notificationId, 'attention', lookup.remarks[0]?.word ?? otherwise);
  }
  const { merchantId, accountId, gateway } = row;
  return { outcome: 'facts', facts, account: { merchantId, accountId, gateway } };
}

/** Keeps what the message taught us with the account. Had its credentials changed meanwhile, it may not be theirs: then it is asked about anew. */
async function learn({ db, vault }: VerificationDependencies, row: MessageRow, learned: object): Promise<void> {
  const known = openCredentials(vault, row) as object;
  const credentials = sealCredentials(vault, row.accountId, { ...known, ...learned });
  await inTransaction(db, async (tx) => {
    if (!(await keepLearned(tx, row, { credentials, keyId: vault.keyId })))
      throw notYet(
        'credentials_changed',
        `the credentials of ${row.accountId} changed while a message was verified with them`,
      );
    await noteByGateway(tx, row, 'gateway_account.changed', { after: withheld(Object.keys(learned)) });
  });
}

/** The account must not be used any more, and says so; money that is under way through it is still followed. */
async function revoke(
  deps: VerificationDependencies,
  notificationId: string,
  row: MessageRow,
  reason: string,
): Promise<Settled> {
  await inTransaction(deps.db, async (tx) => {
    if (!(await disableAccount(tx, row.accountId, reason))) return;
    await noteByGateway(tx, row, 'gateway_account.disabled', {
      before: { enabled: true },
      after: { enabled: false, reason },
    });
    const data = { gateway: GATEWAYS[row.gateway].title, reason };
    await queueStaffLetters(tx, row.merchantId, { kind: 'account_disabled', data });
  });
  return settle(deps, notificationId, 'applied', reason);
}

/** What a gateway changes at its account is no fact of a payment. */
async function noteByGateway(
  tx: Sql,
  { merchantId, gateway }: MessageRow,
  action: string,
  change: Pick<Change, 'before' | 'after'>,
): Promise<void> {
  const object = { kind: 'gateway_account', id: gateway };
  await noteChange(tx, byItself({ kind: 'gateway', id: gateway }), { merchantId, action, object, ...change });
}

/** Ends a message without facts. */
export async function settle(
  { db }: VerificationDependencies,
  notificationId: string,
  state: 'applied' | 'duplicate' | 'invalid' | 'attention',
  reason: string | null,
): Promise<Settled> {
  await endMessage(db, notificationId, state, reason);
  return { outcome: 'settled', state, reason };
}
