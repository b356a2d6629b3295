import { connectCheckout, kkiapayMerchant } from '../support/gateways';
import { call, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking } from './asking';
import type { Page } from './asking';
import { refused, refusedField } from './refusal';

interface LinkView {
  readonly code: string;
  readonly url: string;
  readonly member: string;
  readonly payment: string | null;
}
interface Shown {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function linkOf(merchant: Merchant, body: object): Promise<LinkView> {
  const made = await merchant.post<LinkView>('/v1/pay-links', body);
  expect([made.status, made.body]).toEqual([201, expect.objectContaining({ code: expect.any(String) })]);
  return made.body;
}
async function chargesOf(merchant: Merchant, member: string): Promise<string[]> {
  return (await merchant.cart(member)).charges.map(({ id }) => id);
}

/** A browser without scripts. */
async function show(url: string, init: RequestInit = {}): Promise<Shown> {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}
const press = (
  url: string,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Shown> =>
  show(url, { method: 'POST', body: new URLSearchParams({ gateway: 'paypal-standard', ...fields }), headers });

/** The one payment there is. */
async function onlyPayment(merchant: Merchant, member: string): Promise<PaymentView> {
  const payments = await merchant.payments(member);
  expect(payments).toHaveLength(1);
  return payments[0]!;
}

describe('a pay link', () => {
  test('is made for a member, listed newest first, and withdrawn', async () => {
    const merchant = await Merchant.create(world, { returnOrigins: ['https://club.example'] });
    const member = await merchant.member([['fee', 9000]]);
    const [charge] = await chargesOf(merchant, member);
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const wish = {
      member,
      charges: [charge],
      amount: 5000,
      editable: true,
      expiresAt,
      returnUrl: 'https://club.example/',
    };
    const first = await linkOf(merchant, wish);
    expect(first).toEqual({
      ...wish,
      code: expect.stringMatching(/^[\w-]{16,}$/),
      url: `${world.baseUrl}/p/${first.code}`,
      payment: null,
      createdAt: expect.any(String),
    });
    const second = await linkOf(merchant, { member });
    expect(second).toMatchObject({ charges: [], amount: null, editable: false, expiresAt: null, returnUrl: null });
    const list = async () => (await merchant.get<Page<LinkView>>('/v1/pay-links')).body.data;
    expect(await list()).toEqual([second, first]);
    const one = await merchant.get<Page<LinkView>>('/v1/pay-links?limit=1');
    const rest = await merchant.get<Page<LinkView>>(`/v1/pay-links?limit=1&cursor=${one.body.nextCursor}`);
    expect([one.body.data, rest.body.data]).toEqual([[second], [first]]);
    const { ask } = asking(world, merchant.secretKey);
    expect(await ask('DELETE', `/v1/pay-links/${first.code}`)).toMatchObject({ status: 200, body: first });
    expect(await list()).toEqual([second]);
  });

  test('is one merchant’s: another neither lists nor withdraws it, nor makes one for its members', async () => {
    const [one, other] = [await Merchant.create(world), await Merchant.create(world)];
    const member = await one.member([['fee', 100]]);
    const { code, url } = await linkOf(one, { member });
    expect((await other.get<Page<LinkView>>('/v1/pay-links')).body.data).toEqual([]);
    refused(await asking(world, other.secretKey).ask('DELETE', `/v1/pay-links/${code}`), 'not_found');
    refused(await other.post('/v1/pay-links', { member }), 'not_found');
    const stranger = await other.member([['fee', 100]]);
    refused(
      await other.post('/v1/pay-links', { member: stranger, charges: await chargesOf(one, member) }),
      'not_found',
    );
    expect((await show(url)).status).toBe(200);
  });

  test.each<readonly [string, Record<string, unknown>, string]>([
    ['a time that is over', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    ['no money', { amount: 0 }, 'amount'],
    ['more than a payment can be', { amount: 1_000_000_000_000 }, 'amount'],
    ['no charge', { charges: [] }, 'charges'],
    ['what is no address', { returnUrl: 'javascript:alert(1)' }, 'returnUrl'],
    ['a gateway', { gateway: 'kkiapay' }, 'gateway'],
  ])('with %s is refused by the name of the field', async (_what, over, field) => {
    const merchant = await Merchant.create(world);
    refusedField(await merchant.post('/v1/pay-links', { member: await merchant.member(), ...over }), field);
  });

  test('leads on to registered origins only, and is made for nobody who was erased', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member();
    refused(
      await merchant.post('/v1/pay-links', { member, returnUrl: 'https://evil.example/' }),
      'origin_not_registered',
    );
    await asking(world, merchant.secretKey).ask('DELETE', `/v1/members/${member}`);
    refused(await merchant.post('/v1/pay-links', { member }), 'member_erased');
  });
});

describe('the page of a pay link', () => {
  test('shows merchant, what for, the sum and a first name, and nothing more', async () => {
    const merchant = await Merchant.create(world, { name: 'Tennis <club>' });
    const member = await merchant.member([
      ['membership', 9000],
      ['secret debt', 4711],
    ]);
    const [charge] = await chargesOf(merchant, member);
    const { url } = await linkOf(merchant, { member, charges: [charge] });
    const { status, text, headers } = await show(url);
    expect(status).toBe(200);
    for (const word of ['Tennis &#60;club&#62;', 'membership', '€90.00', 'For Anne']) expect(text).toContain(word);
    for (const word of ['Martin', 'anne@', 'secret debt', '47.11', '137.11', member, '<script'])
      expect(text).not.toContain(word);
    expect(text).toContain('<form method="post"');
    expect(text).toMatch(/<svg class="qr" viewBox="0 0 \d+ \d+" role="img"/);
    expect(text).toMatch(/<button name="gateway" value="paypal-standard">\s*Pay with PayPal/);
    expect(text).toContain('<meta name="robots" content="noindex"');
    expect(headers.get('x-robots-tag')).toBe('noindex');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toBeNull();
  });

  test('is in the language that the browser asks for, else the member’s, else the merchant’s', async () => {
    const merchant = await Merchant.create(world, { locale: 'fr' });
    const member = await merchant.member([['adhésion', 9000]]);
    const { url } = await linkOf(merchant, { member });
    const languageOf = async (accepted?: string) => {
      const { text } = await show(url, accepted === undefined ? {} : { headers: { 'accept-language': accepted } });
      return [/<html lang="(\w+)"/.exec(text)?.[1], /90,00\s€/.test(text), text.includes('Payer avec PayPal')];
    };
    expect(await languageOf()).toEqual(['fr', true, true]);
    expect(await languageOf('de-DE, en-GB;q=0.5')).toEqual(['en', false, false]);
    await asking(world, merchant.secretKey).patch(`/v1/members/${member}`, { locale: 'en' });
    expect(await languageOf()).toEqual(['en', false, false]);
    expect(await languageOf('fr')).toEqual(['fr', true, true]);
  });

  test('is not found when it is withdrawn, unknown, or its member erased; gone when it has expired', async () => {
    const merchant = await Merchant.create(world);
    const { ask } = asking(world, merchant.secretKey);
    const [member, other] = [await merchant.member([['fee', 100]]), await merchant.member([['fee', 100]])];
    const withdrawn = await linkOf(merchant, { member });
    await ask('DELETE', `/v1/pay-links/${withdrawn.code}`);
    const ofErased = await linkOf(merchant, { member: other });
    await ask('DELETE', `/v1/members/${other}`);
    const expired = await linkOf(merchant, { member, expiresAt: new Date(Date.now() + 60_000).toISOString() });
    await world.db.sql.query(`UPDATE pay_links SET expires_at = now() WHERE code = $1`, [expired.code]);
    for (const [url, status] of [
      [withdrawn.url, 404],
      [ofErased.url, 404],
      [`${world.baseUrl}/p/0123456789abcdef01234567`, 404],
      [expired.url, 410],
    ] as const) {
      for (const page of [await show(url), await press(url)]) {
        expect([page.status, page.text.includes('<form'), page.text.includes('Anne')]).toEqual([status, false, false]);
        expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      }
    }
    expect(await merchant.payments(member)).toEqual([]);
  });

  test('opens nothing by being looked at', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 100]]);
    const { url } = await linkOf(merchant, { member });
    await show(url);
    await show(url, { method: 'HEAD' });
    expect((await show(url, { method: 'PUT' })).status).toBe(405);
    expect(await merchant.payments(member)).toEqual([]);
  });

  test('takes no form that another page sends', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 100]]);
    const { code } = await linkOf(merchant, { member });
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
      refused(await call(world.baseUrl, null, 'POST', `/p/${code}`, 'gateway=paypal-standard', form), 'cross_origin');
    }
    expect(await merchant.payments(member)).toEqual([]);
  });

  test('says so where the merchant takes no money for it', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 100]]);
    await world.db.sql.query('UPDATE gateway_accounts SET enabled = false WHERE merchant_id = $1', [merchant.id]);
    const { url } = await linkOf(merchant, { member });
    const { status, text } = await show(url);
    expect([status, text.includes('<button')]).toEqual([200, false]);
    expect(text).toContain('cannot be paid online at the moment');
    const pressed = await press(url);
    expect([pressed.status, pressed.text.includes('cannot be')]).toEqual([409, true]);
  });
});

describe('a payer who presses the button', () => {
  test('opens one payment of the member, three times at once too, and is led to the gateway', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 9000]]);
    const { url } = await linkOf(merchant, { member });
    const pressed = await Promise.all([press(url), press(url), press(url)]);
    expect(pressed.map(({ status, headers }) => [status, headers.get('location')])).toEqual(
      pressed.map(() => [303, new URL(url).pathname]),
    );
    const payment = await onlyPayment(merchant, member);
    expect(payment).toMatchObject({ status: 'awaiting_payer', amount: 9000, gateway: 'paypal-standard' });
    const { text } = await show(url);
    expect(text).toContain(`action="${payment.nextAction!.action.replaceAll('&', '&#38;')}"`);
    for (const [name, value] of Object.entries(payment.nextAction!.fields))
      expect(text).toContain(`name="${name}" value="${value}"`);
    expect(text).not.toMatch(/Martin|anne@example/);
    const [listed] = (await merchant.get<Page<LinkView>>('/v1/pay-links')).body.data;
    expect(listed!.payment).toBe(payment.id);
  });

  test('pays, and the page says so; the charge is paid', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([
      ['first', 1000],
      ['second', 2000],
    ]);
    const [, second] = await chargesOf(merchant, member);
    const { url } = await linkOf(merchant, { member, charges: [second] });
    await press(url);
    const payment = await onlyPayment(merchant, member);
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    expect((await merchant.cart(member)).charges.map(({ paid }) => paid)).toEqual([0, 2000]);
    for (const page of [await show(url), await press(url)]) {
      expect([page.status, page.text.includes('Paid. Thank you!'), page.text.includes('<form')]).toEqual([
        200,
        true,
        false,
      ]);
      expect(page.text).toContain(`/return/${payment.id}`);
    }
    await onlyPayment(merchant, member);
  });

  test('is asked for what is owed by then', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 9000]]);
    const charges = await chargesOf(merchant, member);
    const [whole, part] = [
      await linkOf(merchant, { member, charges }),
      await linkOf(merchant, { member, charges, amount: 6000 }),
    ];
    const meanwhile = await merchant.pay(member, { amount: 4000 });
    await payAs(merchant, meanwhile);
    await untilStatus(merchant, meanwhile.id, 'paid');
    for (const { url } of [whole, part]) expect((await show(url)).text).toContain('€50.00');
    await press(whole.url);
    const [opened] = await merchant.payments(member);
    expect(opened).toMatchObject({ amount: 5000 });
    await payAs(merchant, opened!);
    await untilStatus(merchant, opened!.id, 'paid');
    const { status, text } = await show(part.url);
    expect([status, text.includes('Nothing is left to pay'), text.includes('<form')]).toEqual([200, true, false]);
    expect((await press(part.url)).text).toContain('Nothing is left to pay');
    expect(await merchant.payments(member)).toHaveLength(2);
  });

  test('pays an amount of its own once, whatever is owed', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member();
    const { url } = await linkOf(merchant, { member, amount: 2500 });
    expect((await show(url)).text).toContain('Payment to Club');
    await press(url);
    const payment = await onlyPayment(merchant, member);
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    expect((await merchant.cart(member)).credit).toBe(2500);
    await press(url);
    await onlyPayment(merchant, member);
  });

  test.each(['12.5', ' 12,50 '])('writes %j where the amount may be chosen, and pays 12.50', async (amount) => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 9000]]);
    const { url } = await linkOf(merchant, { member, editable: true });
    expect((await show(url)).text).toMatch(/name="amount"[^>]*value="90.00"/);
    expect((await press(url, { amount })).status).toBe(303);
    expect((await onlyPayment(merchant, member)).amount).toBe(1250);
  });

  test.each(['', '0', '-5', 'ten', '1.234', '1,000.00', '99999999999.00', '<b>'])(
    'cannot pay %j, and is told so in the form',
    async (amount) => {
      const merchant = await Merchant.create(world);
      const member = await merchant.member([['fee', 9000]]);
      const { url } = await linkOf(merchant, { member, editable: true });
      const { status, text } = await press(url, { amount });
      expect([status, text.includes('an amount such as 90.00')]).toEqual([422, true]);
      expect(text).toContain(`value="${amount.replaceAll('<', '&#60;').replaceAll('>', '&#62;')}"`);
      expect(await merchant.payments(member)).toEqual([]);
    },
  );

  test('changes no amount that is fixed, and names no gateway that there is not', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 9000]]);
    const { url } = await linkOf(merchant, { member });
    for (const gateway of ['', 'nonsense', 'kkiapay'])
      expect((await press(url, { gateway })).status).toBeGreaterThan(400);
    expect(await merchant.payments(member)).toEqual([]);
    await press(url, { amount: '1' });
    expect((await onlyPayment(merchant, member)).amount).toBe(9000);
  });

  test('needs to choose no gateway where there is one', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 9000]]);
    const { url } = await linkOf(merchant, { member });
    for (let times = 0; times < 2; times++)
      expect((await show(url, { method: 'POST', body: new URLSearchParams() })).status).toBe(303);
    await onlyPayment(merchant, member);
  });

  test('goes to PayPal Checkout at once, may come back and pay in another way', async () => {
    const merchant = await Merchant.create(world);
    await connectCheckout(merchant);
    const member = await merchant.member([['fee', 9000]]);
    const { url } = await linkOf(merchant, { member });
    const gone = await press(url, { gateway: 'paypal-checkout' });
    const first = await onlyPayment(merchant, member);
    expect([gone.status, gone.headers.get('location')]).toEqual([303, first.nextAction!.url]);
    expect((await press(url)).headers.get('location')).toBe(first.nextAction!.url);
    const { text } = await show(url);
    expect(text).toContain(`href="${first.nextAction!.url.replaceAll('&', '&#38;')}"`);
    const back = await press(url, { instead: '1' });
    expect([back.status, back.headers.get('location')]).toEqual([303, new URL(url).pathname]);
    await untilStatus(merchant, first.id, 'cancelled');
    await press(url, { gateway: 'paypal-standard' });
    const { rows } = await world.db.sql.query<{ what: string }>(
      "SELECT action || ' by ' || actor_kind || ' ' || actor_id AS what FROM audit_trail WHERE object_id = $1 ORDER BY id",
      [first.id],
    );
    expect(rows.map(({ what }) => what)).toEqual([
      `payment.opened by payer ${first.id}`,
      `payment.cancel_requested by payer ${first.id}`,
    ]);
    const [second] = await merchant.payments(member);
    expect(second).toMatchObject({ gateway: 'paypal-standard', status: 'awaiting_payer' });
  });

  test('goes to the page that opens a widget, where only the gateway’s own script can', async () => {
    const merchant = await kkiapayMerchant(world);
    const member = await merchant.member([['cotisation', 5000]]);
    const { url } = await linkOf(merchant, { member });
    const gone = await press(url, { gateway: 'kkiapay' });
    const payment = await onlyPayment(merchant, member);
    expect([gone.status, gone.headers.get('location')]).toEqual([303, `/cancel/${payment.id}`]);
    expect(JSON.stringify(payment.nextAction!.params)).not.toMatch(/Martin|anne@example/);
  });

  test('goes on to where the merchant wants, unless the origin was taken back', async () => {
    const merchant = await Merchant.create(world, { returnOrigins: ['https://club.example'] });
    const { patch } = asking(world, merchant.secretKey);
    const onwardOf = async (url: string, member: string): Promise<boolean> => {
      expect((await press(url)).status).toBe(303);
      const { id } = await onlyPayment(merchant, member);
      return (await show(`${world.baseUrl}/return/${id}`)).text.includes('https://club.example/thanks');
    };
    const members = [await merchant.member([['fee', 100]]), await merchant.member([['fee', 100]])] as const;
    const returnUrl = 'https://club.example/thanks';
    const links = [
      await linkOf(merchant, { member: members[0], returnUrl }),
      await linkOf(merchant, { member: members[1], returnUrl }),
    ] as const;
    expect(await onwardOf(links[0].url, members[0])).toBe(true);
    await patch('/v1/merchant', { returnOrigins: [] });
    expect(await onwardOf(links[1].url, members[1])).toBe(false);
  });
});
