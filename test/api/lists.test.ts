import { inTransaction } from '../../books/sql';
import { sealPayer } from '../../vault/payer';
import { createVault } from '../../vault/vault';
import type { GatewayFact } from '../../workflows/domain/fact';
import type { PaymentTerms } from '../../workflows/domain/payment';
import { newPayment, openBooks, owe, receive, tell, tellUnmatched } from '../books/bookkeeping';
import type { Books, Club } from '../books/bookkeeping';
import { captured, disputeOpened, eur, refunded, refundPending } from '../domain/builders';
import { ENCRYPTION_KEY } from '../support/world';
import { startApi } from './api-alone';
import type { RunningApi } from './api-alone';
import type { Page } from './asking';
import { refusedField } from './refusal';
import { addAccount, openShop } from './shops';
import type { Shop } from './shops';

let db: Books;
let api: RunningApi;
beforeAll(async () => {
  db = await openBooks();
  api = await startApi({ db });
});
afterAll(async () => {
  await api.stop();
  await db.close();
});

const newShop = (over?: Record<string, unknown>) => openShop(db, api, over);
const newAccount = (merchantId: string, gateway: string) => addAccount(db, merchantId, gateway);
async function newMember({ asks }: Shop, details: Record<string, unknown> = { name: 'Anne Martin' }): Promise<string> {
  return (await asks.post<{ id: string }>('/v1/members', details)).body.id;
}
async function payment(club: Club, member: string, ...facts: readonly GatewayFact[]): Promise<PaymentTerms> {
  await owe(db, club, member, 5000);
  const { merchantId, accountId, gateway } = club;
  const terms = await newPayment(db, club, member, { merchantId, accountId, gateway });
  for (const fact of facts) await tell(db, terms, fact);
  return terms;
}

interface Row {
  readonly id: string;
  readonly [name: string]: unknown;
}
async function list({ asks }: Shop, path: string): Promise<Page<Row> & { readonly summary?: unknown }> {
  const { status, body } = await asks.get<Page<Row>>(path);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}
/** What the list shows of each row, in whole and by pages of one. */
async function shown(shop: Shop, path: string, name = 'id'): Promise<readonly unknown[]> {
  const whole = (await list(shop, path)).data.map((row) => row[name]);
  const paged: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<Row> = await list(shop, `${path}&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
    paged.push(...page.data.map((row) => row[name]));
    cursor = page.nextCursor;
  }
  expect(paged).toEqual(whole);
  return whole;
}
/** Has rows be of these moments. */
async function at(table: string, column: string, moments: readonly (readonly [string, string])[]): Promise<void> {
  await inTransaction(db, async ({ sql }) => {
    await sql.query('SET LOCAL session_replication_role = replica');
    for (const [id, moment] of moments)
      await sql.query(`UPDATE ${table} SET ${column} = $2 WHERE id::text = $1`, [id, moment]);
  });
}

describe('payments are found in their list', () => {
  test('by their member, by a beginning of an id, by what the gateway calls them, and by an exact amount', async () => {
    const shop = await newShop();
    const zoe = await newMember(shop, { name: 'Zoé Lefèvre', email: 'zoe@example.org', reference: 'LIC-4711' });
    const anne = await newMember(shop);
    const first = await payment(shop, zoe, captured('TXONE'));
    const second = await payment(shop, anne, captured('TXTWO', eur(4000)));
    const third = await payment(shop, zoe);
    const found = (q: string, more = '') => shown(shop, `/v1/payments?q=${encodeURIComponent(q)}${more}`);
    for (const q of ['zoe', 'lefèvre ZO', 'zoe@ex', 'lic-47']) expect(await found(q)).toEqual([third.id, first.id]);
    expect(await found('zoe', '&status=paid')).toEqual([first.id]);
    expect(await found('zoe', '&status=paid,awaiting_payer')).toEqual([third.id, first.id]);
    expect(await found('zoe', `&member=${anne}`)).toEqual([]);
    expect(await found('martin')).toEqual([second.id]);
    expect(await found('txtwo')).toEqual([second.id]);
    expect(await found('50,00')).toEqual([third.id, second.id, first.id]);
    expect(await found('50.01')).toEqual([]);
    for (const q of [second.id, second.id.slice(0, 20), second.id.slice(4, 20)])
      expect(await found(q)).toEqual([second.id]);
    expect(await found(second.id.slice(0, 7))).toEqual([]);
    expect(await found('nobody')).toEqual([]);
    expect(await found("'; DROP TABLE payments")).toEqual([]);
    expect((await list(shop, '/v1/payments?q=zoe&summary=1')).summary).toEqual({
      ...{ count: 2, captured: 5000, fee: 0, refunded: 0 },
      exact: true,
    });
  });

  test("and never another merchant's", async () => {
    const [shop, stranger] = [await newShop(), await newShop()];
    const theirs = await payment(stranger, await newMember(stranger), captured('THEIRS'));
    for (const q of ['anne', theirs.id, theirs.id.slice(0, 20), 'THEIRS', '50.00'])
      expect(await shown(shop, `/v1/payments?q=${q}`)).toEqual([]);
  });

  test('also where more members are meant than are looked up one by one; the sums then say that they are a part', async () => {
    const shop = await newShop();
    const ours: string[] = [];
    await db.sql.query(
      "INSERT INTO members (id, merchant_id, name) SELECT 'mem_' || lpad(n::text, 26, '0'), $1, 'Martin ' || n FROM generate_series(1, 150) n",
      [shop.merchantId],
    );
    await db.sql.query('INSERT INTO carts (member_id) SELECT id FROM members WHERE merchant_id = $1', [
      shop.merchantId,
    ]);
    for (const n of [1, 75, 150])
      ours.unshift((await payment(shop, `mem_${String(n).padStart(26, '0')}`, captured(`T${n}`))).id);
    const other = await payment(shop, await newMember(shop, { name: 'Zoé' }));
    expect(await shown(shop, '/v1/payments?q=martin')).toEqual(ours);
    expect(await shown(shop, '/v1/payments?q=martin&status=paid')).toEqual(ours);
    expect(await shown(shop, '/v1/payments?q=zo')).toEqual([other.id]);
    expect((await list(shop, '/v1/payments?q=martin&summary=1')).summary).toMatchObject({ count: 2, exact: false });
  });
});

describe('refunds are listed', () => {
  test('by several statuses, gateways, amounts and what is known of them, with their sums', async () => {
    const shop = await newShop();
    const other = await newAccount(shop.merchantId, 'kkiapay');
    const [anne, zoe] = [await newMember(shop), await newMember(shop, { name: 'Zoé' })];
    await payment(shop, anne, captured('A'), refunded('AR', eur(1000), { parent: 'A' }));
    await payment(other, zoe, captured('B'), refundPending('BR', eur(2000), { parent: 'B' }));
    await payment(shop, zoe, captured('C'), refunded('CR', eur(3000), { parent: 'C' }));
    const amounts = (query: string) => shown(shop, `/v1/refunds?${query}`, 'amount');
    expect(await amounts('status=succeeded,pending')).toEqual([3000, 2000, 1000]);
    expect(await amounts('status=pending,failed')).toEqual([2000]);
    expect(await amounts('gateway=kkiapay,paypal-checkout')).toEqual([2000]);
    expect(await amounts('gateway=paypal-standard&status=succeeded')).toEqual([3000, 1000]);
    expect(await amounts('minAmount=2000')).toEqual([3000, 2000]);
    expect(await amounts('minAmount=1000&maxAmount=2000')).toEqual([2000, 1000]);
    expect(await amounts('q=zo')).toEqual([3000, 2000]);
    expect(await amounts('q=cr')).toEqual([3000]);
    expect(await amounts('q=10,00')).toEqual([1000]);
    const { data } = await list(shop, '/v1/refunds?q=10,00');
    expect(await amounts(`q=${data[0]!.id.slice(0, 14)}`)).toEqual([1000]);
    const sums = async (query: string) => (await list(shop, `/v1/refunds?limit=1&summary=1&${query}`)).summary;
    expect(await sums('')).toEqual({ count: 3, refunded: 4000, exact: true });
    expect(await sums('status=pending')).toEqual({ count: 1, refunded: 0, exact: true });
    expect(await sums('q=zo')).toEqual({ count: 2, refunded: 3000, exact: true });
    expect(await list(shop, '/v1/refunds')).not.toHaveProperty('summary');
  });

  test('and by days of the merchant’s clock', async () => {
    const shop = await newShop({ timeZone: 'Europe/Paris' });
    const member = await newMember(shop);
    for (const name of ['A', 'B', 'C'])
      await payment(shop, member, captured(name), refunded(`${name}R`, eur(1000), { parent: name }));
    const [c, b, a] = (await list(shop, '/v1/refunds')).data.map(({ id }) => id);
    await at('refunds', 'created_at', [
      [a!, '2027-06-30T21:59:59Z'],
      [b!, '2027-06-30T22:00:00Z'],
      [c!, '2027-07-31T22:00:00Z'],
    ]);
    expect(await shown(shop, '/v1/refunds?from=2027-07-01')).toEqual([c, b]);
    expect(await shown(shop, '/v1/refunds?to=2027-07-01')).toEqual([a]);
    expect(await shown(shop, '/v1/refunds?from=2027-07-01&to=2027-08-01')).toEqual([b]);
    expect(await shown(shop, '/v1/refunds?from=2027-06-30T21:59:59Z&to=2027-06-30T22:00:00Z')).toEqual([a]);
    expect(await shown(shop, '/v1/refunds?from=2030-01-01')).toEqual([]);
  });
});

test('disputes are listed by several statuses, by amounts, and by days of the merchant’s clock', async () => {
  const shop = await newShop({ timeZone: 'Europe/Paris' });
  const member = await newMember(shop);
  for (const name of ['A', 'B']) await payment(shop, member, captured(name), disputeOpened(name, `PP-D-${name}`));
  const [b, a] = (await list(shop, '/v1/disputes')).data.map(({ id }) => id);
  await at('disputes', 'opened_at', [
    [a!, '2027-06-30T21:59:59Z'],
    [b!, '2027-06-30T22:00:00Z'],
  ]);
  expect(await shown(shop, '/v1/disputes?status=open,lost')).toEqual([b, a]);
  expect(await shown(shop, '/v1/disputes?status=won,lost')).toEqual([]);
  expect(await shown(shop, '/v1/disputes?gateway=paypal-standard')).toEqual([b, a]);
  expect(await shown(shop, '/v1/disputes?gateway=kkiapay')).toEqual([]);
  expect(await shown(shop, '/v1/disputes?from=2027-07-01')).toEqual([b]);
  expect(await shown(shop, '/v1/disputes?to=2027-07-01&status=open')).toEqual([a]);
  await db.sql.query('UPDATE disputes SET amount = 1000 WHERE id = $1', [a]);
  expect(await shown(shop, '/v1/disputes?maxAmount=1000')).toEqual([a]);
});

test('messages are listed by several states, gateways, references, and by days of the merchant’s clock', async () => {
  const shop = await newShop({ timeZone: 'Europe/Paris' });
  const other = await newAccount(shop.merchantId, 'kkiapay');
  const received = (await receive(db, shop)).id;
  const unmatched = (await receive(db, other)).id;
  const about = captured('NOBODYS', eur(700));
  await tellUnmatched(db, other, [about], { id: unmatched, state: 'unmatched', about });
  const terms = await payment(shop, await newMember(shop));
  const applied = (await receive(db, shop, { payment: terms.id })).id;
  const told = captured('SOMEBODYS');
  await tell(db, terms, told);
  await db.sql.query(
    "UPDATE notifications SET state = 'applied', kind = 'payment_captured', gateway_reference = 'SOMEBODYS' WHERE id = $1",
    [applied],
  );
  await inTransaction(db, async ({ sql }) => {
    await sql.query('SET LOCAL session_replication_role = replica');
    for (const [id, { accountId }] of [
      [received, shop],
      [unmatched, other],
      [applied, shop],
    ] as const)
      await sql.query('UPDATE notification_bodies SET payer = $2 WHERE notification_id = $1', [
        id,
        sealPayer(createVault(ENCRYPTION_KEY), { name: 'Anne', email: null }, accountId),
      ]);
  });
  const ids = (query: string) => shown(shop, `/v1/notifications?${query}`);
  expect(await ids('state=received,unmatched,applied')).toEqual([applied, unmatched, received]);
  expect(await ids('state=received,unmatched')).toEqual([unmatched, received]);
  expect(await ids('state=applied')).toEqual([applied]);
  expect(await ids('state=invalid,duplicate')).toEqual([]);
  expect(await ids('gateway=kkiapay,paypal-checkout')).toEqual([unmatched]);
  expect(await ids('gateway=kkiapay&state=received')).toEqual([]);
  expect(await ids('q=nobodys')).toEqual([unmatched]);
  expect(await ids('q=SOMEBODYS')).toEqual([applied]);
  expect(await ids(`q=${received}&state=received`)).toEqual([received]);
  expect(await ids(`q=${received}&state=applied`)).toEqual([]);
  expect(await ids('q=nothing')).toEqual([]);
  expect(await ids(`payment=${terms.id}&state=applied,received`)).toEqual([applied]);
  await at('notifications', 'received_at', [
    [received, '2027-06-30T21:59:59Z'],
    [applied, '2027-07-31T22:00:00Z'],
    [unmatched, '2027-06-30T22:00:00Z'],
  ]);
  expect(await ids('from=2027-07-01')).toEqual([applied, unmatched]);
  expect(await ids('from=2027-07-01&to=2027-08-01')).toEqual([unmatched]);
  expect(await ids('to=2027-07-01&state=received,unmatched')).toEqual([received]);
  expect(await shown(await newShop(), `/v1/notifications?q=${received}`)).toEqual([]);
});

test('entries are listed by days of the merchant’s clock', async () => {
  const shop = await newShop({ timeZone: 'Europe/Paris' });
  const member = await newMember(shop);
  const [a, b] = [await payment(shop, member, captured('A')), await payment(shop, member, captured('B'))];
  const entryOf = async ({ id }: PaymentTerms) => (await list(shop, `/v1/ledger/entries?payment=${id}`)).data[0]!.id;
  const [first, second] = [await entryOf(a), await entryOf(b)];
  await at('entries', 'recorded_at', [
    [first.slice(4), '2027-06-30T21:59:59Z'],
    [second.slice(4), '2027-06-30T22:00:00Z'],
  ]);
  expect(await shown(shop, '/v1/ledger/entries?from=2027-07-01')).toEqual([second]);
  expect(await shown(shop, '/v1/ledger/entries?to=2027-07-01')).toEqual([first]);
  expect(await shown(shop, '/v1/ledger/entries?from=2027-06-30&to=2027-07-02')).toEqual([second, first]);
  expect(await shown(shop, '/v1/ledger/entries?from=2027-07-02')).toEqual([]);
  expect(await shown(shop, `/v1/ledger/entries?from=2027-06-30&payment=${a.id}`)).toEqual([first]);
});

test.each([
  ['payments', 'q', ''],
  ['payments', 'q', '%20'],
  ['payments', 'q', '%00'],
  ['payments', 'q', 'x'.repeat(201)],
  ['refunds', 'status', 'succeeded,lost'],
  ['refunds', 'status', ''],
  ['refunds', 'gateway', 'stripe'],
  ['refunds', 'minAmount', '0'],
  ['refunds', 'maxAmount', '1.5'],
  ['refunds', 'from', 'yesterday'],
  ['refunds', 'to', '2027-02-30'],
  ['refunds', 'summary', '2'],
  ['disputes', 'status', 'open,closed'],
  ['disputes', 'from', '1'],
  ['disputes', 'maxAmount', '-1'],
  ['notifications', 'state', 'received,nope'],
  ['notifications', 'gateway', ','],
  ['notifications', 'to', '2027-13-01'],
  ['notifications', 'q', '%20'],
  ['ledger/entries', 'from', '2027-02-30'],
  ['ledger/entries', 'to', 'x'],
])('%s are refused for %s=%s, naming it', async (path, name, value) => {
  refusedField(await (await newShop()).asks.get(`/v1/${path}?${name}=${value}`), name);
});
