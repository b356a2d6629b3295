import { eventually, Merchant, untilStatus } from '../support/client';
import type { EntryView, PaymentView } from '../support/client';
import { ipn, payAs, sendGenuine } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import type { Page } from './asking';
import { refused, refusedField } from './refusal';

interface BalanceView {
  readonly account: string;
  readonly currency: string;
  readonly debit: number;
  readonly credit: number;
  readonly balance: number;
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function paid(merchant: Merchant, member: string, over: Record<string, unknown> = {}): Promise<PaymentView> {
  const payment = await merchant.pay(member, over);
  await payAs(merchant, payment);
  return untilStatus(merchant, payment.id, 'paid');
}
const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const debit = (account: string, amount: number) => ({ account, side: 'debit', amount, currency: 'EUR' });
const credit = (account: string, amount: number) => ({ account, side: 'credit', amount, currency: 'EUR' });
const balancesOf = async (merchant: Merchant) =>
  (await merchant.get<Page<BalanceView>>('/v1/ledger/balances?limit=100')).body.data;
const posted = async (merchant: Merchant) =>
  (await balancesOf(merchant)).map((row) => [row.account, row.balance]).sort();

test('a payment with a fee, in advance in part, is two entries that an accountant can read, newest first', async () => {
  const merchant = await Merchant.create(world);
  const payment = await paid(
    merchant,
    await merchant.member([
      ['fee', 3000],
      ['outing', 1000],
    ]),
    { amount: 5000 },
  );
  const { body } = await merchant.get<Page<EntryView>>(`/v1/ledger/entries?payment=${payment.id}`);
  expect(body).toEqual({
    data: [
      {
        id: expect.stringMatching(/^ent_/),
        kind: 'fee_charged',
        payment: payment.id,
        occurredAt: moment,
        recordedAt: moment,
        postings: [debit('gateway_fees:paypal-standard', 195), credit('gateway_clearing:paypal-standard', 195)],
      },
      {
        id: expect.stringMatching(/^ent_/),
        kind: 'payment_captured',
        payment: payment.id,
        occurredAt: moment,
        recordedAt: moment,
        postings: [
          debit('gateway_clearing:paypal-standard', 5000),
          credit('income:fee', 3000),
          credit('income:outing', 1000),
          credit('member_credit', 1000),
        ],
      },
    ],
    nextCursor: null,
  });
  const captured = payment.timeline.find((row) => row.kind === 'payment_captured');
  expect(body.data[1]).toMatchObject({ occurredAt: captured?.occurredAt, recordedAt: captured?.recordedAt });
});

test('credit that a later charge uses is an entry of the payment it came from, without a moment of the gateway', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member();
  const payment = await paid(merchant, member, { amount: 1000 });
  await merchant.post(`/v1/members/${member}/charges`, {
    label: 'x',
    category: 'outing',
    amount: 700,
    currency: 'EUR',
  });
  const [entry] = await merchant.entries();
  expect(entry).toEqual({
    id: expect.stringMatching(/^ent_/),
    kind: 'credit_used',
    payment: payment.id,
    occurredAt: null,
    recordedAt: moment,
    postings: [debit('member_credit', 700), credit('income:outing', 700)],
  });
});

test('a gateway date that nobody can read is no date, and the money is booked all the same', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  await sendGenuine(merchant, ipn(merchant, payment, { payment_date: 'yesterday' }));
  await untilStatus(merchant, payment.id, 'paid');
  for (const entry of await merchant.entries(payment.id))
    expect(entry).toMatchObject({ occurredAt: null, recordedAt: moment });
});

test('entries page without repeating or leaving out, while others are booked', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member();
  for (let i = 0; i < 3; i++) await paid(merchant, member, { amount: 1000 + i });
  const all = await merchant.entries();
  expect(all).toHaveLength(6);
  const seen: EntryView[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<EntryView> = (
      await merchant.get<Page<EntryView>>(`/v1/ledger/entries?limit=4${cursor === null ? '' : `&cursor=${cursor}`}`)
    ).body;
    if (cursor === null) await paid(merchant, member, { amount: 2000 });
    seen.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(all);
});

test('balances are the sums of the postings per account, debit less credit, and together they are zero', async () => {
  const merchant = await Merchant.create(world);
  expect((await merchant.get('/v1/ledger/balances')).body).toEqual({ data: [], nextCursor: null });
  const member = await merchant.member([['fee', 3000]]);
  await paid(merchant, member, { amount: 5000 });
  expect(await posted(merchant)).toEqual([
    ['gateway_clearing:paypal-standard', 4805],
    ['gateway_fees:paypal-standard', 195],
    ['income:fee', -3000],
    ['member_credit', -2000],
  ]);
  expect((await balancesOf(merchant)).find((row) => row.account === 'gateway_clearing:paypal-standard')).toEqual({
    account: 'gateway_clearing:paypal-standard',
    currency: 'EUR',
    debit: 5000,
    credit: 195,
    balance: 4805,
  });
  await merchant.post(`/v1/members/${member}/charges`, {
    label: 'x',
    category: 'outing',
    amount: 2500,
    currency: 'EUR',
  });
  const balances = await balancesOf(merchant);
  expect(balances.find((row) => row.account === 'member_credit')).toMatchObject({
    debit: 2000,
    credit: 2000,
    balance: 0,
  });
  expect(balances.reduce((sum, row) => sum + row.balance, 0)).toBe(0);
});

test('money of two currencies stands on two accounts of one name', async () => {
  const merchant = await Merchant.create(world);
  const money = { custom: undefined, invoice: undefined, mc_gross: '5.00', mc_fee: undefined };
  for (const currency of ['EUR', 'USD'])
    await sendGenuine(merchant, ipn(merchant, { nextAction: null }, { ...money, mc_currency: currency }));
  const balances = await eventually(
    () => balancesOf(merchant),
    (rows) => rows.length === 4,
  );
  expect(
    balances
      .filter((row) => row.account === 'suspense')
      .map((row) => [row.currency, row.balance])
      .sort(),
  ).toEqual([
    ['EUR', -500],
    ['USD', -500],
  ]);
});

test('the list of balances pages like every list', async () => {
  const merchant = await Merchant.create(world);
  await paid(merchant, await merchant.member([['fee', 3000]]), { amount: 5000 });
  const all = await balancesOf(merchant);
  const first = (await merchant.get<Page<BalanceView>>('/v1/ledger/balances?limit=3')).body;
  const rest = (await merchant.get<Page<BalanceView>>(`/v1/ledger/balances?limit=3&cursor=${first.nextCursor!}`)).body;
  expect([...first.data, ...rest.data]).toEqual(all);
  expect(rest.nextCursor).toBeNull();
});

test("books are their merchant's: another sees neither entries nor balances", async () => {
  const [merchant, stranger] = [await Merchant.create(world), await Merchant.create(world)];
  const payment = await paid(merchant, await merchant.member([['fee', 3000]]));
  expect(await stranger.entries()).toEqual([]);
  expect(await stranger.entries(payment.id)).toEqual([]);
  expect(await balancesOf(stranger)).toEqual([]);
});

test.each([
  ['entries?payment=%00', 'payment'],
  ['entries?payment=x', 'payment'],
  ['entries?kind=fee_charged', 'kind'],
  ['entries?limit=0', 'limit'],
  ['entries?cursor=zzz', 'cursor'],
  ['balances?payment=pay_x', 'payment'],
  ['balances?limit=101', 'limit'],
  ['balances?cursor=zzz', 'cursor'],
])('refuses /v1/ledger/%s by the name of the parameter', async (query, parameter) => {
  const merchant = await Merchant.create(world);
  refusedField(await merchant.get(`/v1/ledger/${query}`), parameter);
});

test('nobody posts to the books from outside', async () => {
  const merchant = await Merchant.create(world);
  for (const path of ['/v1/ledger/entries', '/v1/ledger/balances'])
    refused(await merchant.post(path, {}), 'method_not_allowed');
});
