import { openApp, type App, type Json, type Parsed } from './app';

let app: App;
let captureId: string;
beforeEach(async () => {
  app = await openApp();
  await app.listen();
  captureId = (await app.sell('anne', { invoice_id: 'inv-1' })).capture.id;
});
afterEach(() => app.stop());

const euros = (value: string) => ({ currency_code: 'EUR', value });
const issue = ({ body }: Json) => body.details[0].issue;
const happen = (kind: string, more: Record<string, unknown> = {}) => app.happen(captureId, { kind, ...more });
const refused = (event: Record<string, unknown>) => app.control('POST', `/captures/${captureId}/events`, event);
const seen = async () => (await app.control('GET', `/captures/${captureId}`)).body;
const refundById = async (id: string) => (await app.call('GET', `/v2/payments/refunds/${id}`)).body;
const disputeById = async (id: string) => (await app.call('GET', `/v1/customer/disputes/${id}`)).body;
const next = (order: Record<string, unknown>) => app.control('POST', '/next', { call: 'refund', ...order });
async function refund(value: string, key?: string): Promise<Json> {
  const body = { amount: euros(value), note_to_payer: 'Sorry', custom_id: 'ref_1' };
  const answer = await app.call(
    'POST',
    `/v2/payments/captures/${captureId}/refund`,
    body,
    key === undefined ? {} : { 'paypal-request-id': key },
  );
  await app.shop.idle();
  return answer;
}

/** The events after the sale, without their prefix. */
const told = () =>
  app
    .events()
    .slice(2)
    .map(({ event_type: type }: Parsed) => type.replace(/^(PAYMENT|CUSTOMER)\./, ''));
const last = () => app.events().at(-1);

describe('a refund by API', () => {
  it('echoes its own references and the capture’s, and the note', async () => {
    const { body } = await refund('20.00');
    expect(body).toMatchObject({
      status: 'COMPLETED',
      custom_id: 'ref_1',
      invoice_id: 'inv-1',
      note_to_payer: 'Sorry',
    });
    expect(last()).toMatchObject({
      event_type: 'PAYMENT.CAPTURE.REFUNDED',
      resource: { id: body.id, custom_id: 'ref_1' },
    });
  });

  it('on its way is announced, and so is that it arrived', async () => {
    await next({ status: 'PENDING', reason: 'ECHECK' });
    const { body } = await refund('20.00', 'r1');
    expect(body).toMatchObject({ status: 'PENDING', status_details: { reason: 'ECHECK' } });
    await happen('settle_refund', { status: 'COMPLETED' });
    expect(told()).toEqual(['REFUND.PENDING', 'CAPTURE.REFUNDED']);
    expect(await refundById(body.id)).toMatchObject({ status: 'COMPLETED' });
    expect(await refund('20.00', 'r1')).toMatchObject({ status: 200, body: { status: 'COMPLETED', id: body.id } });
  });

  it('that fails, on its way or after it arrived, is announced, and the money can be given again', async () => {
    await next({ status: 'PENDING' });
    await refund('50.00');
    await happen('settle_refund', { status: 'FAILED' });
    const { body } = await refund('50.00');
    await happen('settle_refund', { status: 'FAILED' });
    expect(told()).toEqual(['REFUND.PENDING', 'REFUND.FAILED', 'CAPTURE.REFUNDED', 'REFUND.FAILED']);
    expect(last()).toMatchObject({ resource_type: 'refund', resource: { id: body.id, status: 'FAILED' } });
    expect(await seen()).toMatchObject({ status: 'COMPLETED', refunded: '0.00', left: '50.00' });
    expect((await refused({ kind: 'settle_refund', status: 'COMPLETED' })).status).toBe(409);
  });

  it('may give a part of the fee back', async () => {
    await next({ fee: '0.68' });
    expect((await refund('20.00')).body.seller_payable_breakdown).toEqual({
      gross_amount: euros('20.00'),
      paypal_fee: euros('0.68'),
      net_amount: euros('19.32'),
      total_refunded_amount: euros('20.00'),
    });
  });

  it('whose key was forgotten is given once more', async () => {
    await next({ forget: true });
    await refund('20.00', 'r1');
    expect((await refund('20.00', 'r1')).status).toBe(201);
    await app.control('POST', '/forget-request-ids');
    expect(issue(await refund('20.00', 'r1'))).toBe('REFUND_AMOUNT_EXCEEDED');
  });

  it.each([
    ['REFUND_FAILED_INSUFFICIENT_FUNDS', 422],
    ['PREVIOUS_REQUEST_IN_PROGRESS', 409],
  ])('can be refused with %s, once', async (word, status) => {
    await next({ issue: word });
    const answer = await refund('20.00');
    expect([answer.status, issue(answer)]).toEqual([status, word]);
    expect((await refund('20.00')).status).toBe(201);
  });

  it('of what was taken back is refused', async () => {
    await happen('reverse');
    expect(issue(await refund('1.00'))).toBe('REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK');
  });
});

describe('a refund made at PayPal’s pages', () => {
  it('is announced as one by API is, whole or in part, at once or on its way', async () => {
    await happen('refund', { amount: '20.00', fee: '0.68' });
    await happen('refund', { status: 'PENDING' });
    expect(told()).toEqual(['CAPTURE.REFUNDED', 'REFUND.PENDING']);
    expect(await seen()).toMatchObject({ refunded: '20.00', pending: '30.00', left: '0.00', status: 'REFUNDED' });
  });

  it('may be announced as a reversal, or as both, under one id', async () => {
    const { refundId } = await happen('refund', { amount: '20.00', told: 'as_both' });
    await happen('refund', { amount: '5.00', told: 'as_reversal' });
    expect(told()).toEqual(['CAPTURE.REVERSED', 'CAPTURE.REFUNDED', 'CAPTURE.REVERSED']);
    expect(
      app
        .events()
        .slice(2, 4)
        .map(({ resource }) => resource.id),
    ).toEqual([refundId, refundId]);
    expect(await seen()).toMatchObject({ refunded: '25.00', held: '0.00' });
  });
});

describe('a case', () => {
  it('is told with what is claimed, by whom it is decided, and by when to answer', async () => {
    const { disputeId } = await happen('dispute', {
      amount: '20.00',
      stage: 'CHARGEBACK',
      channel: 'EXTERNAL',
      reason: 'UNAUTHORISED',
    });
    expect(last()).toMatchObject({
      event_type: 'CUSTOMER.DISPUTE.CREATED',
      resource_type: 'dispute',
      resource_version: '1.0',
    });
    expect(last().resource).toEqual(await disputeById(disputeId));
    expect(last().resource).toMatchObject({
      dispute_amount: euros('20.00'),
      dispute_life_cycle_stage: 'CHARGEBACK',
      dispute_channel: 'EXTERNAL',
      status: 'WAITING_FOR_SELLER_RESPONSE',
      reason: 'UNAUTHORISED',
      seller_response_due_date: expect.any(String),
      disputed_transactions: [
        {
          seller_transaction_id: captureId,
          gross_amount: euros('50.00'),
          custom: 'pay_1',
          invoice_number: 'inv-1',
          buyer: { name: 'Anne Martin' },
          seller: { merchant_id: expect.any(String) },
        },
      ],
    });
  });

  it('goes from an inquiry to a claim, and on, under one id', async () => {
    const { disputeId } = await happen('dispute');
    await happen('escalate');
    await happen('escalate', { channel: 'EXTERNAL', amount: '30.00' });
    await happen('escalate', { status: 'UNDER_REVIEW' });
    expect(told()).toEqual(['DISPUTE.CREATED', 'DISPUTE.UPDATED', 'DISPUTE.UPDATED', 'DISPUTE.UPDATED']);
    expect(
      app
        .events()
        .slice(2)
        .map(({ resource: { status } }) => status),
    ).toEqual(['OPEN', 'WAITING_FOR_SELLER_RESPONSE', 'WAITING_FOR_SELLER_RESPONSE', 'UNDER_REVIEW']);
    expect(await disputeById(disputeId)).toMatchObject({
      dispute_life_cycle_stage: 'CHARGEBACK',
      dispute_channel: 'EXTERNAL',
      dispute_amount: euros('30.00'),
    });
  });

  it('won gives back what was held, and tells it by its end alone', async () => {
    const { disputeId } = await happen('dispute');
    await happen('reverse');
    expect(await seen()).toMatchObject({ held: '50.00', left: '0.00', disputes: [{ held: '50.00' }] });
    await happen('win');
    expect(told()).toEqual(['DISPUTE.CREATED', 'CAPTURE.REVERSED', 'DISPUTE.RESOLVED']);
    const ended = await disputeById(disputeId);
    expect(ended).toMatchObject({ status: 'RESOLVED', dispute_outcome: { outcome_code: 'RESOLVED_SELLER_FAVOUR' } });
    expect(ended.dispute_outcome).not.toHaveProperty('amount_refunded');
    expect(ended.money_movements).toMatchObject([
      { affected_party: 'SELLER', type: 'DEBIT', reason: 'DISPUTE_SETTLEMENT', amount: euros('50.00') },
      { affected_party: 'SELLER', type: 'CREDIT', reason: 'DISPUTE_SETTLEMENT', amount: euros('50.00') },
    ]);
    expect(await seen()).toMatchObject({ held: '0.00', left: '50.00' });
  });

  it.each(['RESOLVED_BUYER_FAVOUR', 'ACCEPTED'])('lost (%s) says what the buyer was given', async (outcome) => {
    const { disputeId } = await happen('dispute');
    await happen('reverse', { amount: '20.00' });
    await happen('lose', { outcome });
    expect((await disputeById(disputeId)).dispute_outcome).toEqual({
      outcome_code: outcome,
      amount_refunded: euros('20.00'),
    });
    expect(await seen()).toMatchObject({ held: '0.00', lost: '20.00', left: '30.00' });
  });

  it('lost in part gives the rest back', async () => {
    const { disputeId } = await happen('dispute');
    await happen('reverse');
    await happen('lose', { amount: '20.00' });
    expect((await disputeById(disputeId)).dispute_outcome.amount_refunded).toEqual(euros('20.00'));
    expect(await seen()).toMatchObject({ held: '0.00', lost: '20.00', left: '30.00' });
  });

  it('lost under which nothing was held takes the money first', async () => {
    await happen('dispute', { amount: '20.00' });
    await happen('lose');
    expect(told()).toEqual(['DISPUTE.CREATED', 'CAPTURE.REVERSED', 'DISPUTE.RESOLVED']);
    expect(await seen()).toMatchObject({ lost: '20.00', left: '30.00' });
  });

  it('withdrawn gives back what was held', async () => {
    const { disputeId } = await happen('dispute');
    await happen('reverse');
    await happen('withdraw');
    expect((await disputeById(disputeId)).dispute_outcome).toEqual({ outcome_code: 'CANCELED_BY_BUYER' });
    expect(await seen()).toMatchObject({ held: '0.00', left: '50.00' });
    expect((await refused({ kind: 'win' })).body.code).toBe('not_possible');
  });

  it('lost is won after all when it is decided anew', async () => {
    const { disputeId } = await happen('dispute');
    await happen('lose');
    await happen('resolve_dispute', { outcome: 'RESOLVED_SELLER_FAVOUR' });
    expect((await disputeById(disputeId)).dispute_outcome.outcome_code).toBe('RESOLVED_SELLER_FAVOUR');
    expect(await seen()).toMatchObject({ lost: '0.00', left: '50.00' });
  });

  it('costs what PayPal or the bank charges for it, in whatever currency', async () => {
    const { disputeId } = await happen('dispute', { channel: 'EXTERNAL' });
    await happen('dispute_fee', { amount: '20.00', currency: 'USD' });
    await happen('dispute_fee', { amount: '14.00', reason: 'DISPUTE_FEE' });
    expect((await disputeById(disputeId)).money_movements).toMatchObject([
      {
        affected_party: 'SELLER',
        type: 'DEBIT',
        reason: 'CHARGEBACK_FEE',
        amount: { currency_code: 'USD', value: '20.00' },
      },
      { affected_party: 'SELLER', type: 'DEBIT', reason: 'DISPUTE_FEE', amount: euros('14.00') },
    ]);
    expect(told()).toEqual(['DISPUTE.CREATED', 'DISPUTE.UPDATED', 'DISPUTE.UPDATED']);
  });

  it('told after its reversal is about that money; after it was won another case is about new money', async () => {
    await happen('reverse', { amount: '20.00' });
    await happen('dispute', { amount: '20.00' });
    await happen('win');
    await happen('reverse', { amount: '10.00' });
    await happen('dispute');
    await happen('lose');
    expect(told()).toEqual([
      'CAPTURE.REVERSED',
      'DISPUTE.CREATED',
      'DISPUTE.RESOLVED',
      'CAPTURE.REVERSED',
      'DISPUTE.CREATED',
      'DISPUTE.RESOLVED',
    ]);
    expect(await seen()).toMatchObject({
      lost: '10.00',
      left: '40.00',
      refunds: [
        { kind: 'reversal', amount: '20.00', returned: '20.00' },
        { kind: 'reversal', amount: '10.00', returned: '0.00' },
      ],
      disputes: [{ outcome: 'RESOLVED_SELLER_FAVOUR' }, { outcome: 'RESOLVED_BUYER_FAVOUR', refunded: '10.00' }],
    });
  });

  it('is shown to no other app', async () => {
    const { disputeId } = await happen('dispute');
    expect((await app.as('client-2').call('GET', `/v1/customer/disputes/${disputeId}`)).status).toBe(404);
  });
});
