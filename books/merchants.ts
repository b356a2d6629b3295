import type { Currency } from '../workflows/domain/money';
import type { Sql } from './sql';

/** A merchant as it is made. */
export interface NewMerchant {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly country: string | null;
  readonly timeZone: string;
  readonly chartOfAccounts: string;
  readonly latePayments: string;
  readonly returnOrigins: readonly string[];
}

export async function addMerchant({ sql }: Sql, merchant: NewMerchant): Promise<void> {
  const { id, name, currency, country, timeZone, chartOfAccounts, latePayments, returnOrigins } = merchant;
  await sql.query(
    `INSERT INTO merchants (id, name, currency, country, time_zone, chart_of_accounts, late_payments, return_origins)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, name, currency, country, timeZone, chartOfAccounts, latePayments, returnOrigins],
  );
}

/** What a merchant may change of itself, by the names of the API, and where it stands. */
const SETTINGS = {
  name: 'name',
  latePayments: 'late_payments',
  refundFees: 'refund_fees',
  returnOrigins: 'return_origins',
  thankYouUrl: 'thank_you_url',
} as const;
export type Settings = Readonly<Record<keyof typeof SETTINGS, unknown>>;
export const SETTING_NAMES = Object.keys(SETTINGS) as (keyof Settings)[];

/** Changes what is given of a merchant's settings; gives all of them, before and after. In a transaction. */
export async function changeMerchant(
  { sql }: Sql,
  id: string,
  change: { readonly [Name in keyof Settings]?: unknown },
): Promise<{ readonly before: Settings; readonly after: Settings }> {
  const shown = SETTING_NAMES.map((name) => `${SETTINGS[name]} AS "${name}"`).join(', ');
  const { rows: held } = await sql.query<Settings>(`SELECT ${shown} FROM merchants WHERE id = $1 FOR NO KEY UPDATE`, [
    id,
  ]);
  const [before] = held;
  if (!before) throw new Error(`merchant ${id} is gone`);
  const given = SETTING_NAMES.filter((name) => change[name] !== undefined);
  if (given.length === 0) return { before, after: before };
  const { rows } = await sql.query<Settings>(
    `UPDATE merchants SET ${given.map((name, index) => `${SETTINGS[name]} = $${index + 2}`).join(', ')} WHERE id = $1 RETURNING ${shown}`,
    [id, ...given.map((name) => change[name])],
  );
  if (!rows[0]) throw new Error(`merchant ${id} is gone`);
  return { before, after: rows[0] };
}

/** What a payer's page shows of a merchant, and where it may send the browser on. */
export interface PageMerchant {
  readonly name: string;
  readonly returnOrigins: readonly string[];
  readonly thankYouUrl: string | null;
}

export async function readPageMerchant({ sql }: Sql, merchantId: string): Promise<PageMerchant> {
  const { rows } = await sql.query<PageMerchant>({
    name: 'read_page_merchant',
    text: 'SELECT name, return_origins AS "returnOrigins", thank_you_url AS "thankYouUrl" FROM merchants WHERE id = $1',
    values: [merchantId],
  });
  if (!rows[0]) throw new Error(`merchant ${merchantId} of a payment is gone`);
  return rows[0];
}

/** Who bears the fee that a gateway keeps on a refund. */
export async function readRefundFees({ sql }: Sql, merchantId: string): Promise<'merchant' | 'payer'> {
  const { rows } = await sql.query<{ fees: 'merchant' | 'payer' }>(
    'SELECT refund_fees AS fees FROM merchants WHERE id = $1',
    [merchantId],
  );
  return rows[0]?.fees ?? 'merchant';
}

/** The currency of a merchant's books. */
export async function readCurrency({ sql }: Sql, merchantId: string): Promise<Currency> {
  const { rows } = await sql.query<{ currency: Currency }>('SELECT currency FROM merchants WHERE id = $1', [
    merchantId,
  ]);
  if (!rows[0]) throw new Error(`merchant ${merchantId} is gone`);
  return rows[0].currency;
}
