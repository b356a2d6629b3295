import { fieldsOf, openShop, type Merchant } from './merchant';

let shop: Merchant;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

const messages = () => shop.receiver.received.map(fieldsOf);

it('a buyer who pays by account makes one Completed message, with the fee taken and blank dollar fields', async () => {
  const { txnId } = await shop.pay('anne');
  expect(messages()).toHaveLength(1);
  expect(messages()[0]).toMatchObject({
    payment_status: 'Completed',
    txn_type: 'web_accept',
    txn_id: txnId,
    mc_gross: '50.00',
    mc_fee: '1.95',
    mc_currency: 'EUR',
    payment_gross: '',
    payment_fee: '',
    invoice: 'inv-1',
    custom: 'pay_1',
    receiver_id: 'SELLER0000001',
    business: 'seller0000001',
    test_ipn: '1',
    charset: 'utf-8',
  });
  expect(txnId).toMatch(/^[A-Z0-9]{17}$/);
  expect(shop.receiver.received[0]?.headers['user-agent']).toBe('PayPal IPN ( https://www.paypal.com/ipn )');
  expect(messages()[0]?.['payment_date']).toMatch(/^\d\d:\d\d:\d\d [A-Z][a-z]{2} \d\d, \d{4} P[SD]T$/);
});

it('dollars fill the dollar fields', async () => {
  await shop.pay('anne', { currency_code: 'USD', amount: '100.00' });
  expect(messages()[0]).toMatchObject({
    mc_gross: '100.00',
    mc_fee: '3.70',
    payment_gross: '100.00',
    payment_fee: '3.70',
  });
});

it.each([
  { currency: 'JPY', amount: '500', gross: '500', fee: '57' },
  { currency: 'HUF', amount: '5000', gross: '5000', fee: '260' },
  { currency: 'EUR', amount: '0.10', gross: '0.10', fee: '0.10' },
])('$amount $currency is written as PayPal writes it', async ({ currency, amount, gross, fee }) => {
  await shop.pay('anne', { currency_code: currency, amount });
  expect(messages()[0]).toMatchObject({ mc_gross: gross, mc_fee: fee });
});

it('an eCheck is Pending without a fee, and clears with the same transaction id', async () => {
  const { txnId } = await shop.pay('bruno');
  await shop.happen(txnId, { status: 'Completed' });
  expect(
    messages().map((m) => [m['txn_id'], m['payment_status'], m['pending_reason'], m['mc_fee'], m['payment_type']]),
  ).toEqual([
    [txnId, 'Pending', 'echeck', undefined, 'echeck'],
    [txnId, 'Completed', undefined, '1.95', 'echeck'],
  ]);
});

it('a declined card sends nothing and takes nothing', async () => {
  expect(await shop.pay('denis')).toEqual(
    expect.objectContaining({ outcome: 'declined', txnId: null, returnUrl: null }),
  );
  expect(messages()).toEqual([]);
  expect(await shop.control('GET', '/payments')).toMatchObject({ body: { data: [] } });
});

it('a name in windows-1252 travels in its bytes, whatever charset the form asked for', async () => {
  await shop.pay('elodie');
  const body = shop.receiver.received[0]?.body.toString('latin1') ?? '';
  expect(body).toContain('first_name=%C9lodie&last_name=J%F6rg');
  expect(body).toContain('address_street=12+rue+de+l%92%8Cuvre');
  expect(body).toContain('charset=windows-1252');
});

it('a buyer who closes the tab is not sent back', async () => {
  expect((await shop.pay('hana')).returnUrl).toBeNull();
  expect(messages()).toHaveLength(1);
});

it('a lost message is in the history, never arrives, and can be replayed as genuine', async () => {
  const { txnId, returnUrl } = await shop.pay('ivan');
  expect(messages()).toEqual([]);
  expect(new URL(returnUrl).searchParams.get('tx')).toBe(txnId);
  const { body } = await shop.control('GET', '/messages');
  const [lost] = (body as { data: { id: string; state: string }[] }).data;
  expect(lost?.state).toBe('Lost');
  await shop.control('POST', `/messages/${lost?.id}/replay`, {});
  await shop.idle();
  expect(await shop.postBack(shop.receiver.received[0]?.body ?? Buffer.alloc(0))).toEqual({
    status: 200,
    text: 'VERIFIED',
  });
});

it('messages can come three times with the newer first', async () => {
  await shop.pay('jana');
  expect(messages().map((m) => m['payment_status'])).toEqual([
    'Completed',
    'Pending',
    'Completed',
    'Pending',
    'Completed',
    'Pending',
  ]);
  expect(new Set(shop.receiver.received.map(({ body }) => body.toString('latin1'))).size).toBe(2);
});

it('a refund has its own id, names its parent, has no type, and is negative', async () => {
  const { txnId } = await shop.pay('anne');
  await shop.happen(txnId, { status: 'Refunded', amount: '20.00', fee: '0.68' });
  await shop.happen(txnId, { status: 'Refunded' });
  const [, part, rest] = messages();
  expect(part).toMatchObject({
    payment_status: 'Refunded',
    reason_code: 'refund',
    parent_txn_id: txnId,
    mc_gross: '-20.00',
    mc_fee: '-0.68',
  });
  expect(rest).toMatchObject({ mc_gross: '-30.00', mc_fee: '0.00', custom: 'pay_1' });
  expect(part).not.toHaveProperty('txn_type');
  expect(new Set([txnId, part?.['txn_id'], rest?.['txn_id']]).size).toBe(3);
  expect((await shop.control('POST', `/payments/${txnId}/events`, { status: 'Refunded' })).body).toMatchObject({
    code: 'nothing_left',
  });
});

it('a reversal takes back, a cancelled one gives again', async () => {
  const { txnId } = await shop.pay('anne');
  await shop.happen(txnId, { status: 'Reversed', reasonCode: 'chargeback' });
  await shop.happen(txnId, { status: 'Canceled_Reversal' });
  expect(messages().map((m) => [m['payment_status'], m['mc_gross'], m['parent_txn_id']])).toEqual([
    ['Completed', '50.00', undefined],
    ['Reversed', '-50.00', txnId],
    ['Canceled_Reversal', '50.00', txnId],
  ]);
  expect((await shop.control('GET', `/payments/${txnId}`)).body).toMatchObject({ reversed: '0.00' });
});

it('a case moves no money and names the payment itself', async () => {
  const { txnId } = await shop.pay('anne');
  await shop.happen(txnId, { status: 'new_case' });
  expect(messages()[1]).toMatchObject({
    txn_type: 'new_case',
    txn_id: txnId,
    case_type: 'complaint',
    reason_code: 'non_receipt',
  });
  expect(messages()[1]).not.toHaveProperty('payment_status');
  expect(messages()[1]).not.toHaveProperty('mc_gross');
});

it('any status and any field can be sent by hand', async () => {
  const { txnId } = await shop.pay('anne');
  await shop.happen('inv-1', {
    status: 'Levitating',
    amount: '49.99',
    over: { txn_id: 'OTHER', invoice: null, mc_currency: 'GBP' },
  });
  expect(messages()[1]).toMatchObject({
    payment_status: 'Levitating',
    mc_gross: '49.99',
    txn_id: 'OTHER',
    mc_currency: 'GBP',
  });
  expect(messages()[1]).not.toHaveProperty('invoice');
  expect(messages()[0]?.['txn_id']).toBe(txnId);
});

it('a cart names its lines and sums them', async () => {
  const lines = { item_name_1: 'Fee', amount_1: '20.00', quantity_1: '2', item_name_2: 'Outing', amount_2: '7.50' };
  await shop.pay('anne', { cmd: '_cart', upload: '1', ...lines });
  expect(messages()[0]).toMatchObject({
    txn_type: 'cart',
    mc_gross: '47.50',
    num_cart_items: '2',
    item_name1: 'Fee',
    quantity1: '2',
    mc_gross_1: '40.00',
    item_name2: 'Outing',
    mc_gross_2: '7.50',
  });
});

it('custom comes back as it was, with its equals signs, ampersands, percents and accents', async () => {
  await shop.pay('anne', { custom: 'a=1&b=2%é+' });
  expect(Buffer.from(messages()[0]?.['custom'] ?? '', 'latin1').toString('utf8')).toBe('a=1&b=2%é+');
});

it('an invoice is paid once, and again only when the first payment came to nothing', async () => {
  const first = await shop.pay('chantal');
  const again = () => shop.control('POST', '/pay', { buyer: 'anne', fields: shop.form() });
  expect(await again()).toMatchObject({ status: 409, body: { code: 'invoice_used' } });
  expect((await shop.webscr(shop.form())).text).toContain('already been paid');
  await shop.happen(first.txnId, { status: 'Failed' });
  expect(await again()).toMatchObject({ status: 200, body: { outcome: 'paid' } });
});

it('a seller may allow an invoice to be paid twice', async () => {
  await shop.control('PUT', '/accounts/SELLER0000001', { blockUsedInvoices: false });
  const first = await shop.pay('anne');
  const second = await shop.pay('anne');
  expect(second.outcome).toBe('paid');
  expect(second.txnId).not.toBe(first.txnId);
});
