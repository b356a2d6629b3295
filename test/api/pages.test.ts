import { call, eventually, Merchant, untilStatus } from '../support/client';
import type { NotificationView, PaymentView } from '../support/client';
import { approveAs, connectCheckout, connectKkiapay, control, payInWidget, visit } from '../support/gateways';
import { newTransactionId, payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

const SHOP = 'https://club.example';
const RETURN_URL = `${SHOP}/thanks?lang=d%20e#top`;

let world: World;
let merchant: Merchant;
let member: string;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  merchant = await Merchant.create(world, { name: 'Club <Ost> & "West"', returnOrigins: [SHOP] });
  member = await merchant.member([['fee', 14_350]]);
});

/** A page as a browser gets it. */
async function page(path: string, init: RequestInit = {}): Promise<{ status: number; text: string; headers: Headers }> {
  const answer = await fetch(new URL(path, world.baseUrl), { redirect: 'manual', ...init });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}
const hints = async (payment: string): Promise<NotificationView[]> =>
  (await merchant.notifications(`&payment=${payment}`)).filter((row) => row.channel === 'pdt');
const settledHints = (payment: string): Promise<NotificationView[]> =>
  eventually(
    () => hints(payment),
    (rows) => rows.length > 0 && rows.every((row) => row.state !== 'received'),
  );
const statusOn = (text: string): string | undefined => /data-status="(\w+)"/.exec(text)?.[1];

test.each(['return', 'cancel'])(
  'the %s page says where a payment stands, what it is about and whose it is',
  async (place) => {
    const payment = await merchant.pay(member);
    const { status, text, headers } = await page(`/${place}/${payment.id}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(text).toContain('<html lang="en"');
    expect(text).toContain('€143.50');
    expect(text).toContain('Club &#60;Ost&#62; &#38; &#34;West&#34;');
    expect(text).not.toContain('<Ost>');
    expect(statusOn(text)).toBe('awaiting_payer');
  },
);

test('a query that says "Completed" pays nothing', async () => {
  const payment = await merchant.pay(member);
  const { text } = await page(`/return/${payment.id}?st=Completed&amt=143.50&cc=EUR&cm=${payment.id}`);
  expect(statusOn(text)).toBe('awaiting_payer');
  expect(text).not.toContain('Thank you');
  expect(await hints(payment.id)).toEqual([]);
  expect((await merchant.payment(payment.id)).timeline).toHaveLength(1);
});

test('a payer who comes back by POST sees the page, and what was posted is not believed', async () => {
  const payment = await merchant.pay(member);
  const body = new URLSearchParams({
    payment_status: 'Completed',
    txn_id: newTransactionId(),
    mc_gross: '143.50',
    custom: payment.id,
  });
  for (const place of ['return', 'cancel']) {
    const { status, text } = await page(`/${place}/${payment.id}`, { method: 'POST', body });
    expect(status).toBe(200);
    expect(statusOn(text)).toBe('awaiting_payer');
  }
  expect(
    (
      await page(`/return/${payment.id}`, {
        method: 'POST',
        body: '{not json',
        headers: { 'content-type': 'application/json' },
      })
    ).status,
  ).toBe(200);
  expect(await hints(payment.id)).toEqual([]);
});

test.each(['pay_00000000000000000000000000', 'nonsense', '%00', encodeURIComponent('<script>')])(
  'of an unknown payment (%s) the page says so in plain words',
  async (id) => {
    for (const place of ['return', 'cancel']) {
      const { status, text, headers } = await page(`/${place}/${id}`);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toMatch(/^text\/html/);
      expect(text).toContain('We know no such payment');
    }
  },
);

test('the way back to the merchant carries the payment and leaves the rest of the address as it was', async () => {
  const payment = await merchant.pay(member, { returnUrl: RETURN_URL });
  const onward = `${SHOP}/thanks?lang=d%20e&#38;payment=${payment.id}#top`;
  for (const place of ['return', 'cancel'])
    expect((await page(`/${place}/${payment.id}`)).text).toContain(`href="${onward}"`);
});

test('who cancels is led to the address for that', async () => {
  const payment = await merchant.pay(member, { returnUrl: RETURN_URL, cancelUrl: `${SHOP}/basket` });
  const { text } = await page(`/cancel/${payment.id}`);
  expect(text).toContain(`href="${SHOP}/basket?payment=${payment.id}"`);
  expect(text).not.toContain('/thanks');
});

test('a payment that names no address goes on to the merchant’s thank-you page, from the return page only and while its origin is registered', async () => {
  const club = await Merchant.create(world, { returnOrigins: [SHOP] });
  const patch = (body: object) => club.patch('/v1/merchant', body);
  await patch({ thankYouUrl: `${SHOP}/thanks?a=b` });
  const payer = await club.member([['fee', 5000]]);
  const plain = await club.pay(payer);
  const named = await club.pay(payer, { returnUrl: `${SHOP}/own` });
  const onward = `data-onward="${SHOP}/thanks?a=b&#38;payment=${plain.id}"`;
  expect((await page(`/return/${plain.id}`)).text).toContain(onward);
  expect((await page(`/cancel/${plain.id}`)).text).toContain('data-onward=""');
  expect((await page(`/return/${named.id}`)).text).toContain(`data-onward="${SHOP}/own?payment=${named.id}"`);

  await patch({ returnOrigins: [`${SHOP}.evil.example`] });
  for (const { id } of [plain, named]) expect((await page(`/return/${id}`)).text).toContain('data-onward=""');
  await patch({ returnOrigins: [SHOP] });
  expect((await page(`/return/${plain.id}`)).text).toContain(onward);
  await patch({ thankYouUrl: null });
  expect((await page(`/return/${plain.id}`)).text).toContain('data-onward=""');
});

test('an address whose origin is no longer registered is neither linked nor gone to', async () => {
  const payment = await merchant.pay(member, { returnUrl: RETURN_URL, cancelUrl: `${SHOP}/basket` });
  const changed = await merchant.patch('/v1/merchant', {
    returnOrigins: [`${SHOP}.evil.example`],
  });
  expect(changed.status).toBe(200);
  for (const place of ['return', 'cancel']) {
    const { status, text } = await page(`/${place}/${payment.id}`);
    expect(status).toBe(200);
    expect(text).not.toContain(SHOP);
  }
});

test('who cancels at the gateway may go on paying, until it is too late', async () => {
  const payment = await merchant.pay(member);
  const { text } = await page(`/cancel/${payment.id}`);
  expect(text).toContain(`action="${payment.nextAction!.action}"`);
  for (const name of Object.keys(payment.nextAction!.fields)) expect(text).toContain(`name="${name}"`);
  expect((await page(`/return/${payment.id}`)).text).not.toContain('<form');

  await merchant.post(`/v1/payments/${payment.id}/cancel`);
  const later = (await page(`/cancel/${payment.id}`)).text;
  expect(statusOn(later)).toBe('cancelled');
  expect(later).not.toContain('<form');
});

/** A payer chooses a card at PayPal that will be declined when the money is taken; the payment lives on. */
async function declinedAtPaypal(over: Record<string, unknown> = {}): Promise<PaymentView> {
  await connectCheckout(merchant);
  const payment = await merchant.pay(member, { gateway: 'paypal-checkout', ...over });
  await visit(await approveAs(merchant, payment, 'denis')); // as a browser does, and a webhook may not
  return untilReason(payment.id, 'instrument_declined');
}
const untilReason = (payment: string, reason: string): Promise<PaymentView> =>
  eventually(
    () => merchant.payment(payment),
    (view) => view.reason === reason,
  );

test.each(['return', 'cancel'])(
  'after a declined try the %s page leads back to PayPal, also without scripts, and not away',
  async (place) => {
    const payment = await declinedAtPaypal({ returnUrl: RETURN_URL });
    const { text } = await page(`/${place}/${payment.id}`);
    expect(statusOn(text)).toBe('awaiting_payer');
    expect(text).toContain('PayPal could not use the card or account that you chose');
    const { url } = payment.nextAction as unknown as { url: string };
    expect(text).toContain(`href="${url.replaceAll('&', '&#38;')}">Try again with PayPal</a>`);
    expect(text).toContain('Back to Club');
    expect(text).not.toMatch(/http-equiv="refresh" content="\d+; url=/);
  },
);

test('before anything was declined, who comes back is asked for nothing and led on', async () => {
  await connectCheckout(merchant);
  const payment = await merchant.pay(member, { gateway: 'paypal-checkout', returnUrl: RETURN_URL });
  const { text } = await page(`/return/${payment.id}`);
  expect(text).toContain('Waiting for PayPal');
  expect(text).not.toContain('Try again');
  expect(text).toMatch(/http-equiv="refresh" content="10; url=https:\/\/club\.example/);
});

test('a page that needs the gateway’s own window says so to who has no scripts', async () => {
  merchant = await Merchant.create(world, { name: 'Club', currency: 'XOF' });
  member = await merchant.member([['cotisation', 5_000]]);
  await connectKkiapay(merchant);
  const payment = await merchant.pay(member, { gateway: 'kkiapay' });
  expect((await page(`/return/${payment.id}`)).text).not.toContain('<button type="button" disabled>');
  await payInWidget(merchant, payment, 'celine');
  await untilReason(payment.id, 'insufficient_fund');
  for (const place of ['return', 'cancel']) {
    const { text } = await page(`/${place}/${payment.id}`);
    expect(text).toContain('The account did not hold enough money for it.');
    expect(text).toContain('<button type="button" disabled>Try again with KKiaPay</button>');
    expect(text).toMatch(/<noscript><p class="note">For this, please allow JavaScript/);
  }
});

test('a payer who is asked on the telephone reads which one, and is not led away', async () => {
  merchant = await Merchant.create(world, { name: 'Club', currency: 'XOF', returnOrigins: [SHOP] });
  member = await merchant.member([['cotisation', 5_000]]);
  await connectKkiapay(merchant);
  const payment = await merchant.pay(member, {
    gateway: 'kkiapay',
    method: 'mobile_money',
    phone: '+229 61 00 00 77',
    returnUrl: RETURN_URL,
  });
  const { text } = await page(`/return/${payment.id}`);
  expect(text).toContain('Look at your phone');
  expect(text).toContain('+22961000077');
  expect(text).not.toMatch(/not charged|url=https/);
});

test('of a payment that is given back the page says how much, and what is still on its way', async () => {
  await connectCheckout(merchant);
  const payment = await merchant.pay(member, { gateway: 'paypal-checkout' });
  await visit(await approveAs(merchant, payment));
  await untilStatus(merchant, payment.id, 'paid');
  await merchant.post(`/v1/payments/${payment.id}/refunds`, { amount: 2_000 });
  await untilStatus(merchant, payment.id, 'partially_refunded');
  expect((await page(`/return/${payment.id}`)).text).toContain('€20.00 of €143.50 was given back');

  await control(world, 'POST', '/paypal-checkout/next', { call: 'refund', status: 'PENDING' });
  await merchant.post(`/v1/payments/${payment.id}/refunds`, { amount: 2_350 });
  const { text } = await page(`/return/${payment.id}`);
  expect(text).toContain('€20.00 of €143.50 was given back');
  expect(text).toContain('€23.50 is on its way back to you.');
});

test('of a payment that was taken back the page says how much, and where to see what is due', async () => {
  const payment = await merchant.pay(member);
  const { txnId } = await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');
  await call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, { status: 'Reversed' });
  await untilStatus(merchant, payment.id, 'disputed');
  const disputed = (await page(`/return/${payment.id}`)).text;
  expect(disputed).toContain('€143.50 of €143.50 is in dispute');
  expect(disputed).toContain('you need not pay again');

  const { data } = (await merchant.get<{ data: { id: string }[] }>(`/v1/disputes?payment=${payment.id}`)).body;
  await merchant.post(`/v1/disputes/${data[0]!.id}/resolution`, { outcome: 'lost' });
  await untilStatus(merchant, payment.id, 'charged_back');
  const { text } = await page(`/return/${payment.id}`);
  expect(text).toContain('€143.50 was taken back');
  expect(text).toContain('Your account shows whether something is due again');
  expect(text).toContain('data-tone="plain"');
});

test('the token in the page watches this payment and nothing else', async () => {
  const payment = await merchant.pay(member);
  const another = await merchant.pay(member);
  const token = /data-token="([^"]+)"/.exec((await page(`/return/${payment.id}`)).text)![1]!;
  const status = async (method: string, path: string) => (await call(world.baseUrl, token, method, path)).status;
  expect(await status('GET', `/v1/payments/${payment.id}`)).toBe(200);
  expect(await status('GET', `/v1/payments/${another.id}`)).toBe(404);
  expect(await status('GET', `/v1/members/${member}/cart`)).toBe(403);
  expect(await status('POST', `/v1/payments/${payment.id}/cancel`)).toBe(403);
});

test('when the message never comes, the payer who comes back brings the proof; reloading the page makes no second one', async () => {
  const payment = await merchant.pay(member);
  const { returnUrl, txnId } = await payAs(merchant, payment, 'ivan');
  expect(returnUrl).toContain(`tx=${txnId}`);
  for (let refresh = 0; refresh < 3; refresh++) expect((await page(returnUrl!)).status).toBe(200);

  await untilStatus(merchant, payment.id, 'paid');
  const { text } = await page(returnUrl!);
  expect(statusOn(text)).toBe('paid');
  expect(text).toContain('Paid. Thank you!');
  expect(await settledHints(payment.id)).toMatchObject([{ state: 'applied', amount: 14_350, attempts: 1 }]);
  expect((await merchant.cart(member)).paylines).toMatchObject([{ payment: payment.id, amount: 14_350 }]);
});

test('a transaction of another payment, shown on this page, pays the other one', async () => {
  const [mine, another] = [await merchant.pay(member), await merchant.pay(member)];
  const { txnId } = await payAs(merchant, another, 'ivan');
  await page(`/return/${mine.id}?tx=${txnId}`);

  await untilStatus(merchant, another.id, 'paid');
  expect(await settledHints(another.id)).toHaveLength(1);
  expect(await hints(mine.id)).toEqual([]);
  expect(statusOn((await page(`/return/${mine.id}`)).text)).toBe('awaiting_payer');
});

test('a transaction paid to somebody else pays nothing here', async () => {
  const stranger = await Merchant.create(world);
  const theirs = await stranger.pay(await stranger.member([['fee', 14_350]]));
  const { txnId } = await payAs(stranger, theirs, 'ivan');
  const payment = await merchant.pay(member);
  await page(`/return/${payment.id}?tx=${txnId}`);

  expect(await settledHints(payment.id)).toMatchObject([{ state: expect.stringMatching(/^(attention|invalid)$/) }]);
  expect(await merchant.payment(payment.id)).toMatchObject({ status: 'awaiting_payer', captured: 0 });
});

test('a transaction that PayPal does not know leaves the payment as it is', async () => {
  const payment = await merchant.pay(member);
  await page(`/return/${payment.id}?tx=${newTransactionId()}&st=Completed`);

  expect(await settledHints(payment.id)).toMatchObject([{ state: 'invalid' }]);
  const after = await merchant.payment(payment.id);
  expect(after).toMatchObject({ status: 'awaiting_payer', captured: 0, attention: null });
  expect(after.timeline).toHaveLength(1);
});

test.each(['tx=', 'tx=a%00b', 'tx=%E0%A4%A', `tx=${'A'.repeat(65)}`, 'tx=../../etc', 'token=EC-1&transaction_id=9'])(
  'what cannot be a transaction (%s) is not kept, and the page works',
  async (query) => {
    const payment = await merchant.pay(member);
    expect((await page(`/return/${payment.id}?${query}`)).status).toBe(200);
    expect(await hints(payment.id)).toEqual([]);
  },
);

test('nobody tries out transactions on the page: of one payment only so many are asked about', async () => {
  const payment = await merchant.pay(member);
  for (let i = 0; i < 14; i++) expect((await page(`/return/${payment.id}?tx=${newTransactionId()}`)).status).toBe(200);
  expect(await hints(payment.id)).toHaveLength(10);
});

/** Lets the database refuse these statements, by their name, until the mock is restored. */
function refuseStatements(...names: string[]): jest.SpyInstance {
  const query = world.db.sql.query.bind(world.db.sql) as (...args: unknown[]) => unknown;
  const answer = (...args: unknown[]): unknown =>
    names.includes((args[0] as { name?: string }).name ?? '')
      ? Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
      : query(...args);
  return jest.spyOn(world.db.sql, 'query').mockImplementation(answer);
}

test('a proof that could not be stored does not keep the payer from the page', async () => {
  const payment = await merchant.pay(member);
  const { returnUrl } = await payAs(merchant, payment, 'ivan');
  const refusal = refuseStatements('receive_message');
  expect(statusOn((await page(returnUrl!)).text)).toBe('awaiting_payer');
  refusal.mockRestore();
  await page(returnUrl!); // the same page loaded again brings it again
  await untilStatus(merchant, payment.id, 'paid');
});

test('while the database is away the payer reads that nothing is lost', async () => {
  const payment = await merchant.pay(member);
  const refusal = refuseStatements('load_payment');
  const { status, text, headers } = await page(`/return/${payment.id}`);
  refusal.mockRestore();
  expect(status).toBe(503);
  expect(headers.get('retry-after')).toBe('10');
  expect(text).toContain('your payment is not lost');
});

test('the checkout is a page without secrets, and what it loads is ours, small, and may be kept', async () => {
  const { status, text, headers } = await page('/checkout');
  expect(status).toBe(200);
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(text).not.toMatch(/<script(?![^>]*src=)/);
  const loaded = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]!);
  expect(loaded).toHaveLength(3); // styles, the script in its language, and what both languages share
  for (const path of loaded) {
    const asset = await page(path);
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-encoding')).toBe('gzip');
  }
  expect((await page('/assets/..%2fpackage.json')).status).toBe(404);
});

test('a page is written in the language that its reader chose, else asks for, else speaks at home', async () => {
  const payment = await merchant.pay(member);
  const languageOf = async (headers: Record<string, string>) =>
    /<html lang="(\w+)"/.exec((await page(`/return/${payment.id}`, { headers })).text)![1];
  expect(await languageOf({ 'accept-language': 'de, fr;q=0.8' })).toBe('fr');
  expect(await languageOf({ 'accept-language': 'fr', cookie: 'a=b; quittance_language=en' })).toBe('en');
  expect(await languageOf({ cookie: 'quittance_language=xx' })).toBe('en');
  await merchant.patch('/v1/merchant', { locale: 'fr' });
  expect(await languageOf({})).toBe('fr');
  const { text } = await page(`/return/${payment.id}`, { headers: { 'accept-language': 'fr' } });
  expect(text).toContain('En attente de PayPal');
  expect(text).toMatch(/143,50\s€/);
});

test('every page is light or dark from its first byte, where its reader has chosen', async () => {
  const payment = await merchant.pay(member);
  for (const path of [`/return/${payment.id}`, '/m', '/m/no-such-club', '/checkout']) {
    const look = async (cookie: string) => {
      const { text } = await page(path, { headers: { cookie } });
      return [/<html [^>]*>/.exec(text)![0], /<meta name="color-scheme" content="([\w ]+)"/.exec(text)![1]];
    };
    expect(await look('a=b; quittance_theme=dark')).toEqual(['<html lang="en" data-theme="dark">', 'dark']);
    expect(await look('quittance_theme=light')).toEqual(['<html lang="en" data-theme="light">', 'light']);
    expect(await look('quittance_theme="><b>')).toEqual(['<html lang="en" data-theme="system">', 'light dark']);
  }
});
