import type { AgreementFact } from '../workflows/domain/agreement';
import { keyOf } from '../workflows/domain/fact';
import type { Fact, Recorded } from '../workflows/domain/fact';
import type { GatewayName, NextAction } from '../workflows/domain/gateway';
import type { LatePaymentPolicy, Payment, PaymentTerms } from '../workflows/domain/payment';
import { inOrderOf } from './sql';
import type { Sql } from './sql';

/** The columns of a fact that are its identity and content; the rest of each kind's data lies in `detail`. */
export interface FactRow {
  readonly gatewayReference: string;
  readonly kind: string;
  readonly qualifier: string;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly occurredAt: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export function toRow(fact: Fact | AgreementFact): FactRow {
  const { gatewayReference, kind, qualifier, occurredAt, amount, currency, ...detail } = {
    amount: null,
    currency: null,
    ...fact,
  };
  return { gatewayReference, kind, qualifier, amount, currency, occurredAt, detail };
}

/** A row was written by {@link toRow} from a fact and never changed since, so it is one. */
export function fromRow(row: RecordedRow): Recorded {
  const { detail, booked: _booked, ...columns } = row;
  return { ...columns, ...detail } as unknown as Recorded;
}

export interface PaymentRow extends PaymentTerms {
  readonly method: string | null;
  readonly nextAction: unknown;
  readonly returnUrl: string | null;
  readonly cancelUrl: string | null;
  /** Since when the gateway is asked to let approved money be taken, where that takes longer than a moment. */
  readonly capturingSince: string | null;
  /** The agreement that it was collected under. */
  readonly agreement: string | null;
  readonly createdAt: string;
}
/** A payment with what was recorded of it, in recorded order. */
export interface RecordedPayment extends Payment {
  readonly row: PaymentRow;
  readonly facts: readonly Recorded[];
}
/** The same, and how far the books and the lists have followed. */
export interface LoadedPayment extends RecordedPayment {
  /** The keys of the facts that have an entry, as far as {@link FACTS} asks. */
  readonly booked: ReadonlySet<string>;
  /** Of the facts, what tells of money given or taken back and has no entry: an earlier release recorded it and booked nothing. */
  readonly unbooked: readonly Recorded[];
  /** How the rows that lists read say it stands. */
  readonly shown: Shown;
}
export interface Shown {
  readonly status: string;
  readonly attention: string | null;
  readonly disputes: number;
}

/** How the checkout was handed to its payer; null while it is not open. */
export function handedBy({ facts }: Payment): NextAction['kind'] | null {
  return facts.find((fact) => fact.kind === 'checkout_opened')?.handed ?? null;
}

/** Facts as JSON, of rows `f` that say in `place` when each was recorded here. */
const factsWith = (booked: string): string =>
  `jsonb_agg(jsonb_build_object('gatewayReference', f.gateway_reference, 'kind', f.kind, 'qualifier', f.qualifier, 'amount', f.amount,
             'currency', f.currency, 'booked', ${booked}, 'detail', coalesce(f.detail, '{}'), 'occurredAt', iso(f.occurred_at), 'recordedAt', iso(f.recorded_at)) ORDER BY f.place, f.id)`;

/**
 * The same; `booked`: it has an entry. What every payment has is not asked about: it takes nothing off a cart, and the database leaves it
 * out when it is booked again.
 */
export const FACTS = factsWith(
  "f.kind NOT IN ('checkout_opened', 'payment_captured', 'fee_charged') AND EXISTS (SELECT FROM entries e WHERE e.fact_id = f.id)",
);

/** What tells of money given or taken back. */
const OF_MONEY_BACK: readonly Fact['kind'][] = [
  'payment_refunded',
  'payment_reversed',
  'reversal_cancelled',
  'dispute_adjusted',
  'dispute_closed',
];

const payments = (facts: string, shown: string): string => `
  SELECT p.id, p.merchant_id AS "merchantId", p.member_id AS "memberId", p.account_id AS "accountId", p.gateway, p.method, p.amount, p.currency,
         p.expires_at AS "expiresAt", p.late_payments AS "latePayments", p.charges, p.next_action AS "nextAction",
         p.return_url AS "returnUrl", p.cancel_url AS "cancelUrl", p.capturing_since AS "capturingSince", p.agreement_id AS agreement, p.created_at AS "createdAt",
         ${shown} AS shown,
         coalesce((SELECT ${facts}
           FROM (SELECT f.*, f.recorded_at AS place FROM facts f WHERE f.payment_id = p.id
                 UNION ALL SELECT f.*, b.bound_at FROM fact_bindings b JOIN facts f ON f.id = b.fact_id WHERE b.payment_id = p.id) f), '[]') AS facts
  FROM payments p`;
const PAYMENTS = payments(
  FACTS,
  "jsonb_build_object('status', p.status, 'attention', p.attention, 'disputes', (SELECT count(*) FROM disputes d WHERE d.payment_id = p.id))",
);
/** As lists read them, by the hundred: what was recorded, and not how far books and lists have followed. */
const RECORDED_PAYMENTS = payments(factsWith('false'), 'NULL');

export interface RecordedRow extends FactRow {
  readonly recordedAt: string;
  readonly booked: boolean;
}

/** The keys of those that have an entry. */
export function keysOfBooked(rows: readonly RecordedRow[]): ReadonlySet<string> {
  return new Set(rows.filter(({ booked }) => booked).map(keyOf));
}

interface Loaded {
  id: string;
  merchantId: string;
  memberId: string;
  accountId: string;
  gateway: GatewayName;
  method: string | null;
  amount: number;
  currency: string;
  expiresAt: Date;
  latePayments: LatePaymentPolicy;
  charges: string[];
  nextAction: unknown;
  returnUrl: string | null;
  cancelUrl: string | null;
  capturingSince: Date | null;
  agreement: string | null;
  createdAt: Date;
  shown: Shown;
  facts: RecordedRow[];
}

/** The payment as recorded, or null. `merchantId` narrows the search to one merchant's payments. */
export async function loadPayment({ sql }: Sql, id: string, merchantId?: string): Promise<LoadedPayment | null> {
  const query = `${PAYMENTS} WHERE p.id = $1${merchantId === undefined ? '' : ' AND p.merchant_id = $2'}`;
  const { rows } = await sql.query<Loaded>({
    name: merchantId === undefined ? 'load_payment' : 'load_payment_of',
    text: query,
    values: merchantId === undefined ? [id] : [id, merchantId],
  });
  return rows[0] ? assemble(rows[0]) : null;
}

/** Several payments at once, in the order of the ids given; unknown ids are left out. */
export async function loadPayments({ sql }: Sql, ids: readonly string[]): Promise<RecordedPayment[]> {
  const { rows } = await sql.query<Loaded>(`${RECORDED_PAYMENTS} WHERE p.id = ANY ($1)`, [ids]);
  return inOrderOf(ids, rows).map(toRecorded);
}

function assemble(loaded: Loaded): LoadedPayment {
  const payment = toRecorded(loaded);
  const booked = keysOfBooked(loaded.facts);
  return {
    ...payment,
    booked,
    unbooked: payment.facts.filter((fact) => OF_MONEY_BACK.includes(fact.kind) && !booked.has(keyOf(fact))),
    shown: loaded.shown,
  };
}

function toRecorded({
  facts,
  nextAction,
  returnUrl,
  cancelUrl,
  capturingSince,
  agreement,
  createdAt,
  method,
  expiresAt,
  shown: _shown,
  ...terms
}: Loaded): RecordedPayment {
  const complete: PaymentTerms = { ...terms, expiresAt: expiresAt.toISOString() };
  return {
    terms: complete,
    facts: facts.map(fromRow),
    row: {
      ...complete,
      method,
      nextAction,
      returnUrl,
      cancelUrl,
      capturingSince: capturingSince?.toISOString() ?? null,
      agreement,
      createdAt: createdAt.toISOString(),
    },
  };
}
