import { paypalCheckout } from '../../activities/gateways/paypal-checkout';
import { openCheckout } from '../../activities/gateways/paypal-checkout/checkout';
import {
  storedPaypalCheckoutCredentials,
  paypalCheckoutCredentials,
  type PaypalCheckoutCredentials,
} from '../../activities/gateways/paypal-checkout/credentials';
import type { PaypalPartner } from '../../activities/gateways/paypal-checkout/partner';
import {
  CAPTURE_REFUSALS,
  REFUND_REFUSALS,
  type CaptureRefusal,
} from '../../activities/gateways/paypal-checkout/refusals';
import { GatewayFailure } from '../../activities/gateways/port';
import type {
  CaptureAnswer,
  CaptureOrder,
  CheckoutOrder,
  GatewayContext,
  OpenedCheckout,
  RefundOrder,
} from '../../activities/gateways/port';
import { gatewayContext, memoryCache } from './gateway-context';
import { startPaypal, type Odd, type PaypalServer, type Resource } from './paypal-rest-server';

const PAYMENT_ID = 'pay_0123456789abcdefghijkmnpqr';
const CREDENTIALS: PaypalCheckoutCredentials = { clientId: 'app-1', clientSecret: 'secret-1', merchantId: 'MERCHANT1' };

let paypal: PaypalServer;
let cache: ReturnType<typeof memoryCache>;
beforeEach(async () => {
  paypal = await startPaypal();
  cache = memoryCache();
});
afterEach(() => paypal.close());

const context = (over: Partial<GatewayContext<PaypalCheckoutCredentials, PaypalPartner>> = {}) =>
  gatewayContext({ credentials: CREDENTIALS, simulatorUrl: paypal.url }, { cache, ...over });

const ORDER: CheckoutOrder = {
  paymentId: PAYMENT_ID,
  money: { amount: 5000, currency: 'EUR' },
  method: null,
  startedBy: 'member',
  phone: null,
  payer: { name: null, email: null },
  description: 'Chess club\nof Montreuil',
  returnUrl: 'https://club.example/return/1',
  cancelUrl: 'https://club.example/cancel/1',
  notificationUrl: 'https://club.example/hooks/1',
};

/** An order in the payer's hands, and approved. */
async function approved(): Promise<CaptureOrder> {
  const reference = await opened();
  paypal.approve(reference);
  return takes(reference);
}
async function opened(): Promise<string> {
  const started = await paypalCheckout.startCheckout(ORDER, context());
  if (!started.opened || started.reference === null) throw new Error('the checkout did not open');
  return started.reference;
}
const checkoutOf = (reference: string): OpenedCheckout => ({
  paymentId: PAYMENT_ID,
  money: ORDER.money,
  method: null,
  handed: 'redirect',
  reference,
  pending: [],
  createdAt: '2026-11-01T09:00:00.000Z',
});
const takes = (reference: string, over: Partial<CaptureOrder> = {}): CaptureOrder => ({
  checkout: checkoutOf(reference),
  reference,
  attempt: 1,
  idempotencyKey: 'capture:1',
  again: false,
  ...over,
});
const told = (lookup: CaptureAnswer): unknown =>
  lookup.found === true
    ? lookup.facts.map(({ kind, gatewayReference, qualifier, amount, currency }) => [
        kind,
        gatewayReference,
        qualifier,
        amount,
        currency,
      ])
    : lookup;
async function failureOf(work: Promise<unknown>): Promise<GatewayFailure> {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof GatewayFailure) return outcome;
  throw new Error(`expected a GatewayFailure, got ${JSON.stringify(outcome)}`);
}
const urlOf = (url: Parameters<typeof globalThis.fetch>[0]): string =>
  url instanceof Request ? url.url : url.toString();
const lastBody = (): Record<string, unknown> =>
  JSON.parse(paypal.calls.at(-1)!.body.toString()) as Record<string, unknown>;
const captureIds = (): string[] =>
  [...paypal.resources.keys()].filter((path) => path.includes('captures')).map((path) => path.split('/').at(-1)!);

/** The one capture that PayPal knows, and its fee. */
const paid = (): unknown => {
  const [id, ...others] = captureIds();
  expect(others).toEqual([]);
  return [
    ['payment_captured', id, '', 5000, 'EUR'],
    ['fee_charged', id, '', 175, 'EUR'],
  ];
};

describe('opening', () => {
  it.each([
    ['a method of another gateway', { method: 'mobile_money' }, 'method_not_supported'],
    ['10.50 HUF', { money: { amount: 1050, currency: 'HUF' } }, 'amount_not_supported'],
    ['francs of West Africa', { money: { amount: 5000, currency: 'XOF' } }, 'amount_not_supported'],
    ['nothing', { money: { amount: 0, currency: 'EUR' } }, 'amount_not_supported'],
  ])('%s is refused before PayPal is asked', (_what, over, reason) => {
    const answer = openCheckout(
      { ...ORDER, ...over },
      { credentials: CREDENTIALS, environment: 'live', simulatorPublicUrl: '' },
    );
    expect(answer).toMatchObject({ ok: false, reason });
  });

  it('an order may be asked for as often as it takes', () => {
    const world = { credentials: CREDENTIALS, environment: 'live', simulatorPublicUrl: '' } as const;
    expect(openCheckout({ ...ORDER, method: 'paypal' }, world)).toEqual({ ok: true, asks: 'repeatably' });
  });

  it('makes one order per payment, however often it is asked, and sends the payer to its page', async () => {
    const first = await paypalCheckout.startCheckout(ORDER, context());
    const second = await paypalCheckout.startCheckout(ORDER, context());
    expect(second).toEqual(first);
    expect(first).toMatchObject({
      opened: true,
      nextAction: { kind: 'redirect', url: expect.stringContaining('/paypal/checkoutnow?token=') },
    });
    expect(paypal.calls.at(-1)!.headers).toMatchObject({
      'paypal-request-id': `order:${PAYMENT_ID}`,
      'content-type': 'application/json',
    });
    expect(lastBody()).toEqual({
      intent: 'CAPTURE',
      purchase_units: [
        {
          reference_id: PAYMENT_ID,
          custom_id: PAYMENT_ID,
          invoice_id: PAYMENT_ID,
          description: 'Chess club of Montreuil',
          amount: { currency_code: 'EUR', value: '50.00' },
        },
      ],
      payment_source: {
        paypal: {
          experience_context: {
            brand_name: 'Chess club of Montreuil',
            user_action: 'PAY_NOW',
            shipping_preference: 'NO_SHIPPING',
            return_url: ORDER.returnUrl,
            cancel_url: ORDER.cancelUrl,
          },
        },
      },
    });
    expect(paypal.asked()).toEqual(['POST /v1/oauth2/token', 'POST /v2/checkout/orders', 'POST /v2/checkout/orders']);
  });

  it('500 JPY are written without decimals', async () => {
    await paypalCheckout.startCheckout({ ...ORDER, money: { amount: 500, currency: 'JPY' } }, context());
    expect(lastBody()).toMatchObject({ purchase_units: [{ amount: { currency_code: 'JPY', value: '500' } }] });
  });

  it.each([
    [422, 'PAYEE_ACCOUNT_RESTRICTED'],
    [400, 'INVALID_PARAMETER_VALUE'],
    [403, 'PERMISSION_DENIED'],
    [404, 'INVALID_RESOURCE_ID'],
    [422, 'SOMETHING_NEW'],
  ])('a %i %s is a clear no, in PayPal’s words', async (status, issue) => {
    paypal.refuse(/orders/, status, issue);
    const answer = await paypalCheckout.startCheckout(ORDER, context());
    expect(answer).toEqual({ opened: false, reason: issue.toLowerCase(), detail: `${issue} it is.` });
  });

  it.each([
    [401, 'AUTHENTICATION_FAILURE', 'not_authorized'],
    [408, 'REQUEST_TIMEOUT', 'http_408'],
    [409, 'PREVIOUS_REQUEST_IN_PROGRESS', 'http_409'],
    [425, 'TOO_EARLY', 'http_425'],
    [429, 'RATE_LIMIT_REACHED', 'http_429'],
  ])('a %i %s is asked again later', async (status, issue, code) => {
    paypal.refuse(/orders/, status, issue);
    expect(await failureOf(paypalCheckout.startCheckout(ORDER, context()))).toMatchObject({
      code,
      moved: 'no',
      retry: 'later',
    });
  });

  it.each([
    { what: 'a page on plain http', href: 'http://www.paypal.com/checkoutnow?token=1' },
    { what: 'a page elsewhere that looks like PayPal’s', href: 'https://paypal.com@evil.example/' },
    { what: 'no page at all', href: null },
  ])('a live payer is sent to $what by nobody', async ({ href }) => {
    const body = { id: '9AB1', status: 'CREATED', links: href === null ? [] : [{ rel: 'approve', href }] };
    paypal.misbehave(/orders/, { status: 201, body: JSON.stringify(body) });
    const hosts: string[] = [];
    const fetch: typeof globalThis.fetch = (url, init) => {
      hosts.push(urlOf(url));
      return globalThis.fetch(urlOf(url).replace('https://api-m.paypal.com', `${paypal.url}/paypal`), init);
    };
    expect(await failureOf(paypalCheckout.startCheckout(ORDER, context({ environment: 'live', fetch })))).toMatchObject(
      {
        code: 'unreadable_answer',
        moved: 'no',
        retry: 'later',
      },
    );
    expect(hosts).toEqual(['https://api-m.paypal.com/v1/oauth2/token', 'https://api-m.paypal.com/v2/checkout/orders']);
  });
});

describe('taking the money', () => {
  it('takes it with one call, and books the sum and the fee that PayPal kept', async () => {
    const order = await approved();
    paypal.asked();
    const lookup = await paypalCheckout.capture(order, context());
    const [id] = captureIds();
    expect(told(lookup)).toEqual(paid());
    expect(lookup).toMatchObject({ paymentId: PAYMENT_ID, references: [id, order.reference], remarks: [] });
    expect(paypal.calls.at(-1)!.headers).toMatchObject({
      'paypal-request-id': 'capture:1',
      prefer: 'return=representation',
    });
    expect(paypal.asked()).toEqual([`POST /v2/checkout/orders/${order.reference}/capture`]); // the token was kept
  });

  it.each([
    { made: { status: 'PENDING', status_details: { reason: 'ECHECK' } }, says: ['payment_pending', 'echeck'] },
    { made: { status: 'PENDING' }, says: ['payment_pending', 'pending'] },
    { made: { status: 'DECLINED', status_details: { reason: 'PENDING_REVIEW' } }, says: ['payment_failed', ''] },
    { made: { status: 'FAILED' }, says: ['payment_failed', ''] },
    { made: { status: 'REFUNDED', seller_receivable_breakdown: {} }, says: ['payment_captured', ''] },
    { made: { status: 'PARTIALLY_REFUNDED', seller_receivable_breakdown: {} }, says: ['payment_captured', ''] },
    { made: { status: 'PARTIALLY_REFUNDED' }, says: ['payment_captured', ''] },
    { made: { status: 'REFUNDED' }, says: ['payment_failed', ''] },
    { made: { status: 'REVERSED' }, says: ['payment_failed', ''] },
  ])('HTTP 201 with a capture that is $made.status is $says.0', async ({ made, says: [kind, qualifier] }) => {
    const order = await approved();
    paypal.capture = made;
    const lookup = await paypalCheckout.capture(order, context());
    expect(told(lookup)).toEqual([[kind, captureIds()[0], qualifier, 5000, 'EUR']]);
  });

  it.each([
    { what: 'of a status that nobody knows', made: { status: 'TELEPORTED' }, reason: 'unknown_status' },
    {
      what: 'of 50 of no currency',
      made: { status: 'COMPLETED', amount: { currency_code: 'XXX', value: '50' } },
      reason: 'unreadable_amount',
    },
  ])('a capture $what is neither yes nor no', async ({ made, reason }) => {
    const order = await approved();
    paypal.capture = made;
    expect(await paypalCheckout.capture(order, context())).toEqual({ found: 'unknown', reason });
  });

  it.each([
    {
      what: 'an amount that cannot be read',
      other: { id: '9ABOTHER', status: 'COMPLETED', amount: { currency_code: 'EUR', value: '50,00' } },
      remark: { word: 'unreadable_amount', about: '9ABOTHER', wrote: '50,00 EUR' },
    },
    {
      what: 'no amount',
      other: { id: '9ABOTHER', status: 'COMPLETED' },
      remark: { word: 'unreadable_amount', about: '9ABOTHER' },
    },
    {
      what: 'a status that nobody knows',
      other: { id: '9ABOTHER', status: 'TELEPORTED', amount: { currency_code: 'EUR', value: '50.00' } },
      remark: { word: 'unknown_status', about: '9ABOTHER', wrote: 'TELEPORTED' },
    },
    {
      what: 'no id',
      other: { status: 'COMPLETED', amount: { currency_code: 'EUR', value: '50.00' } },
      remark: { word: 'unreadable_capture' },
    },
  ])('of two captures of which one has $what, the other is booked and a person is told', async ({ other, remark }) => {
    const order = await approved();
    await paypalCheckout.capture(order, context());
    const [unit] = paypal.resources.get(`/v2/checkout/orders/${order.reference}`)!['purchase_units'] as [
      { payments: { captures: unknown[] } },
    ];
    for (const captures of [
      [other, ...unit.payments.captures],
      [...unit.payments.captures, other],
    ]) {
      unit.payments.captures = captures;
      const lookup = await paypalCheckout.fetchFacts(
        { by: 'payment', checkout: checkoutOf(order.reference) },
        context(),
      );
      expect(lookup).toMatchObject({
        found: true,
        facts: [{ kind: 'payment_captured' }, { kind: 'fee_charged' }],
        remarks: [remark],
      });
      unit.payments.captures = captures.filter((capture) => capture !== other);
    }
  });

  it.each([
    { fee: { paypal_fee: { currency_code: 'EUR', value: '0.00' } }, facts: 1, remarks: [] },
    {
      fee: { paypal_fee: { currency_code: 'USD', value: '1.90' } },
      facts: 1,
      remarks: [{ word: 'fee_in_other_currency', wrote: '1.90 USD' }],
    },
    { fee: { paypal_fee: { currency_code: 'USD', value: '0.00' } }, facts: 1, remarks: [] },
    {
      fee: { paypal_fee: { currency_code: 'EUR', value: '-1.95' } },
      facts: 1,
      remarks: [{ word: 'fee_negative', wrote: '-1.95 EUR' }],
    },
    { fee: { paypal_fee: { currency_code: 'EUR', value: 1.95 } }, facts: 1, remarks: [{ word: 'fee_unreadable' }] },
    { fee: { paypal_fee: 'N/A' }, facts: 1, remarks: [{ word: 'fee_unreadable', wrote: '"N/A"' }] },
    { fee: { paypal_fee: null }, facts: 1, remarks: [] },
    { fee: 'N/A', facts: 1, remarks: [{ word: 'fee_unreadable', wrote: '"N/A"' }] },
    { fee: null, facts: 1, remarks: [] },
    { fee: { paypal_fee_in_receivable_currency: { currency_code: 'EUR', value: '1.60' } }, facts: 2, remarks: [] },
    {
      fee: { paypal_fee: { currency_code: 'EUR', value: 'much' } },
      facts: 1,
      remarks: [{ word: 'fee_unreadable', wrote: 'much EUR' }],
    },
  ])(
    'of the fee $fee are booked $facts facts, and what cannot be booked is remarked',
    async ({ fee, facts, remarks }) => {
      const order = await approved();
      paypal.capture = { status: 'COMPLETED', seller_receivable_breakdown: fee };
      expect(await paypalCheckout.capture(order, context())).toMatchObject({
        found: true,
        facts: { length: facts },
        remarks,
      });
    },
  );

  it('looks the capture up when the answer tells too little', async () => {
    const order = await approved();
    paypal.misbehave(
      /capture$/,
      { status: 201, body: JSON.stringify({ id: order.reference, status: 'COMPLETED' }) },
      { times: 1, act: true },
    );
    expect(told(await paypalCheckout.capture(order, context()))).toEqual(paid());
  });

  it('an answer about another order is no answer', async () => {
    const order = await approved();
    paypal.misbehave(/capture$/, { status: 201, body: JSON.stringify({ id: 'ANOTHER', status: 'COMPLETED' }) });
    expect(await failureOf(paypalCheckout.capture(order, context()))).toMatchObject({
      code: 'unreadable_answer',
      moved: 'perhaps',
    });
  });

  const MEANINGS: Record<CaptureRefusal, (reference: string, reason: string) => unknown> = {
    look: () => ({ found: 'approved', paymentId: PAYMENT_ID, reference: expect.any(String) }),
    not_approved: () => ({ found: false, reason: 'order_not_approved' }),
    attempt_failed: (reference) => [['attempt_failed', reference, '3', 5000, 'EUR']],
    failed: (reference) => [['payment_failed', reference, '', 5000, 'EUR']],
    under_way: () => ({ code: 'http_422', moved: 'perhaps', retry: 'later' }),
  };
  it.each(Object.entries(CAPTURE_REFUSALS))('422 %s means %s', async (issue, meaning) => {
    const order = { ...(await approved()), attempt: 3 };
    paypal.refuse(/capture$/, 422, issue);
    const outcome =
      meaning === 'under_way'
        ? await failureOf(paypalCheckout.capture(order, context()))
        : told(await paypalCheckout.capture(order, context()));
    expect(outcome).toMatchObject(MEANINGS[meaning](order.reference, issue.toLowerCase()) as object);
  });

  it('the table has every refusal of a capture that decides about money', () => {
    const named = `ORDER_ALREADY_CAPTURED ORDER_NOT_APPROVED INSTRUMENT_DECLINED PAYER_ACTION_REQUIRED DUPLICATE_INVOICE_ID ORDER_COMPLETION_IN_PROGRESS
      COMPLIANCE_VIOLATION TRANSACTION_REFUSED PAYEE_BLOCKED_TRANSACTION MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED TRANSACTION_RECEIVING_LIMIT_EXCEEDED`;
    expect(Object.keys(CAPTURE_REFUSALS)).toEqual(expect.arrayContaining(named.split(/\s+/)));
  });

  const odd = (status: number, body: string, type = 'application/json') => ({
    status,
    body,
    headers: { 'content-type': type },
  });
  const UNKNOWN: { what: string; says: { status: number; body: string }; reason: string }[] = [
    {
      what: 'a word that nobody knows',
      says: odd(422, '{"name":"UNPROCESSABLE_ENTITY","details":[{"issue":"INVENTED_WORD"}]}'),
      reason: 'invented_word',
    },
    {
      what: 'the name of something in every object',
      says: odd(422, '{"name":"UNPROCESSABLE_ENTITY","details":[{"issue":"constructor"}]}'),
      reason: 'constructor',
    },
    {
      what: 'a setting that the merchant can mend',
      says: odd(422, '{"name":"UNPROCESSABLE_ENTITY","details":[{"issue":"PAYEE_NOT_ENABLED_FOR_CARD_PROCESSING"}]}'),
      reason: 'payee_not_enabled_for_card_processing',
    },
    {
      what: '422 without details',
      says: odd(422, '{"name":"UNPROCESSABLE_ENTITY","message":"no"}'),
      reason: 'unprocessable_entity',
    },
    {
      what: '422 with empty details',
      says: odd(422, '{"name":"UNPROCESSABLE_ENTITY","details":[]}'),
      reason: 'unprocessable_entity',
    },
    {
      what: '403 PERMISSION_DENIED',
      says: odd(403, '{"name":"NOT_AUTHORIZED","details":[{"issue":"PERMISSION_DENIED"}]}'),
      reason: 'permission_denied',
    },
    { what: '403 in JSON of another form', says: odd(403, '{"reason":"no"}'), reason: 'http_403' },
    {
      what: '400 MALFORMED_REQUEST_JSON',
      says: odd(400, '{"name":"INVALID_REQUEST","details":[{"issue":"MALFORMED_REQUEST_JSON"}]}'),
      reason: 'malformed_request_json',
    },
    {
      what: '400 with a word that is a no with 422 only',
      says: odd(400, '{"name":"INVALID_REQUEST","details":[{"issue":"TRANSACTION_REFUSED"}]}'),
      reason: 'transaction_refused',
    },
    { what: '415', says: odd(415, '{"name":"UNSUPPORTED_MEDIA_TYPE"}'), reason: 'unsupported_media_type' },
    { what: '422 with a page', says: odd(422, '<h1>no</h1>', 'text/html'), reason: 'http_422' },
    { what: '422 with nothing', says: odd(422, ''), reason: 'http_422' },
  ];

  it.each(UNKNOWN)(
    '$what is a refusal to be shown while the order is approved, and never guessed to be a no',
    async ({ says, reason }) => {
      const order = await approved();
      paypal.misbehave(/capture$/, says);
      const answer = await paypalCheckout.capture(order, context());
      expect(answer).toEqual({ found: 'refused', reason, detail: expect.stringMatching(/./) });
    },
  );

  it.each(UNKNOWN)('$what, though the money was taken, is looked into and booked', async ({ says }) => {
    const order = await approved();
    paypal.misbehave(/capture$/, says, { act: true });
    expect(told(await paypalCheckout.capture(order, context()))).toEqual(paid());
  });

  it('a word that nobody knows, of an order that is approved no more, is no approval', async () => {
    paypal.refuse(/capture$/, 422, 'INVENTED_WORD');
    expect(await paypalCheckout.capture(takes(await opened()), context())).toEqual({
      found: false,
      reason: 'order_not_approved',
    });
  });

  it.each([
    [401, 'AUTHENTICATION_FAILURE', 'not_authorized', 'no'],
    [408, 'REQUEST_TIMEOUT', 'http_408', 'perhaps'],
    [409, 'PREVIOUS_REQUEST_IN_PROGRESS', 'http_409', 'perhaps'],
    [425, 'TOO_EARLY', 'http_425', 'perhaps'],
    [429, 'RATE_LIMIT_REACHED', 'http_429', 'perhaps'],
  ])('%i %s says nothing about the money, and is asked again later', async (status, issue, code, moved) => {
    const order = await approved();
    paypal.refuse(/capture$/, status, issue);
    expect(await failureOf(paypalCheckout.capture(order, context()))).toMatchObject({ code, moved, retry: 'later' });
  });

  it.each([403, 404])('a door-keeper’s page with %i is no word of PayPal’s', async (status) => {
    const order = await approved();
    paypal.misbehave(/capture$/, odd(status, '<h1>Access Denied</h1>', 'text/html'));
    expect(await failureOf(paypalCheckout.capture(order, context()))).toMatchObject({
      code: `http_${status}`,
      moved: 'perhaps',
    });
  });

  it('an order that PayPal does not know takes no money', async () => {
    expect(await paypalCheckout.capture(takes('9ABGONE'), context())).toEqual({
      found: false,
      reason: 'order_unknown',
    });
  });

  it('an order that was captured meanwhile is adopted, not taken twice', async () => {
    const order = await approved();
    await paypalCheckout.capture(order, context());
    const lookup = await paypalCheckout.capture({ ...order, idempotencyKey: 'capture:2' }, context());
    expect(told(lookup)).toEqual(paid());
    expect(captureIds()).toHaveLength(1);
  });

  it('a capture whose answer was lost is looked at first, even when PayPal has forgotten its key', async () => {
    const order = await approved();
    paypal.misbehave(/capture$/, 'drop', { times: 1, act: true });
    expect(await failureOf(paypalCheckout.capture(order, context()))).toMatchObject({
      code: 'connection_lost',
      moved: 'perhaps',
    });
    paypal.keys.clear();
    paypal.asked();
    const lookup = await paypalCheckout.capture({ ...order, again: true }, context());
    expect(told(lookup)).toEqual(paid());
    expect(paypal.asked()).toEqual([`GET /v2/checkout/orders/${order.reference}`]);
    expect(captureIds()).toHaveLength(1);
  });

  it('a capture that never arrived is repeated with the same key', async () => {
    const order = await approved();
    paypal.misbehave(/capture$/, 'drop', { times: 1 });
    await failureOf(paypalCheckout.capture(order, context()));
    await paypalCheckout.capture({ ...order, again: true }, context());
    const captures = paypal.calls.filter(({ what }) => what.endsWith('/capture'));
    expect(captures.map(({ headers }) => headers['paypal-request-id'])).toEqual(['capture:1', 'capture:1']);
    expect(captureIds()).toHaveLength(1);
  });

  it('trying again finds an order that nobody has approved', async () => {
    const reference = await opened();
    expect(await paypalCheckout.capture(takes(reference, { again: true }), context())).toEqual({
      found: false,
      reason: 'order_not_approved',
    });
  });

  it('the order of another payment is not taken for this one', async () => {
    const { reference } = await approved();
    const other = takes(reference, {
      checkout: { ...checkoutOf('9ABMINE'), paymentId: 'pay_zzzzzzzzzzzzzzzzzzzzzzzzzz' },
    });
    expect(await paypalCheckout.capture(other, context())).toEqual({ found: false, reason: 'order_of_other_payment' });
    expect(captureIds()).toEqual([]);
  });
});

describe('asking how a payment stands', () => {
  const ask = (reference: string | null) => {
    const checkout = { ...checkoutOf(reference ?? ''), reference };
    return paypalCheckout.fetchFacts({ by: 'payment', checkout }, context());
  };

  it('tells money, an approval, or neither', async () => {
    const reference = await opened();
    expect(await ask(reference)).toEqual({ found: false, reason: 'order_not_approved' });
    paypal.approve(reference);
    expect(await ask(reference)).toEqual({ found: 'approved', paymentId: PAYMENT_ID, reference });
    await paypalCheckout.capture(takes(reference), context());
    expect(told(await ask(reference))).toEqual(paid());
    expect(await ask('9ABGONE')).toEqual({ found: false, reason: 'order_unknown' });
    expect(await ask(null)).toEqual({ found: false, reason: 'order_not_created' });
  });

  it('a capture that was pending shows what became of it', async () => {
    const order = await approved();
    paypal.capture = { status: 'PENDING', status_details: { reason: 'ECHECK' } };
    await paypalCheckout.capture(order, context());
    const [id] = captureIds();
    Object.assign(paypal.resources.get(`/v2/payments/captures/${id}`)!, {
      status: 'COMPLETED',
      seller_receivable_breakdown: { paypal_fee: { currency_code: 'EUR', value: '1.75' } },
    });
    expect(told(await ask(order.reference))).toEqual(paid());
  });

  it('a refund in the order is left to its own message, because a reversal looks the same there', async () => {
    const order = await approved();
    await paypalCheckout.capture(order, context());
    const shown = paypal.resources.get(`/v2/checkout/orders/${order.reference}`)!;
    const [unit] = shown['purchase_units'] as [{ payments: object }];
    Object.assign(unit.payments, {
      refunds: [{ id: 'R1', status: 'COMPLETED', amount: { currency_code: 'EUR', value: '50.00' } }],
    });
    expect(told(await ask(order.reference))).toEqual(paid());
  });
});

describe('coming back in a browser', () => {
  const back = (query: string, checkout: OpenedCheckout | null) =>
    paypalCheckout.fetchFacts(
      { by: 'notification', raw: { channel: 'poll', headers: {}, body: Buffer.from(query) }, checkout },
      context(),
    );

  it('asks nobody about the order of this payment: trying to take the money tells', async () => {
    const reference = await opened();
    paypal.asked();
    expect(await back(`token=${reference}&PayerID=X`, checkoutOf(reference))).toEqual({
      found: 'approved',
      paymentId: PAYMENT_ID,
      reference,
    });
    expect(paypal.asked()).toEqual([]);
  });

  it('asks PayPal about any other order', async () => {
    const { reference } = await approved();
    expect(await back(`token=${reference}`, checkoutOf('9ABMINE'))).toEqual({
      found: 'approved',
      paymentId: PAYMENT_ID,
      reference,
    });
    expect(await back('token=9AB00000000000999', null)).toEqual({ found: false, reason: 'resource_unknown' });
  });
});

describe('giving money back', () => {
  const REFUND_ID = 'ref_0123456789abcdefghijkmnpqr';
  const REFUND: RefundOrder = {
    refundId: REFUND_ID,
    paymentId: PAYMENT_ID,
    capture: '',
    captured: ORDER.money,
    method: 'paypal',
    money: { amount: 1250, currency: 'EUR' },
    whole: false,
    note: 'Sorry\nfor the rain',
    idempotencyKey: 'refund:ref_1',
    again: false,
    reference: null,
    known: [],
  };
  async function captured(): Promise<RefundOrder> {
    await paypalCheckout.capture(await approved(), context());
    paypal.asked();
    return { ...REFUND, capture: captureIds()[0]! };
  }

  it('gives a part back, with the part of the fee that PayPal returns', async () => {
    const order = await captured();
    paypal.refund = {
      status: 'COMPLETED',
      seller_payable_breakdown: { paypal_fee: { currency_code: 'EUR', value: '0.10' } },
    };
    expect(await paypalCheckout.refund(order, context())).toEqual({
      status: 'succeeded',
      fact: expect.objectContaining({
        kind: 'payment_refunded',
        parent: order.capture,
        amount: 1250,
        currency: 'EUR',
        feeReturned: 10,
        refundId: REFUND_ID,
      }),
    });
    expect(lastBody()).toEqual({
      amount: { currency_code: 'EUR', value: '12.50' },
      invoice_id: REFUND_ID,
      custom_id: PAYMENT_ID,
      note_to_payer: 'Sorry for the rain',
    });
    expect(paypal.calls.at(-1)!.headers['paypal-request-id']).toBe('refund:ref_1');
  });

  it('all of it is asked for with its amount, and twice is once', async () => {
    const order = { ...(await captured()), whole: true, note: null, money: ORDER.money };
    const first = await paypalCheckout.refund(order, context());
    expect(first).toMatchObject({ status: 'succeeded', fact: { amount: 5000 } });
    expect(lastBody()).toEqual({
      amount: { currency_code: 'EUR', value: '50.00' },
      invoice_id: REFUND_ID,
      custom_id: PAYMENT_ID,
    });
    expect(await paypalCheckout.refund({ ...order, again: true }, context())).toEqual(first);
  });

  it.each([
    {
      made: { status: 'PENDING', status_details: { reason: 'ECHECK' } },
      answer: { status: 'pending', reason: 'echeck' },
    },
    { made: { status: 'FAILED' }, answer: { status: 'refused', reason: 'failed', reference: expect.any(String) } },
    {
      made: { status: 'CANCELLED' },
      answer: { status: 'refused', reason: 'cancelled', reference: expect.any(String) },
    },
  ])('a refund that is $made.status is $answer.status', async ({ made, answer }) => {
    const order = await captured();
    paypal.refund = made;
    expect(await paypalCheckout.refund(order, context())).toMatchObject(answer);
  });

  it('looks the refund up when the answer tells too little', async () => {
    const order = await captured();
    await paypalCheckout.refund(order, context());
    const id = [...paypal.resources.keys()]
      .find((path) => path.includes('refunds'))!
      .split('/')
      .at(-1)!;
    paypal.misbehave(/refund$/, { status: 200, body: JSON.stringify({ id, status: 'COMPLETED' }) });
    expect(await paypalCheckout.refund(order, context())).toMatchObject({
      status: 'succeeded',
      fact: { gatewayReference: id, amount: 1250 },
    });
  });

  it.each([...REFUND_REFUSALS])('422 %s is a clear no', async (issue) => {
    paypal.refuse(/refund$/, 422, issue);
    expect(await paypalCheckout.refund({ ...REFUND, capture: '9AB1' }, context())).toEqual({
      status: 'refused',
      reason: issue.toLowerCase(),
      detail: `${issue} it is.`,
    });
  });

  it('the table has every refusal that PayPal documents for refunds', () => {
    const named = `CAPTURE_FULLY_REFUNDED REFUND_AMOUNT_EXCEEDED REFUND_CAPTURE_CURRENCY_MISMATCH REFUND_TIME_LIMIT_EXCEEDED REFUND_FAILED_INSUFFICIENT_FUNDS
      PENDING_CAPTURE PARTIAL_REFUND_NOT_ALLOWED TRANSACTION_DISPUTED REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK MAX_NUMBER_OF_REFUNDS_EXCEEDED
      REFUND_IS_RESTRICTED REFUND_AMOUNT_TOO_LOW DECIMALS_NOT_SUPPORTED DECIMAL_PRECISION`;
    expect([...REFUND_REFUSALS]).toEqual(expect.arrayContaining(named.split(/\s+/)));
  });

  describe('the look at a refund moves nothing', () => {
    const shownIn = (order: RefundOrder, ...refunds: Resource[]) => {
      const capture = paypal.resources.get(`/v2/payments/captures/${order.capture}`)!;
      const { related_ids } = capture['supplementary_data'] as { related_ids: { order_id: string } };
      const [unit] = paypal.resources.get(`/v2/checkout/orders/${related_ids.order_id}`)!['purchase_units'] as [
        { payments: object },
      ];
      Object.assign(unit.payments, { refunds });
    };
    const made = () => [...paypal.resources].filter(([path]) => path.includes('/refunds/')).map(([, one]) => one);
    const posts = () => paypal.asked().filter((what) => /refund$/.test(what));

    it('finds it by our number, where the answer was lost', async () => {
      const order = await captured();
      const answer = await paypalCheckout.refund(order, context());
      shownIn(order, { ...made()[0], id: 'OTHER', invoice_id: PAYMENT_ID }, ...made());
      paypal.asked();
      expect(await paypalCheckout.lookUpRefund(order, context())).toEqual(answer);
      expect(posts()).toEqual([]);
    });

    it('says that there is none, where PayPal shows none of that number', async () => {
      const order = await captured();
      expect(await paypalCheckout.lookUpRefund(order, context())).toEqual({ status: 'none' });
      shownIn(order, { id: 'OTHER', status: 'COMPLETED', amount: { currency_code: 'EUR', value: '12.50' } });
      expect(await paypalCheckout.lookUpRefund(order, context())).toEqual({ status: 'none' });
      expect(await paypalCheckout.lookUpRefund({ ...order, capture: '9ABGONE' }, context())).toEqual({
        status: 'none',
      });
      expect(posts()).toEqual([]);
    });

    it.each([
      { now: { status: 'COMPLETED' }, answer: { status: 'succeeded' } },
      { now: { status: 'PENDING' }, answer: { status: 'pending' } },
      { now: { status: 'FAILED' }, answer: { status: 'refused', reason: 'failed' } },
    ])('by PayPal’s id tells what became of it: $now.status', async ({ now, answer }) => {
      const order = await captured();
      paypal.refund = { status: 'PENDING', status_details: { reason: 'ECHECK' } };
      const first = await paypalCheckout.refund(order, context());
      const reference = first.status === 'pending' ? first.reference : null;
      Object.assign(made()[0]!, now, { status_details: undefined });
      paypal.asked();
      const known = { ...order, again: true, reference };
      expect(await paypalCheckout.lookUpRefund(known, context())).toMatchObject(answer);
      // Asked to go on with it, PayPal is not told to give back once more: after 45 days it would.
      expect(await paypalCheckout.refund(known, context())).toMatchObject(answer);
      expect(posts()).toEqual([]);
    });

    it('is no word on the money where PayPal shows nothing under its own id', async () => {
      const order = { ...(await captured()), reference: '9ABGONE' };
      expect(await failureOf(paypalCheckout.lookUpRefund(order, context()))).toMatchObject({ code: 'http_404' });
    });
  });

  it('a capture that names no order is not asked about: its key does until PayPal forgets it', async () => {
    const order = await captured();
    const answer = await paypalCheckout.refund(order, context());
    Object.assign(paypal.resources.get(`/v2/payments/captures/${order.capture}`)!, { supplementary_data: undefined });
    expect(await failureOf(paypalCheckout.lookUpRefund(order, context()))).toMatchObject({
      code: 'refund_uncertain',
      moved: 'no',
    });
    expect(await paypalCheckout.refund({ ...order, again: true }, context())).toEqual(answer);
  });

  it('a number that is taken is this refund: PayPal forgot the key, and gives nothing back twice', async () => {
    const order = await captured();
    const answer = await paypalCheckout.refund(order, context());
    const made = [...paypal.resources].filter(([path]) => path.includes('/refunds/')).map(([, one]) => one);
    const capture = paypal.resources.get(`/v2/payments/captures/${order.capture}`)!;
    const { related_ids } = capture['supplementary_data'] as { related_ids: { order_id: string } };
    const [unit] = paypal.resources.get(`/v2/checkout/orders/${related_ids.order_id}`)!['purchase_units'] as [
      { payments: object },
    ];
    paypal.refuse(/refund$/, 422, 'DUPLICATE_INVOICE_ID');
    expect(await failureOf(paypalCheckout.refund({ ...order, again: true }, context()))).toMatchObject({
      moved: 'perhaps',
    });
    // The order shows it only once PayPal has refused.
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const reply = await globalThis.fetch(url, init);
      if (urlOf(url).endsWith('/refund')) Object.assign(unit.payments, { refunds: made });
      return reply;
    };
    expect(await paypalCheckout.refund(order, context({ fetch }))).toEqual(answer);
    paypal.asked();
    expect(await paypalCheckout.refund({ ...order, again: true }, context())).toEqual(answer);
    expect(paypal.asked().filter((what) => what.startsWith('POST'))).toEqual([]);
  });

  it('a capture that PayPal does not know gives nothing back', async () => {
    expect(await paypalCheckout.refund({ ...REFUND, capture: '9ABGONE' }, context())).toMatchObject({
      status: 'refused',
    });
  });

  it('a refusal that nobody knows is not guessed to be a no', async () => {
    paypal.refuse(/refund$/, 422, 'SOMETHING_NEW');
    expect(await failureOf(paypalCheckout.refund({ ...REFUND, capture: '9AB1' }, context()))).toMatchObject({
      code: 'http_422',
      moved: 'perhaps',
    });
  });
});

const ALL_BUT_TIMEOUTS = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
] as const;

describe('a PayPal that does not answer', () => {
  afterEach(() => jest.useRealTimers());

  const MISBEHAVIOURS: { what: string; odd: Odd; code: string; retry?: object }[] = [
    { what: 'time-out', odd: 'hang', code: 'timed_out' },
    { what: 'dropped connection', odd: 'drop', code: 'connection_lost' },
    { what: '500', odd: { status: 500, body: '{"name":"INTERNAL_SERVER_ERROR"}' }, code: 'http_500' },
    { what: '403 of a door-keeper', odd: { status: 403, body: '<html>Access Denied</html>' }, code: 'http_403' },
    { what: '404 of a door-keeper', odd: { status: 404, body: '<html>Not Found</html>' }, code: 'http_404' },
    { what: 'page', odd: { body: '<html>COMPLETED</html>' }, code: 'unreadable_answer' },
    { what: 'empty answer', odd: { body: '' }, code: 'unreadable_answer' },
    {
      what: 'garbage',
      odd: { body: Buffer.from('{"id":"\u0000\ufffd","status":COMPL', 'latin1') },
      code: 'unreadable_answer',
    },
    { what: 'list instead of an object', odd: { body: '[]' }, code: 'unreadable_answer' },
    { what: 'flood', odd: { body: Buffer.alloc(2 * 1024 * 1024, 'x') }, code: 'body_too_large' },
    { what: 'redirect', odd: { status: 302, headers: { location: 'http://127.0.0.1:9/' } }, code: 'redirected' },
    {
      what: '429',
      odd: { status: 429, headers: { 'retry-after': '7' }, body: '{"name":"RATE_LIMIT_REACHED"}' },
      code: 'http_429',
      retry: { afterMs: 7000 },
    },
    { what: '503', odd: { status: 503, headers: { 'retry-after': '2' } }, code: 'http_503', retry: { afterMs: 2000 } },
  ];
  const refundOrder: RefundOrder = {
    refundId: 'ref_1',
    paymentId: PAYMENT_ID,
    capture: '9AB1',
    captured: ORDER.money,
    method: null,
    money: ORDER.money,
    whole: true,
    note: null,
    idempotencyKey: 'k',
    again: false,
    reference: null,
    known: [],
  };
  const VERBS: {
    verb: string;
    moved: 'no' | 'perhaps';
    call: (context: GatewayContext<PaypalCheckoutCredentials, PaypalPartner>) => Promise<unknown>;
  }[] = [
    { verb: 'opening', moved: 'no', call: (world) => paypalCheckout.startCheckout(ORDER, world) },
    { verb: 'capturing', moved: 'perhaps', call: (world) => paypalCheckout.capture(takes('9AB1'), world) },
    {
      verb: 'looking up',
      moved: 'no',
      call: (world) => paypalCheckout.fetchFacts({ by: 'payment', checkout: checkoutOf('9AB1') }, world),
    },
    { verb: 'refunding', moved: 'perhaps', call: (world) => paypalCheckout.refund(refundOrder, world) },
    {
      verb: 'refunding what is on its way',
      moved: 'perhaps',
      call: (world) => paypalCheckout.refund({ ...refundOrder, again: true, reference: '9AB2' }, world),
    },
    { verb: 'looking a refund up', moved: 'no', call: (world) => paypalCheckout.lookUpRefund(refundOrder, world) },
  ];

  it.each(MISBEHAVIOURS.flatMap((odd) => VERBS.map((verb) => ({ ...odd, ...verb }))))(
    '$verb: a $what leaves it open',
    async ({ odd, code, retry = 'later', moved, call }) => {
      paypal.misbehave(/v2/, odd);
      // Only the clock of our patience is moved on, once the question is under way.
      if (odd === 'hang') jest.useFakeTimers({ doNotFake: [...ALL_BUT_TIMEOUTS] });
      const patient: typeof globalThis.fetch = (url, init) => {
        if (odd === 'hang' && urlOf(url).includes('/v2/')) setImmediate(() => jest.advanceTimersByTime(8_000));
        return globalThis.fetch(url, init);
      };
      expect(await failureOf(call(context({ fetch: patient })))).toMatchObject({ code, moved, retry });
    },
  );
});

describe('access tokens', () => {
  it('one serves all calls until PayPal no longer takes it; then a new one is fetched once', async () => {
    const { reference } = await approved();
    const ask = () => paypalCheckout.fetchFacts({ by: 'payment', checkout: checkoutOf(reference) }, context());
    await ask();
    expect(paypal.asked().filter((what) => what.includes('oauth2'))).toHaveLength(1);
    paypal.tokens.clear();
    expect(await ask()).toMatchObject({ found: 'approved' });
    const order = `GET /v2/checkout/orders/${reference}`;
    expect(paypal.asked()).toEqual([order, 'POST /v1/oauth2/token', order]);
    await ask();
    expect(paypal.asked()).toEqual([order]);
  });

  it('a second 401 is a failure, after which nothing has moved', async () => {
    const order = await approved();
    paypal.misbehave(/capture$/, { status: 401, body: '{"error":"invalid_token"}' });
    paypal.asked();
    expect(await failureOf(paypalCheckout.capture(order, context()))).toMatchObject({
      code: 'not_authorized',
      moved: 'no',
      retry: 'later',
    });
    expect(paypal.asked()).toHaveLength(3);
  });

  it('whoever knows only the client id of another merchant gets no token of theirs', async () => {
    await opened();
    const thief = context({ credentials: { clientId: 'app-1', clientSecret: 'guessed' } });
    expect(await failureOf(paypalCheckout.startCheckout(ORDER, thief))).toMatchObject({
      code: 'not_authorized',
      moved: 'no',
    });
  });

  it('is kept a little shorter than PayPal says, under a name that tells nothing', async () => {
    await opened();
    const [key, entry] = [...cache.entries][0]!;
    expect(entry.until).toBeLessThan(Date.now() + 32_400_000 - 30_000);
    expect(key).not.toMatch(/app-1|secret-1/);
  });
});

describe('accounts', () => {
  it('a connected account is asked about as its partner, in the merchant’s name', async () => {
    const partner = {
      environment: 'simulator',
      clientId: 'app-1',
      clientSecret: 'secret-1',
      partnerId: 'PARTNER1',
    } as const;
    await paypalCheckout.startCheckout(ORDER, context({ credentials: { merchantId: 'MERCHANT2' }, partner }));
    const assertion = String(paypal.calls.at(-1)!.headers['paypal-auth-assertion']);
    const [head, payload, signature] = assertion.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect([head, payload, signature]).toEqual(['{"alg":"none"}', '{"iss":"app-1","payer_id":"MERCHANT2"}', '']);
  });

  it.each([
    ['no partner credentials', null],
    [
      'partner credentials of another environment',
      { environment: 'live', clientId: 'app-1', clientSecret: 'secret-1', partnerId: 'P' } as const,
    ],
  ])('with %s a connected account waits', async (_what, partner) => {
    const failure = await failureOf(
      paypalCheckout.startCheckout(ORDER, context({ credentials: { merchantId: 'MERCHANT2' }, partner })),
    );
    expect(failure).toMatchObject({ code: 'partner_not_configured', moved: 'no', retry: 'later' });
    expect(paypal.asked()).toEqual([]);
  });

  it('nobody can enter a connected account: keys are required of whoever enters them', () => {
    expect(paypalCheckoutCredentials.safeParse({ merchantId: 'MERCHANT2' }).success).toBe(false);
    expect(storedPaypalCheckoutCredentials.safeParse({ merchantId: 'MERCHANT2' }).success).toBe(true);
    expect(paypalCheckoutCredentials.safeParse({ ...CREDENTIALS, connected: true }).success).toBe(false);
  });

  it('a payment is captured by the app that opened it, with today’s secret if it is the same app', async () => {
    const order = await approved();
    paypal.secrets.set('app-2', 'secret-2');
    const changed = { credentials: { clientId: 'app-2', clientSecret: 'secret-2' }, openedWith: CREDENTIALS };
    paypal.asked();
    paypal.tokens.clear();
    await paypalCheckout.capture(order, context({ ...changed, cache: memoryCache() }));
    const basic = (call: string | undefined) => Buffer.from((call ?? '').replace('Basic ', ''), 'base64').toString();
    expect(captureIds()).toHaveLength(1);
    const renewed = { credentials: { ...CREDENTIALS, clientSecret: 'secret-new' }, openedWith: CREDENTIALS };
    paypal.secrets.set('app-1', 'secret-new');
    await paypalCheckout.fetchFacts(
      { by: 'payment', checkout: order.checkout },
      context({ ...renewed, cache: memoryCache() }),
    );
    const tokens = paypal.calls
      .filter(({ what }) => what.includes('oauth2'))
      .map(({ headers }) => basic(headers.authorization));
    expect(tokens).toEqual(['app-1:secret-1', 'app-1:secret-new']);
  });
});
