import type { Database } from '../prisma/client';
import type { Notification } from '../prisma/generated/client';
import type { Claim } from '../workflows/domain/claim';
import type { Channel, GatewayName, OpenedCheckout } from '../workflows/domain/gateway';
import type { TurnRules } from '../workflows/domain/places';
import { toAccountRow } from './accounts';
import type { AccountRow, SealedAccount } from './accounts';
import { call, interval, turnRules } from './functions';
import type { Dismissal, Received } from './functions';
import type { Page, Sql } from './sql';

/** Every state that a message can be in. */
export type NotificationState = 'received' | 'applied' | 'duplicate' | 'invalid' | 'unmatched' | 'attention';

export interface NewMessage {
  readonly id: string;
  readonly accountId: string;
  readonly channel: Channel;
  /** The payment that it names, or on whose page it came. */
  readonly paymentId: string | null;
  readonly claim: Claim;
  /** How often one that was answered is asked about in all; null: once. */
  readonly askAgain: number | null;
  /** Whether more wait of the account than it may have; a caller that does not say takes everything. */
  readonly accountFull?: boolean;
  /** What makes two messages the same one. */
  readonly dedupeKey: Buffer;
  /** Headers and raw bytes, sealed for the account. */
  readonly sealed: Buffer;
}

/**
 * Keeps a message and that Temporal is to be told of it; `leaseMs`: how long whoever may tell it at once has for that. One round
 * trip.
 */
export async function keepMessage(
  db: Sql,
  { id, accountId, channel, paymentId, claim, askAgain, accountFull, dedupeKey, sealed }: NewMessage,
  rules: TurnRules,
  leaseMs: number,
): Promise<Received> {
  const turns = turnRules(rules);
  const payload = { id, account: accountId, channel, payment: paymentId, claim, askAgain, accountFull, turns };
  return call(db, 'keep_message', payload, dedupeKey, sealed, interval(leaseMs));
}

/** Whether all that an unverified message claims is recorded already. */
export async function isKnown(db: Sql, accountId: string, claim: Claim): Promise<boolean> {
  return call(db, 'is_known', accountId, claim);
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
           RETURNING n.channel, n.sealed, n.attempts, n.received_at AS "receivedAt", a.merchant_id AS "merchantId", a.id AS "accountId", a.gateway, a.environment, a.credentials,
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
  const seen = (channels: string) =>
    `EXISTS (SELECT FROM notifications WHERE account_id = $1 AND channel IN (${channels}) AND state IN ('applied', 'duplicate', 'unmatched') AND dismissal IS NULL)`;
  const { rows } = await sql.query<{ told: boolean; pdt: boolean }>(
    `SELECT ${seen(`'ipn', 'webhook'`)} AS told, ${seen(`'pdt'`)} AS pdt`,
    [accountId],
  );
  return rows[0] ?? { told: false, pdt: false };
}

/** A message with the account that it came for. */
export type ListedMessage = Omit<Notification, 'channel'> & { readonly channel: Channel; readonly account: AccountRow };

const toListed = (row: Notification & { readonly account: Parameters<typeof toAccountRow>[0] }): ListedMessage => ({
  ...row,
  channel: row.channel as Channel, // the column's domain takes no other word
  account: toAccountRow(row.account),
});

/** The merchant's message of this id, or null. */
export async function findMessage(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  id: string,
): Promise<ListedMessage | null> {
  const row = await prisma.notification.findFirst({
    where: { id, account: { merchantId } },
    include: { account: true },
  });
  return row && toListed(row);
}

/** A merchant's messages, newest first; one more than asked for where there are more. */
export async function listMessages(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  { state, paymentId }: { readonly state?: NotificationState | undefined; readonly paymentId?: string | undefined },
  { before, limit }: Page,
): Promise<ListedMessage[]> {
  const rows = await prisma.notification.findMany({
    where: {
      account: { merchantId },
      ...(state && { state }),
      ...(paymentId !== undefined && { paymentId }),
      ...(before !== null && { sequence: { lt: before } }),
    },
    include: { account: true },
    orderBy: { sequence: 'desc' },
    take: limit + 1,
  });
  return rows.map(toListed);
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
