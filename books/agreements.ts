import type { Agreement, AgreementTerms, Interval, RecordedAgreementFact } from '../workflows/domain/agreement';
import type { Environment, GatewayName, NextAction, Payer } from '../workflows/domain/gateway';
import type { PaymentTerms } from '../workflows/domain/payment';
import { asPayload } from './audit';
import type { Author } from './audit';
import type { FactRow } from './facts';
import { call, interval } from './functions';
import type { Page, Sql } from './sql';

/** What a gateway is asked with, where an agreement is opened: what is stored as well as said. */
export interface AgreementOpening {
  /** Whom it is paid to, as the payer reads it. */
  readonly description: string;
  /** The day of the first instalment where it was asked for; null: as soon as the payer agrees. */
  readonly startsOn: string | null;
  readonly returnUrl: string;
  readonly cancelUrl: string;
  readonly notificationUrl: string;
}

/** An agreement as it is recorded, with what surrounds it. */
export interface RecordedAgreement extends Agreement {
  readonly facts: readonly RecordedAgreementFact[];
  readonly row: {
    readonly sequence: number;
    readonly offer: string | null;
    readonly returnUrl: string | null;
    readonly cancelUrl: string | null;
    readonly nextAction: NextAction | null;
    readonly gatewayReference: string | null;
    readonly opening: AgreementOpening;
    readonly attentionSince: string | null;
    readonly createdAt: string;
  };
  /** How the money of its instalments stands. */
  readonly money: readonly InstalmentMoney[];
}
/** Of an instalment's payment. */
export interface InstalmentMoney {
  readonly number: number;
  readonly payment: string;
  readonly status: string;
  readonly charge: string;
  /** In minor units. */
  readonly captured: number;
}

interface Loaded extends Omit<AgreementTerms, 'approveBy' | 'startsOn'> {
  readonly approveBy: string;
  readonly startsOn: string;
  readonly interval: Interval;
  readonly row: RecordedAgreement['row'];
  readonly facts: readonly (FactRow & { readonly recordedAt: string })[];
  readonly money: readonly InstalmentMoney[];
}

const AGREEMENTS = `
  SELECT g.id, g.merchant_id AS "merchantId", g.member_id AS "memberId", g.account_id AS "accountId", g.gateway, g.amount, g.currency, g.interval, g.every,
         g.instalments, g.starts_on::text AS "startsOn", g.label, g.category, iso(g.approve_by) AS "approveBy",
         jsonb_build_object('sequence', g.sequence, 'offer', g.offer_id, 'returnUrl', g.return_url, 'cancelUrl', g.cancel_url, 'nextAction', g.next_action,
           'gatewayReference', g.gateway_reference, 'opening', g.opening, 'attentionSince', iso(g.attention_since), 'createdAt', iso(g.created_at)) AS row,
         coalesce((SELECT jsonb_agg(jsonb_build_object('gatewayReference', f.gateway_reference, 'kind', f.kind, 'qualifier', f.qualifier, 'amount', f.amount,
           'currency', f.currency, 'detail', coalesce(f.detail, '{}'), 'occurredAt', iso(f.occurred_at), 'recordedAt', iso(f.recorded_at)) ORDER BY f.id)
           FROM agreement_facts f WHERE f.agreement_id = g.id), '[]') AS facts,
         coalesce((SELECT jsonb_agg(jsonb_build_object('number', p.instalment, 'payment', p.id, 'status', p.status, 'charge', p.charges[1],
           'captured', coalesce(p.captured, 0)) ORDER BY p.instalment) FROM payments p WHERE p.agreement_id = g.id), '[]') AS money
  FROM agreements g`;

function assemble({ row, facts, money, ...terms }: Loaded): RecordedAgreement {
  return { terms, row, money, facts: facts.map(fromRow) };
}

/** A row was written from a fact and never changed since, so it is one. */
function fromRow({
  detail,
  amount,
  currency,
  ...columns
}: FactRow & { readonly recordedAt: string }): RecordedAgreementFact {
  const sum = amount === null ? {} : { amount, currency };
  return { ...columns, ...sum, ...detail } as unknown as RecordedAgreementFact;
}

/** The agreement as recorded, or null. `merchantId` narrows the search to one merchant's. */
export async function loadAgreement({ sql }: Sql, id: string, merchantId?: string): Promise<RecordedAgreement | null> {
  const { rows } = await sql.query<Loaded>({
    name: merchantId === undefined ? 'load_agreement' : 'load_agreement_of',
    text: `${AGREEMENTS} WHERE g.id = $1${merchantId === undefined ? '' : ' AND g.merchant_id = $2'}`,
    values: merchantId === undefined ? [id] : [id, merchantId],
  });
  return rows[0] ? assemble(rows[0]) : null;
}

/** Agreements by their ids, in no order. */
export async function loadAgreements({ sql }: Sql, ids: readonly string[]): Promise<RecordedAgreement[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query<Loaded>(`${AGREEMENTS} WHERE g.id = ANY ($1)`, [ids]);
  return rows.map(assemble);
}

/** Which of these are agreements' runs that are recorded here. */
export async function findAgreements({ sql }: Sql, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query<{ id: string }>('SELECT id FROM agreements WHERE id = ANY ($1)', [ids]);
  return rows.map(({ id }) => id);
}

/** Writes an agreement, who opened it, and that its run is to be started by the sweeper, unless somebody does so within `leaseMs`. */
export async function createAgreement(
  db: Sql,
  author: Author,
  terms: AgreementTerms,
  given: {
    readonly offer: string | null;
    readonly returnUrl: string | null;
    readonly cancelUrl: string | null;
    readonly opening: AgreementOpening;
  },
  leaseMs: number,
): Promise<void> {
  await call(db, 'open_agreement', { ...terms, ...given }, asPayload(author), interval(leaseMs));
}

/** What its gateway is told of the member; nothing of it is kept with the agreement, so that erasing the member forgets it. */
export async function readPayer({ sql }: Sql, memberId: string): Promise<Payer> {
  const { rows } = await sql.query<Payer>('SELECT name, email FROM members WHERE id = $1', [memberId]);
  return rows[0] ?? { name: null, email: null };
}

/** With which account of the gateway an agreement is collected. */
export interface AgreementAccount {
  readonly accountId: string;
  readonly gateway: GatewayName;
  readonly environment: Environment;
  /** Sealed. */
  readonly credentials: Buffer;
  readonly latePayments: PaymentTerms['latePayments'];
}

/** Throws where there is none. */
export async function readAgreementAccount({ sql }: Sql, accountId: string): Promise<AgreementAccount> {
  const { rows } = await sql.query<AgreementAccount>(
    `SELECT a.id AS "accountId", a.gateway, a.environment, a.credentials, m.late_payments AS "latePayments"
     FROM gateway_accounts a JOIN merchants m ON m.id = a.merchant_id WHERE a.id = $1`,
    [accountId],
  );
  if (!rows[0]) throw new Error(`account ${accountId} is not recorded`);
  return rows[0];
}

/**
 * The account's agreement that is meant: by the gateway's id of it, or by ours while no other is known. Ours is in its payer's hands, who
 * may have agreed twice: what is told of a second one at the gateway is not told of this.
 */
export async function findMeantAgreement(
  { sql }: Sql,
  accountId: string,
  { agreementId, reference }: { readonly agreementId: string | null; readonly reference: string | null },
): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM agreements
     WHERE account_id = $1 AND (gateway_reference = $3 OR id = $2 AND (gateway_reference IS NULL OR $3::text IS NULL)) LIMIT 1`,
    [accountId, agreementId, reference],
  );
  return rows[0]?.id ?? null;
}

/** Sends a message that is not settled on to the run of the agreement that it proved to be about. */
export async function moveToAgreement({ sql }: Sql, notificationId: string, agreementId: string): Promise<void> {
  await sql.query(
    `WITH moved AS (UPDATE notifications SET agreement_id = $2 WHERE id = $1 AND state = 'received' RETURNING id)
     UPDATE outbox SET payment_id = $2, due_at = now(), tries = 0 WHERE subject_id IN (SELECT id FROM moved)`,
    [notificationId, agreementId],
  );
}

/** Which agreements a list shows; what is left out shows all. */
export interface AgreementFilter {
  /** Of all these members at once, so of none where they differ. */
  readonly memberIds: readonly string[];
  /** In one of these. */
  readonly status?: readonly string[] | undefined;
  /** Through one of these. */
  readonly gateway?: readonly GatewayName[] | undefined;
  /** Only those that ask for a person. */
  readonly hasAttention?: boolean;
}

/** A merchant's agreements, newest first; one more than asked for where there are more. */
export async function listAgreements(
  { sql }: Sql,
  merchantId: string,
  { memberIds, status, gateway, hasAttention = false }: AgreementFilter,
  { before, limit }: Page,
): Promise<RecordedAgreement[]> {
  const values: unknown[] = [merchantId, limit + 1];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    'g.merchant_id = $1',
    ...memberIds.map((id) => `g.member_id = ${given(id)}`),
    ...(status === undefined ? [] : [`g.status = ANY (${given(status)}::text[])`]),
    ...(gateway === undefined ? [] : [`g.gateway = ANY (${given(gateway)}::text[])`]),
    ...(hasAttention ? ['g.attention IS NOT NULL'] : []),
    ...(before === null ? [] : [`g.sequence < ${given(before)}`]),
  ];
  const { rows } = await sql.query<Loaded>(
    `${AGREEMENTS} WHERE ${conditions.join(' AND ')} ORDER BY g.sequence DESC LIMIT $2`,
    values,
  );
  return rows.map(assemble);
}
