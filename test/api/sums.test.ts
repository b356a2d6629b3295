import fc from 'fast-check';
import { countPayments, foldPaymentDays } from '../../books/days';
import { inTransaction as inOne } from '../../books/sql';
import type { GatewayFact } from '../../workflows/domain/fact';
import type { PaymentTerms } from '../../workflows/domain/payment';
import { inTransaction, newMember, newPayment, openBooks, owe, tell, tellUnmatched } from '../books/bookkeeping';
import type { Books, Club } from '../books/bookkeeping';
import {
  captured,
  eur,
  fee,
  refunded,
  refundFailed,
  refundFee,
  refundPending,
  reversed,
  usd,
} from '../domain/builders';
import { brokenInvariants } from '../support/audit';
import { startApi } from './api-alone';
import type { RunningApi } from './api-alone';
import { refusedField } from './refusal';
import { addAccount, openShop } from './shops';
import type { Shop } from './shops';

interface Summary {
  readonly count: number;
  readonly captured: number;
  readonly fee: number;
  readonly refunded: number;
  readonly exact: boolean;
}
interface Listed {
  readonly data: readonly (Omit<Summary, 'count' | 'exact'> & { readonly id: string; readonly status: string })[];
  readonly nextCursor: string | null;
  readonly summary?: Summary;
}

let db: Books;
let api: RunningApi;
beforeAll(async () => {
  db = await openBooks();
  api = await startApi({ db });
});
afterAll(async () => {
  const broken = await brokenInvariants(db);
  await api.stop();
  await db.close();
  expect(broken).toEqual({});
});

const newShop = (over?: Record<string, unknown>) => openShop(db, api, over);
const newAccount = (merchantId: string, gateway: string) => addAccount(db, merchantId, gateway);

/** A payment of 50.00 EUR of a new member who owes as much, of which these facts are told one after the other. */
async function payment(club: Club, ...facts: readonly GatewayFact[]): Promise<PaymentTerms> {
  const member = await newMember(db, club);
  await owe(db, club, member, 5000);
  const { merchantId, accountId, gateway } = club;
  const terms = await newPayment(db, club, member, { merchantId, accountId, gateway });
  for (const fact of facts) await tell(db, terms, fact);
  return terms;
}

const list = async ({ asks }: Shop, query = '') => {
  const { status, body } = await asks.get<Listed>(`/v1/payments?limit=100&${query}`);
  if (status !== 200) throw new Error(`${query}: ${status} ${JSON.stringify(body)}`);
  return body;
};
const summary = async (shop: Shop, query = '') => (await list(shop, `summary=1&${query}`)).summary!;
const sums = (count: number, taken: number, kept: number, back: number, exact = true): Summary => {
  return { count, captured: taken, fee: kept, refunded: back, exact };
};
const foldAll = async () => {
  while ((await foldPaymentDays(db, 1000)) > 0);
};

/** What the payments that a list shows say of themselves. */
async function added(shop: Shop, query = ''): Promise<Summary> {
  const { data, nextCursor } = await list(shop, query);
  expect(nextCursor).toBeNull();
  const total = (name: 'captured' | 'fee' | 'refunded') => data.reduce((sum, one) => sum + one[name], 0);
  return sums(data.length, total('captured'), total('fee'), total('refunded'));
}

/** What the ledger says of money that is a payment's. */
async function ofLedger(shop: Shop): Promise<Omit<Summary, 'count' | 'exact'>> {
  const { rows } = await db.sql.query<Omit<Summary, 'count' | 'exact'>>(
    `SELECT coalesce(sum(o.amount) FILTER (WHERE e.kind IN ('payment_captured', 'payment_suspended') AND o.side = 'debit'), 0)::int AS captured,
            coalesce(sum(o.amount) FILTER (WHERE e.kind = 'fee_charged' AND o.side = 'credit'), 0)::int AS fee,
            (coalesce(sum(o.amount) FILTER (WHERE e.kind IN ('payment_refunded', 'suspense_refunded') AND o.side = 'credit'), 0)
             - coalesce(sum(o.amount) FILTER (WHERE e.kind = 'refund_failed' AND o.side = 'debit'), 0))::int AS refunded
     FROM entries e JOIN postings o ON o.entry_id = e.id JOIN ledger_accounts a ON a.id = o.account_id
     WHERE e.merchant_id = $1 AND e.payment_id IS NOT NULL AND a.name LIKE 'gateway_clearing:%' AND a.currency = 'EUR'`,
    [shop.merchantId],
  );
  return rows[0]!;
}

/** Money that was given back whole and in part, bounced, is on its way, was taken twice, is disputed, is foreign, or nobody's. */
async function withEverything(shop: Shop): Promise<void> {
  const other = await newAccount(shop.merchantId, 'kkiapay');
  await payment(shop, captured('A'), fee('A', eur(195)));
  await payment(
    other,
    ...[captured('B'), fee('B', eur(100)), refunded('BR', eur(1200), { parent: 'B', feeReturned: 40 })],
    ...[refundFee('BR', eur(30), 'B'), refunded('BS', eur(300), { parent: 'B' })],
  );
  await payment(shop, captured('C', eur(4000)), fee('C', eur(150)), refunded('CR', eur(4000), { parent: 'C' }));
  await payment(
    shop,
    ...[captured('D'), refunded('DR', eur(5000), { parent: 'D' }), refundFailed('DR', eur(5000), { parent: 'D' })],
  );
  await payment(shop, captured('E'), reversed('ER', eur(5000), { parent: 'E' }));
  await payment(shop, captured('F'), captured('F2'), fee('F2', eur(10)));
  await payment(shop, captured('G'), refundPending('GR', eur(5000), { parent: 'G' }));
  await payment(shop, captured('H', usd(9000)), fee('H', usd(300)));
  await payment(other);
  const { merchantId, accountId, gateway } = shop;
  await tellUnmatched(db, { merchantId, accountId, gateway }, [captured('I', eur(700)), fee('I', eur(45))]);
}

describe('the sums of a list', () => {
  test('are those of all that the filter shows, and not of the page; without being asked for there are none', async () => {
    const shop = await newShop();
    await withEverything(shop);
    const page = (await shop.asks.get<Listed>('/v1/payments?limit=1&summary=1')).body;
    expect(page.data).toHaveLength(1);
    expect(page.summary).toEqual(sums(9, 39_000, 455, 5500));
    const next = (await shop.asks.get<Listed>(`/v1/payments?limit=1&summary=1&cursor=${page.nextCursor}`)).body;
    expect(next.summary).toEqual(page.summary);
    expect(await list(shop)).not.toHaveProperty('summary');
  });

  test.each(['before', 'after'])('are equal to the payments and to the ledger %s they are folded', async (moment) => {
    const shop = await newShop();
    await withEverything(shop);
    if (moment === 'after') await foldAll();
    expect(await summary(shop)).toEqual(await added(shop));
    expect(await summary(shop)).toMatchObject(await ofLedger(shop));
    for (const query of [
      ...['status=paid', 'status=partially_refunded,refunded', 'status=needs_review', 'status=awaiting_payer,paid'],
      ...[
        'gateway=kkiapay',
        'gateway=paypal-standard,kkiapay',
        'gateway=kkiapay&status=awaiting_payer',
        'attention=any',
      ],
      ...['attention=duplicate_payment', 'minAmount=5000', 'minAmount=5001', 'from=2020-01-01', 'to=2020-01-01'],
      'from=2020-01-01&to=2120-01-01&status=paid&gateway=paypal-standard',
    ])
      expect([query, await summary(shop, query)]).toEqual([query, await added(shop, query)]);
  });

  test('follow a payment when it is folded already, and are never those of another merchant', async () => {
    const [shop, stranger] = [await newShop(), await newShop()];
    await payment(stranger, captured('X'));
    const terms = await payment(shop);
    await foldAll();
    expect(await summary(shop)).toEqual(sums(1, 0, 0, 0));
    await tell(db, terms, captured('A'));
    await tell(db, terms, fee('A', eur(195)));
    expect(await summary(shop)).toEqual(sums(1, 5000, 195, 0));
    await foldAll();
    await tell(db, terms, refunded('AR', eur(2000), { parent: 'A' }));
    await tell(db, terms, refunded('AS', eur(500), { parent: 'A' }));
    expect(await summary(shop, 'status=partially_refunded')).toEqual(sums(1, 5000, 195, 2500));
    expect(await summary(shop, 'status=paid,awaiting_payer')).toEqual(sums(0, 0, 0, 0));
    await foldAll();
    expect(await summary(shop)).toEqual(sums(1, 5000, 195, 2500));
    expect(await summary(await newShop())).toEqual(sums(0, 0, 0, 0));
  });

  test('are equal to the ledger whatever happens in whichever order, folded at any moment', async () => {
    const happening = fc.record({
      of: fc.nat({ max: 2 }),
      what: fc.constantFrom('capture', 'again', 'fee', 'part', 'rest', 'bounce', 'reverse', 'fold', 'open'),
      amount: fc.integer({ min: 1, max: 5000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 12 }), async (happenings) => {
        const shop = await newShop();
        const opened = [
          await payment(shop),
          await payment(await newAccount(shop.merchantId, 'kkiapay')),
          await payment(shop),
        ];
        for (const [index, { of, what, amount }] of happenings.entries()) {
          const [terms, name] = [opened[of]!, `T${of}`];
          const facts: Partial<Record<typeof what, GatewayFact>> = {
            capture: captured(name),
            again: captured(`${name}-${index}`, eur(amount)),
            fee: fee(name, eur(amount)),
            part: refunded(`${name}-R${index}`, eur(amount), { parent: name }),
            rest: refunded(`${name}-ALL`, eur(5000), { parent: name }),
            bounce: refundFailed(`${name}-ALL`, eur(5000), { parent: name }),
            reverse: reversed(`${name}-V${index}`, eur(amount), { parent: name }),
          };
          const fact = facts[what];
          if (what === 'fold') await foldPaymentDays(db, 3);
          else if (what === 'open') await payment(shop);
          else if (fact) await tell(db, terms, fact);
        }
        expect(await summary(shop)).toEqual(await added(shop));
        expect(await brokenInvariants(db)).toEqual({});
      }),
      { numRuns: 15 },
    );
  });
});

describe('the sums of a period', () => {
  /** Has a payment be created at another moment, with the sums of its days as if it always had been. */
  async function at(terms: PaymentTerms, moment: string): Promise<void> {
    await foldAll();
    await inOne(db, async ({ sql }) => {
      await sql.query('SET LOCAL session_replication_role = replica'); // the terms of a payment are fixed
      const days = (sign: 1 | -1) =>
        `INSERT INTO payment_days AS d SELECT account_id, (created_at AT TIME ZONE 'UTC')::date, status, ${sign}, ${sign} * captured, ${sign} * fee, ${sign} * refunded
         FROM payments WHERE id = $1 ON CONFLICT (account_id, day, status) DO UPDATE SET payments = d.payments + ${sign},
         captured = d.captured + excluded.captured, fee = d.fee + excluded.fee, refunded = d.refunded + excluded.refunded`;
      await sql.query(days(-1), [terms.id]);
      await sql.query('UPDATE payments SET created_at = $2 WHERE id = $1', [terms.id, moment]);
      await sql.query(days(1), [terms.id]);
    });
  }

  test.each(['Europe/Paris', 'UTC', 'Asia/Kathmandu', 'America/St_Johns'])(
    'are by the clock of %s',
    async (timeZone) => {
      const shop = await newShop({ timeZone });
      const moments = [
        ...['2027-06-29T12:00:00Z', '2027-06-30T18:14:59Z', '2027-06-30T18:15:00Z', '2027-06-30T21:59:59Z'],
        ...['2027-06-30T22:00:00Z', '2027-07-01T00:00:00Z', '2027-07-01T02:30:00Z', '2027-07-14T12:00:00Z'],
        ...['2027-07-31T18:14:59Z', '2027-07-31T21:59:59Z', '2027-07-31T22:00:00Z', '2027-08-01T02:30:00Z'],
      ];
      for (const [index, moment] of moments.entries())
        await at(await payment(shop, captured(`T${index}`, eur(2 ** index)), fee(`T${index}`, eur(1))), moment);
      for (const query of [
        ...['from=2027-07-01&to=2027-08-01', 'from=2027-07-01', 'to=2027-07-01', 'from=2027-06-30&to=2027-07-01'],
        ...[
          'from=2027-06-30T22:00:00Z&to=2027-07-01T00:00:00Z',
          'from=2027-06-30T18:15:00Z',
          'to=2027-07-31T21:59:59Z',
        ],
        ...[
          'from=2027-07-01T02:30:00Z&to=2027-08-01T02:30:00Z',
          'from=2027-08-01&to=2027-07-01',
          'from=2027-07-14&to=2027-07-15',
        ],
      ])
        expect([query, await summary(shop, query)]).toEqual([query, await added(shop, query)]);
    },
  );
});

describe('of more than ten thousand payments', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await newShop();
    const terms = await payment(shop, captured('A'), fee('A', eur(195)));
    await db.sql.query(
      `INSERT INTO payments (id, merchant_id, member_id, account_id, gateway, amount, currency, late_payments, opened_with, expires_at, status)
       SELECT 'pay_' || lpad(n::text, 26, '0'), merchant_id, member_id, account_id, gateway, amount, currency, late_payments, opened_with, expires_at, 'expired'
       FROM payments, generate_series(1, 10000) n WHERE id = $1`,
      [terms.id],
    );
  });

  test.each(['', 'status=paid,expired', 'gateway=paypal-standard', 'from=2020-01-01&to=2120-01-01'])(
    'the sums are exact where days are kept: %s',
    async (query) => {
      expect(await summary(shop, query)).toEqual(sums(10_001, 5000, 195, 0));
    },
  );

  test('and say that they are a part of all where none are', async () => {
    expect(await summary(shop, 'minAmount=1')).toEqual(sums(10_000, 0, 0, 0, false));
    expect(await summary(shop, 'minAmount=1&status=expired')).toEqual(sums(10_000, 0, 0, 0));
    expect(await summary(shop, 'minAmount=1&status=paid')).toEqual(sums(1, 5000, 195, 0));
  });

  test('a part of a day that holds more is not looked through; what is chosen by a rare status of it is', async () => {
    const since = new Date(Date.now() - 60_000).toISOString();
    expect(await summary(shop, `from=${since}`)).toMatchObject({ count: 10_001, exact: false });
    expect(await summary(shop, `from=${since}&status=paid`)).toEqual(sums(1, 5000, 195, 0));
  });
});

test('two payments of one merchant and day do not wait for each other', async () => {
  const shop = await newShop();
  await inTransaction(db, async (tx) => {
    await newPayment(tx, shop, await newMember(db, shop), { merchantId: shop.merchantId });
    await payment(shop, captured('A')); // a wait would end by an error
    await foldPaymentDays(db, 1000);
    expect(await summary(shop)).toMatchObject({ count: 1 });
  });
  expect(await summary(shop)).toMatchObject({ count: 2, captured: 5000 });
});

test('payments of an earlier release are not in the sums until they are counted, and the sums say so', async () => {
  const shop = await newShop();
  const terms = [await payment(shop, captured('A'), fee('A', eur(195))), await payment(shop)];
  await foldAll();
  await inOne(db, async ({ sql }) => {
    await sql.query('SET LOCAL session_replication_role = replica');
    await sql.query('UPDATE payments SET captured = NULL, fee = NULL, refunded = NULL WHERE merchant_id = $1', [
      shop.merchantId,
    ]);
    await sql.query('DELETE FROM payment_days WHERE account_id = $1', [shop.accountId]);
    await sql.query(
      'INSERT INTO uncounted_payments SELECT account_id, max(sequence) + 1 FROM payments WHERE account_id = $1 GROUP BY 1',
      [shop.accountId],
    );
  });
  expect(await summary(shop)).toMatchObject({ count: 2, exact: false });
  await payment(shop, captured('C'));
  await tell(db, terms[1]!, captured('B'));
  expect(await summary(shop, 'minAmount=1')).toEqual(sums(3, 10_000, 0, 0, false));
  while ((await countPayments(db, 1)) > 0);
  expect(await summary(shop)).toEqual(sums(3, 15_000, 195, 0));
  expect(await summary(shop, 'minAmount=1')).toEqual(sums(3, 15_000, 195, 0));
});

test.each(['0', 'true', '', '1&summary=1'])('sums are refused for summary=%s', async (value) => {
  refusedField(await (await newShop()).asks.get(`/v1/payments?summary=${value}`), 'summary');
});
