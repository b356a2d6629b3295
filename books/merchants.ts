import type { Currency } from '../workflows/domain/money';
import type { Sql } from './sql';

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
