import type { Sql } from './sql';

/** The merchant whose key has this hash, unless it was revoked. */
export async function findMerchantByKey({ sql }: Sql, hash: Buffer): Promise<string | null> {
  const { rows } = await sql.query<{ merchant_id: string }>(
    'SELECT merchant_id FROM api_keys WHERE hash = $1 AND revoked_at IS NULL',
    [hash],
  );
  return rows[0]?.merchant_id ?? null;
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
