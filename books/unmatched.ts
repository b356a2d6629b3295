import type { Fact } from '../workflows/domain/fact';
import type { GatewayName } from '../workflows/domain/gateway';
import type { Payment } from '../workflows/domain/payment';
import type { SealedAccount } from './accounts';
import { FACTS, fromRow, keysOfBooked } from './facts';
import type { RecordedRow } from './facts';
import type { Sql } from './sql';

/**
 * Money that came and names no payment, with all that is told of it. It is like a payment of which nothing was asked: what came
 * waits in suspense, and what was attached to a member was accepted for them.
 */
export interface Unmatched extends Payment, SealedAccount {
  readonly notificationId: string;
  /** The gateway's reference of the money. */
  readonly reference: string;
  /** Whose cart it was attached to, or null. */
  readonly memberId: string | null;
  /** The keys of the facts that have an entry, as far as {@link FACTS} asks. */
  readonly booked: ReadonlySet<string>;
}

interface Row extends SealedAccount {
  readonly notificationId: string;
  readonly merchantId: string;
  readonly memberId: string | null;
  readonly gateway: GatewayName;
  readonly reference: string;
  readonly currency: string;
  readonly receivedAt: Date;
  readonly attached: number | null;
  readonly facts: RecordedRow[];
}

/** The money that this message told of, or null where it is no message about money of nobody's. */
export async function loadUnmatched(
  { sql }: Sql,
  notificationId: string,
  merchantId?: string,
): Promise<Unmatched | null> {
  const { rows } = await sql.query<Row>({
    name: 'load_unmatched',
    text: `SELECT n.id AS "notificationId", a.merchant_id AS "merchantId", n.member_id AS "memberId", n.gateway_reference AS reference, n.currency,
                  n.received_at AS "receivedAt", a.id AS "accountId", a.gateway, a.environment, a.credentials, NULL AS "openedWith",
                  (SELECT l.amount FROM paylines l WHERE l.notification_id = n.id AND l.kind = 'attachment') AS attached,
                  coalesce((SELECT ${FACTS} FROM (SELECT f.*, f.recorded_at AS place FROM facts f
                    WHERE f.account_id = a.id AND (f.gateway_reference = n.gateway_reference OR f.detail->>'parent' = n.gateway_reference)) f), '[]') AS facts
           FROM notifications n JOIN gateway_accounts a ON a.id = n.account_id
           WHERE n.id = $1 AND ($2::text IS NULL OR a.merchant_id = $2) AND n.kind = 'payment_captured' AND n.payment_id IS NULL
             AND (n.state = 'unmatched' OR n.state = 'applied' AND n.member_id IS NOT NULL)`,
    values: [notificationId, merchantId ?? null],
  });
  return rows[0] ? assemble(rows[0]) : null;
}

/** The message that first told of money of nobody's by this reference, or null. It waits in suspense, or was attached to a member. */
export async function findUnmatched({ sql }: Sql, accountId: string, reference: string): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT n.id FROM (
       SELECT u.notification_id FROM unapplied_messages u WHERE u.account_id = $1 AND u.state = 'unmatched'
       UNION ALL
       SELECT l.notification_id FROM facts f JOIN paylines l ON l.fact_id = f.id AND l.kind = 'attachment'
         WHERE f.account_id = $1 AND f.gateway_reference = $2 AND f.kind = 'payment_captured') told
       JOIN notifications n ON n.id = told.notification_id
     WHERE n.gateway_reference = $2 AND n.kind = 'payment_captured' AND n.payment_id IS NULL ORDER BY n.sequence LIMIT 1`,
    [accountId, reference],
  );
  return rows[0]?.id ?? null;
}

const ATTACHMENT = 'attachment';
/** The money with the facts that are recorded of it, in recorded order. */
export function withoutAttachment({ terms, facts }: Payment): Payment {
  return { terms, facts: facts.filter((fact) => !isOwnAttachment(fact)) };
}

/** The attachment stands in the cart and not among the facts; read back it is one of them. */
function isOwnAttachment(fact: Fact): boolean {
  return fact.kind === 'suspense_accepted' && fact.commandId === ATTACHMENT;
}

function assemble({ facts, attached, receivedAt, merchantId, currency, ...row }: Row): Unmatched {
  const at = receivedAt.toISOString();
  const told = facts.map(fromRow);
  const accepted = {
    kind: 'suspense_accepted',
    gatewayReference: row.reference,
    qualifier: '',
    amount: attached ?? 0,
    currency,
    occurredAt: at,
    commandId: ATTACHMENT,
  } as const;
  // The attachment comes right after the money, as what was attached is what was there then.
  const place = told.findIndex(({ kind }) => kind === 'payment_captured') + 1;
  return {
    ...row,
    terms: {
      id: row.notificationId,
      merchantId,
      memberId: row.memberId ?? '',
      accountId: row.accountId,
      gateway: row.gateway,
      amount: 0,
      currency,
      expiresAt: at,
      latePayments: 'credit',
      charges: [],
    },
    booked: keysOfBooked(facts),
    facts: attached === null ? told : [...told.slice(0, place), accepted, ...told.slice(place)],
  };
}
