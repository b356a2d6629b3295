import { Client } from 'pg';

/** Payments of the shop that wait for their payer, written straight into the database: thousands in a second. Gives their ids. */
export async function addWaitingPayments(databaseUrl: string, count: number): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `WITH numbered AS (SELECT id, merchant_id, row_number() OVER (ORDER BY sequence) - 1 AS place, count(*) OVER () AS members FROM members),
       added AS (
         INSERT INTO payments (id, merchant_id, member_id, account_id, gateway, amount, currency, late_payments, opened_with, expires_at, status)
         SELECT 'pay_' || substr(md5(random()::text || i), 1, 26), m.merchant_id, m.id, a.id, a.gateway, 5000, 'EUR', 'credit', a.credentials, now() + interval '1 day', 'awaiting_payer'
         FROM generate_series(1, $1::int) AS i JOIN numbered m ON m.place = i % m.members JOIN gateway_accounts a ON a.merchant_id = m.merchant_id
         RETURNING id, account_id)
       INSERT INTO facts (account_id, gateway_reference, kind, payment_id, amount, currency, detail, occurred_at)
         SELECT account_id, id, 'checkout_opened', id, 5000, 'EUR', '{"handed":"form"}', now() FROM added RETURNING payment_id AS id`,
      [count],
    );
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}

/** Waits until every message about a payment was verified, or for so long; gives how many are left. */
export async function drain(databaseUrl: string, patienceMs: number): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const { rows } = await client.query<{ left: string }>(
        "SELECT count(*) AS left FROM outbox WHERE kind = 'notification' AND payment_id IS NOT NULL",
      );
      const left = Number(rows[0]?.left ?? 0);
      if (left === 0 || Date.now() > deadline) return left;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    await client.end();
  }
}
