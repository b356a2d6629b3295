import { fieldsOf, openShop, type Merchant } from './merchant';

let shop: Merchant;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

const post = (url: string, fields: Record<string, string>, headers = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers });

it('the payer page says what is bought, and of every buyer what he will do', async () => {
  const page = await shop.webscr(shop.form({ item_name: '<b>Fee</b> & "more"' }));
  expect(page.status).toBe(200);
  expect(page.text).toContain('Pay 50.00 EUR');
  expect(page.text).toContain('&#60;b&#62;Fee&#60;/b&#62; &#38; &#34;more&#34;');
  expect(page.text).toContain('Anne Martin');
  expect(page.text).toContain('His card is declined');
  expect(page.text).toContain('href="http://shop.example/cancel/pay_1"');
});

it('a form may come by GET too', async () => {
  const query = new URLSearchParams(shop.form()).toString();
  const page = await fetch(`${shop.simulator.url}/paypal/cgi-bin/webscr?${query}`);
  expect(await page.text()).toContain('Pay 50.00 EUR');
});

it('clicking a buyer pays once, however often it is clicked, and offers the way back', async () => {
  const { url } = await shop.webscr(shop.form());
  const receipt = await (await post(`${url}/pay`, { buyer: 'anne' })).text();
  await post(`${url}/pay`, { buyer: 'bruno' });
  await shop.idle();
  expect(shop.receiver.received.map((m) => fieldsOf(m)['payment_status'])).toEqual(['Completed']);
  expect(receipt).toContain('Return to merchant');
  expect(receipt).toMatch(/http-equiv="refresh" content="\d+; url=http:\/\/shop\.example\/return\/pay_1\?tx=/);
});

it('who is declined may choose another buyer', async () => {
  const { url } = await shop.webscr(shop.form());
  expect(await (await post(`${url}/pay`, { buyer: 'denis' })).text()).toContain('was declined');
  expect(await (await post(`${url}/pay`, { buyer: 'anne' })).text()).toContain('Anne paid 50.00 EUR');
});

it('two tabs with one invoice: the second is told that it was paid', async () => {
  const first = await shop.webscr(shop.form());
  const second = await shop.webscr(shop.form());
  await post(`${first.url}/pay`, { buyer: 'anne' });
  expect(await (await post(`${second.url}/pay`, { buyer: 'anne' })).text()).toContain('already been paid');
});

it('a closed tab sends nothing and can be opened again', async () => {
  const { url } = await shop.webscr(shop.form());
  expect(await (await post(`${url}/close`, {})).text()).toContain('The tab is closed');
  expect(await (await post(`${url}/open`, {})).text()).toContain('Who pays?');
  await shop.idle();
  expect(shop.receiver.received).toEqual([]);
});

it('a form that is not in order is refused with all its problems', async () => {
  const page = await shop.webscr(shop.form({ amount: '1.234', currency_code: 'EUR', business: '' }));
  expect(page.status).toBe(400);
  expect(page.text).toContain('not an amount of EUR');
  expect(page.text).toContain('business');
});

it('pages run no script, and the framework is not named', async () => {
  const page = await fetch(shop.simulator.url);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page.headers.get('x-powered-by')).toBeNull();
  expect(await page.text()).not.toContain('<script');
});

it('the control page lists payments with their messages, and its buttons work', async () => {
  const { txnId } = await shop.pay('bruno');
  const home = await (await fetch(shop.simulator.url)).text();
  expect(home).toContain(txnId);
  expect(home).toContain('Clear the eCheck');
  await post(`${shop.simulator.url}/actions/payments/${txnId}/events`, { status: 'Completed' });
  await shop.idle();
  expect(shop.receiver.received.map((m) => fieldsOf(m)['payment_status'])).toEqual(['Pending', 'Completed']);
});

it('the control page says where the money of a payment is, and its buttons give back, take back and decide', async () => {
  const { txnId } = await shop.pay('anne');
  const action = `${shop.simulator.url}/actions/payments/${txnId}/events`;
  for (const fields of [
    { kind: 'refund', amount: '10.00', status: 'PENDING' },
    { kind: 'dispute' },
    { kind: 'reverse', amount: '25.00' },
  ])
    await post(action, fields);
  const card = async () => {
    const page = await (await fetch(shop.simulator.url)).text();
    const [shown = ''] = new RegExp(`<article class="card" id="${txnId}">.*?</article>`, 's').exec(page) ?? [];
    return shown.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  };
  const open = await card();
  for (const text of ['on its way back 10.00 EUR', 'held 25.00 EUR', 'left 15.00 EUR', 'It arrives', 'The buyer wins'])
    expect(open).toContain(text);
  await post(action, { kind: 'settle_refund', status: 'COMPLETED' });
  await post(action, { kind: 'lose' });
  const decided = await card();
  for (const text of ['refunded 10.00 EUR', 'charged back 25.00 EUR', 'complaint lost'])
    expect(decided).toContain(text);
  expect(decided).not.toContain('The buyer wins');
});

it('a button that cannot be pressed any more says why', async () => {
  const { txnId } = await shop.pay('anne');
  const action = `${shop.simulator.url}/actions/payments/${txnId}/events`;
  await post(action, { kind: 'refund' });
  const again = await post(action, { kind: 'refund' });
  expect(again.status).toBe(409);
  expect(await again.text()).toContain(`0.00 is left of ${txnId}`);
});

it.each([
  [
    '/actions/misbehave',
    { where: 'postback', mode: 'http_500', times: '' },
    '/misbehave',
    { data: [{ where: 'postback', mode: 'http_500', times: null, afterActing: false }] },
  ],
  [
    '/actions/misbehave',
    { where: 'nvp', mode: 'drop', times: '2', afterActing: 'on' },
    '/misbehave',
    { data: [{ where: 'nvp', mode: 'drop', times: 2, afterActing: true }] },
  ],
  [
    '/actions/delivery',
    { delayMs: '', duplicates: '2', charset: '', reorder: 'on' },
    '/delivery',
    { duplicates: 2, reorder: true, drop: false, charset: null },
  ],
])('the form %s does what the JSON API does', async (action, fields, path, expected) => {
  await post(`${shop.simulator.url}${action}`, fields);
  expect((await shop.control('GET', path)).body).toMatchObject(expected);
});

it('links begin with the path of the public address', async () => {
  const behindProxy = await openShop({ publicUrl: 'https://example.org/simulator/' });
  const page = await (await fetch(behindProxy.simulator.url)).text();
  expect(page).toContain('href="/simulator/style.css"');
  await behindProxy.stop();
});

it('it is healthy', async () => {
  expect(await (await fetch(`${shop.simulator.url}/healthz`)).json()).toEqual({ status: 'ok' });
});
