import type { Database } from '../prisma/client';
import { openRaw } from '../vault/raw-message';
import type { GatewayFact } from '../workflows/domain/fact';
import { GatewayFailure } from './gateways/port';
import type { GatewayContext, Lookup, OpenedCheckout, RawNotification } from './gateways/port';
import type { Channel, GatewayName } from '../workflows/domain/gateway';
import { toldFacts } from '../workflows/domain/remark';
import { unreachable } from '../workflows/domain/unreachable';
import { contextOf } from './accounts';
import type { AskingDependencies, SealedAccount } from './accounts';
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
export interface VerifiedAccount {
  readonly merchantId: string;
  readonly accountId: string;
  readonly gateway: GatewayName;
}

interface Row extends VerifiedAccount, SealedAccount {
  readonly channel: Channel;
  readonly sealed: Buffer;
  readonly attempts: number;
  readonly checkout: OpenedCheckout | null;
  readonly receivedAt: Date;
}

/** Some ten seconds of asking: a gateway that was merely slow has answered. */
const HICCUP_ATTEMPTS = 5;

/** Asks the gateway whether a stored message is true. Throws while there is no answer; the durable call asks again. */
export async function verifyNotification(
  deps: VerificationDependencies,
  { notificationId, paymentId, signal }: VerificationRequest,
): Promise<Verification> {
  const pause = await deps.throttle(paymentId ?? (await accountOf(deps, notificationId)));
  if (pause > 0) return putBack(deps, notificationId, paymentId, pause);
  const row = await beginAttempt(deps, notificationId, paymentId);
  if (!row) return { outcome: 'settled', state: 'settled', reason: null };

  const raw = { channel: row.channel, ...openRaw(deps.vault, row.sealed, row.accountId) };
  const context = contextOf(deps, row, signal);
  if (await isKnownByNow(deps, row, raw, context)) return settle(deps, notificationId, 'duplicate', null);
  const lookup = await ask(row, raw, context);
  if (lookup instanceof GatewayFailure) return noAnswer(deps, notificationId, row, lookup);
  switch (lookup.found) {
    case true: {
      if (lookup.learned) await learn(deps, row, lookup.learned);
      const elsewhere = await sendOn(deps, { notificationId, paymentId, row, lookup });
      return elsewhere ?? accept(deps, notificationId, row, lookup);
    }
    case 'approved': {
      const { reference } = lookup;
      const elsewhere = await sendOn(deps, {
        notificationId,
        paymentId,
        row,
        lookup: { ...lookup, references: [reference] },
      });
      if (elsewhere) return elsewhere;
      return paymentId === null
        ? settle(deps, notificationId, 'attention', 'unknown_order')
        : { outcome: 'approved', reference };
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
async function putBack(
  { db }: VerificationDependencies,
  notificationId: string,
  paymentId: string | null,
  pauseMs: number,
): Promise<Verification> {
  const { rowCount } = await db.sql.query({
    name: 'put_back',
    text: `UPDATE outbox SET told_at = NULL, throttled = true, due_at = now() + $3 * interval '1 millisecond'
           WHERE subject_id = $1 AND payment_id IS NOT DISTINCT FROM $2`,
    values: [notificationId, paymentId, pauseMs],
  });
  return { outcome: 'settled', state: rowCount === 0 ? 'settled' : 'put_back', reason: null };
}

/** Whether the message left its place with Temporal to another one of its account. */
async function givesWay({ db }: VerificationDependencies, notificationId: string): Promise<boolean> {
  const { rows } = await db.sql.query<{ gave: boolean }>('SELECT give_way($1) AS gave', [notificationId]);
  return rows[0]?.gave === true;
}

/** What messages that name no payment are counted by, so that a flood at one merchant's address holds up nobody else's money. */
async function accountOf({ db }: VerificationDependencies, notificationId: string): Promise<string> {
  const { rows } = await db.sql.query<{ accountId: string }>(
    'SELECT account_id AS "accountId" FROM notifications WHERE id = $1',
    [notificationId],
  );
  return rows[0]?.accountId ?? 'unknown';
}

async function beginAttempt(
  { db }: VerificationDependencies,
  notificationId: string,
  paymentId: string | null,
): Promise<Row | null> {
  const { rows } = await db.sql.query<Row>({
    name: 'begin_verification',
    text: `UPDATE notifications n SET attempts = n.attempts + 1 FROM gateway_accounts a
           WHERE n.id = $1 AND n.state = 'received' AND a.id = n.account_id
           RETURNING n.channel, n.sealed, n.attempts, n.received_at AS "receivedAt", a.merchant_id AS "merchantId", a.id AS "accountId", a.gateway, a.environment, a.credentials,
                     (SELECT p.opened_with FROM payments p WHERE p.id = $2) AS "openedWith",
                     (SELECT jsonb_build_object('paymentId', p.id, 'money', jsonb_build_object('amount', p.amount, 'currency', p.currency), 'method', p.method,
                        'handed', p.next_action->>'kind', 'reference', p.checkout_reference, 'pending', '[]'::jsonb, 'createdAt', iso(p.created_at))
                      FROM payments p WHERE p.id = $2) AS checkout`,
    values: [notificationId, paymentId],
  });
  return rows[0] ?? null;
}

/**
 * Whether all that the message claims was recorded since it came. Where we take the money ourselves, the gateway tells of it
 * while its answer to us is being recorded; nobody need be asked about what changes nothing.
 */
async function isKnownByNow(
  { db }: VerificationDependencies,
  row: Row,
  raw: RawNotification,
  { credentials }: GatewayContext<unknown>,
): Promise<boolean> {
  const { gateway, readNotification } = GATEWAYS[row.gateway];
  if (gateway.capabilities.capture !== 'by_us') return false;
  const reading = readNotification(raw, credentials);
  if (!reading.ok) return false;
  const { references, facts } = reading.hint;
  const { rows } = await db.sql.query<{ known: boolean }>({
    name: 'says_nothing_new',
    text: 'SELECT says_nothing_new($1, $2) AS known',
    values: [row.accountId, JSON.stringify({ channel: row.channel, references, facts })],
  });
  return rows[0]?.known === true;
}

async function ask(row: Row, raw: RawNotification, context: GatewayContext<unknown>): Promise<Lookup | GatewayFailure> {
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
  row: Row,
  failure: GatewayFailure,
): Promise<Verification> {
  if (failure.retry === 'never') return settle(deps, notificationId, 'attention', failure.code);
  const pauses = GATEWAYS[row.gateway].channels[row.channel]?.pausesMs;
  if (!pauses) {
    const isHiccup = row.attempts < HICCUP_ATTEMPTS;
    if (!isHiccup && (await givesWay(deps, notificationId)))
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
}

/** Sends the message on when it is true but not about the payment that asked; null when it is. */
async function sendOn(
  deps: VerificationDependencies,
  {
    notificationId,
    paymentId,
    row,
    lookup,
  }: { notificationId: string; paymentId: string | null; row: Row; lookup: Whose },
): Promise<Verification | null> {
  const belongsTo =
    lookup.paymentId === paymentId && paymentId !== null ? paymentId : await findPayment(deps, row.accountId, lookup);
  if (belongsTo !== paymentId) {
    await deps.db.sql.query(
      `WITH moved AS (UPDATE notifications SET payment_id = $2 WHERE id = $1 AND state = 'received' RETURNING id)
       UPDATE outbox SET payment_id = $2, due_at = now(), tries = 0 WHERE subject_id IN (SELECT id FROM moved)`,
      [notificationId, belongsTo],
    );
    return { outcome: 'settled', state: 'moved', reason: belongsTo };
  }
  return null;
}

async function accept(
  deps: VerificationDependencies,
  notificationId: string,
  row: Row,
  lookup: Lookup & { found: true },
): Promise<Verification> {
  const facts = toldFacts(lookup);
  if (facts.length === 0)
    return settle(deps, notificationId, 'attention', lookup.remarks[0]?.word ?? 'nothing_understood');
  const { merchantId, accountId, gateway } = row;
  return { outcome: 'facts', facts, account: { merchantId, accountId, gateway } };
}

/** Keeps what the message taught us with the account. Had its credentials changed meanwhile, it may not be theirs: then it is asked about anew. */
async function learn({ db, vault }: VerificationDependencies, row: Row, learned: object): Promise<void> {
  const { accountId, credentials } = row;
  const known = JSON.parse(vault.open(credentials, accountId).toString()) as object;
  const { rowCount } = await db.sql.query(
    'UPDATE gateway_accounts SET credentials = $3, key_id = $4, updated_at = now() WHERE id = $1 AND credentials = $2',
    [accountId, credentials, vault.seal(Buffer.from(JSON.stringify({ ...known, ...learned })), accountId), vault.keyId],
  );
  if (rowCount === 0)
    throw notYet(
      'credentials_changed',
      `the credentials of ${accountId} changed while a message was verified with them`,
    );
}

/** The account must not be used any more, and says so; money that is under way through it is still followed. */
async function revoke(
  deps: VerificationDependencies,
  notificationId: string,
  row: Row,
  reason: string,
): Promise<Verification> {
  await deps.db.sql.query('UPDATE gateway_accounts SET enabled = false, disabled_reason = $2 WHERE id = $1', [
    row.accountId,
    reason,
  ]);
  return settle(deps, notificationId, 'applied', reason);
}

async function findPayment({ db }: VerificationDependencies, accountId: string, lookup: Whose): Promise<string | null> {
  const { rows } = await db.sql.query<{ id: string }>(
    `SELECT id, 0 AS rank FROM payments WHERE id = $2 AND account_id = $1
     UNION ALL SELECT id, 1 FROM payments WHERE account_id = $1 AND checkout_reference = ANY ($3)
     UNION ALL SELECT bound_payment_id, 2 FROM payment_facts WHERE account_id = $1 AND gateway_reference = ANY ($3) AND bound_payment_id IS NOT NULL
     ORDER BY rank LIMIT 1`,
    [accountId, lookup.paymentId, lookup.references],
  );
  return rows[0]?.id ?? null;
}

async function settle(
  { db }: VerificationDependencies,
  notificationId: string,
  state: 'applied' | 'duplicate' | 'invalid' | 'attention',
  reason: string | null,
): Promise<Verification> {
  await db.sql.query('SELECT settle_without_facts($1, $2, $3)', [notificationId, state, reason]);
  return { outcome: 'settled', state, reason };
}
