import { openApp, type App } from './app';

let app: App;
beforeEach(async () => {
  app = await openApp();
});
afterEach(() => app.stop());

const page = async (address: string) => (await fetch(address)).text();
const press = async (path: string, fields: Record<string, string>) =>
  (await fetch(`${app.shop.simulator.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) })).text();
const payerPage = (token: string) => `${app.shop.simulator.url}/paypal/checkoutnow?token=${token}`;
const choose = (token: string, buyer: string) => press('/paypal/checkoutnow', { token, buyer });

it('the payer page says what is bought, and of every buyer what will happen', async () => {
  const id = await app.order({ description: '<b>Fee</b>', invoice_id: 'inv-1' });
  const shown = await page(payerPage(id));
  for (const text of ['Pay 50.00 EUR', '&#60;b&#62;Fee', 'inv-1', 'Anne Martin', 'INSTRUMENT_DECLINED'])
    expect(shown).toContain(text);
  expect(shown).toContain(`href="http://shop.example/cancel/pay_1?token=${id}"`);
});

it('clicking a buyer approves once, however often it is clicked, and goes back to the merchant', async () => {
  await app.listen();
  const id = await app.order();
  const approved = await choose(id, 'anne');
  await choose(id, 'karim');
  await app.shop.idle();
  expect(approved).toContain('Anne approved 50.00 EUR');
  expect(approved).toContain(`content="5; url=http://shop.example/return/pay_1?token=${id}&#38;PayerID=`);
  expect(app.events().map((event) => event.event_type)).toEqual(['CHECKOUT.ORDER.APPROVED']);
  expect((await app.call('GET', `/v2/checkout/orders/${id}`)).body.payer.name.given_name).toBe('Anne');
});

it('who closes the tab is sent nowhere', async () => {
  const shown = await choose(await app.order(), 'hana');
  expect(shown).toContain('The tab is closed');
  expect(shown).not.toContain('http-equiv="refresh"');
});

it('who cancels is sent back, and nothing is approved', async () => {
  const id = await app.order();
  expect(await choose(id, 'lea')).toContain(`url=http://shop.example/cancel/pay_1?token=${id}`);
  expect((await app.call('GET', `/v2/checkout/orders/${id}`)).body.status).toBe('PAYER_ACTION_REQUIRED');
});

it('a payer whose card was declined is told so, and may choose another buyer', async () => {
  const id = await app.order();
  await choose(id, 'denis');
  await app.call('POST', `/v2/checkout/orders/${id}/capture`, {});
  expect(await page(payerPage(id))).toContain('The card of Denis Petit was declined');
  expect(await choose(id, 'anne')).toContain('Anne approved');
});

it('a captured order is not paid again', async () => {
  const { orderId } = await app.sell('anne');
  expect(await page(payerPage(orderId))).toContain('nothing left to do');
  expect(await choose(orderId, 'anne')).toContain('nothing left to do');
  expect((await app.control('POST', '/pay', { buyer: 'anne', orderId })).status).toBe(409);
});

it('an order that nobody made has no page', async () => {
  expect((await fetch(payerPage('NOSUCHORDER'))).status).toBe(404);
});

it('the control page lists orders, and its buttons work', async () => {
  await app.listen();
  const { orderId, capture } = await app.sell('bruno');
  const home = await page(app.shop.simulator.url);
  for (const text of [orderId, capture.id, 'Complete it', 'PAYMENT.CAPTURE.PENDING']) expect(home).toContain(text);
  await press(`/actions/captures/${capture.id}/events`, { kind: 'complete' });
  await press(`/actions/captures/${capture.id}/events`, { kind: 'refund', amount: '20.00' });
  await app.shop.idle();
  expect((await app.control('GET', `/captures/${capture.id}`)).body).toMatchObject({
    status: 'PARTIALLY_REFUNDED',
    refunds: [{ amount: '20.00' }],
  });
  expect(await page(app.shop.simulator.url)).toContain('Refund, of 30.00 EUR');
});

it('links for a browser begin with the public address, those for the app with where it asked', async () => {
  const behindProxy = await openApp({ publicUrl: 'https://example.org/simulator/' });
  const { body } = await behindProxy.call('GET', `/v2/checkout/orders/${await behindProxy.order()}`);
  expect(body.links.map((link: { href: string }) => new URL(link.href).origin)).toEqual([
    behindProxy.shop.simulator.url,
    'https://example.org',
    behindProxy.shop.simulator.url,
  ]);
  expect(body.links[1].href).toBe(`https://example.org/simulator/paypal/checkoutnow?token=${body.id}`);
  await behindProxy.stop();
});
