import type { Currency } from '../workflows/domain/money';
import type { LatePaymentPolicy } from '../workflows/domain/payment';
import type { MemberLocale } from './members';
import type { Sql } from './sql';

/** What a merchant says of itself, and how its money is dealt with. */
export interface MerchantSettings {
  readonly name: string;
  readonly country: string | null;
  readonly latePayments: LatePaymentPolicy;
  readonly refundFees: 'merchant' | 'payer';
  readonly returnOrigins: readonly string[];
  readonly thankYouUrl: string | null;
  readonly timeZone: string;
  readonly locale: MemberLocale;
  readonly address: string | null;
  readonly registration: string | null;
  /** Its name in addresses. */
  readonly slug: string;
  readonly requireSecondFactor: boolean;
}
/** A merchant as its row has it. */
export interface MerchantRow extends MerchantSettings {
  readonly id: string;
  readonly currency: Currency;
  readonly chartOfAccounts: string;
  /** The merchant whose trials this one holds. */
  readonly testOf: string | null;
  readonly createdAt: Date;
}
export type MerchantChange = { readonly [Field in keyof MerchantSettings]?: MerchantSettings[Field] | undefined };
export type NewMerchant = MerchantChange &
  Pick<MerchantRow, 'id' | 'name' | 'currency' | 'timeZone'> &
  Partial<Pick<MerchantRow, 'chartOfAccounts' | 'testOf'>>;

const SETTINGS: Readonly<Record<keyof MerchantSettings, string>> = {
  name: 'name',
  country: 'country',
  latePayments: 'late_payments',
  refundFees: 'refund_fees',
  returnOrigins: 'return_origins',
  thankYouUrl: 'thank_you_url',
  timeZone: 'time_zone',
  locale: 'locale',
  address: 'address',
  registration: 'registration',
  slug: 'slug',
  requireSecondFactor: 'require_second_factor',
};
const COLUMNS: Readonly<Record<keyof MerchantRow, string>> = {
  id: 'id',
  currency: 'currency',
  chartOfAccounts: 'chart_of_accounts',
  testOf: 'test_of',
  createdAt: 'created_at',
  ...SETTINGS,
};
const MERCHANT = Object.entries(COLUMNS)
  .map(([field, column]) => `m.${column} AS "${field}"`)
  .join(', ');

/** The columns of what is given, with their values. */
function given(fields: object): { readonly columns: readonly string[]; readonly values: readonly unknown[] } {
  const known = Object.entries(fields).filter(([field, value]) => value !== undefined && field in COLUMNS);
  return {
    columns: known.map(([field]) => COLUMNS[field as keyof MerchantRow]),
    values: known.map(([, value]) => value as unknown),
  };
}

/** Makes a merchant. What is not given is as the database has it by default; the slug is made of the name. */
export async function addMerchant({ sql }: Sql, merchant: NewMerchant): Promise<MerchantRow> {
  const { columns, values } = given(merchant);
  const { rows } = await sql.query<MerchantRow>(
    `INSERT INTO merchants AS m (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING ${MERCHANT}`,
    [...values],
  );
  if (!rows[0]) throw new Error('a merchant was not made');
  return rows[0];
}

export const SETTING_NAMES = Object.keys(SETTINGS) as (keyof MerchantSettings)[];

/** Changes what is given of a merchant's settings; gives it before and after. Throws where there is no such merchant. In a transaction. */
export async function changeMerchant(
  tx: Sql,
  id: string,
  change: MerchantChange,
): Promise<{ readonly before: MerchantRow; readonly after: MerchantRow }> {
  await holdMerchant(tx, id);
  const before = await readMerchant(tx, id);
  const { columns, values } = given(change);
  if (columns.length === 0) return { before, after: before };
  const { rows } = await tx.sql.query<MerchantRow>(
    `UPDATE merchants m SET ${columns.map((column, index) => `${column} = $${index + 2}`).join(', ')} WHERE m.id = $1 RETURNING ${MERCHANT}`,
    [id, ...values],
  );
  return { before, after: rowOf(rows, id) };
}

/** Throws where there is no such merchant. */
export async function readMerchant({ sql }: Sql, id: string): Promise<MerchantRow> {
  const merchant = await findMerchant({ sql }, id);
  return rowOf(merchant ? [merchant] : [], id);
}

/** All merchants, newest first, below the one with the id `before`; one more than asked for where there are more. */
export async function listMerchants(
  { sql }: Sql,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<readonly MerchantRow[]> {
  const { rows } = await sql.query<MerchantRow>(
    `SELECT ${MERCHANT} FROM merchants m
     WHERE $1::text IS NULL OR (m.created_at, m.id) < (SELECT b.created_at, b.id FROM merchants b WHERE b.id = $1)
     ORDER BY m.created_at DESC, m.id DESC LIMIT $2`,
    [before, limit + 1],
  );
  return rows;
}

/** Null: there is no such merchant. */
export async function findMerchant({ sql }: Sql, id: string): Promise<MerchantRow | null> {
  const { rows } = await sql.query<MerchantRow>(`SELECT ${MERCHANT} FROM merchants m WHERE m.id = $1`, [id]);
  return rows[0] ?? null;
}

/** Another transaction that holds this merchant waits for the end of this one. */
export async function holdMerchant({ sql }: Sql, id: string): Promise<void> {
  await sql.query('SELECT 1 FROM merchants WHERE id = $1 FOR NO KEY UPDATE', [id]);
}

/** The merchant that holds this one's trials, or null. */
export async function findTwin({ sql }: Sql, id: string): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>('SELECT id FROM merchants WHERE test_of = $1', [id]);
  return rows[0]?.id ?? null;
}

function rowOf(rows: readonly MerchantRow[], id: string): MerchantRow {
  if (!rows[0]) throw new Error(`merchant ${id} is gone`);
  return rows[0];
}

/** Whether a statement failed because another merchant has the slug. */
export function isSlugTaken(error: unknown): boolean {
  return (error as { constraint?: unknown } | null)?.constraint === 'merchants_slug_key';
}

/** Whether a statement failed because PostgreSQL knows no such time zone. */
export function isZoneUnknown(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '22023' && String(message).includes('time zone');
}

/** What a payer's page shows of a merchant, and where it may send the browser on. */
export interface PageMerchant {
  readonly name: string;
  readonly locale: MemberLocale;
  readonly returnOrigins: readonly string[];
  readonly thankYouUrl: string | null;
}

export async function readPageMerchant({ sql }: Sql, merchantId: string): Promise<PageMerchant> {
  const { rows } = await sql.query<PageMerchant>({
    name: 'read_page_merchant',
    text: 'SELECT name, locale, return_origins AS "returnOrigins", thank_you_url AS "thankYouUrl" FROM merchants WHERE id = $1',
    values: [merchantId],
  });
  if (!rows[0]) throw new Error(`merchant ${merchantId} of a payment is gone`);
  return rows[0];
}

/** A merchant by its name in addresses, or its id; null: there is none. */
export async function findClub(
  { sql }: Sql,
  club: string,
): Promise<Pick<MerchantRow, 'id' | 'name' | 'locale'> | null> {
  const { rows } = await sql.query<Pick<MerchantRow, 'id' | 'name' | 'locale'>>(
    'SELECT id, name, locale FROM merchants WHERE slug = $1 OR id = $1',
    [club],
  );
  return rows[0] ?? null;
}

/** The origins that a merchant registered. */
export async function findOrigins({ sql }: Sql, merchantId: string): Promise<readonly string[]> {
  const { rows } = await sql.query<{ origins: string[] }>({
    name: 'find_origins',
    text: 'SELECT return_origins AS origins FROM merchants WHERE id = $1',
    values: [merchantId],
  });
  return rows[0]?.origins ?? [];
}

/** Whether some merchant registered this origin. */
export async function isOriginKnown({ sql }: Sql, origin: string): Promise<boolean> {
  const { rows } = await sql.query<{ known: boolean }>({
    name: 'is_origin_known',
    text: 'SELECT EXISTS (SELECT FROM merchants WHERE return_origins && $1) AS known',
    values: [[origin, `${origin}/`]], // it may have been written with a slash
  });
  return rows[0]?.known ?? false;
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
