import type { Fact } from '../workflows/domain/fact';
import type { CheckoutOrder, Environment, GatewayName, NextAction } from '../workflows/domain/gateway';
import type { LatePaymentPolicy, PaymentStatus, PaymentTerms } from '../workflows/domain/payment';
import type { SealedAccount } from './accounts';
import { asPayload } from './audit';
import type { Author } from './audit';
import { toRow } from './facts';
import { call, interval } from './functions';
import type { Sql } from './sql';

/** All that opening a payment depends on, as it stands at one moment. */
export interface Situation {
  readonly merchant: {
    readonly name: string;
    readonly currency: string;
    readonly latePayments: LatePaymentPolicy;
    readonly returnOrigins: readonly string[];
  };
  readonly member: { readonly name: string; readonly email: string | null; readonly erased: boolean } | null;
  /** What of it is owed in all, and what of the charges that are named. */
  readonly cart: { readonly due: number; readonly dueOfNamed: number } | null;
  /** What gateways hold of the member's money. */
  readonly pending: number;
  readonly account: {
    readonly id: string;
    readonly environment: Environment;
    readonly pathToken: string;
    /** Sealed. */
    readonly credentials: Buffer;
    readonly enabled: boolean;
    readonly disabledReason: string | null;
  } | null;
}

/** Reads it in one statement, with what is open of the charges `named`; null where there is no such merchant. */
export async function readSituation(
  { sql }: Sql,
  merchantId: string,
  memberId: string,
  gateway: GatewayName,
  named: readonly string[],
): Promise<Situation | null> {
  type InBase64 = Omit<NonNullable<Situation['account']>, 'credentials'> & { readonly credentials: string };
  // The charges named are looked up by their ids alone: told the member too, the planner may read all that a member with thousands ever owed.
  const { rows } = await sql.query<Omit<Situation, 'account'> & { readonly account: InBase64 | null }>({
    name: 'read_situation',
    text: `SELECT jsonb_build_object('name', m.name, 'currency', m.currency, 'latePayments', m.late_payments, 'returnOrigins', m.return_origins) AS merchant,
                  (SELECT jsonb_build_object('name', b.name, 'email', b.email, 'erased', b.erased_at IS NOT NULL) FROM members b WHERE b.id = $2 AND b.merchant_id = m.id) AS member,
                  (SELECT jsonb_build_object('due', greatest(0, -c.balance), 'dueOfNamed',
                     (SELECT coalesce(sum(open_of(h)) FILTER (WHERE h.member_id = c.member_id), 0) FROM charges h WHERE h.id = ANY ($4)))
                     FROM members b JOIN carts c ON c.member_id = b.id WHERE b.id = $2 AND b.merchant_id = m.id) AS cart,
                  pending_of($2) AS pending,
                  (SELECT jsonb_build_object('id', a.id, 'environment', a.environment, 'pathToken', a.path_token, 'enabled', a.enabled, 'disabledReason', a.disabled_reason,
                     'credentials', encode(a.credentials, 'base64')) FROM gateway_accounts a WHERE a.merchant_id = m.id AND a.gateway = $3) AS account
           FROM merchants m WHERE m.id = $1`,
    values: [merchantId, memberId, gateway, named],
  });
  const [row] = rows;
  if (!row) return null;
  const { account } = row;
  return { ...row, account: account && { ...account, credentials: Buffer.from(account.credentials, 'base64') } };
}

/** What a gateway is to be asked for, where opening needs the network. The order is the one that the payer agreed to. */
export type PlannedOpening =
  | { readonly asks: 'repeatably'; readonly order: CheckoutOrder }
  | { readonly asks: 'once'; readonly order: CheckoutOrder; readonly nextAction: NextAction };

export interface NewPayment {
  readonly terms: PaymentTerms;
  readonly status: PaymentStatus;
  readonly method: string | null;
  readonly nextAction: NextAction | null;
  readonly returnUrl: string | null;
  readonly cancelUrl: string | null;
  readonly opening: PlannedOpening | null;
  /** The payment's first fact, where its checkout is open already. */
  readonly opened: Fact | null;
  /** The account's credentials as they are now, sealed: who can be paid by this checkout. */
  readonly openedWith: Buffer;
}

/**
 * Writes a payment, its first fact, who opened it, and that its run is to be started by the sweeper, unless somebody does so within
 * `leaseMs`; gives when. Null: its member has `mostOpen` open payments already, and nothing was written.
 */
export async function createPayment(
  db: Sql,
  author: Author,
  { terms, opened, openedWith, ...checkout }: NewPayment,
  { leaseMs, mostOpen }: { readonly leaseMs: number; readonly mostOpen: number | null },
): Promise<Date | null> {
  const { merchantId: merchant, memberId: member, accountId: account } = terms;
  const payload = { ...terms, ...checkout, merchant, member, account, opened: opened && toRow(opened) };
  return call(db, 'open_payment_by', payload, openedWith, interval(leaseMs), mostOpen, asPayload(author));
}

/** What a payment's phone was prompted by: the account, and every way in which the number may have been written. */
export interface PromptedLine {
  readonly accountId: string;
  readonly phones: readonly [string, ...string[]];
}

/**
 * A payment whose prompt on this phone may still be approved, or null; one that we closed counts for `windowMs` from its beginning.
 * Until the caller's transaction ends, whoever else asks about this phone waits, so that of two at once one sees the other.
 */
export async function findOpenPrompt(
  { sql }: Sql,
  { accountId, phones }: PromptedLine,
  windowMs: number,
): Promise<string | null> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`prompt ${accountId} ${phones[0]}`]);
  const { rows } = await sql.query<{ id: string }>(
    `SELECT p.id FROM payments p
     WHERE p.account_id = $1 AND p.opening->>'asks' = 'once' AND p.opening->'nextAction'->>'to' = ANY ($2)
       AND (p.status IN ('created', 'awaiting_payer', 'processing')
            OR (p.status IN ('cancelled', 'expired') AND p.created_at > now() - $3 * interval '1 millisecond'))
       AND NOT EXISTS (SELECT FROM facts f WHERE f.payment_id = p.id AND f.kind = 'payment_failed') LIMIT 1`,
    [accountId, phones, windowMs],
  );
  return rows[0]?.id ?? null;
}

/** What surrounds payments: their members' names and their accounts' environments, by id. */
export async function readSurroundings(
  { sql }: Sql,
  memberIds: readonly string[],
  accountIds: readonly string[],
): Promise<{
  readonly names: Readonly<Record<string, string>>;
  readonly environments: Readonly<Record<string, Environment>>;
}> {
  const { rows } = await sql.query<{ names: Record<string, string>; environments: Record<string, Environment> }>({
    name: 'read_surroundings',
    text: `SELECT (SELECT coalesce(jsonb_object_agg(m.id, m.name), '{}') FROM members m WHERE m.id = ANY ($1)) AS names,
                  (SELECT coalesce(jsonb_object_agg(a.id, a.environment), '{}') FROM gateway_accounts a WHERE a.id = ANY ($2)) AS environments`,
    values: [memberIds, accountIds],
  });
  return rows[0] ?? { names: {}, environments: {} };
}

/** The account's payment that is meant: by its id, else by the gateway's ids of its checkout or of its money; or null. */
export async function findMeantPayment(
  { sql }: Sql,
  accountId: string,
  { paymentId, references }: { readonly paymentId: string | null; readonly references: readonly string[] },
): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id, 0 AS rank FROM payments WHERE id = $2 AND account_id = $1
     UNION ALL SELECT id, 1 FROM payments WHERE account_id = $1 AND checkout_reference = ANY ($3)
     UNION ALL SELECT bound_payment_id, 2 FROM payment_facts WHERE account_id = $1 AND gateway_reference = ANY ($3) AND bound_payment_id IS NOT NULL
     ORDER BY rank LIMIT 1`,
    [accountId, paymentId, references],
  );
  return rows[0]?.id ?? null;
}

/** A payment's checkout as it is recorded, with the account that it is asked for by. */
export interface CheckoutRow extends SealedAccount {
  readonly status: PaymentStatus;
  readonly gateway: GatewayName;
  readonly amount: number;
  readonly currency: string;
  readonly method: string | null;
  readonly reference: string | null;
  readonly nextAction: NextAction | null;
  readonly opening: PlannedOpening | null;
  readonly createdAt: Date;
}

/** Reads a payment's checkout. Throws where none is recorded. */
export async function readCheckout({ sql }: Sql, paymentId: string): Promise<CheckoutRow> {
  const { rows } = await sql.query<CheckoutRow>({
    name: 'read_checkout',
    text: `SELECT p.status, p.gateway, p.amount, p.currency, p.method, p.checkout_reference AS reference, p.next_action AS "nextAction", p.opening, p.created_at AS "createdAt",
                  p.opened_with AS "openedWith", a.id AS "accountId", a.environment, a.credentials
           FROM payments p JOIN gateway_accounts a ON a.id = p.account_id WHERE p.id = $1`,
    values: [paymentId],
  });
  if (!rows[0]) throw new Error(`payment ${paymentId} is not recorded`);
  return rows[0];
}

/** Keeps what opening a checkout taught. What was learned first stays; a reference may come later than what the payer does next. */
export async function keepCheckout(
  { sql }: Sql,
  paymentId: string,
  { nextAction, reference }: { readonly nextAction: NextAction; readonly reference: string | null },
): Promise<void> {
  await sql.query(
    `UPDATE payments SET next_action = coalesce(next_action, $2), checkout_reference = coalesce(checkout_reference, $3)
     WHERE id = $1 AND (next_action IS NULL OR checkout_reference IS NULL)`,
    [paymentId, JSON.stringify(nextAction), reference],
  );
}

/** Whether this caller is the one that may ask the gateway, where it must never be asked twice. */
export async function claimOnlyCall({ sql }: Sql, paymentId: string): Promise<boolean> {
  const { rowCount } = await sql.query('UPDATE payments SET asked_at = now() WHERE id = $1 AND asked_at IS NULL', [
    paymentId,
  ]);
  return rowCount === 1;
}

/** Gives the claim back: the call never left, so the next one is still the first. */
export async function releaseOnlyCall({ sql }: Sql, paymentId: string): Promise<void> {
  await sql.query('UPDATE payments SET asked_at = NULL WHERE id = $1', [paymentId]);
}

/** Shows since when the gateway is asked to let approved money be taken; every recording ends it. */
export async function showCapturing({ sql }: Sql, paymentId: string): Promise<void> {
  await sql.query(
    "UPDATE payments SET capturing_since = now() WHERE id = $1 AND status = 'awaiting_payer' AND capturing_since IS NULL",
    [paymentId],
  );
}
