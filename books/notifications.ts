import type { Database } from '../prisma/client';
import type { GatewayAccount, Notification } from '../prisma/generated/client';
import type { Channel, GatewayName, OpenedCheckout } from '../workflows/domain/gateway';
import type { SealedAccount } from './accounts';
import { call } from './functions';
import type { ClaimPayload, Dismissal, Received } from './functions';
import type { Page, Sql } from './sql';

/** Every state that a message can be in. */
export type NotificationState = 'received' | 'applied' | 'duplicate' | 'invalid' | 'unmatched' | 'attention';

export interface NewMessage {
  readonly claim: ClaimPayload;
  /** What makes two messages the same one. */
  readonly dedupeKey: Buffer;
  /** Headers and raw bytes, sealed for the account. */
  readonly sealed: Buffer;
}

/** Keeps a message and that Temporal is to be told of it; `leaseMs`: how long whoever may tell it at once has for that. One round trip. */
export async function keepMessage(
  db: Sql,
  { claim, dedupeKey, sealed }: NewMessage,
  leaseMs: number,
): Promise<Received> {
  return call(db, 'receive_notification', claim, dedupeKey, sealed, `${leaseMs} milliseconds`);
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
export type ListedMessage = Notification & { readonly account: GatewayAccount };

/** The merchant's message of this id, or null. */
export async function findMessage(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  id: string,
): Promise<ListedMessage | null> {
  return prisma.notification.findFirst({ where: { id, account: { merchantId } }, include: { account: true } });
}

/** A merchant's messages, newest first; one more than asked for where there are more. */
export async function listMessages(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  { state, paymentId }: { readonly state?: NotificationState | undefined; readonly paymentId?: string | undefined },
  { before, limit }: Page,
): Promise<ListedMessage[]> {
  return prisma.notification.findMany({
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
