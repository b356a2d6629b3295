import { SignJWT } from 'jose';
import { createVault } from '../../vault/vault';
import { Merchant, untilStatus } from '../support/client';
import type { CartView, Reply } from '../support/client';
import { payAs } from '../support/paypal';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf, newMerchant } from './asking';
import type { Page } from './asking';
import { refused, refusedField } from './refusal';

interface MemberView {
  readonly id: string;
  readonly name: string;
}

let world: World;
let merchant: Merchant;
let stranger: Merchant;
beforeAll(async () => {
  world = await startWorld();
  merchant = await Merchant.create(world);
  stranger = await Merchant.create(world);
});
afterAll(() => world.stop());

const unknown = `mem_${'0'.repeat(26)}`;

describe('a member', () => {
  test('is made with a name; what was not given is null', async () => {
    const { status, body } = await merchant.post<MemberView>('/v1/members', { name: 'Anne Martin' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^mem_[0-9a-z]{26}$/),
      name: 'Anne Martin',
      email: null,
      phone: null,
      reference: null,
      locale: null,
      address: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      erasedAt: null,
    });
    expect((await merchant.get(`/v1/members/${body.id}`)).body).toEqual(body);
  });

  test('keeps e-mail, phone and reference', async () => {
    const given = { name: 'Anne', email: 'anne@example.org', phone: '+229 01 97 00 00 00', reference: 'A/17' };
    const { body } = await merchant.post<MemberView>('/v1/members', given);
    expect((await merchant.get(`/v1/members/${body.id}`)).body).toMatchObject(given);
  });

  test.each([
    ['<script>alert(1)</script>'],
    ['Ünï — 名前 🎾'],
    ["O'Brien; DROP TABLE members; --"],
    ['שלום עולם'],
    ['{{name}} %s \\x00'],
    ['👩‍👩‍👧‍👦'],
  ])('called %s is called so ever after', async (name) => {
    const { status, body } = await merchant.post<MemberView>('/v1/members', { name });
    expect(status).toBe(201);
    expect((await merchant.get<MemberView>(`/v1/members/${body.id}`)).body.name).toBe(name);
  });

  test.each<readonly [string, unknown, string]>([
    ['no name', {}, 'name'],
    ['a name of null', { name: null }, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a name of blanks', { name: ' '.repeat(10) }, 'name'],
    ['a name of 201 letters', { name: 'x'.repeat(201) }, 'name'],
    ['a name that injects a header', { name: 'a\r\nSet-Cookie: x=1' }, 'name'],
    ['a NUL in the name', { name: 'a\u0000b' }, 'name'],
    ['an escape in the name', { name: 'a\u001b[2J' }, 'name'],
    ['a C1 control in the name', { name: 'a\u0085b' }, 'name'],
    ['half a character in the name', { name: '\ud83c' }, 'name'],
    ['a control character in the reference', { name: 'x', reference: 'a\tb' }, 'reference'],
    ['an e-mail address that is none', { name: 'x', email: 'nobody' }, 'email'],
    ['an e-mail address that injects a header', { name: 'x', email: 'a@b.example\r\nBcc: c@d.example' }, 'email'],
    ['a phone number of letters', { name: 'x', phone: 'call me' }, 'phone'],
    ['an unknown field', { name: 'x', nickname: 'y' }, 'nickname'],
    ['an id of its own', { name: 'x', id: unknown }, 'id'],
    ["another merchant's id", { name: 'x', merchantId: 'mer_x' }, 'merchantId'],
  ])('with %s is refused by the name of the field', async (_what, body, field) => {
    refusedField(await merchant.post('/v1/members', body), field);
  });

  test('of another merchant looks like none at all', async () => {
    const member = await merchant.member([['fee', 1000]]);
    const charge = { label: 'x', category: 'x', amount: 1, currency: 'EUR' };
    for (const id of [
      member,
      unknown,
      'mem_x',
      'x',
      "mem_' OR 1=1--",
      'pay_00000000000000000000000000',
      '%00',
      '..%2f..',
      'x'.repeat(3000),
    ]) {
      refused(await stranger.get(`/v1/members/${id}`), 'not_found');
      refused(await stranger.get(`/v1/members/${id}/cart`), 'not_found');
      refused(await stranger.post(`/v1/members/${id}/charges`, charge), 'not_found');
      refused(await stranger.post(`/v1/members/${id}/tokens`), 'not_found');
    }
    expect((await merchant.cart(member)).due).toBe(1000);
  });
});

describe('the list of members', () => {
  const named = (reply: Reply<Page<MemberView>>) => reply.body.data.map((member) => member.name);

  test('shows the newest first and pages on without repeating or leaving out, while members are added', async () => {
    const club = await newMerchant(world);
    const add = (name: string) => club.post('/v1/members', { name });
    for (const name of ['1', '2', '3', '4', '5']) await add(name);

    const first = await club.get<Page<MemberView>>('/v1/members?limit=2');
    expect(named(first)).toEqual(['5', '4']);
    await add('6');
    const second = await club.get<Page<MemberView>>(`/v1/members?limit=2&cursor=${first.body.nextCursor!}`);
    expect(named(second)).toEqual(['3', '2']);
    await add('7');
    const third = await club.get<Page<MemberView>>(`/v1/members?limit=2&cursor=${second.body.nextCursor!}`);
    expect(named(third)).toEqual(['1']);
    expect(third.body.nextCursor).toBeNull();
    expect(named(await club.get('/v1/members'))).toEqual(['7', '6', '5', '4', '3', '2', '1']);
  });

  test('ends without a cursor when the last page is full', async () => {
    const club = await newMerchant(world);
    await club.post('/v1/members', { name: '1' });
    await club.post('/v1/members', { name: '2' });
    expect((await club.get<Page<MemberView>>('/v1/members?limit=2')).body).toMatchObject({ nextCursor: null });
    expect((await club.get<Page<MemberView>>('/v1/members?limit=1')).body.nextCursor).not.toBeNull();
  });

  test('is empty for a new merchant', async () => {
    expect((await (await newMerchant(world)).get('/v1/members')).body).toEqual({ data: [], nextCursor: null });
  });

  test('shows 50 unless told otherwise, and at most 100', async () => {
    const club = await newMerchant(world);
    await Promise.all(Array.from({ length: 52 }, (_, i) => club.post('/v1/members', { name: `${i}` })));
    expect(named(await club.get('/v1/members'))).toHaveLength(50);
    expect(named(await club.get('/v1/members?limit=100'))).toHaveLength(52);
    expect(named(await club.get('/v1/members?limit=1'))).toHaveLength(1);
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=x', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=zzz', 'cursor'],
    ['cursor=', 'cursor'],
    ['cursor=%00', 'cursor'],
    ['cursor=LTE', 'cursor'],
    [`cursor=${'MTIz'.repeat(10)}`, 'cursor'],
    [`cursor=${'x'.repeat(500)}`, 'cursor'],
    ['name=Anne', 'name'],
    ['unknown=1', 'unknown'],
    ['__proto__=1', '__proto__'],
  ])('refuses ?%s by the name of the parameter', async (query, parameter) => {
    refusedField(await merchant.get(`/v1/members?${query}`), parameter);
  });
});

describe('the cart', () => {
  test('of a new member is empty', async () => {
    const member = await merchant.member();
    expect(await merchant.cart(member)).toEqual({
      member,
      merchantName: 'Club',
      currency: 'EUR',
      balance: 0,
      due: 0,
      credit: 0,
      pending: 0,
      charges: [],
      paylines: [],
      more: { charges: null, paylines: null },
    });
  });

  test('lists charges in the order they were made, with a due day only where one was given', async () => {
    const member = await merchant.member();
    const later = { label: 'Later', category: 'outing', amount: 2000, currency: 'EUR', dueOn: '2027-03-01' };
    const plain = { label: 'Plain', category: 'fee', amount: 3000, currency: 'EUR' };
    const added = [
      await merchant.post(`/v1/members/${member}/charges`, later),
      await merchant.post(`/v1/members/${member}/charges`, plain),
    ];
    expect(added.map((reply) => reply.status)).toEqual([201, 201]);
    expect(added.map((reply) => reply.body)).toEqual([
      {
        id: expect.stringMatching(/^chg_[0-9a-z]{26}$/),
        label: 'Later',
        category: 'outing',
        amount: 2000,
        paid: 0,
        dueOn: '2027-03-01',
        status: 'open',
        cancelledAt: null,
      },
      {
        id: expect.stringMatching(/^chg_[0-9a-z]{26}$/),
        label: 'Plain',
        category: 'fee',
        amount: 3000,
        paid: 0,
        status: 'open',
        cancelledAt: null,
      },
    ]);
    expect(await merchant.cart(member)).toEqual({
      member,
      merchantName: 'Club',
      currency: 'EUR',
      balance: -5000,
      due: 5000,
      credit: 0,
      pending: 0,
      charges: added.map((reply) => reply.body),
      paylines: [],
      more: { charges: null, paylines: null },
    });
  });

  test('shows what was paid in advance as credit, and a later charge uses it at once', async () => {
    const member = await merchant.member([['fee', 1000]]);
    const payment = await merchant.pay(member, { amount: 2500 });
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    const paid = await merchant.cart(member);
    expect(paid).toMatchObject({
      balance: 1500,
      due: 0,
      credit: 1500,
      charges: [{ category: 'fee', amount: 1000, paid: 1000, status: 'paid' }],
    });
    expect(paid.paylines).toEqual([
      {
        id: expect.stringMatching(/^pln_/),
        payment: payment.id,
        kind: 'payment',
        amount: 2500,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ]);

    const charge = { label: 'Outing', category: 'outing', amount: 700, currency: 'EUR' };
    const { body: covered } = await merchant.post(`/v1/members/${member}/charges`, charge);
    expect(covered).toMatchObject({ amount: 700, paid: 700 });
    expect(await merchant.cart(member)).toMatchObject({ balance: 800, due: 0, credit: 800 });

    const { body: half } = await merchant.post(`/v1/members/${member}/charges`, { ...charge, amount: 1000 });
    expect(half).toMatchObject({ amount: 1000, paid: 800 });
    const cart = await merchant.cart(member);
    expect(cart).toMatchObject({ balance: -200, due: 200, credit: 0 });
    expect(cart.charges.map(({ paid: part }) => part)).toEqual([1000, 700, 800]);
    expect(cart.paylines).toEqual(paid.paylines);
  });

  test('is read by its member, and by no other', async () => {
    const member = await merchant.member([['fee', 1000]]);
    const browser = await memberOf(merchant, member);
    expect((await browser.get<CartView>(`/v1/members/${member}/cart`)).body).toEqual(await merchant.cart(member));
    expect((await browser.get<MemberView>(`/v1/members/${member}`)).body.id).toBe(member);
    const other = await merchant.member([['fee', 2000]]);
    refused(await browser.get(`/v1/members/${other}/cart`), 'not_found');
    refused(await browser.get(`/v1/members/${other}`), 'not_found');
    refused(await browser.get('/v1/members'), 'forbidden');
    refused(await browser.post('/v1/members', { name: 'x' }), 'forbidden');
    refused(await browser.post(`/v1/members/${member}/tokens`), 'forbidden');
    const charge = { label: 'x', category: 'x', amount: 1, currency: 'EUR' };
    refused(await browser.post(`/v1/members/${member}/charges`, charge), 'forbidden');
  });
});

describe('a charge', () => {
  let member: string;
  beforeAll(async () => {
    member = await merchant.member();
  });
  const charge = { label: 'Fee', category: 'fee', amount: 1000, currency: 'EUR' };
  const add = (over: Record<string, unknown>) => merchant.post(`/v1/members/${member}/charges`, { ...charge, ...over });

  test.each<readonly [string, Record<string, unknown>, string]>([
    ['of zero', { amount: 0 }, 'amount'],
    ['below zero', { amount: -1 }, 'amount'],
    ['of a fraction', { amount: 1.5 }, 'amount'],
    ['written as text', { amount: '1000' }, 'amount'],
    ['of 10¹²', { amount: 1e12 }, 'amount'],
    ['beyond all integers', { amount: 1e21 }, 'amount'],
    ['between two integers of a float', { amount: Number.MAX_SAFE_INTEGER + 2 }, 'amount'],
    ['of null', { amount: null }, 'amount'],
    ['of NaN', { amount: Number.NaN }, 'amount'],
    ['of true', { amount: true }, 'amount'],
    ['of a list', { amount: [1000] }, 'amount'],
    ['of an object', { amount: { value: 1000 } }, 'amount'],
    ['without an amount', { amount: undefined }, 'amount'],
    ['without a currency', { currency: undefined }, 'currency'],
    ['in no currency of the world', { currency: 'XXX' }, 'currency'],
    ['in a currency in small letters', { currency: 'eur' }, 'currency'],
    ['in a number', { currency: 978 }, 'currency'],
    ['without a category', { category: undefined }, 'category'],
    ['with an empty category', { category: '' }, 'category'],
    ['with a blank category', { category: '  ' }, 'category'],
    ['with a colon in the category', { category: 'income:fee' }, 'category'],
    ['with a control character in the category', { category: 'fee\n' }, 'category'],
    ['with a line separator in the category', { category: 'fee\u2028' }, 'category'],
    ['with half a character in the category', { category: 'fee\udc00' }, 'category'],
    ['with a category of 65 characters', { category: 'x'.repeat(65) }, 'category'],
    ['without a label', { label: undefined }, 'label'],
    ['with a blank label', { label: ' ' }, 'label'],
    ['with half a character in the label', { label: 'a\ud800' }, 'label'],
    ['with a NUL in the label', { label: 'a\u0000' }, 'label'],
    ['due on no day', { dueOn: '2026-02-30' }, 'dueOn'],
    ['due in the year 0', { dueOn: '0000-01-01' }, 'dueOn'],
    ['due at a time of day', { dueOn: '2026-03-01T00:00:00Z' }, 'dueOn'],
    ['due on a day in words', { dueOn: 'tomorrow' }, 'dueOn'],
    ['with an unknown field', { member: 'x' }, 'member'],
  ])('%s is refused by the name of the field', async (_what, over, field) => {
    refusedField(await add(over), field);
  });

  test.each([['USD'], ['XOF'], ['HUF']])('in %s is refused where the books are in EUR', async (currency) => {
    refused(await add({ currency }), 'currency_not_supported');
  });

  test('that was refused is not in the cart', async () => {
    expect((await merchant.cart(member)).charges).toEqual([]);
  });

  test.each<readonly [string, Record<string, unknown>]>([
    ['of one cent', { amount: 1 }],
    ['of the largest amount', { amount: 999_999_999_999 }],
    ['with a category of 64 characters', { category: 'x'.repeat(64) }],
    ['with a category in another script', { category: '会費 🎾' }],
    ['due long ago', { dueOn: '1999-12-31' }],
    ['due on a leap day', { dueOn: '2028-02-29' }],
  ])('%s is taken as it is', async (_what, over) => {
    const owner = await merchant.member();
    const { status, body } = await merchant.post(`/v1/members/${owner}/charges`, { ...charge, ...over });
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...over, paid: 0 });
    expect((await merchant.cart(owner)).charges).toEqual([body]);
  });
});

describe('a member token', () => {
  const key = createVault(ENCRYPTION_KEY).derive('tokens');
  const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

  test('comes with the moment it ends, an hour from now unless told otherwise', async () => {
    const member = await merchant.member();
    const { status, body } = await merchant.post<{ token: string; expiresAt: string }>(`/v1/members/${member}/tokens`);
    expect(status).toBe(201);
    expect(body).toEqual({
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      expiresAt: expect.stringMatching(/Z$/),
    });
    expect(Math.abs(Date.parse(body.expiresAt) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    const day = await merchant.post<{ expiresAt: string }>(`/v1/members/${member}/tokens`, { expiresInMs: 86_400_000 });
    expect(Date.parse(day.body.expiresAt)).toBeGreaterThan(Date.parse(body.expiresAt) + 80_000_000);
  });

  test.each([[999], [86_400_001], [1.5], ['3600000'], [null], [-1]])(
    'cannot live %j milliseconds',
    async (expiresInMs) => {
      const member = await merchant.member();
      refusedField(await merchant.post(`/v1/members/${member}/tokens`, { expiresInMs }), 'expiresInMs');
    },
  );

  test('is never kept: each request mints one, and none is in the database', async () => {
    const member = await merchant.member();
    const headers = { 'idempotency-key': 'a-token' };
    const reply = await merchant.post(`/v1/members/${member}/tokens`, { expiresInMs: 5_000 }, headers);
    expect(reply.status).toBe(201);
    expect((await merchant.post(`/v1/members/${member}/tokens`, { expiresInMs: 6_000 }, headers)).status).toBe(201);
    const { rows } = await world.db.sql.query('SELECT 1 FROM idempotency_keys WHERE key = $1', ['a-token']);
    expect(rows).toEqual([]);
  });

  const mint = (claims: Record<string, unknown>, alg = 'HS256', secret: Uint8Array = key) =>
    new SignJWT(claims).setProtectedHeader({ alg }).sign(secret);
  const genuine = (member: string) => ({
    iss: 'quittance',
    sub: member,
    kind: 'member',
    merchant: merchant.id,
    exp: inAnHour(),
  });

  test('made by the same rules is good, so that each of the following fails for its one reason', async () => {
    const member = await merchant.member();
    const { status } = await asking(world, await mint(genuine(member))).get(`/v1/members/${member}/cart`);
    expect(status).toBe(200);
  });

  test.each<readonly [string, (member: string) => Promise<string> | string]>([
    ['that has expired', (member) => mint({ ...genuine(member), exp: Math.floor(Date.now() / 1000) - 1 })],
    ['that never expires', (member) => mint({ ...genuine(member), exp: undefined })],
    ['signed by another key', (member) => mint(genuine(member), 'HS256', Buffer.alloc(32, 8))],
    ['signed by the encryption key itself', (member) => mint(genuine(member), 'HS256', ENCRYPTION_KEY)],
    ['signed by another algorithm', (member) => mint(genuine(member), 'HS512')],
    ['of another issuer', (member) => mint({ ...genuine(member), iss: 'somebody' })],
    ['of an unknown kind', (member) => mint({ ...genuine(member), kind: 'operator' })],
    ['of no merchant', (member) => mint({ ...genuine(member), merchant: undefined })],
    ['of no member', (member) => mint({ ...genuine(member), sub: undefined })],
    ['without a signature', (member) => unsigned('{"alg":"none","typ":"JWT"}', genuine(member))],
    ['that says it is signed', (member) => unsigned('{"alg":"HS256"}', genuine(member))],
    ['of two parts', async (member) => (await mint(genuine(member))).split('.').slice(0, 2).join('.')],
    ['of points only', () => '..'],
  ])('%s is refused', async (_what, make) => {
    const member = await merchant.member();
    refused(await asking(world, await make(member)).get(`/v1/members/${member}/cart`), 'unauthenticated');
  });

  test('whose content was changed is refused', async () => {
    const [mine, other] = [await merchant.member(), await merchant.member()];
    const [header = '', , signature = ''] = (await mint(genuine(mine))).split('.');
    const forged = Buffer.from(JSON.stringify(genuine(other))).toString('base64url');
    refused(
      await asking(world, `${header}.${forged}.${signature}`).get(`/v1/members/${other}/cart`),
      'unauthenticated',
    );
  });

  test("that names another merchant opens none of this merchant's carts", async () => {
    const member = await merchant.member();
    const token = await mint({ ...genuine(member), merchant: stranger.id });
    refused(await asking(world, token).get(`/v1/members/${member}/cart`), 'not_found');
    refused(
      await asking(world, token).post('/v1/payments', { member, gateway: 'paypal-standard', amount: 100 }),
      'not_found',
    );
  });

  test('in the address instead of the header is no token', async () => {
    const member = await merchant.member();
    const token = await mint(genuine(member));
    refused(await asking(world, null).get(`/v1/members/${member}/cart?access_token=${token}`), 'unauthenticated');
  });

  const unsigned = (header: string, claims: unknown) =>
    `${Buffer.from(header).toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
});
