import { openShop, type Merchant } from './merchant';

let shop: Merchant;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

it('the browser is sent back with what PDT needs, beside what the address had', async () => {
  const { txnId, returnUrl } = await shop.pay('anne', { return: 'http://shop.example/return?a=1#end' });
  const url = new URL(returnUrl);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    a: '1',
    tx: txnId,
    st: 'Completed',
    amt: '50.00',
    cc: 'EUR',
    cm: 'pay_1',
    item_number: '',
  });
  expect(url.hash).toBe('#end');
});

it('PDT tells the payment line by line, without the marks of a message', async () => {
  const { txnId } = await shop.pay('anne', { custom: 'a=1&b=2' });
  const lines = (await shop.pdt(txnId, 'any token')).split('\n');
  expect(lines[0]).toBe('SUCCESS');
  expect(lines).toEqual(
    expect.arrayContaining([
      'payment_status=Completed',
      'mc_gross=50.00',
      `txn_id=${txnId}`,
      'custom=a%3D1%26b%3D2',
      'charset=utf-8',
    ]),
  );
  expect(lines.join('\n')).not.toMatch(/verify_sign|ipn_track_id|test_ipn/);
});

it('PDT answers five times and then no more', async () => {
  const { txnId } = await shop.pay('ivan');
  for (let fetches = 0; fetches < 5; fetches++) expect(await shop.pdt(txnId, 'token')).toMatch(/^SUCCESS\n/);
  expect(await shop.pdt(txnId, 'token')).toBe('FAIL\nError: 4003\n');
});

it('an unknown transaction is 4003, an empty token 4020', async () => {
  const { txnId } = await shop.pay('anne');
  expect(await shop.pdt('UNKNOWN', 'token')).toBe('FAIL\nError: 4003\n');
  expect(await shop.pdt(txnId, '')).toBe('FAIL\nError: 4020\n');
});

it('once a business has an identity token, no other will do', async () => {
  const { txnId } = await shop.pay('anne');
  await shop.control('PUT', '/accounts/seller0000001', { identityToken: 'the-one' });
  expect(await shop.pdt(txnId, 'another')).toBe('FAIL\nError: 4020\n');
  expect(await shop.pdt(txnId, 'the-one')).toMatch(/^SUCCESS\n/);
});

it('PDT shows an eCheck as it was when the buyer came back', async () => {
  const { txnId } = await shop.pay('bruno');
  await shop.happen(txnId, { status: 'Completed' });
  expect(await shop.pdt(txnId, 'token')).toContain('payment_status=Pending\npending_reason=echeck\n');
});

it('PDT misbehaves by itself, and such an answer is not counted', async () => {
  const { txnId } = await shop.pay('anne');
  await shop.control('POST', '/misbehave', { where: 'pdt', mode: 'empty', times: 1 });
  expect(await shop.pdt(txnId, 'token')).toBe('');
  expect((await shop.control('GET', `/payments/${txnId}`)).body).toMatchObject({ pdtFetches: 0 });
});
