import { Merchant, untilStatus } from '../support/client';
import type { CartView } from '../support/client';
import { payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf } from './asking';
import type { Asking, Page } from './asking';
import { refused, refusedField } from './refusal';

interface MemberView {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly reference: string | null;
  readonly locale: string | null;
  readonly address: string | null;
  readonly erasedAt: string | null;
}
interface ListedView extends MemberView {
  readonly balance: number;
}

let world: World;
let merchant: Merchant;
let stranger: Merchant;
let office: Asking;
beforeAll(async () => {
  world = await startWorld();
  merchant = await Merchant.create(world);
  stranger = await Merchant.create(world);
  office = asking(world, merchant.secretKey);
});
afterAll(() => world.stop());

const unknown = `mem_${'0'.repeat(26)}`;
const ANNE = {
  name: 'Anne Martin',
  email: 'anne@example.org',
  phone: '+229 01 97 00 00 00',
  reference: 'A/17',
  locale: 'fr',
  address: '3 rue des Lilas\n75011 Paris',
};
const add = async (given: Record<string, unknown>): Promise<MemberView> =>
  (await office.post<MemberView>('/v1/members', given)).body;

describe('changing a member', () => {
  test('changes what is given and nothing else; null takes away what was known', async () => {
    const { id } = await add(ANNE);
    const { status, body } = await office.patch(`/v1/members/${id}`, {
      name: 'Anne Dupont',
      phone: null,
      locale: 'en',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...ANNE, name: 'Anne Dupont', phone: null, locale: 'en' });
    expect((await office.get(`/v1/members/${id}`)).body).toEqual(body);
  });

  test.each<readonly [string, unknown, string]>([
    ['no name at all', { name: null }, 'name'],
    ['a name of blanks', { name: ' ' }, 'name'],
    ['an e-mail address that is none', { email: 'nobody' }, 'email'],
    ['a phone number of letters', { phone: 'call me' }, 'phone'],
    ['a language that we do not speak', { locale: 'de' }, 'locale'],
    ['an address with a NUL', { address: 'a\u0000' }, 'address'],
    ['an address of 501 letters', { address: 'x'.repeat(501) }, 'address'],
    ['a date of birth', { born: '1990-01-01' }, 'born'],
  ])('refuses %s', async (_what, body, field) => {
    const { id } = await add(ANNE);
    refusedField(await office.patch(`/v1/members/${id}`, body), field);
    expect((await office.get(`/v1/members/${id}`)).body).toMatchObject(ANNE);
  });

  test("is for the member's merchant alone", async () => {
    const { id } = await add(ANNE);
    refused(await asking(world, stranger.secretKey).patch(`/v1/members/${id}`, { name: 'x' }), 'not_found');
    refused(await (await memberOf(merchant, id)).patch(`/v1/members/${id}`, { name: 'x' }), 'forbidden');
    refused(await office.patch(`/v1/members/${unknown}`, { name: 'x' }), 'not_found');
  });
});

describe('finding members', () => {
  let club: Asking;
  const ids = new Map<string, string>();
  beforeAll(async () => {
    club = asking(world, (await Merchant.create(world)).secretKey);
    for (const given of [
      { name: 'Éloïse Œuvrard', email: 'Eloise@Example.org', phone: '+229 01 97 12 34 56', reference: 'licence 4711' },
      { name: 'Jean-Pierre O’Connor' },
      { name: 'Søren Ångström', reference: '2026-0042' },
      { name: 'Γιώργος Παπαδόπουλος' },
      { name: 'Иван Петров', phone: '01 97 99' },
      { name: 'Anne Martin' },
      { name: 'Anne Meier' },
    ])
      ids.set(given.name, (await club.post<MemberView>('/v1/members', given)).body.id);
  });
  const found = async (q: string, more = '') => {
    const { status, body } = await club.get<Page<MemberView>>(`/v1/members?q=${encodeURIComponent(q)}${more}`);
    expect(status).toBe(200);
    return body.data.map(({ name }) => name);
  };

  test.each<readonly [string, readonly string[]]>([
    ['eloise', ['Éloïse Œuvrard']],
    ['ÉLO', ['Éloïse Œuvrard']],
    ['oeuv', ['Éloïse Œuvrard']],
    ['pierre', ['Jean-Pierre O’Connor']],
    ["o'connor", ['Jean-Pierre O’Connor']],
    ['soren', ['Søren Ångström']],
    ['angstrom sø', ['Søren Ångström']],
    ['γιωργος', ['Γιώργος Παπαδόπουλος']],
    ['ПЕТР', ['Иван Петров']],
    ['anne', ['Anne Meier', 'Anne Martin']],
    ['anne ma', ['Anne Martin']],
    ['martin anne', ['Anne Martin']],
    ['anne anne', ['Anne Meier', 'Anne Martin']],
    ['eloise@exa', ['Éloïse Œuvrard']],
    ['+229 01 97 12', ['Éloïse Œuvrard']],
    ['0197', ['Иван Петров']],
    ['licence 47', ['Éloïse Œuvrard']],
    ['2026-00', ['Søren Ångström']],
    ['nne', []],
    ['anne x', []],
    ['%', []],
    ['_', []],
    ['\\', []],
    ["' OR 1=1 --", []],
    ['😀', []],
  ])('%s finds %p', async (q, names) => {
    expect(await found(q)).toEqual(names);
  });

  test('goes page by page, newest first', async () => {
    const first = (await club.get<Page<MemberView>>('/v1/members?q=anne&limit=1')).body;
    expect(first.data.map(({ name }) => name)).toEqual(['Anne Meier']);
    const second = (await club.get<Page<MemberView>>(`/v1/members?q=anne&limit=1&cursor=${first.nextCursor}`)).body;
    expect(second).toEqual({ data: [expect.objectContaining({ name: 'Anne Martin' })], nextCursor: null });
  });

  test('finds a member by the new name and by the old one no more', async () => {
    const { body } = await club.post<MemberView>('/v1/members', { name: 'Zoé Avant' });
    await club.patch(`/v1/members/${body.id}`, { name: 'Zoé Après' });
    expect([await found('avant'), await found('apres'), await found('zoe')]).toEqual([
      [],
      ['Zoé Après'],
      ['Zoé Après'],
    ]);
  });

  test("never finds another merchant's members", async () => {
    const { body } = await asking(world, stranger.secretKey).get<Page<MemberView>>('/v1/members?q=anne');
    expect(body.data).toEqual([]);
  });

  test('lists who owes something, and of them whom the text finds', async () => {
    const charge = { label: 'fee', category: 'fee', amount: 100, currency: 'EUR' };
    for (const name of ['Anne Martin', 'Иван Петров']) await club.post(`/v1/members/${ids.get(name)}/charges`, charge);
    const owing = (await club.get<Page<ListedView>>('/v1/members?owes=1')).body.data;
    expect(owing.map(({ name, balance }) => [name, balance])).toEqual([
      ['Anne Martin', -100],
      ['Иван Петров', -100],
    ]);
    const others = (await club.get<Page<ListedView>>('/v1/members?q=eloise')).body.data;
    expect(others.map(({ balance }) => balance)).toEqual([0]);
    expect(await found('anne', '&owes=1')).toEqual(['Anne Martin']);
    const page = (await club.get<Page<MemberView>>('/v1/members?owes=1&limit=1')).body;
    expect(page.data.map(({ name }) => name)).toEqual(['Anne Martin']);
    expect((await club.get<Page<MemberView>>(`/v1/members?owes=1&limit=1&cursor=${page.nextCursor}`)).body).toEqual({
      data: [expect.objectContaining({ name: 'Иван Петров' })],
      nextCursor: null,
    });
  });

  test.each([
    ['q', 'q='],
    ['q', `q=${'x'.repeat(201)}`],
    ['q', 'q=%00'],
    ['owes', 'owes=0'],
    ['owed', 'owed=1'],
  ])('refuses a wrong %s (%s)', async (field, query) => {
    refusedField(await club.get(`/v1/members?${query}`), field);
  });
});

describe('erasing a member', () => {
  async function paidMember() {
    const { id } = await add(ANNE);
    await office.post(`/v1/members/${id}/charges`, { label: 'fee', category: 'fee', amount: 5000, currency: 'EUR' });
    const payment = await merchant.pay(id);
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    return { id, payment: payment.id };
  }

  test('overwrites what is personal, and leaves the money as it is', async () => {
    const { id, payment } = await paidMember();
    const before = await office.get<CartView>(`/v1/members/${id}/cart`);
    const { status, body } = await office.ask<MemberView>('DELETE', `/v1/members/${id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      id,
      name: 'Erased member',
      email: null,
      phone: null,
      reference: null,
      locale: null,
      address: null,
      createdAt: expect.any(String),
      erasedAt: expect.stringMatching(/^\d{4}-/),
    });
    expect((await office.get(`/v1/members/${id}`)).body).toEqual(body);
    expect((await office.get<CartView>(`/v1/members/${id}/cart`)).body).toEqual(before.body);
    expect(await merchant.payment(payment)).toMatchObject({ status: 'paid', captured: 5000 });
  });

  test('again gives the same answer', async () => {
    const { id } = await add(ANNE);
    const first = await office.ask('DELETE', `/v1/members/${id}`);
    expect(await office.ask('DELETE', `/v1/members/${id}`)).toMatchObject({ status: 200, body: first.body });
  });

  test('takes the payer from the messages about their money, in every list', async () => {
    const { id, payment } = await paidMember();
    const named = async () => (await merchant.notifications(`&payment=${payment}`)).map(({ payer }) => payer);
    expect(await named()).toContainEqual(expect.objectContaining({ email: expect.stringContaining('@') }));
    await office.ask('DELETE', `/v1/members/${id}`);
    expect(new Set(await named())).toEqual(new Set([null]));
  });

  test('takes them from the answer that is kept under an Idempotency-Key, and a repetition makes nobody new', async () => {
    const key = { 'idempotency-key': 'erased-later' };
    const { body } = await office.post<MemberView>('/v1/members', ANNE, key);
    const erased = await office.ask('DELETE', `/v1/members/${body.id}`);
    const again = await office.post('/v1/members', ANNE, key);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(erased.body);
  });

  test('leaves nothing of them in any table that is not sealed', async () => {
    const secret = {
      name: 'Zebulon Quux',
      email: 'zebulon@quux.example',
      phone: '+33 6 98 76 54 32',
      reference: 'zq-1',
      address: 'Quuxstrasse 1',
    };
    const { id } = await add(secret);
    await office.post(`/v1/members/${id}/charges`, { label: 'fee', category: 'fee', amount: 5000, currency: 'EUR' });
    const payment = await merchant.pay(id);
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    const holding = async () => {
      const { rows: tables } = await world.db.sql.query<{ name: string }>(
        `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
      );
      const counted = await Promise.all(
        tables.map(async ({ name }) => {
          const { rows } = await world.db.sql.query<{ n: number }>(
            `SELECT count(*) AS n FROM ${name} t WHERE t::text ~* 'quux|zebulon|98 ?76 ?54|zq-1'`,
          );
          return [name, rows[0]!.n] as const;
        }),
      );
      return counted.filter(([, n]) => n > 0).map(([name]) => name);
    };
    expect(await holding()).toContain('members');
    await office.ask('DELETE', `/v1/members/${id}`);
    expect(await holding()).toEqual([]);
  });

  test('asks nothing new of them, and writes nothing of them', async () => {
    const { id } = await add(ANNE);
    await office.ask('DELETE', `/v1/members/${id}`);
    const charge = { label: 'fee', category: 'fee', amount: 100, currency: 'EUR' };
    refused(await office.post(`/v1/members/${id}/charges`, charge), 'member_erased');
    refused(
      await office.post('/v1/payments', { member: id, gateway: 'paypal-standard', amount: 100 }),
      'member_erased',
    );
    refused(await office.post(`/v1/members/${id}/tokens`), 'member_erased');
    refused(await office.patch(`/v1/members/${id}`, { name: 'Anne' }), 'member_erased');
    expect((await office.get<CartView>(`/v1/members/${id}/cart`)).body).toMatchObject({ charges: [], balance: 0 });
  });

  test('finds them by their name no more', async () => {
    const { id } = await add({ name: 'Vergissmeinnicht' });
    await office.ask('DELETE', `/v1/members/${id}`);
    expect((await office.get<Page<MemberView>>('/v1/members?q=vergiss')).body.data).toEqual([]);
  });

  test("is for the member's merchant alone", async () => {
    const { id } = await add(ANNE);
    refused(await asking(world, stranger.secretKey).ask('DELETE', `/v1/members/${id}`), 'not_found');
    refused(await (await memberOf(merchant, id)).ask('DELETE', `/v1/members/${id}`), 'forbidden');
    refused(await office.ask('DELETE', '/v1/members/nobody'), 'not_found');
    refusedField(await office.ask('DELETE', `/v1/members/${id}?force=1`), 'force');
    expect((await office.get(`/v1/members/${id}`)).body).toMatchObject(ANNE);
  });
});

describe('the file of a member', () => {
  test('has all that is kept about them, and nothing about anybody else', async () => {
    const { id } = await add(ANNE);
    const other = await merchant.member([['other', 700]]);
    await office.post(`/v1/members/${id}/charges`, { label: 'Fee', category: 'fee', amount: 5000, currency: 'EUR' });
    const payment = await merchant.pay(id);
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    const { status, headers, body } = await office.get<Record<string, unknown>>(`/v1/members/${id}/export`);
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${id}.json"`);
    expect(body).toMatchObject({
      member: ANNE,
      currency: 'EUR',
      charges: [{ label: 'Fee', amount: 5000, paid: 5000, status: 'paid' }],
      paylines: [{ payment: payment.id, amount: 5000 }],
      payments: [
        {
          id: payment.id,
          status: 'paid',
          timeline: expect.arrayContaining([expect.objectContaining({ kind: 'payment_captured' })]),
        },
      ],
      refunds: [],
      disputes: [],
      notifications: [{ payment: payment.id, payer: { email: expect.stringContaining('@') } }],
    });
    expect(JSON.stringify(body)).not.toContain(other);
  });

  test("is for the member's merchant alone", async () => {
    const { id } = await add(ANNE);
    refused(await asking(world, stranger.secretKey).get(`/v1/members/${id}/export`), 'not_found');
    refused(await (await memberOf(merchant, id)).get(`/v1/members/${id}/export`), 'forbidden');
    refused(await office.post(`/v1/members/${id}/export`), 'method_not_allowed');
  });
});
