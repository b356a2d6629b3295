import { openApp, orderOf, type App, type Json } from './app';
import { ManualClock } from './manual-clock';

let app: App;
beforeEach(async () => {
  app = await openApp();
});
afterEach(() => app.stop());

const types = () => app.events().map((event) => event.event_type);
const capture = (orderId: string, headers = {}) =>
  app.call('POST', `/v2/checkout/orders/${orderId}/capture`, {}, headers);
const refund = (captureId: string, body: unknown, headers = {}) =>
  app.call('POST', `/v2/payments/captures/${captureId}/refund`, body, headers);
const issue = (answer: Json) => answer.body.details?.[0]?.issue as unknown;
const euros = (value: string) => ({ currency_code: 'EUR', value });

describe('tokens', () => {
  it('the secret that an app shows first is its secret from then on', async () => {
    expect((await app.token('client-1', 'right')).body).toMatchObject({ token_type: 'Bearer', expires_in: 32_400 });
    expect(await app.token('client-1', 'wrong')).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect((await app.token('client-1', 'right')).status).toBe(200);
    expect((await app.token('client-2', '')).status).toBe(401);
  });

  it('a secret that was set is the only one', async () => {
    await app.control('PUT', '/clients/client-1', { secret: 'set' });
    expect((await app.token('client-1', 'other')).status).toBe(401);
    expect((await app.token('client-1', 'set')).status).toBe(200);
  });

  it('nothing is told without a token, or with one that expired', async () => {
    const { body } = await app.token('client-1', 'secret-of-it');
    const ask = async () =>
      (
        await fetch(`${app.shop.simulator.url}/paypal/v2/checkout/orders/X`, {
          headers: { authorization: `Bearer ${body.access_token}` },
        })
      ).status;
    expect(await ask()).toBe(404);
    await app.control('POST', '/expire-tokens');
    expect(await ask()).toBe(401);
    expect(await app.call('GET', '/v2/checkout/orders/X', undefined, { authorization: '' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  });
});

describe('an order', () => {
  it('says where the payer approves it', async () => {
    const { status, body } = await app.call('POST', '/v2/checkout/orders', orderOf());
    expect(status).toBe(201);
    expect(body.status).toBe('PAYER_ACTION_REQUIRED');
    expect(body.links).toContainEqual({
      href: `${app.shop.simulator.url}/paypal/checkoutnow?token=${body.id}`,
      rel: 'payer-action',
      method: 'GET',
    });
  });

  it('asked for twice with one request id is made once', async () => {
    const ask = () => app.call('POST', '/v2/checkout/orders', orderOf(), { 'paypal-request-id': 'r1' });
    const [first, second] = [await ask(), await ask()];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.id).toBe(first.body.id);
    await app.control('POST', '/forget-request-ids');
    expect((await ask()).body.id).not.toBe(first.body.id);
  });

  it.each([
    { amount: { currency_code: 'JPY', value: '10.50' }, says: 'DECIMALS_NOT_SUPPORTED' },
    { amount: { currency_code: 'EUR', value: '10.505' }, says: 'DECIMAL_PRECISION' },
    { amount: { currency_code: 'XOF', value: '1000' }, says: 'CURRENCY_NOT_SUPPORTED' },
    { amount: { currency_code: 'EUR', value: '0.00' }, says: 'CANNOT_BE_ZERO_OR_NEGATIVE' },
    { amount: { currency_code: 'EUR', value: 'ten' }, says: 'INVALID_PARAMETER_SYNTAX' },
    { amount: { currency_code: 'EUR' }, says: 'MISSING_REQUIRED_PARAMETER' },
    { amount: { ...euros('10.00'), breakdown: { item_total: euros('9.99') } }, says: 'AMOUNT_MISMATCH' },
  ])('of $amount.value $amount.currency_code is refused: $says', async ({ amount, says }) => {
    expect(issue(await app.call('POST', '/v2/checkout/orders', orderOf({ amount })))).toBe(says);
  });

  it('is told to no other app', async () => {
    const id = await app.order();
    expect((await app.as('client-2').call('GET', `/v2/checkout/orders/${id}`)).status).toBe(404);
  });

  it('approved sends the browser back with its token, and is not money', async () => {
    const id = await app.order();
    expect(issue(await capture(id))).toBe('ORDER_NOT_APPROVED');
    const { outcome, returnUrl } = await app.approve(id, 'anne');
    expect(outcome).toBe('approved');
    const back = new URL(returnUrl ?? '');
    expect([back.origin + back.pathname, back.searchParams.get('token'), back.searchParams.has('PayerID')]).toEqual([
      'http://shop.example/return/pay_1',
      id,
      true,
    ]);
    const { body } = await app.call('GET', `/v2/checkout/orders/${id}`);
    expect(body.status).toBe('APPROVED');
    expect(body.purchase_units[0]).not.toHaveProperty('payments');
  });

  it('whose buyer cancels stays open', async () => {
    const id = await app.order();
    expect(await app.approve(id, 'lea')).toEqual({
      outcome: 'cancelled',
      returnUrl: `http://shop.example/cancel/pay_1?token=${id}`,
    });
    expect((await app.call('GET', `/v2/checkout/orders/${id}`)).body.status).toBe('PAYER_ACTION_REQUIRED');
  });
});

describe('a capture', () => {
  it('of 50.00 EUR brings 48.05, and is told', async () => {
    await app.listen();
    const { orderId, capture: taken } = await app.sell('anne', { invoice_id: 'inv-1' });
    expect(taken).toMatchObject({
      status: 'COMPLETED',
      amount: euros('50.00'),
      custom_id: 'pay_1',
      invoice_id: 'inv-1',
      seller_receivable_breakdown: {
        gross_amount: euros('50.00'),
        paypal_fee: euros('1.95'),
        net_amount: euros('48.05'),
      },
      supplementary_data: { related_ids: { order_id: orderId } },
    });
    expect(types()).toEqual(['CHECKOUT.ORDER.APPROVED', 'PAYMENT.CAPTURE.COMPLETED']);
    expect(app.events()[1].resource).toMatchObject({ id: taken.id, amount: euros('50.00') });
    expect((await app.call('GET', `/v2/payments/captures/${taken.id}`)).body).toMatchObject({
      id: taken.id,
      status: 'COMPLETED',
    });
  });

  it('is answered briefly unless all is asked for', async () => {
    const id = await app.order();
    await app.approve(id, 'anne');
    const { body } = await capture(id, { prefer: 'return=minimal' });
    expect(body.status).toBe('COMPLETED');
    expect(body.purchase_units[0].payments.captures[0]).not.toHaveProperty('amount');
  });

  it('asked for twice takes the money once', async () => {
    const id = await app.order();
    await app.approve(id, 'anne');
    const first = await capture(id, { 'paypal-request-id': 'c1' });
    const again = await capture(id, { 'paypal-request-id': 'c1' });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.purchase_units[0].payments.captures).toHaveLength(1);
    expect(issue(await capture(id, { 'paypal-request-id': 'c2' }))).toBe('ORDER_ALREADY_CAPTURED');
    expect((await app.control('GET', '/captures')).body.data).toHaveLength(1);
  });

  it.each([
    { buyer: 'bruno', reason: 'ECHECK', then: 'complete', ends: 'COMPLETED', told: 'PAYMENT.CAPTURE.COMPLETED' },
    { buyer: 'chantal', reason: 'ECHECK', then: 'deny', ends: 'DECLINED', told: 'PAYMENT.CAPTURE.DENIED' },
    {
      buyer: 'farid',
      reason: 'PENDING_REVIEW',
      then: 'complete',
      ends: 'COMPLETED',
      told: 'PAYMENT.CAPTURE.COMPLETED',
    },
    { buyer: 'gilles', reason: 'PENDING_REVIEW', then: 'deny', ends: 'DECLINED', told: 'PAYMENT.CAPTURE.DENIED' },
  ])('by $buyer is pending ($reason) without a fee, and ends $ends', async ({ buyer, reason, then, ends, told }) => {
    await app.listen();
    const { orderId, capture: taken } = await app.sell(buyer);
    expect(taken).toMatchObject({ status: 'PENDING', status_details: { reason } });
    expect(taken).not.toHaveProperty('seller_receivable_breakdown');
    expect((await app.call('GET', `/v2/checkout/orders/${orderId}`)).body.status).toBe('COMPLETED');
    expect(issue(await refund(taken.id, {}))).toBe('PENDING_CAPTURE');
    await app.happen(taken.id, { kind: then });
    expect((await app.call('GET', `/v2/payments/captures/${taken.id}`)).body.status).toBe(ends);
    expect(types()).toEqual(['CHECKOUT.ORDER.APPROVED', 'PAYMENT.CAPTURE.PENDING', told]);
  });

  it('of a declined card is refused until the payer chose another', async () => {
    const id = await app.order();
    await app.approve(id, 'denis');
    const refused = await capture(id, { 'paypal-request-id': 'c1' });
    expect([refused.status, issue(refused)]).toEqual([422, 'INSTRUMENT_DECLINED']);
    expect(refused.body.links).toContainEqual(
      expect.objectContaining({ rel: 'redirect', href: expect.stringContaining(`/checkoutnow?token=${id}`) }),
    );
    expect(issue(await capture(id, { 'paypal-request-id': 'c2' }))).toBe('INSTRUMENT_DECLINED');
    await app.approve(id, 'denis');
    expect((await capture(id, { 'paypal-request-id': 'c3' })).body.purchase_units[0].payments.captures[0].status).toBe(
      'COMPLETED',
    );
  });

  it('answered DECLINED brought no money', async () => {
    await app.listen();
    const { orderId, capture: taken } = await app.sell('karim');
    expect(taken.status).toBe('DECLINED');
    expect((await app.call('GET', `/v2/checkout/orders/${orderId}`)).body.status).toBe('COMPLETED');
    expect(types()).toEqual(['CHECKOUT.ORDER.APPROVED', 'PAYMENT.CAPTURE.DENIED']);
  });

  it('for an invoice that was paid is refused, unless that came to nothing', async () => {
    await app.sell('karim', { invoice_id: 'inv-1' });
    await app.sell('anne', { invoice_id: 'inv-1' });
    const third = await app.order({ invoice_id: 'inv-1' });
    await app.approve(third, 'anne');
    expect(issue(await capture(third))).toBe('DUPLICATE_INVOICE_ID');
  });

  it('can be told to be refused, or to take another sum', async () => {
    await app.control('POST', '/next', { call: 'capture', issue: 'COMPLIANCE_VIOLATION' });
    await app.control('POST', '/next', { call: 'capture', amount: '49.99' });
    const id = await app.order();
    await app.approve(id, 'anne');
    expect(issue(await capture(id))).toBe('COMPLIANCE_VIOLATION');
    expect((await capture(id)).body.purchase_units[0].payments.captures[0].amount).toEqual(euros('49.99'));
  });

  it('whose answer is lost took the money all the same', async () => {
    const id = await app.order();
    await app.approve(id, 'anne');
    await app.misbehave('paypal_capture', 'http_500', { afterActing: true });
    expect((await capture(id, { 'paypal-request-id': 'c1' })).status).toBe(500);
    expect((await capture(id, { 'paypal-request-id': 'c1' })).body.status).toBe('COMPLETED');
    expect((await app.control('GET', '/captures')).body.data).toHaveLength(1);
  });

  it('that was turned away took nothing', async () => {
    const id = await app.order();
    await app.approve(id, 'anne');
    await app.misbehave('paypal_capture', 'rate_limited');
    const answer = await capture(id);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await app.control('GET', '/captures')).body.data).toEqual([]);
  });
});

describe('a refund', () => {
  it('of a part and of the rest leaves nothing', async () => {
    await app.listen();
    const { orderId, capture: taken } = await app.sell('anne');
    const part = await refund(taken.id, { amount: euros('20.00'), note_to_payer: 'Sorry' });
    expect(part).toMatchObject({
      status: 201,
      body: {
        status: 'COMPLETED',
        amount: euros('20.00'),
        seller_payable_breakdown: { paypal_fee: euros('0.00'), total_refunded_amount: euros('20.00') },
      },
    });
    expect((await app.call('GET', `/v2/payments/captures/${taken.id}`)).body.status).toBe('PARTIALLY_REFUNDED');
    expect(issue(await refund(taken.id, { amount: euros('30.01') }))).toBe('REFUND_AMOUNT_EXCEEDED');
    expect((await refund(taken.id, undefined)).body).toMatchObject({
      amount: euros('30.00'),
      seller_payable_breakdown: { total_refunded_amount: euros('50.00') },
    });
    expect(issue(await refund(taken.id, {}))).toBe('CAPTURE_FULLY_REFUNDED');
    const order = (await app.call('GET', `/v2/checkout/orders/${orderId}`)).body;
    expect(order.purchase_units[0].payments).toMatchObject({
      captures: [{ status: 'REFUNDED' }],
      refunds: [{ id: part.body.id }, {}],
    });
    expect((await app.call('GET', `/v2/payments/refunds/${part.body.id}`)).body.amount).toEqual(euros('20.00'));
    await app.shop.idle();
    expect(types().slice(2)).toEqual(['PAYMENT.CAPTURE.REFUNDED', 'PAYMENT.CAPTURE.REFUNDED']);
  });

  it.each([
    { body: { amount: { currency_code: 'USD', value: '1.00' } }, says: 'REFUND_CAPTURE_CURRENCY_MISMATCH' },
    { body: { amount: { currency_code: 'EUR', value: '0.00' } }, says: 'CANNOT_BE_ZERO_OR_NEGATIVE' },
    { body: { note_to_payer: 'x'.repeat(256) }, says: 'INVALID_STRING_LENGTH' },
  ])('can be refused: $says', async ({ body, says }) => {
    const { capture: taken } = await app.sell('anne');
    expect(issue(await refund(taken.id, body))).toBe(says);
  });

  it('asked for twice is given once', async () => {
    const { capture: taken } = await app.sell('anne');
    await app.misbehave('paypal_refund', 'drop', { afterActing: true });
    await expect(refund(taken.id, { amount: euros('20.00') }, { 'paypal-request-id': 'r1' })).rejects.toThrow(
      'fetch failed',
    );
    expect((await refund(taken.id, { amount: euros('20.00') }, { 'paypal-request-id': 'r1' })).status).toBe(200);
    expect((await app.control('GET', `/captures/${taken.id}`)).body.refunds).toHaveLength(1);
  });

  it('that was on its way and failed left the money where it was', async () => {
    const { capture: taken } = await app.sell('anne');
    await app.control('POST', '/next', { call: 'refund', status: 'PENDING', reason: 'ECHECK' });
    const { body } = await refund(taken.id, {});
    expect(body).toMatchObject({ status: 'PENDING', status_details: { reason: 'ECHECK' } });
    await app.happen(taken.id, { kind: 'settle_refund', status: 'FAILED' });
    expect((await app.call('GET', `/v2/payments/refunds/${body.id}`)).body.status).toBe('FAILED');
    expect((await app.call('GET', `/v2/payments/captures/${taken.id}`)).body.status).toBe('COMPLETED');
  });

  it('of a part is not given while a case is open', async () => {
    const { capture: taken } = await app.sell('anne');
    await app.happen(taken.id, { kind: 'dispute' });
    expect(issue(await refund(taken.id, { amount: euros('1.00') }))).toBe('TRANSACTION_DISPUTED');
    await app.happen(taken.id, { kind: 'resolve_dispute' });
    expect((await refund(taken.id, { amount: euros('1.00') })).status).toBe(201);
  });
});

describe('later', () => {
  it('a reversal is told as a refund of its own, whose capture is behind the link up', async () => {
    await app.listen();
    const { capture: taken } = await app.sell('anne');
    const { refundId } = await app.happen(taken.id, { kind: 'reverse', amount: '30.00' });
    const event = app.events().at(-1);
    expect(event).toMatchObject({
      event_type: 'PAYMENT.CAPTURE.REVERSED',
      resource_type: 'refund',
      resource: { id: refundId, amount: euros('30.00') },
    });
    expect(event.resource.links).toContainEqual(
      expect.objectContaining({ rel: 'up', href: expect.stringContaining(`/v2/payments/captures/${taken.id}`) }),
    );
  });

  it('a case is opened and won', async () => {
    await app.listen();
    const { capture: taken } = await app.sell('anne');
    const { disputeId } = await app.happen(taken.id, { kind: 'dispute', amount: '20.00' });
    const shown = async () => (await app.call('GET', `/v1/customer/disputes/${disputeId}`)).body;
    expect(await shown()).toMatchObject({
      dispute_amount: euros('20.00'),
      disputed_transactions: [{ seller_transaction_id: taken.id }],
    });
    await app.happen(taken.id, { kind: 'resolve_dispute', outcome: 'RESOLVED_SELLER_FAVOUR' });
    expect(await shown()).toMatchObject({
      status: 'RESOLVED',
      dispute_outcome: { outcome_code: 'RESOLVED_SELLER_FAVOUR' },
    });
    expect(types().slice(2)).toEqual(['CUSTOMER.DISPUTE.CREATED', 'CUSTOMER.DISPUTE.RESOLVED']);
  });

  it('an eCheck clears by itself after three of PayPal’s days', async () => {
    const clock = new ManualClock();
    const patient = await openApp({ clock, resendSpeed: 600, laterEvents: 'by_themselves' });
    const { capture: taken } = await patient.sell('bruno');
    await clock.pass(432_000);
    expect((await patient.control('GET', `/captures/${taken.id}`)).body.status).toBe('COMPLETED');
    await patient.stop();
  });

  it('what cannot happen is refused', async () => {
    const { capture: taken } = await app.sell('anne');
    expect(await app.control('POST', `/captures/${taken.id}/events`, { kind: 'complete' })).toMatchObject({
      status: 409,
      body: { code: 'not_possible' },
    });
    expect(
      await app.control('POST', `/captures/${taken.id}/events`, { kind: 'refund', amount: '50.01' }),
    ).toMatchObject({
      status: 409,
      body: { code: 'nothing_left' },
    });
    expect((await app.control('POST', `/captures/nobody/events`, { kind: 'complete' })).status).toBe(404);
  });

  it('reset forgets orders, apps and webhooks', async () => {
    await app.listen();
    const { orderId } = await app.sell('anne');
    await app.shop.control('POST', '/reset');
    expect((await app.call('GET', `/v2/checkout/orders/${orderId}`)).status).toBe(404);
    expect((await app.call('GET', '/v1/notifications/webhooks')).body.webhooks).toEqual([]);
  });
});
