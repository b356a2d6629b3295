import type { Database } from '../prisma/client';
import type { Notification } from '../prisma/generated/client';
import type { Claim } from '../workflows/domain/claim';
import type { Channel, GatewayName, OpenedCheckout } from '../workflows/domain/gateway';
import type { TurnRules } from '../workflows/domain/places';
import type { SealedAccount } from './accounts';
import { call, interval, turnRules } from './functions';
import type { Dismissal, Received } from './functions';
import { anyOf, betweenPlaces, newestOf, placesOf } from './newest';
import { inPeriod } from './period';
import type { Period } from './period';
import type { Page, Sql } from './sql';

/** Every state that a message can be in. */
export type NotificationState = 'received' | 'applied' | 'duplicate' | 'invalid' | 'unmatched' | 'attention';

export interface NewMessage {
  readonly id: string;
  readonly accountId: string;
  readonly channel: Channel;
  /** The payment that it names, or on whose page it came. */
  readonly paymentId: string | null;
  /** The agreement that it names. */
  readonly agreementId: string | null;
  readonly claim: Claim;
  /** How often one that was answered is asked about in all; null: once. */
  readonly askAgain: number | null;
  /** Whether more wait of the account than it may have; a caller that does not say takes everything. */
  readonly accountFull?: boolean;
  /** What makes two messages the same one. */
  readonly dedupeKey: Buffer;
  /** Headers and raw bytes, sealed for the account. */
  readonly sealed: Buffer;
  /** Who is said to have paid, sealed for the account. */
  readonly payer: Buffer;
}

/**
 * Keeps a message and that Temporal is to be told of it; `leaseMs`: how long whoever may tell it at once has for that. One round
 * trip.
 */
export async function keepMessage(
  db: Sql,
  {
    id,
    accountId,
    channel,
    paymentId,
    agreementId,
    claim,
    askAgain,
    accountFull,
    dedupeKey,
    sealed,
    payer,
  }: NewMessage,
  rules: TurnRules,
  leaseMs: number,
): Promise<Received> {
  const turns = turnRules(rules);
  const payload = {
    id,
    account: accountId,
    channel,
    payment: paymentId,
    agreement: agreementId,
    claim,
    askAgain,
    accountFull,
    turns,
  };
  return call(db, 'receive_message', payload, dedupeKey, sealed, payer, interval(leaseMs));
}

/** Whether all that an unverified message of this payment (or, with null, of none) claims is recorded already. What is recorded of no payment is not known to one. */
export async function isKnown(db: Sql, paymentId: string | null, accountId: string, claim: Claim): Promise<boolean> {
  return call(db, 'is_known_of', paymentId, accountId, claim);
}

/** How many messages browsers brought back to a payment's page. */
export async function countHints({ sql }: Sql, paymentId: string): Promise<number> {
  const { rows } = await sql.query<{ hints: number }>({
    name: 'count_hints',
    text: `SELECT count(*) AS hints FROM notifications WHERE payment_id = $1 AND channel IN ('pdt', 'poll')`,
    values: [paymentId],
  });
  return rows[0]?.hints ?? 0;
}

/** The account that a message came for, or null. */
export async function accountOfMessage({ sql }: Sql, notificationId: string): Promise<string | null> {
  const { rows } = await sql.query<{ accountId: string }>(
    'SELECT account_id AS "accountId" FROM notifications WHERE id = $1',
    [notificationId],
  );
  return rows[0]?.accountId ?? null;
}

/** The bytes of the message `n`, wherever they lie: what the release before received is moved to their table little by little. */
const BYTES = 'coalesce((SELECT b.sealed FROM notification_bodies b WHERE b.notification_id = n.id), n.sealed)';

/** A message with all that its gateway is asked with. */
export interface MessageRow extends SealedAccount {
  readonly merchantId: string;
  readonly gateway: GatewayName;
  readonly channel: Channel;
  readonly sealed: Buffer;
  readonly attempts: number;
  /** The checkout of the payment that asks, or null. */
  readonly checkout: OpenedCheckout | null;
  readonly receivedAt: Date;
}

/** Counts another try to verify a message, and gives what it takes; null where it is settled already. */
export async function beginVerification(
  { sql }: Sql,
  notificationId: string,
  paymentId: string | null,
): Promise<MessageRow | null> {
  const { rows } = await sql.query<MessageRow>({
    name: 'begin_verification',
    text: `UPDATE notifications n SET attempts = n.attempts + 1 FROM gateway_accounts a
           WHERE n.id = $1 AND n.state = 'received' AND a.id = n.account_id
           RETURNING n.channel, ${BYTES} AS sealed, n.attempts, n.received_at AS "receivedAt", a.merchant_id AS "merchantId", a.id AS "accountId", a.gateway, a.environment, a.credentials,
                     (SELECT p.opened_with FROM payments p WHERE p.id = $2) AS "openedWith",
                     (SELECT jsonb_build_object('paymentId', p.id, 'money', jsonb_build_object('amount', p.amount, 'currency', p.currency), 'method', p.method,
                        'handed', p.next_action->>'kind', 'reference', p.checkout_reference, 'pending', '[]'::jsonb, 'createdAt', iso(p.created_at))
                      FROM payments p WHERE p.id = $2) AS checkout`,
    values: [notificationId, paymentId],
  });
  return rows[0] ?? null;
}

/** Sends a message that is not settled on to the payment that it proved to be about, or to none; whoever is told of it there is told at once. */
export async function moveMessage({ sql }: Sql, notificationId: string, paymentId: string | null): Promise<void> {
  await sql.query(
    `WITH moved AS (UPDATE notifications SET payment_id = $2 WHERE id = $1 AND state = 'received' RETURNING id)
     UPDATE outbox SET payment_id = $2, due_at = now(), tries = 0 WHERE subject_id IN (SELECT id FROM moved)`,
    [notificationId, paymentId],
  );
}

/** Ends a message that told no facts; one that is settled already stays as it is. */
export async function endMessage(
  db: Sql,
  notificationId: string,
  state: Exclude<NotificationState, 'received' | 'unmatched'>,
  reason: string | null,
): Promise<void> {
  await call(db, 'settle_without_facts', notificationId, state, reason);
}

/** Puts a message away that a person has read; null where it is not in front of one, or tells of money. */
export async function dismissMessage(db: Sql, notificationId: string, note: string | null): Promise<Dismissal | null> {
  return call(db, 'dismiss_notification', notificationId, note);
}

/** Which kinds of verified messages an account ever had: some settings can only be proven by what they send. */
export async function seenMessages({ sql }: Sql, accountId: string): Promise<{ told: boolean; pdt: boolean }> {
  const { rows } = await sql.query<{ channel: Channel }>(
    'SELECT channel FROM account_channels_seen WHERE account_id = $1',
    [accountId],
  );
  const seen = rows.map(({ channel }) => channel);
  return { told: seen.includes('ipn') || seen.includes('webhook'), pdt: seen.includes('pdt') };
}

/** A message as it is shown, with what of its account is needed to read it. */
export interface ListedMessage {
  readonly id: string;
  readonly sequence: number;
  readonly accountId: string;
  readonly gateway: GatewayName;
  readonly credentials: Buffer;
  readonly channel: Channel;
  readonly state: NotificationState;
  readonly reason: string | null;
  readonly kind: string | null;
  readonly paymentId: string | null;
  readonly memberId: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly gatewayReference: string | null;
  readonly dismissal: Dismissal | null;
  readonly attempts: number;
  readonly receivedAt: Date;
  /** Who paid, sealed; null of one that is not verified, of one that the release before received, and of an erased member's. */
  readonly payer: Buffer | null;
  /** The bytes of a verified one, where the payer must be read from them. */
  readonly sealed: Buffer | null;
}

/** Of messages `n` with their accounts `a`. Bytes and payers of those that are not verified are not even looked for. */
const LISTED = `
  n.id, n.sequence, n.account_id AS "accountId", a.gateway, a.credentials, n.channel, n.state, n.reason, n.kind, n.payment_id AS "paymentId",
  n.member_id AS "memberId", n.amount, n.currency, n.gateway_reference AS "gatewayReference", n.dismissal, n.attempts, n.received_at AS "receivedAt",
  CASE WHEN NOT e.erased THEN b.payer END AS payer, CASE WHEN n.kind IS NOT NULL AND b.payer IS NULL AND NOT e.erased THEN coalesce(b.sealed, n.sealed) END AS sealed`;
/** The bytes stay, for they prove money; of a member who was erased they are opened no more. */
const WITH_ACCOUNT_AND_BODY = `
  JOIN gateway_accounts a ON a.id = n.account_id LEFT JOIN notification_bodies b ON b.notification_id = n.id AND n.kind IS NOT NULL
  CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM members m WHERE m.erased_at IS NOT NULL
    AND m.id = coalesce(n.member_id, (SELECT p.member_id FROM payments p WHERE p.id = n.payment_id))) AS erased) e`;

/** The merchant's message of this id, or null. */
export async function findMessage({ sql }: Sql, merchantId: string, id: string): Promise<ListedMessage | null> {
  const { rows } = await sql.query<ListedMessage>(
    `SELECT ${LISTED} FROM notifications n ${WITH_ACCOUNT_AND_BODY} WHERE n.id = $2 AND a.merchant_id = $1`,
    [merchantId, id],
  );
  return rows[0] ?? null;
}

/** Messages by their ids, in no order; unknown ids are left out. */
export async function findMessages({ sql }: Sql, ids: readonly string[]): Promise<ListedMessage[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query<ListedMessage>(
    `SELECT ${LISTED} FROM notifications n ${WITH_ACCOUNT_AND_BODY} WHERE n.id = ANY ($1)`,
    [ids],
  );
  return rows;
}

/** All verified messages about a member's money, oldest first: of their payments, and what was given to them. */
export async function listMessagesOfMember(
  { sql }: Sql,
  merchantId: string,
  memberId: string,
): Promise<ListedMessage[]> {
  const { rows } = await sql.query<ListedMessage>(
    `SELECT ${LISTED} FROM (
       SELECT m.* FROM payments p JOIN notifications m ON m.payment_id = p.id WHERE p.member_id = $2
       UNION SELECT m.* FROM paylines l JOIN notifications m ON m.id = l.notification_id WHERE l.member_id = $2) n ${WITH_ACCOUNT_AND_BODY}
     WHERE a.merchant_id = $1 AND n.kind IS NOT NULL ORDER BY n.sequence`,
    [merchantId, memberId],
  );
  return rows;
}

/** Which messages a list shows; what is left out shows all. */
export interface MessageFilter {
  /** In one of these. */
  readonly state?: readonly NotificationState[] | undefined;
  readonly paymentId?: string | undefined;
  /** From one of these. */
  readonly gateway?: readonly GatewayName[] | undefined;
  /** When they came. */
  readonly period?: Period | undefined;
  /** These alone. */
  readonly ids?: readonly string[] | undefined;
}

/**
 * A merchant's messages, newest first; one more than asked for where there are more. A page is taken from each account of the merchant, which
 * are a handful, and of these the newest: so nobody else's rows are read. States that few messages are in are not looked for among all the
 * others.
 */
export async function listMessages(
  { sql }: Sql,
  merchantId: string,
  { state, paymentId, gateway, period = {}, ids }: MessageFilter,
  { before, limit }: Page,
): Promise<ListedMessage[]> {
  const values: unknown[] = [merchantId, limit + 1];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const common = [
    'm.account_id = a.id',
    ...(before === null ? [] : [`m.sequence < ${given(before)}`]),
    ...betweenPlaces(period, 'm.sequence'),
  ];
  const ofMessage = (row: string) => [
    ...inPeriod(`${row}.received_at`, period, given),
    ...(paymentId === undefined ? [] : [`${row}.payment_id = ${given(paymentId)}`]),
    ...(ids === undefined ? [] : [`${row}.id = ANY (${given(ids)}::text[])`]),
  ];
  const listed = state === undefined ? [] : [...new Set(state)].filter((one) => one !== 'applied');
  const isTimed = period.from !== undefined || period.to !== undefined;
  const isNarrow = paymentId !== undefined || ids !== undefined;
  const places = placesOf(
    period,
    given,
    (moment) => `sequence_at('notifications', 'account_id', a.id, 'received_at', ${moment})`,
  );
  const list = { columns: 'm.id, m.sequence', sequence: 'm.sequence', limit: '$2' };
  const whole = { ...list, from: 'notifications m' };
  const unapplied = {
    ...{ columns: 'm.notification_id AS id, m.sequence', sequence: 'm.sequence', limit: '$2' },
    // When a message came is all that is not in the list of those.
    from: `unapplied_messages m${isTimed ? ' JOIN notifications n ON n.id = m.notification_id' : ''}`,
  };
  const parts =
    isNarrow || state === undefined
      ? [newestOf(whole, [...common, ...ofMessage('m')], anyOf('m.state', state, given))]
      : [
          ...(state.includes('applied')
            ? [newestOf(whole, [...common, "m.state = 'applied'", ...ofMessage('m')], [])]
            : []),
          ...(listed.length === 0
            ? []
            : [newestOf(unapplied, [...common, ...ofMessage('n')], anyOf('m.state', listed, given))]),
        ];
  // It has no name, so that it is planned for what it is given.
  const { rows } = await sql.query<ListedMessage>(
    `WITH accounts AS MATERIALIZED (
       SELECT ${['a.id', ...places].join(', ')} FROM gateway_accounts a
       WHERE a.merchant_id = $1${gateway === undefined ? '' : ` AND a.gateway = ANY (${given(gateway)})`}),
     page AS MATERIALIZED (
       SELECT found.id FROM accounts a, LATERAL (${parts.join(' UNION ')}) found ORDER BY found.sequence DESC LIMIT $2)
     SELECT ${LISTED} FROM page JOIN notifications n ON n.id = page.id ${WITH_ACCOUNT_AND_BODY} ORDER BY n.sequence DESC`,
    values,
  );
  return rows;
}

/** The captured money of no payment that a message told of, or null. */
export async function findSuspendedMoney(
  { prisma }: Pick<Database, 'prisma'>,
  { accountId, gatewayReference }: Pick<Notification, 'accountId' | 'gatewayReference'>,
) {
  if (gatewayReference === null) return null;
  return prisma.fact.findFirst({
    where: { accountId, gatewayReference, kind: 'payment_captured', paymentId: null },
  });
}
