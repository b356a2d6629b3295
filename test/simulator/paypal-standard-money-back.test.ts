import { fieldsOf, openShop, type Merchant } from './merchant';

let shop: Merchant;
let txnId: string;
beforeEach(async () => {
  shop = await openShop();
  ({ txnId } = await shop.pay('anne'));
});
afterEach(() => shop.stop());

const USER = { USER: 'api-user', PWD: 'api-password', SIGNATURE: 'api-signature', VERSION: '124' };

async function ask(METHOD: string, fields: Record<string, string>): Promise<Record<string, string>> {
  const answer = await fetch(`${shop.simulator.url}/paypal/nvp`, {
    method: 'POST',
    body: new URLSearchParams({ METHOD, ...USER, ...fields }),
  });
  await shop.idle();
  return Object.fromEntries(new URLSearchParams(await answer.text()));
}
const details = (id: string) => ask('GetTransactionDetails', { TRANSACTIONID: id });
const part = (amount: string, key = '') =>
  ask('RefundTransaction', {
    TRANSACTIONID: txnId,
    REFUNDTYPE: 'Partial',
    AMT: amount,
    CURRENCYCODE: 'EUR',
    MSGSUBID: key,
  });

/** What was told after the payment itself: status or type, amount, reason. */
const told = () =>
  shop.receiver.received
    .slice(1)
    .map(fieldsOf)
    .map((m) => [m['txn_type'] ?? m['payment_status'], m['mc_gross'], m['reason_code']]);
const last = () => fieldsOf(shop.receiver.received.at(-1)!);
const happen = (kind: string, more: Record<string, unknown> = {}) => shop.happen(txnId, { kind, ...more });
const refused = async (event: Record<string, unknown>) =>
  (await shop.control('POST', `/payments/${txnId}/events`, event)) as { status: number; body: { code: string } };
const seen = async () =>
  (await shop.control('GET', `/payments/${txnId}`)).body as Record<string, string> & {
    movements: { txnId: string; status: string }[];
    cases: { id: string; outcome: string | null }[];
  };

describe('a refund made at PayPal’s pages', () => {
  it('of all or of a part is told at once, with the part of the fee that comes back', async () => {
    await happen('refund', { amount: '20.00', fee: '0.68' });
    await happen('refund');
    expect(told()).toEqual([
      ['Refunded', '-20.00', 'refund'],
      ['Refunded', '-30.00', 'refund'],
    ]);
    expect(fieldsOf(shop.receiver.received[1]!)).toMatchObject({ mc_fee: '-0.68', parent_txn_id: txnId });
    expect(await seen()).toMatchObject({ refunded: '50.00', left: '0.00' });
    expect(await refused({ kind: 'refund' })).toMatchObject({ status: 409, body: { code: 'nothing_left' } });
  });

  it('on its way is told of when it arrives, and is seen by NVP before', async () => {
    await happen('refund', { amount: '20.00', status: 'PENDING' });
    expect(told()).toEqual([]);
    const [refund] = (await seen()).movements;
    expect(await seen()).toMatchObject({ pending: '20.00', left: '30.00' });
    expect(await details(refund!.txnId)).toMatchObject({ PAYMENTSTATUS: 'Pending', PENDINGREASON: 'echeck' });
    await happen('settle_refund', { status: 'COMPLETED' });
    expect(last()).toMatchObject({ payment_status: 'Refunded', txn_id: refund!.txnId, mc_gross: '-20.00' });
    expect(await details(refund!.txnId)).toMatchObject({ PAYMENTSTATUS: 'Completed', AMT: '-20.00' });
  });

  it('that failed, at once or after it had arrived, left the money where it was', async () => {
    await happen('refund', { amount: '20.00', status: 'PENDING', reason: 'regulatoryreview' });
    await happen('settle_refund', { status: 'FAILED' });
    await happen('refund');
    await happen('settle_refund', { status: 'FAILED' });
    expect(told()).toEqual([['Refunded', '-50.00', 'refund']]);
    const { movements, ...sums } = await seen();
    expect(sums).toMatchObject({ refunded: '0.00', pending: '0.00', left: '50.00' });
    expect(movements.map(({ status }) => status)).toEqual(['Failed', 'Failed']);
    expect(await details(movements[1]!.txnId)).toMatchObject({ PAYMENTSTATUS: 'Failed' });
    expect((await details(txnId))['PAYMENTSTATUS']).toBe('Completed');
    expect((await refused({ kind: 'settle_refund', status: 'COMPLETED' })).status).toBe(409);
  });

  it('may be called a reversal, whose reason is that it was a refund', async () => {
    await happen('refund', { amount: '20.00', told: 'as_reversal' });
    expect(told()).toEqual([['Reversed', '-20.00', 'refund']]);
    expect(await seen()).toMatchObject({ refunded: '20.00', held: '0.00' });
  });
});

describe('a refund by NVP', () => {
  const next = (order: Record<string, unknown>) => shop.control('POST', '/next', { call: 'refund', ...order });

  it('may be on its way, and is told when it arrives', async () => {
    await next({ status: 'PENDING' });
    const given = await part('20.00', 'ref_1');
    expect(given).toMatchObject({ ACK: 'Success', REFUNDSTATUS: 'delayed', PENDINGREASON: 'echeck' });
    expect(told()).toEqual([]);
    await happen('settle_refund', { status: 'COMPLETED', refundId: given['REFUNDTRANSACTIONID'] });
    expect(last()['txn_id']).toBe(given['REFUNDTRANSACTIONID']);
  });

  it('can be refused with any error, once', async () => {
    await next({ error: '10007' });
    expect(await part('20.00')).toMatchObject({ ACK: 'Failure', L_ERRORCODE0: '10007' });
    expect(await part('20.00')).toMatchObject({ ACK: 'Success' });
  });

  it('may give a part of the fee back, and says so in the answer and in the message', async () => {
    await next({ fee: '0.68' });
    expect(await part('20.00')).toMatchObject({
      FEEREFUNDAMT: '0.68',
      GROSSREFUNDAMT: '20.00',
      NETREFUNDAMT: '19.32',
    });
    expect(last()).toMatchObject({ mc_gross: '-20.00', mc_fee: '-0.68' });
  });

  it('whose key was forgotten is given once more', async () => {
    await part('20.00', 'ref_1');
    await shop.control('POST', '/forget-refund-keys');
    await next({ forget: true });
    await part('10.00', 'ref_2');
    await part('20.00', 'ref_1');
    await part('10.00', 'ref_2');
    // What had been left was 20.00; the second 10.00 found nothing.
    expect(told().map(([, amount]) => amount)).toEqual(['-20.00', '-10.00', '-20.00']);
  });

  it('is of all or nothing while a case is open', async () => {
    await happen('dispute');
    expect(await part('20.00')).toMatchObject({ L_ERRORCODE0: '10009' });
    expect(await part('50.00')).toMatchObject({ ACK: 'Success' });
  });
});

describe('a case', () => {
  it('goes from talk to PayPal to the bank under one id, and moves no money', async () => {
    await happen('dispute', { caseType: 'dispute', reason: 'not_as_described' });
    await happen('escalate');
    await happen('escalate', { reason: 'unauthorized' });
    const messages = shop.receiver.received.slice(1).map(fieldsOf);
    expect(messages.map((m) => [m['txn_type'], m['case_type'], m['reason_code'], m['txn_id']])).toEqual([
      ['new_case', 'dispute', 'not_as_described', txnId],
      ['new_case', 'complaint', 'not_as_described', txnId],
      ['new_case', 'chargeback', 'unauthorized', txnId],
    ]);
    expect(new Set(messages.map((m) => m['case_id'])).size).toBe(1);
    expect(new Set(messages.map((m) => m['case_creation_date'])).size).toBe(1);
    expect(await seen()).toMatchObject({ held: '0.00', left: '50.00' });
  });

  it('won gives back what was held', async () => {
    await happen('dispute', { caseType: 'chargeback', reason: 'unauthorized' });
    await happen('reverse');
    expect(await seen()).toMatchObject({ held: '50.00', left: '0.00' });
    await happen('win');
    expect(told().slice(1)).toEqual([
      ['Reversed', '-50.00', 'chargeback'],
      ['Canceled_Reversal', '50.00', 'chargeback_reimbursement'],
    ]);
    expect(await seen()).toMatchObject({ held: '0.00', left: '50.00', cases: [{ outcome: 'won' }] });
  });

  it('lost keeps what was held: the account itself is the payer, and no receiver is named', async () => {
    await happen('dispute');
    await happen('reverse', { amount: '20.00' });
    await happen('lose');
    expect(last()).toMatchObject({
      txn_type: 'adjustment',
      payment_status: 'Completed',
      mc_gross: '-20.00',
      parent_txn_id: txnId,
      payer_id: 'SELLER0000001',
      custom: 'pay_1',
    });
    for (const name of ['receiver_id', 'receiver_email', 'business', 'invoice', 'first_name'])
      expect(last()).not.toHaveProperty(name);
    expect(await seen()).toMatchObject({ held: '0.00', lost: '20.00', left: '30.00', cases: [{ outcome: 'lost' }] });
    expect((await shop.postBack(shop.receiver.received.at(-1)!.body)).text).toBe('VERIFIED');
  });

  it('lost in part gives the rest back', async () => {
    await happen('dispute');
    await happen('reverse');
    await happen('lose', { amount: '20.00' });
    expect(told().slice(2)).toEqual([
      ['Canceled_Reversal', '30.00', 'other'],
      ['adjustment', '-20.00', 'other'],
    ]);
    expect(await seen()).toMatchObject({ held: '0.00', lost: '20.00', left: '30.00' });
  });

  it('lost under which nothing was held takes the money by its end', async () => {
    await happen('dispute');
    await happen('lose');
    expect(told()[1]).toEqual(['adjustment', '-50.00', 'other']);
    expect(await seen()).toMatchObject({ lost: '50.00', left: '0.00' });
  });

  it('withdrawn gives back what was held, and is not told where nothing was', async () => {
    await happen('dispute');
    await happen('withdraw');
    expect(told()).toHaveLength(1);
    await happen('dispute');
    await happen('reverse');
    await happen('withdraw');
    expect(told().at(-1)).toEqual(['Canceled_Reversal', '50.00', 'other']);
    expect((await seen()).cases.map(({ outcome }) => outcome)).toEqual(['withdrawn', 'withdrawn']);
    expect(await refused({ kind: 'withdraw' })).toMatchObject({ status: 409, body: { code: 'not_possible' } });
  });

  it('may be told after its reversal, and another reversal may follow the first that was won', async () => {
    await happen('reverse');
    await happen('dispute');
    await happen('win');
    await happen('reverse', { amount: '10.00' });
    expect(told().map(([what]) => what)).toEqual(['Reversed', 'new_case', 'Canceled_Reversal', 'Reversed']);
    expect(await seen()).toMatchObject({ held: '10.00', left: '40.00' });
  });
});

it('what one case took stays taken when another is won under which nothing was held', async () => {
  await happen('dispute');
  await happen('lose', { amount: '20.00' });
  await happen('dispute');
  await happen('win');
  expect(told()).toHaveLength(3);
  expect(await seen()).toMatchObject({
    lost: '20.00',
    left: '30.00',
    cases: [{ outcome: 'lost' }, { outcome: 'won' }],
  });
});

it('a reversal without a case is cancelled or kept, and what was lost can be won after all', async () => {
  await happen('reverse', { fee: '1.95' });
  expect(last()).toMatchObject({ payment_status: 'Reversed', reason_code: 'buyer-complaint', mc_fee: '-1.95' });
  await happen('lose');
  await happen('win', { fee: '1.95' });
  expect(last()).toMatchObject({ payment_status: 'Canceled_Reversal', mc_gross: '50.00', mc_fee: '1.95' });
  expect(told().map(([what]) => what)).toEqual(['Reversed', 'adjustment', 'Canceled_Reversal']);
  expect(await seen()).toMatchObject({ held: '0.00', lost: '0.00', left: '50.00' });
  expect((await refused({ kind: 'win' })).status).toBe(409);
});

it('what is not in order is refused, and nothing happens', async () => {
  expect((await refused({ kind: 'refund', amount: '50.01' })).body.code).toBe('nothing_left');
  expect((await refused({ kind: 'refund', amount: 'much' })).body.code).toBe('invalid_request');
  expect((await refused({ kind: 'settle_refund', status: 'FAILED' })).body.code).toBe('not_found');
  expect((await refused({ kind: 'escalate' })).body.code).toBe('not_possible');
  expect((await refused({ kind: 'win' })).body.code).toBe('not_possible');
  const { txnId: pending } = await shop.pay('bruno', { invoice: 'inv-2' });
  expect((await shop.control('POST', `/payments/${pending}/events`, { kind: 'refund' })).status).toBe(409);
  expect(told().map(([what]) => what)).toEqual(['web_accept']);
});
