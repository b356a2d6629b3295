import { fieldsOf, openShop, type Merchant } from './merchant';

let shop: Merchant;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

const USER = { USER: 'api-user', PWD: 'api-password', SIGNATURE: 'api-signature', VERSION: '124' };

async function ask(METHOD: string, fields: Record<string, string> = {}, user = USER): Promise<Record<string, string>> {
  const answer = await fetch(`${shop.simulator.url}/paypal/nvp`, {
    method: 'POST',
    body: new URLSearchParams({ METHOD, ...user, ...fields }),
  });
  return Object.fromEntries(new URLSearchParams(await answer.text()));
}
const details = (id: string) => ask('GetTransactionDetails', { TRANSACTIONID: id });
const refund = (id: string, fields: Record<string, string> = {}) =>
  ask('RefundTransaction', { TRANSACTIONID: id, ...fields });
const part = (amount: string) => ({ REFUNDTYPE: 'Partial', AMT: amount, CURRENCYCODE: 'EUR' });
const statuses = () => shop.receiver.received.map((message) => fieldsOf(message)['payment_status']);

it('a payment is told with its fee, invoice and receiver', async () => {
  const { txnId } = await shop.pay('anne');
  expect(await details(txnId)).toMatchObject({
    ACK: 'Success',
    TRANSACTIONID: txnId,
    TRANSACTIONTYPE: 'webaccept',
    PAYMENTSTATUS: 'Completed',
    AMT: '50.00',
    FEEAMT: '1.95',
    CURRENCYCODE: 'EUR',
    INVNUM: 'inv-1',
    CUSTOM: 'pay_1',
    RECEIVERID: 'SELLER0000001',
  });
});

it('a payment on its way is told with its reason, and without a fee', async () => {
  const { txnId } = await shop.pay('bruno');
  const told = await details(txnId);
  expect(told).toMatchObject({ PAYMENTSTATUS: 'Pending', PENDINGREASON: 'echeck' });
  expect(told).not.toHaveProperty('FEEAMT');
  expect((await refund(txnId))['L_ERRORCODE0']).toBe('10009');
});

it('a search finds a payment by its invoice, and what came of it', async () => {
  const { txnId } = await shop.pay('anne');
  await shop.pay('anne', { invoice: 'inv-2' });
  await refund(txnId, part('20.00'));
  const found = await ask('TransactionSearch', { STARTDATE: '2020-01-01T00:00:00Z', INVNUM: 'inv-1' });
  expect(found).toMatchObject({
    ACK: 'Success',
    L_TYPE0: 'Refund',
    L_AMT0: '-20.00',
    L_TYPE1: 'Payment',
    L_TRANSACTIONID1: txnId,
    L_STATUS1: 'Partially-Refunded',
    L_FEEAMT1: '-1.95',
    L_NETAMT1: '48.05',
  });
  expect(found).not.toHaveProperty('L_TRANSACTIONID2');
});

it('a search needs a date to start from, and finds nothing before it', async () => {
  await shop.pay('anne');
  expect(await ask('TransactionSearch', { INVNUM: 'inv-1' })).toMatchObject({ ACK: 'Failure', L_ERRORCODE0: '10004' });
  const found = await ask('TransactionSearch', { STARTDATE: '2100-01-01T00:00:00Z', INVNUM: 'inv-1' });
  expect(found['ACK']).toBe('Success');
  expect(found).not.toHaveProperty('L_TRANSACTIONID0');
});

it('a refund in full is told by IPN under the same transaction id', async () => {
  const { txnId } = await shop.pay('anne');
  const given = await refund(txnId, { REFUNDTYPE: 'Full' });
  await shop.idle();
  expect(given).toMatchObject({
    ACK: 'Success',
    GROSSREFUNDAMT: '50.00',
    FEEREFUNDAMT: '0.00',
    REFUNDSTATUS: 'instant',
    TOTALREFUNDEDAMT: '50.00',
  });
  expect(fieldsOf(shop.receiver.received[1]!)).toMatchObject({
    payment_status: 'Refunded',
    txn_id: given['REFUNDTRANSACTIONID'],
    parent_txn_id: txnId,
    mc_gross: '-50.00',
  });
  expect(await details(given['REFUNDTRANSACTIONID'] ?? '')).toMatchObject({
    PARENTTRANSACTIONID: txnId,
    AMT: '-50.00',
    REASONCODE: 'refund',
  });
  expect((await refund(txnId))['L_ERRORCODE0']).toBe('10009');
});

it('after a part only a part can be given, and no more than what is left', async () => {
  const { txnId } = await shop.pay('anne');
  await refund(txnId, part('20.00'));
  expect((await refund(txnId, { REFUNDTYPE: 'Full' }))['L_ERRORCODE0']).toBe('10009');
  expect((await refund(txnId, part('30.01')))['L_ERRORCODE0']).toBe('10009');
  expect(await refund(txnId, part('30.00'))).toMatchObject({ ACK: 'Success', TOTALREFUNDEDAMT: '50.00' });
  expect((await details(txnId))['PAYMENTSTATUS']).toBe('Refunded');
});

it.each([
  { fields: { REFUNDTYPE: 'Full', AMT: '50.00' }, code: '10004' },
  { fields: { REFUNDTYPE: 'Partial', CURRENCYCODE: 'EUR' }, code: '10004' },
  { fields: { REFUNDTYPE: 'Partial', AMT: '10.00', CURRENCYCODE: 'USD' }, code: '10009' },
  { fields: { MSGSUBID: 'x'.repeat(39) }, code: '10004' },
])('a refund that is not in order ($fields) is refused with $code', async ({ fields, code }) => {
  const { txnId } = await shop.pay('anne');
  expect(await refund(txnId, fields as Record<string, string>)).toMatchObject({ ACK: 'Failure', L_ERRORCODE0: code });
  expect(statuses()).toEqual(['Completed']);
});

it('a refund whose answer was lost is given once, and answered as the first time', async () => {
  const { txnId } = await shop.pay('anne');
  await shop.control('POST', '/misbehave', { where: 'nvp', mode: 'http_500', times: 1, afterActing: true });
  await refund(txnId, { ...part('20.00'), MSGSUBID: 'ref_1' });
  const again = await refund(txnId, { ...part('20.00'), MSGSUBID: 'ref_1' });
  await shop.idle();
  expect(statuses()).toEqual(['Completed', 'Refunded']);
  expect(again).toMatchObject({ ACK: 'Success', REFUNDTRANSACTIONID: fieldsOf(shop.receiver.received[1]!)['txn_id'] });
});

it('a user is held to what was shown first', async () => {
  const { txnId } = await shop.pay('anne');
  await details(txnId);
  expect(await ask('GetTransactionDetails', { TRANSACTIONID: txnId }, { ...USER, PWD: 'other' })).toMatchObject({
    ACK: 'Failure',
    L_ERRORCODE0: '10002',
  });
  expect(await ask('GetTransactionDetails', { TRANSACTIONID: 'NOSUCH' })).toMatchObject({ L_ERRORCODE0: '10004' });
});

it('a seller’s user sees that seller’s transactions and no other’s', async () => {
  await shop.control('PUT', '/accounts/SELLER0000002', {
    nvp: { username: 'api-user', password: 'api-password', signature: 'api-signature' },
  });
  const { txnId } = await shop.pay('anne');
  const { txnId: own } = await shop.pay('anne', { business: 'SELLER0000002' });
  expect((await details(txnId))['L_ERRORCODE0']).toBe('10007');
  expect((await refund(txnId))['L_ERRORCODE0']).toBe('10007');
  const found = await ask('TransactionSearch', { STARTDATE: '2020-01-01T00:00:00Z', INVNUM: 'inv-1' });
  expect([found['L_TRANSACTIONID0'], found['L_TRANSACTIONID1']]).toEqual([own, undefined]);
});
