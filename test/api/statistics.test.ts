import { foldStatistics } from '../../books/days';
import { inTransaction } from '../../books/sql';
import type { StatisticsRow } from '../../books/statistics';
import type { GatewayFact } from '../../workflows/domain/fact';
import type { PaymentTerms } from '../../workflows/domain/payment';
import {
  act,
  load,
  newId,
  newMember,
  newPayment,
  now,
  openBooks,
  owe,
  tell,
  tellUnmatched,
} from '../books/bookkeeping';
import type { Books, Club } from '../books/bookkeeping';
import {
  captured,
  disputeFee,
  disputeOpened,
  eur,
  fee,
  lost,
  refunded,
  refundFailed,
  refundFee,
  refundPending,
  reversalCancelled,
  reversed,
  usd,
} from '../domain/builders';
import { brokenInvariants } from '../support/audit';
import { startApi } from './api-alone';
import type { RunningApi } from './api-alone';
import { refusedField } from './refusal';
import { addAccount, openShop } from './shops';
import type { Shop } from './shops';

interface StatisticsView {
  readonly currency: string;
  readonly data: readonly StatisticsRow[];
  readonly total: Omit<StatisticsRow, 'key'>;
}

let db: Books;
let api: RunningApi;
beforeAll(async () => {
  db = await openBooks();
  api = await startApi({ db });
});
afterAll(async () => {
  const { inv_statistics_equal_entries: broken = [] } = await brokenInvariants(db);
  await api.stop();
  await db.close();
  expect(broken).toEqual([]);
});

/** A merchant with an account, of whom nothing was recorded yet. */
const newShop = (over?: Record<string, unknown>, gateway?: string) => openShop(db, api, over, gateway);
const newAccount = (merchantId: string, gateway: string) => addAccount(db, merchantId, gateway);

/** A member who owes these charges, and a payment of 50.00 EUR of which these facts are told. References are `<name>TX`, and so on. */
async function payment(
  club: Club,
  charges: readonly (readonly [category: string, amount: number])[],
  ...facts: readonly GatewayFact[]
): Promise<PaymentTerms> {
  const member = await newMember(db, club);
  for (const [category, amount] of charges) await owe(db, club, member, amount, { category });
  const terms = await newPayment(db, club, member, { merchantId: club.merchantId, accountId: club.accountId });
  for (const fact of facts) await tell(db, terms, fact);
  return terms;
}

/** The same whether its days are folded, in one batch or in several, or not. */
async function read({ asks }: Shop, query: string): Promise<StatisticsView> {
  const ask = async () => (await asks.get<StatisticsView>(`/v1/statistics?${query}`)).body;
  const before = await ask();
  await foldStatistics(db, { atLeast: 1, most: 3 });
  expect(await ask()).toEqual(before);
  while ((await foldStatistics(db, { atLeast: 1, most: 1000 })) !== 0);
  expect(await ask()).toEqual(before);
  return before;
}
const sums = (collected: number, fees: number, refundedSum: number, chargedBack: number, count: number) => ({
  collected,
  fees,
  refunded: refundedSum,
  chargedBack,
  net: collected - fees - refundedSum - chargedBack,
  count,
});

interface Posted {
  readonly kind: string;
  readonly postings: readonly { readonly account: string; readonly side: string; readonly amount: number }[];
}
/** All that was posted on accounts of this name by entries of these kinds, debits less credits, as the ledger's own list tells it. */
async function posted({ asks }: Shop, account: RegExp, ...kinds: readonly string[]): Promise<number> {
  const { data } = (await asks.get<{ data: readonly Posted[] }>('/v1/ledger/entries?limit=100')).body;
  return data
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ postings }) => postings)
    .filter((posting) => account.test(posting.account))
    .reduce((sum, { side, amount }) => sum + (side === 'debit' ? amount : -amount), 0);
}

/** Everything that can become of money: paid, misfit, in part given back, bounced, charged back for good, won, held, and nobody's. */
async function withEverything(shop: Shop): Promise<void> {
  await payment(shop, [['membership', 5000]], captured('A'), fee('A', eur(195)));
  await payment(
    shop,
    [
      ['membership', 3000],
      ['outing', 1000],
    ],
    captured('B'),
    fee('B', eur(195)),
    refunded('BR', eur(1200), { parent: 'B', feeReturned: 40 }),
    refundFee('BR', eur(30), 'B'),
  );
  await payment(shop, [], captured('C', eur(4000)), fee('C', eur(150)), refunded('CR', eur(4000), { parent: 'C' }));
  await payment(
    shop,
    [['membership', 5000]],
    captured('D'),
    refunded('DR', eur(5000), { parent: 'D' }),
    refundFailed('DR', eur(5000), { parent: 'D' }),
  );
  await payment(shop, [['outing', 5000]], captured('E'), reversed('ER', eur(5000), { parent: 'E' }));
  const tried = await payment(shop, [['outing', 5000]], captured('F'), reversed('FR', eur(2000), { parent: 'F' }));
  const { facts } = await load(db, tried);
  expect(facts.map(({ kind }) => kind)).toContain('payment_reversed');
  const [{ id: disputeId }] = (
    await db.sql.query<{ id: string }>('SELECT id FROM disputes WHERE payment_id = $1', [tried.id])
  ).rows as [{ id: string }];
  await act(db, tried, { kind: 'resolve_dispute', disputeId, outcome: 'lost', commandId: newId('cmd'), at: now() });
  await payment(
    shop,
    [],
    captured('G'),
    reversed('GR', eur(5000), { parent: 'G' }),
    reversalCancelled('GC', eur(5000), { parent: 'G' }),
  );
  await tellUnmatched(db, { merchantId: shop.merchantId, accountId: shop.accountId, gateway: shop.gateway }, [
    captured('H', eur(700)),
    fee('H', eur(45)),
  ]);
}

describe('statistics', () => {
  test('are equal to the ledger to the cent, whatever became of the money', async () => {
    const shop = await newShop();
    await withEverything(shop);
    const collected = await posted(shop, /^gateway_clearing:/, 'payment_captured', 'payment_suspended');
    const fees = -(await posted(
      shop,
      /^gateway_clearing:/,
      'fee_charged',
      'fee_returned',
      'dispute_fee_charged',
      'refund_fee_charged',
    ));
    const back = -(await posted(shop, /^gateway_clearing:/, 'payment_refunded', 'suspense_refunded', 'refund_failed'));
    const chargedBack = -(await posted(shop, /^disputed_funds$/, 'dispute_lost'));
    expect([collected, fees, back, chargedBack]).toEqual([34_700, 575, 5200, 2000]);
    const total = sums(collected, fees, back, chargedBack, 8);
    for (const by of ['day', 'week', 'month', 'gateway', 'category'])
      expect(await read(shop, `by=${by}`)).toMatchObject({ currency: 'EUR', total });
  });

  test('add up to their total, by whichever key', async () => {
    const shop = await newShop();
    await withEverything(shop);
    for (const by of ['day', 'week', 'month', 'gateway', 'category']) {
      const { data, total } = await read(shop, `by=${by}`);
      for (const name of ['collected', 'fees', 'refunded', 'chargedBack', 'net'] as const)
        expect([by, name, data.reduce((sum, row) => sum + row[name], 0)]).toEqual([by, name, total[name]]);
    }
  });

  test('what is held is not charged back; what was lost and came back after all is so no more', async () => {
    const shop = await newShop();
    const tried = [
      captured('T'),
      disputeOpened('T', 'PP-D-T'),
      reversed('TR', eur(5000), { parent: 'T', caseId: 'PP-D-T' }),
    ];
    const terms = await payment(shop, [['membership', 5000]], ...tried);
    expect((await read(shop, '')).total).toEqual(sums(5000, 0, 0, 0, 1));
    await tell(db, terms, { ...lost({}, 'PP-D-T'), gatewayReference: 'T' });
    expect((await read(shop, '')).total).toEqual(sums(5000, 0, 0, 5000, 1));
    await tell(db, terms, reversalCancelled('TC', eur(5000), { parent: 'T', caseId: 'PP-D-T' }));
    expect((await read(shop, '')).total).toEqual(sums(5000, 0, 0, 0, 1));
  });

  test('a case costs its fee', async () => {
    const shop = await newShop();
    const charged = { ...disputeFee(1600, 'PP-D-K'), gatewayReference: 'K' };
    await payment(shop, [], captured('K'), fee('K', eur(195)), disputeOpened('K', 'PP-D-K'), charged);
    expect((await read(shop, '')).total).toEqual(sums(5000, 1795, 0, 0, 1));
  });

  test('by category say what came for it; credit and money in suspense are in none', async () => {
    const shop = await newShop();
    await payment(
      shop,
      [
        ['membership', 3000],
        ['outing', 1500],
      ],
      captured('A'),
      fee('A', eur(195)),
    );
    await payment(shop, [['outing', 5000]], captured('B'), refunded('BR', eur(2000), { parent: 'B' }));
    await payment(shop, [['membership', 5000]], captured('C', eur(4500)));
    expect((await read(shop, 'by=category')).data).toEqual([
      { key: 'membership', ...sums(3000, 0, 0, 0, 1) },
      { key: 'outing', ...sums(6500, 0, 2000, 0, 2) },
      { key: null, ...sums(5000, 195, 0, 0, 2) },
    ]);
  });

  test('by gateway say through whom it came, also of what was lost', async () => {
    const shop = await newShop();
    const other = await newAccount(shop.merchantId, 'kkiapay');
    await payment(shop, [], captured('A'), fee('A', eur(195)));
    const tried = await payment(other, [], captured('B'), reversed('BR', eur(5000), { parent: 'B' }));
    const { rows } = await db.sql.query<{ id: string }>('SELECT id FROM disputes WHERE payment_id = $1', [tried.id]);
    const resolved = { kind: 'resolve_dispute', disputeId: rows[0]!.id, outcome: 'lost' } as const;
    await act(db, tried, { ...resolved, commandId: newId('cmd'), at: now() });
    expect((await read(shop, 'by=gateway')).data).toEqual([
      { key: 'kkiapay', ...sums(5000, 0, 0, 5000, 1) },
      { key: 'paypal-standard', ...sums(5000, 195, 0, 0, 1) },
    ]);
  });

  test('are in the currency of the books: suspended money of another is in none of them', async () => {
    const shop = await newShop();
    await payment(shop, [], captured('A', usd(9000)), fee('A', usd(300)));
    await payment(shop, [], captured('B'));
    expect((await read(shop, '')).total).toEqual(sums(5000, 0, 0, 0, 1));
  });

  test('a refund that is only on its way is not given back', async () => {
    const shop = await newShop();
    await payment(shop, [], captured('A'), refundPending('AR', eur(5000), { parent: 'A' }));
    expect((await read(shop, '')).total).toEqual(sums(5000, 0, 0, 0, 1));
  });

  test('of a merchant of whom nothing was recorded are nothing, and never those of another', async () => {
    const [shop, stranger] = [await newShop(), await newShop()];
    await withEverything(stranger);
    expect(await read(shop, '')).toEqual({ currency: 'EUR', data: [], total: sums(0, 0, 0, 0, 0) });
  });
});

describe("a day is the merchant's", () => {
  /** Has everything that was recorded of these payments be recorded at these moments. */
  async function at(moments: readonly (readonly [PaymentTerms, string])[]): Promise<void> {
    await inTransaction(db, async (tx) => {
      await tx.sql.query('SET LOCAL session_replication_role = replica');
      for (const [{ id }, moment] of moments)
        await tx.sql.query('UPDATE entries SET recorded_at = $2 WHERE payment_id = $1', [id, moment]);
    });
  }
  /** In Paris: 10.00 in the last second of June, 20.00 in the first of July, 40.00 in the last of July, 80.00 after it. */
  async function aroundJuly(): Promise<Shop> {
    const shop = await newShop({ country: 'FR' });
    const paid = (reference: string, amount: number) => payment(shop, [], captured(reference, eur(amount)));
    await at([
      [await paid('A', 1000), '2027-06-30T21:59:59Z'],
      [await paid('B', 2000), '2027-06-30T22:00:00Z'],
      [await paid('C', 4000), '2027-07-31T21:59:59Z'],
      [await paid('D', 8000), '2027-07-31T22:00:00Z'],
    ]);
    return shop;
  }
  const keys = async (shop: Shop, query: string) => {
    const { data, total } = await read(shop, query);
    return { ...Object.fromEntries(data.map(({ key, collected }) => [key, collected])), total: total.collected };
  };

  test('for days, weeks and months', async () => {
    const shop = await aroundJuly();
    expect(await keys(shop, 'by=day')).toEqual({
      ...{ '2027-06-30': 1000, '2027-07-01': 2000, '2027-07-31': 4000, '2027-08-01': 8000 },
      total: 15_000,
    });
    expect(await keys(shop, 'by=week')).toEqual({ '2027-W26': 3000, '2027-W30': 12_000, total: 15_000 });
    expect(await keys(shop, 'by=month')).toEqual({ '2027-06': 1000, '2027-07': 6000, '2027-08': 8000, total: 15_000 });
  });

  test('for the period that is asked for, whose end is left out', async () => {
    const shop = await aroundJuly();
    expect(await keys(shop, 'by=month&from=2027-07-01&to=2027-08-01')).toEqual({ '2027-07': 6000, total: 6000 });
    expect(await keys(shop, 'by=day&from=2027-06-30T21:59:59Z&to=2027-06-30T22:00:00Z')).toEqual({
      ...{ '2027-06-30': 1000 },
      total: 1000,
    });
  });

  test('and moves with its time zone, and back', async () => {
    const shop = await aroundJuly();
    const inParis = await keys(shop, 'by=day');
    await shop.asks.patch('/v1/merchant', { timeZone: 'UTC' });
    expect(await keys(shop, 'by=day')).toEqual({ '2027-06-30': 3000, '2027-07-31': 12_000, total: 15_000 });
    await payment(shop, [], captured('E', eur(1)));
    await shop.asks.patch('/v1/merchant', { timeZone: 'Europe/Paris' });
    expect(await keys(shop, 'by=day&from=2027-01-01')).toEqual(inParis);
    expect((await read(shop, 'by=month')).total.collected).toBe(15_001);
  });

  // Its clocks went from 01:00 back to 00:00 on the first of November 2026: the hour after midnight came twice.
  test('also where its first hour comes twice', async () => {
    const shop = await newShop({ timeZone: 'America/Havana' });
    const paid = (reference: string, amount: number) => payment(shop, [], captured(reference, eur(amount)));
    await at([
      [await paid('A', 1000), '2026-11-01T03:59:59Z'],
      [await paid('B', 2000), '2026-11-01T04:00:00Z'],
      [await paid('C', 4000), '2026-11-01T05:00:00Z'],
      [await paid('D', 8000), '2026-11-02T05:00:00Z'],
    ]);
    const days = { '2026-10-31': 1000, '2026-11-01': 6000, '2026-11-02': 8000 };
    expect(await keys(shop, 'by=day')).toEqual({ ...days, total: 15_000 });
    expect(await keys(shop, 'by=day&from=2026-11-01T04:00:00Z&to=2026-11-02')).toEqual({
      '2026-11-01': 6000,
      total: 6000,
    });
    expect(await keys(shop, 'by=day&from=2026-11-01T04:30:00Z&to=2026-11-02T05:00:01Z')).toEqual({
      ...{ '2026-11-01': 4000, '2026-11-02': 8000 },
      total: 12_000,
    });
    expect(await keys(shop, 'by=day&to=2026-11-01T04:30:00Z')).toEqual({
      '2026-10-31': 1000,
      '2026-11-01': 2000,
      total: 3000,
    });
  });
});

test.each([
  ['by', 'year'],
  ['from', 'yesterday'],
  ['to', '2027-02-30'],
  ['gateway', 'kkiapay'],
])('statistics are refused for %s=%s', async (name, value) => {
  const { asks } = await newShop();
  const reply = await asks.get(`/v1/statistics?${name}=${value}`);
  if (name === 'gateway') expect(reply.status).toBe(400);
  else refusedField(reply, name);
});
