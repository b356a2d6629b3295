import { paypalCheckout } from '../../activities/gateways/paypal-checkout';
import type { PaypalCheckoutCredentials } from '../../activities/gateways/paypal-checkout/credentials';
import { readNotification } from '../../activities/gateways/paypal-checkout/notification';
import type { PaypalPartner } from '../../activities/gateways/paypal-checkout/partner';
import { GatewayFailure } from '../../activities/gateways/port';
import type {
  AgreementCommand,
  AgreementOrder,
  AgreementPlan,
  GatewayContext,
  OpenedAgreement,
  OpenedCheckout,
  RefundOrder,
} from '../../activities/gateways/port';
import { BY_AGREEMENT } from '../../workflows/domain/gateway';
import { gatewayContext, memoryCache } from './gateway-context';
import { signedWebhook, startPaypal, type PaypalServer, type Resource } from './paypal-rest-server';

const AGREEMENT_ID = 'agr_0123456789abcdefghijkmnpqr';
const PAYMENT_ID = 'pay_0123456789abcdefghijkmnpqr';
const REFUND_ID = 'ref_0123456789abcdefghijkmnpqr';
const CREDENTIALS: PaypalCheckoutCredentials = {
  clientId: 'app-1',
  clientSecret: 'secret-1',
  merchantId: 'MERCHANT1',
  webhookId: 'WH-OURS',
};
const NOW = '2026-12-10T12:00:00.000Z';

let paypal: PaypalServer;
let cache: ReturnType<typeof memoryCache>;
beforeEach(async () => {
  paypal = await startPaypal();
  cache = memoryCache();
});
afterEach(() => paypal.close());

const context = (over: Partial<GatewayContext<PaypalCheckoutCredentials, PaypalPartner>> = {}) =>
  gatewayContext(
    { credentials: CREDENTIALS, simulatorUrl: paypal.url },
    { cache, now: () => Date.parse(NOW), ...over },
  );
const { prepare, open, lookUp, obey, atGatewayOnly, refuse } = paypalCheckout.agreements;

const eur = (value: string) => ({ currency_code: 'EUR', value });
const total = (sum: string) => ({ total: sum, currency: 'EUR' });
const lastBody = (): Record<string, unknown> =>
  JSON.parse(paypal.calls.at(-1)!.body.toString()) as Record<string, unknown>;
/** What was asked of PayPal since the last time, without tokens and periods. */
const asked = (): string[] =>
  paypal
    .asked()
    .filter((what) => !what.includes('oauth2') && !what.includes('/certs/'))
    .map((what) => what.replace(/\?.*/, ''));
async function failureOf(work: Promise<unknown>): Promise<GatewayFailure> {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof GatewayFailure) return outcome;
  throw new Error(`expected a GatewayFailure, got ${JSON.stringify(outcome)}`);
}

const PLAN: AgreementPlan = {
  money: { amount: 1000, currency: 'EUR' },
  interval: 'month',
  every: 3,
  instalments: null,
  label: 'Membership',
  description: 'Chess club\nof Montreuil',
  idempotencyKey: 'plan:1',
};
const ORDER: AgreementOrder = {
  ...PLAN,
  agreementId: AGREEMENT_ID,
  startsOn: null,
  payer: { name: 'Anne Martin', email: 'anne@example.org' },
  plan: 'P-1',
  returnUrl: 'https://club.example/return/1',
  cancelUrl: 'https://club.example/cancel/1',
  notificationUrl: 'https://club.example/hooks/1',
};
const OPENED: OpenedAgreement = {
  agreementId: AGREEMENT_ID,
  reference: 'I-1',
  money: PLAN.money,
  interval: 'month',
  every: 1,
  startsOn: '2026-11-01',
  createdAt: '2026-11-01T09:00:00.000Z',
};

const SUBSCRIPTION: Resource = {
  id: 'I-1',
  status: 'ACTIVE',
  status_update_time: '2026-11-01T10:00:00Z',
  // A person's own words, which stay behind.
  status_change_note: 'my wife found out',
  custom_id: AGREEMENT_ID,
  plan_id: 'P-1',
  billing_info: {
    outstanding_balance: eur('0.0'),
    last_payment: { amount: eur('10.0'), time: '2026-12-01T10:00:00Z' },
  },
  plan: {
    billing_cycles: [
      { tenure_type: 'TRIAL', pricing_scheme: { fixed_price: eur('1.0') } },
      { tenure_type: 'REGULAR', pricing_scheme: { fixed_price: eur('12.5') } },
    ],
  },
  create_time: '2026-11-01T09:30:00Z',
  update_time: '2026-12-01T10:00:00Z',
};
const FAILURE = {
  last_failed_payment: {
    amount: eur('10.0'),
    time: '2026-12-01T10:00:00Z',
    reason_code: 'PAYER_CANNOT_PAY',
    next_payment_retry_time: '2026-12-06T10:00:00Z',
  },
};
const failed = {
  kind: 'collection_failed',
  gatewayReference: 'I-1',
  qualifier: '2026-12-01T10:00:00.000Z',
  occurredAt: '2026-12-01T10:00:00.000Z',
  reason: 'payer_cannot_pay',
  nextAttemptOn: '2026-12-06',
};
const standing = (word: string, at = '2026-11-01T10:00:00.000Z') => ({
  kind: 'standing_told',
  gatewayReference: 'I-1',
  qualifier: `${word} ${at}`,
  occurredAt: at,
  standing: word,
  reason: null,
});
const SALE: Resource = {
  id: 'SALE1',
  state: 'completed',
  amount: { ...total('10.0'), details: { subtotal: '10.0' } },
  transaction_fee: { value: '0.69', currency: 'EUR' },
  billing_agreement_id: 'I-1',
  custom: AGREEMENT_ID,
  create_time: '2026-11-01T10:00:00Z',
  update_time: '2026-11-01T10:00:01Z',
};
const captured = { kind: 'payment_captured', gatewayReference: 'SALE1', qualifier: '', amount: 1000, currency: 'EUR' };
const fee = { kind: 'fee_charged', gatewayReference: 'SALE1', qualifier: '', amount: 69, currency: 'EUR' };
const transaction = (over: Resource = {}): Resource => ({
  id: 'SALE1',
  status: 'COMPLETED',
  amount_with_breakdown: { gross_amount: eur('10.0'), fee_amount: eur('0.69'), net_amount: eur('9.31') },
  time: '2026-11-01T10:00:00Z',
  ...over,
});
const SALE_REFUND: Resource = {
  id: 'REF1',
  state: 'completed',
  sale_id: 'SALE1',
  amount: total('4.00'),
  refund_from_transaction_fee: { value: '0.10', currency: 'EUR' },
  create_time: '2026-11-02T10:00:00Z',
};

const PLACES: Readonly<Record<string, string>> = {
  'I-1': '/v1/billing/subscriptions/I-1',
  SALE1: '/v1/payments/sale/SALE1',
  REF1: '/v1/payments/refund/REF1',
  'PAY-1': '/v1/payments/payment/PAY-1',
};
function knows(...resources: Resource[]): void {
  for (const resource of resources) paypal.resources.set(PLACES[String(resource['id'])]!, resource);
}
function collected(...transactions: unknown[]): void {
  paypal.resources.set('/v1/billing/subscriptions/I-1/transactions', { transactions });
}
/** Refusals that say nothing about what was asked for. */
const NO_ANSWERS = [
  [401, 'AUTHENTICATION_FAILURE'],
  [409, 'PREVIOUS_REQUEST_IN_PROGRESS'],
  [429, 'RATE_LIMIT_REACHED'],
  [500, 'INTERNAL_SERVER_ERROR'],
] as const;

describe('terms that PayPal cannot write', () => {
  const terms = { money: PLAN.money, interval: 'month', every: 1, instalments: null } as const;

  it.each([
    ['10.50 HUF', { money: { amount: 1050, currency: 'HUF' } }, 'amount_not_supported'],
    ['nothing', { money: { amount: 0, currency: 'EUR' } }, 'amount_not_supported'],
    ['francs of West Africa', { money: { amount: 5000, currency: 'XOF' } }, 'currency_not_supported'],
    ['once in two years', { interval: 'year', every: 2 } as const, 'amount_not_supported'],
    ['a thousand instalments', { instalments: 1000 }, 'amount_not_supported'],
  ])('%s are refused before PayPal is asked', (_what, over, reason) => {
    expect(refuse({ ...terms, ...over })).toMatchObject({ reason });
  });

  it.each([{}, { interval: 'week', every: 12 } as const, { interval: 'year' } as const, { instalments: 999 }])(
    '%j are not',
    (over) => expect(refuse({ ...terms, ...over })).toBeNull(),
  );

  it('every account can do by itself all that it is told', () => {
    for (const kind of ['cancel', 'suspend', 'resume', 'change_amount'] as const)
      expect(atGatewayOnly(kind, CREDENTIALS)).toBeNull();
  });
});

describe('preparing terms', () => {
  it('makes one product for the account, and one plan for the terms, however often it is asked', async () => {
    const first = await prepare!(PLAN, context());
    const body = lastBody();
    expect(await prepare!(PLAN, context())).toBe(first);
    expect(paypal.calls.at(-1)!.headers['paypal-request-id']).toBe('plan:1');
    expect(body).toEqual({
      product_id: expect.stringMatching(/^QUITTANCE-[0-9A-F]{32}$/),
      name: 'Membership',
      description: 'Chess club of Montreuil',
      status: 'ACTIVE',
      billing_cycles: [
        {
          frequency: { interval_unit: 'MONTH', interval_count: 3 },
          tenure_type: 'REGULAR',
          sequence: 1,
          total_cycles: 0,
          pricing_scheme: { fixed_price: eur('10.00') },
        },
      ],
      payment_preferences: { auto_bill_outstanding: true, payment_failure_threshold: 3 },
    });
    const other = await prepare!({ ...PLAN, interval: 'week', instalments: 12, idempotencyKey: 'plan:2' }, context());
    expect(other).not.toBe(first);
    expect(lastBody()).toMatchObject({ billing_cycles: [{ frequency: { interval_unit: 'WEEK' }, total_cycles: 12 }] });
    expect([...paypal.resources.keys()].filter((path) => path.includes('products'))).toHaveLength(1);
  });

  it('merchants of one app have products of their own', async () => {
    const partner = { environment: 'simulator', clientId: 'app-1', clientSecret: 'secret-1', partnerId: 'P1' } as const;
    for (const merchantId of ['MERCHANT2', 'MERCHANT3'])
      await prepare!({ ...PLAN, idempotencyKey: merchantId }, context({ credentials: { merchantId }, partner }));
    expect([...paypal.resources.keys()].filter((path) => path.includes('products'))).toHaveLength(2);
  });

  it.each([/products/, /plans/])('a clear no to %p is not asked for again, and has PayPal’s word', async (call) => {
    paypal.refuse(call, 403, 'NOT_AUTHORIZED');
    expect(await failureOf(prepare!(PLAN, context()))).toMatchObject({
      code: 'not_authorized',
      moved: 'no',
      retry: 'never',
    });
  });

  it('an amount that PayPal cannot write asks it nothing', async () => {
    const plan = { ...PLAN, money: { amount: 1050, currency: 'HUF' } };
    expect(await failureOf(prepare!(plan, context()))).toMatchObject({ code: 'amount_not_supported', retry: 'never' });
    expect(asked()).toEqual([]);
  });

  it.each(NO_ANSWERS)('a %i %s is asked again later', async (status, issue) => {
    paypal.refuse(/plans/, status, issue);
    expect(await failureOf(prepare!(PLAN, context()))).toMatchObject({ moved: 'no', retry: 'later' });
  });
});

describe('opening', () => {
  it('makes one subscription per agreement, however often it is asked, and sends the payer to its page', async () => {
    const first = await open(ORDER, context());
    expect(await open(ORDER, context())).toEqual(first);
    expect(first).toMatchObject({
      opened: true,
      reference: expect.stringMatching(/^I-/),
      nextAction: { kind: 'redirect', url: expect.stringContaining('ba_token=I-') },
    });
    expect(paypal.calls.at(-1)!.headers['paypal-request-id']).toBe(`subscription:${AGREEMENT_ID}`);
    expect(lastBody()).toEqual({
      plan_id: 'P-1',
      custom_id: AGREEMENT_ID,
      subscriber: { name: { given_name: 'Anne Martin' }, email_address: 'anne@example.org' },
      application_context: {
        brand_name: 'Chess club of Montreuil',
        user_action: 'SUBSCRIBE_NOW',
        shipping_preference: 'NO_SHIPPING',
        return_url: ORDER.returnUrl,
        cancel_url: ORDER.cancelUrl,
      },
    });
  });

  it.each([
    ['2026-12-09', undefined],
    ['2026-12-10', undefined],
    ['2026-12-11', '2026-12-11T00:00:00Z'],
  ])('an agreement that starts on %s is written with the start %s', async (startsOn, start) => {
    await open({ ...ORDER, startsOn, payer: { name: null, email: null } }, context());
    expect(lastBody()['start_time']).toBe(start);
    expect(lastBody()).not.toHaveProperty('subscriber');
  });

  it.each([
    [422, 'CURRENCY_NOT_SUPPORTED_FOR_RECEIVER'],
    [400, 'INVALID_PARAMETER_VALUE'],
    [403, 'PERMISSION_DENIED'],
    [404, 'INVALID_RESOURCE_ID'],
  ])('a %i %s is a clear no, in PayPal’s words', async (status, issue) => {
    paypal.refuse(/subscriptions/, status, issue);
    expect(await open(ORDER, context())).toEqual({
      opened: false,
      reason: issue.toLowerCase(),
      detail: `${issue} it is.`,
    });
  });

  it.each(NO_ANSWERS)('a %i %s is asked again later', async (status, issue) => {
    paypal.refuse(/subscriptions/, status, issue);
    expect(await failureOf(open(ORDER, context()))).toMatchObject({ moved: 'no', retry: 'later' });
  });

  it.each(['https://paypal.com@evil.example/', 'http://www.paypal.com/', null])(
    'a live payer is sent to %s by nobody',
    async (href) => {
      const links = href === null ? [] : [{ rel: 'approve', href }];
      const fetch: typeof globalThis.fetch = (url, init) => {
        if (typeof url !== 'string') throw new Error('PayPal is asked by addresses in text');
        return globalThis.fetch(url.replace('https://api-m.paypal.com', `${paypal.url}/paypal`), init);
      };
      paypal.misbehave(/subscriptions/, {
        status: 201,
        body: JSON.stringify({ id: 'I-1', status: 'APPROVAL_PENDING', links }),
      });
      expect(await failureOf(open(ORDER, context({ environment: 'live', fetch })))).toMatchObject({
        code: 'unreadable_answer',
      });
    },
  );
});

describe('asking how an agreement stands', () => {
  it('tells that it runs, its last failure, and all money that it collected, with the fees', async () => {
    knows({ ...SUBSCRIPTION, billing_info: FAILURE });
    collected(
      transaction(),
      transaction({ id: 'SALE2', status: 'PENDING', time: '2026-12-01T10:00:00Z' }),
      transaction({ id: 'SALE3', status: 'DECLINED', time: '2026-11-15T10:00:00Z' }),
    );
    const money = { amount: 1000, currency: 'EUR' };
    expect(await lookUp(OPENED, context())).toEqual({
      found: true,
      reference: 'I-1',
      facts: [
        standing('active'),
        failed,
        {
          kind: 'collection_failed',
          gatewayReference: 'SALE3',
          qualifier: '',
          occurredAt: '2026-11-15T10:00:00.000Z',
          reason: 'declined',
          nextAttemptOn: null,
        },
      ],
      money: [
        { ...captured, occurredAt: '2026-11-01T10:00:00.000Z' },
        { ...fee, occurredAt: '2026-11-01T10:00:00.000Z' },
        {
          ...money,
          kind: 'payment_pending',
          gatewayReference: 'SALE2',
          qualifier: 'pending',
          reason: 'pending',
          occurredAt: '2026-12-01T10:00:00.000Z',
        },
        {
          ...money,
          kind: 'payment_failed',
          gatewayReference: 'SALE3',
          qualifier: '',
          reason: 'declined',
          occurredAt: '2026-11-15T10:00:00.000Z',
        },
      ],
    });
  });

  it.each(['PARTIALLY_REFUNDED', 'REFUNDED'])('money that is %s had come, with or without its fee', async (status) => {
    knows(SUBSCRIPTION);
    collected(
      transaction({ status }),
      transaction({ id: 'SALE2', status, amount_with_breakdown: { gross_amount: eur('10.0') } }),
    );
    expect(await lookUp(OPENED, context())).toMatchObject({
      money: [captured, fee, { ...captured, gatewayReference: 'SALE2' }],
    });
  });

  it.each([
    ['ACTIVE', 'active'],
    ['SUSPENDED', 'suspended'],
    ['CANCELLED', 'cancelled'],
    ['EXPIRED', 'completed'],
  ])('%s is %s, without the words of whoever changed it', async (status, word) => {
    knows({ ...SUBSCRIPTION, status });
    collected();
    expect(await lookUp(OPENED, context())).toEqual({
      found: true,
      reference: 'I-1',
      facts: [standing(word)],
      money: [],
    });
  });

  it.each(['APPROVAL_PENDING', 'APPROVED'])('%s is agreed to by nobody yet', async (status) => {
    knows({ ...SUBSCRIPTION, status });
    expect(await lookUp(OPENED, context())).toEqual({ found: false, reason: status.toLowerCase() });
    expect(asked()).toEqual(['GET /v1/billing/subscriptions/I-1']);
  });

  it('one that PayPal does not know, and one that was never made, is none', async () => {
    expect(await lookUp(OPENED, context())).toEqual({ found: false, reason: 'subscription_unknown' });
    expect(await lookUp({ ...OPENED, reference: null }, context())).toEqual({
      found: false,
      reason: 'subscription_not_created',
    });
  });

  it('a status that nobody knows is no standing, and its money is told all the same', async () => {
    knows({ ...SUBSCRIPTION, status: 'TELEPORTED' });
    collected(transaction());
    expect(await lookUp(OPENED, context())).toMatchObject({ found: true, facts: [], money: [captured, fee] });
  });

  it('a transaction that cannot be read hides no other', async () => {
    knows(SUBSCRIPTION);
    collected('garbage', transaction({ id: 'SALE9', amount_with_breakdown: {} }), transaction());
    expect(await lookUp(OPENED, context())).toMatchObject({ money: [captured, fee] });
  });

  it('the last failure and the plan are asked for, and transactions since the beginning by both clocks', async () => {
    knows({ ...SUBSCRIPTION, billing_info: { last_payment: { time: '2027-01-01T10:00:00Z' } } });
    collected();
    await lookUp(OPENED, context());
    expect(paypal.asked().slice(1)).toEqual([
      'GET /v1/billing/subscriptions/I-1?fields=last_failed_payment,plan',
      'GET /v1/billing/subscriptions/I-1/transactions?start_time=2026-11-01T09%3A00%3A00.000Z&end_time=2027-01-01T10%3A00%3A00.000Z',
    ]);
  });

  it('of more transactions than a page each half is asked for, and each is told once', async () => {
    knows(SUBSCRIPTION);
    paypal.misbehave(
      /transactions/,
      { body: JSON.stringify({ transactions: [transaction()], total_pages: 2 }) },
      { times: 1 },
    );
    collected(transaction());
    expect(await lookUp(OPENED, context())).toMatchObject({ money: [captured, fee] });
    expect(asked().filter((what) => what.includes('transactions'))).toHaveLength(3);
  });

  it.each(['/I-1\\?', 'transactions'])('no answer to %s leaves the question open', async (call) => {
    knows(SUBSCRIPTION);
    collected();
    paypal.misbehave(new RegExp(call), { status: 500 });
    expect(await failureOf(lookUp(OPENED, context()))).toMatchObject({ code: 'http_500', moved: 'no', retry: 'later' });
  });

  it('an answer about another subscription is none', async () => {
    paypal.misbehave(/I-1/, { body: JSON.stringify({ ...SUBSCRIPTION, id: 'I-2' }) });
    expect(await failureOf(lookUp(OPENED, context()))).toMatchObject({ code: 'unreadable_answer' });
  });
});

describe('telling PayPal', () => {
  const COMMANDS = [
    { kind: 'cancel', verb: 'cancel', from: 'ACTIVE', to: 'CANCELLED', word: 'cancelled' },
    { kind: 'cancel', verb: 'cancel', from: 'SUSPENDED', to: 'CANCELLED', word: 'cancelled' },
    { kind: 'suspend', verb: 'suspend', from: 'ACTIVE', to: 'SUSPENDED', word: 'suspended' },
    { kind: 'resume', verb: 'activate', from: 'SUSPENDED', to: 'ACTIVE', word: 'active' },
  ] as const;

  it.each(COMMANDS)('to $kind what is $from, and once more, is done', async ({ kind, verb, from, word }) => {
    knows({ ...SUBSCRIPTION, status: from });
    const told = { outcome: 'done', facts: [standing(word, '2026-12-05T10:00:00.000Z')] };
    expect(await obey({ kind, note: 'Moved\naway' }, OPENED, context())).toEqual(told);
    expect(JSON.parse(paypal.calls.at(-2)!.body.toString())).toEqual({ reason: 'Moved away' });
    expect(asked()).toEqual([`POST /v1/billing/subscriptions/I-1/${verb}`, 'GET /v1/billing/subscriptions/I-1']);
    expect(await obey({ kind, note: null }, OPENED, context())).toEqual(told);
  });

  it('a reason is given where a person wrote none: PayPal wants one', async () => {
    knows({ ...SUBSCRIPTION });
    await obey({ kind: 'cancel', note: null }, OPENED, context());
    expect(JSON.parse(paypal.calls.at(-2)!.body.toString())).toEqual({ reason: 'Cancelled by the merchant' });
  });

  it('what has run its term is cancelled by nobody any more, which is as was wished', async () => {
    knows({ ...SUBSCRIPTION, status: 'EXPIRED' });
    expect(await obey({ kind: 'cancel', note: null }, OPENED, context())).toEqual({
      outcome: 'done',
      facts: [standing('completed')],
    });
  });

  it.each([
    ['suspend', 'CANCELLED'],
    ['resume', 'CANCELLED'],
    ['cancel', 'APPROVAL_PENDING'],
  ] as const)('to %s what is %s is refused in PayPal’s word', async (kind, status) => {
    knows({ ...SUBSCRIPTION, status });
    expect(await obey({ kind, note: null }, OPENED, context())).toEqual({
      outcome: 'refused',
      reason: 'subscription_status_invalid',
      detail: 'SUBSCRIPTION_STATUS_INVALID it is.',
    });
  });

  const ALL: AgreementCommand[] = [
    { kind: 'cancel', note: null },
    { kind: 'suspend', note: null },
    { kind: 'resume', note: null },
    { kind: 'change_amount', money: { amount: 1500, currency: 'EUR' } },
  ];

  it.each(ALL)('to $kind what PayPal does not know, or what was never made, is refused', async (command) => {
    const refused = { outcome: 'refused', reason: 'subscription_unknown' };
    expect(await obey(command, OPENED, context())).toMatchObject(refused);
    expect(await obey(command, { ...OPENED, reference: null }, context())).toMatchObject(refused);
  });

  it.each(ALL)('that PayPal forbids to $kind is its clear no', async (command) => {
    knows({ ...SUBSCRIPTION });
    paypal.refuse(/POST .*I-1/, 403, 'PERMISSION_DENIED');
    expect(await obey(command, OPENED, context())).toMatchObject({ outcome: 'refused', reason: 'permission_denied' });
  });

  it.each(ALL.flatMap((command) => NO_ANSWERS.map(([status, issue]) => ({ command, status, issue }))))(
    'to $command.kind and hear a $status says nothing',
    async ({ command, status, issue }) => {
      knows({ ...SUBSCRIPTION });
      paypal.refuse(/POST .*I-1/, status, issue);
      expect(await failureOf(obey(command, OPENED, context()))).toMatchObject({ moved: 'no', retry: 'later' });
    },
  );

  it('to cancel and lose the answer is made good by the next try', async () => {
    knows({ ...SUBSCRIPTION });
    paypal.misbehave(/cancel/, 'drop', { act: true, times: 1 });
    expect(await failureOf(obey(ALL[0]!, OPENED, context()))).toMatchObject({ code: 'connection_lost' });
    expect(await obey(ALL[0]!, OPENED, context())).toMatchObject({
      outcome: 'done',
      facts: [{ standing: 'cancelled' }],
    });
  });

  it('another amount that PayPal takes by itself holds from now on', async () => {
    knows({ ...SUBSCRIPTION });
    expect(await obey(ALL[3]!, OPENED, context())).toEqual({
      outcome: 'done',
      facts: [
        standing('active'),
        {
          kind: 'amount_changed',
          gatewayReference: 'I-1',
          qualifier: '1500 2026-12-01T10:00:00.000Z',
          occurredAt: '2026-12-01T10:00:00.000Z',
          amount: 1500,
          currency: 'EUR',
        },
      ],
    });
    expect(JSON.parse(paypal.calls.at(-2)!.body.toString())).toEqual({
      plan: { billing_cycles: [{ sequence: 1, pricing_scheme: { fixed_price: eur('15.00') } }] },
    });
  });

  it('another amount that the payer must agree to is no fact before they do', async () => {
    knows({ ...SUBSCRIPTION });
    const url = `${paypal.url}/paypal/webapps/billing/subscriptions/update?ba_token=BA-1`;
    paypal.revision = { links: [{ rel: 'approve', href: url }] };
    expect(await obey(ALL[3]!, OPENED, context())).toEqual({
      outcome: 'approval_needed',
      nextAction: { kind: 'redirect', url },
    });
    paypal.revision = { links: [{ rel: 'approve', href: 'javascript:alert(1)' }] };
    expect(await failureOf(obey(ALL[3]!, OPENED, context()))).toMatchObject({ code: 'unreadable_answer' });
  });

  it('another amount that PayPal cannot write asks it nothing', async () => {
    const command = { kind: 'change_amount', money: { amount: 1050, currency: 'HUF' } } as const;
    expect(await obey(command, OPENED, context())).toMatchObject({
      outcome: 'refused',
      reason: 'amount_not_supported',
    });
    expect(asked()).toEqual([]);
  });
});

const webhook = (type: string, resource: unknown, webhookId = 'WH-OURS') =>
  signedWebhook(type, resource, { webhookId, certificateUrl: `${paypal.url}/paypal/v1/notifications/certs/genuine` });
const verify = (type: string, resource: unknown, webhookId?: string) =>
  paypalCheckout.fetchFacts({ by: 'notification', raw: webhook(type, resource, webhookId), checkout: null }, context());
const hintOf = (type: string, resource: unknown) => {
  const reading = readNotification(webhook(type, resource));
  return reading.ok ? reading.hint : reading;
};

describe('a message about a subscription', () => {
  const name = { agreementId: AGREEMENT_ID, reference: 'I-1' };

  it.each([
    ['CREATED', { status: 'APPROVAL_PENDING' }, []],
    ['ACTIVATED', {}, [standing('active')]],
    ['SUSPENDED', { status: 'SUSPENDED', billing_info: FAILURE }, [standing('suspended'), failed]],
    ['CANCELLED', { status: 'CANCELLED' }, [standing('cancelled')]],
    ['EXPIRED', { status: 'EXPIRED' }, [standing('completed')]],
    ['RE-ACTIVATED', {}, [standing('active')]],
    ['PAYMENT.FAILED', { billing_info: FAILURE }, [standing('active'), failed]],
  ])('%s tells how it stands at PayPal now, and no money', async (type, over, facts) => {
    knows({ ...SUBSCRIPTION, ...over });
    const [event, said] = [`BILLING.SUBSCRIPTION.${type}`, { ...SUBSCRIPTION, status: 'ACTIVE' }];
    expect(await verify(event, said)).toEqual({
      found: true,
      facts: [],
      paymentId: null,
      references: [],
      remarks: [],
      agreement: { ...name, facts },
    });
    expect(asked()).toEqual(['GET /v1/billing/subscriptions/I-1']);
    expect(hintOf(event, said)).toEqual({
      identity: null,
      paymentId: null,
      references: [],
      facts: [],
      payer: null,
      agreement: name,
    });
  });

  it('UPDATED tells what an instalment is of now, at the time of the message', async () => {
    knows(SUBSCRIPTION);
    const said = { ...SUBSCRIPTION, update_time: '2026-12-03T10:00:00Z' };
    const changed = {
      kind: 'amount_changed',
      gatewayReference: 'I-1',
      qualifier: '1250 2026-12-03T10:00:00.000Z',
      occurredAt: '2026-12-03T10:00:00.000Z',
      amount: 1250,
      currency: 'EUR',
    };
    expect(await verify('BILLING.SUBSCRIPTION.UPDATED', said)).toMatchObject({
      facts: [],
      agreement: { ...name, facts: [standing('active'), changed] },
    });
  });

  it('UPDATED without a price that can be read is shown to a person', async () => {
    knows({ ...SUBSCRIPTION, plan: undefined });
    expect(await verify('BILLING.SUBSCRIPTION.UPDATED', SUBSCRIPTION)).toMatchObject({
      facts: [],
      remarks: [{ word: 'unreadable_amount', about: 'I-1' }],
      agreement: { facts: [standing('active')] },
    });
  });

  it('a status that nobody knows is shown to a person', async () => {
    knows({ ...SUBSCRIPTION, status: 'TELEPORTED' });
    expect(await verify('BILLING.SUBSCRIPTION.ACTIVATED', SUBSCRIPTION)).toMatchObject({
      facts: [],
      remarks: [{ word: 'unknown_status', about: 'I-1', wrote: 'TELEPORTED' }],
      agreement: { ...name, facts: [] },
    });
  });

  it('a subscription that is none of ours is named by PayPal’s id alone', async () => {
    const theirs = { ...SUBSCRIPTION, custom_id: 'membership of 2019' };
    knows(theirs);
    expect(await verify('BILLING.SUBSCRIPTION.CANCELLED', theirs)).toMatchObject({
      agreement: { agreementId: null, reference: 'I-1' },
    });
    expect(hintOf('BILLING.SUBSCRIPTION.CANCELLED', theirs)).toMatchObject({
      agreement: { agreementId: null, reference: 'I-1' },
    });
  });

  it('a subscription that PayPal does not know says nothing', async () => {
    expect(await verify('BILLING.SUBSCRIPTION.ACTIVATED', SUBSCRIPTION)).toEqual({
      found: false,
      reason: 'resource_unknown',
    });
  });

  it.each(['BILLING.SUBSCRIPTION.CANCELLED', 'PAYMENT.SALE.COMPLETED', 'PAYMENT.SALE.REFUNDED'])(
    'a forged %s asks PayPal nothing',
    async (type) => {
      knows(SUBSCRIPTION, SALE, SALE_REFUND);
      const resource = type.includes('BILLING') ? SUBSCRIPTION : SALE;
      expect(await verify(type, resource, 'WH-THEIRS')).toEqual({ found: false, reason: 'signature_mismatch' });
      expect(asked()).toEqual([]);
    },
  );
});

describe('a message about the money of an instalment', () => {
  const references = ['SALE1', 'I-1'];
  const name = { agreementId: AGREEMENT_ID, reference: 'I-1' };
  const held = {
    kind: 'payment_pending',
    gatewayReference: 'SALE1',
    qualifier: 'echeck',
    reason: 'echeck',
    amount: 1000,
    currency: 'EUR',
  };
  const denied = { kind: 'payment_failed', gatewayReference: 'SALE1', qualifier: '', reason: 'denied', amount: 1000 };

  it.each([
    { type: 'COMPLETED', now: SALE, facts: [captured, fee], news: [] },
    {
      type: 'PENDING',
      now: { ...SALE, state: 'pending', reason_code: 'ECHECK', transaction_fee: undefined },
      facts: [held],
      news: [],
    },
    {
      type: 'DENIED',
      now: { ...SALE, state: 'denied', update_time: '2026-11-07T10:00:00Z', transaction_fee: undefined },
      facts: [denied],
      news: [
        {
          kind: 'collection_failed',
          gatewayReference: 'SALE1',
          qualifier: '',
          occurredAt: '2026-11-01T10:00:00.000Z', // of the day on which it was tried
          reason: 'denied',
          nextAttemptOn: null,
        },
      ],
    },
    { type: 'COMPLETED', now: { ...SALE, state: 'partially_refunded' }, facts: [captured, fee], news: [] },
    {
      type: 'COMPLETED',
      now: { ...SALE, state: 'refunded', transaction_fee: undefined },
      facts: [captured],
      news: [],
    },
  ])('PAYMENT.SALE.$type of what is $now.state tells it, and its agreement', async ({ type, now, facts, news }) => {
    knows(now);
    const lookup = await verify(`PAYMENT.SALE.${type}`, SALE);
    expect(lookup).toMatchObject({ found: true, paymentId: null, references, remarks: [] });
    expect(lookup.found === true && lookup.facts).toMatchObject(facts);
    expect(lookup.found === true && lookup.agreement).toEqual({ ...name, facts: news });
    expect(asked()).toEqual(['GET /v1/payments/sale/SALE1']);
    // What tells an agreement something is always looked at; else the same claim is recognised.
    expect(hintOf(`PAYMENT.SALE.${type}`, now)).toEqual({
      identity: null,
      paymentId: null,
      references,
      facts: news.length === 0 && lookup.found === true ? lookup.facts : [],
      payer: null,
      agreement: name,
    });
  });

  it.each([
    { amount: { total: '10', currency: 'EUR' }, told: 1000 },
    { amount: { total: '10.00', currency: 'EUR' }, told: 1000 },
    { amount: { total: '500.0', currency: 'JPY' }, told: 500 },
  ])('$amount.total $amount.currency is $told', async ({ amount, told }) => {
    knows({ ...SALE, amount, transaction_fee: undefined });
    expect(await verify('PAYMENT.SALE.COMPLETED', SALE)).toMatchObject({
      facts: [{ amount: told, currency: amount.currency }],
    });
  });

  it.each([
    { over: { state: 'teleported' }, word: 'unknown_status' },
    { over: { amount: undefined }, word: 'unreadable_amount' },
    { over: { amount: total('10,00') }, word: 'unreadable_amount' },
    { over: { amount: total('-10.00') }, word: 'unreadable_amount' },
    { over: { amount: total('0.0') }, word: 'zero_amount' },
  ])('a sale with $over moves nothing and is shown to a person', async ({ over, word }) => {
    knows({ ...SALE, ...over });
    expect(await verify('PAYMENT.SALE.COMPLETED', SALE)).toMatchObject({ found: true, facts: [], remarks: [{ word }] });
    expect(await look()).toEqual({ found: 'unknown', reason: word });
  });

  it.each([
    { transaction_fee: { value: '0.80', currency: 'USD' }, word: 'fee_in_other_currency' },
    { transaction_fee: { value: 'N/A', currency: 'EUR' }, word: 'fee_unreadable' },
    { transaction_fee: 'N/A', word: 'fee_unreadable' },
  ])('a fee of $transaction_fee is not booked, and is shown to a person', async ({ transaction_fee, word }) => {
    knows({ ...SALE, transaction_fee });
    expect(await verify('PAYMENT.SALE.COMPLETED', SALE)).toMatchObject({ facts: [captured], remarks: [{ word }] });
  });

  it('a sale of an Express Checkout of old is money like any other', async () => {
    const old = { ...SALE, billing_agreement_id: undefined, custom: PAYMENT_ID };
    knows(old);
    const lookup = await verify('PAYMENT.SALE.COMPLETED', old);
    expect(lookup).toMatchObject({ facts: [captured, fee], paymentId: PAYMENT_ID, references: ['SALE1'] });
    expect(lookup).not.toHaveProperty('agreement');
    expect(hintOf('PAYMENT.SALE.COMPLETED', old)).not.toHaveProperty('agreement');
  });

  const movement = { gatewayReference: 'REF1', parent: 'SALE1', amount: 400, currency: 'EUR' };

  it.each([
    {
      type: 'PAYMENT.SALE.REFUNDED',
      now: { ...SALE_REFUND, invoice_number: REFUND_ID },
      fact: { ...movement, kind: 'payment_refunded', reason: 'refund', feeReturned: 10, refundId: REFUND_ID },
    },
    {
      type: 'PAYMENT.SALE.REFUNDED',
      now: { ...SALE_REFUND, state: 'pending', refund_reason_code: 'ECHECK' },
      fact: { ...movement, kind: 'refund_pending', reason: 'echeck', refundId: null },
    },
    {
      type: 'PAYMENT.SALE.REFUNDED',
      now: { ...SALE_REFUND, state: 'failed' },
      fact: { ...movement, kind: 'refund_failed', reason: 'failed' },
    },
    {
      type: 'PAYMENT.SALE.REVERSED',
      now: { ...SALE_REFUND, amount: total('-4.00') },
      fact: { ...movement, kind: 'payment_reversed', reason: 'reversed', feeReturned: 10 },
    },
    {
      type: 'PAYMENT.SALE.REVERSED',
      now: {
        ...SALE_REFUND,
        sale_id: undefined,
        links: [{ rel: 'sale', href: 'https://api.paypal.com/v1/payments/sale/SALE1' }],
      },
      fact: { ...movement, kind: 'payment_reversed' },
    },
    {
      type: 'PAYMENT.SALE.REVERSED',
      now: { ...SALE_REFUND, invoice_number: REFUND_ID },
      fact: { ...movement, kind: 'payment_refunded', refundId: REFUND_ID },
    },
  ])('$type of what is $now.state is a $fact.kind of its sale', async ({ type, now, fact }) => {
    knows(now);
    const lookup = await verify(type, now);
    expect(lookup).toMatchObject({ found: true, facts: [fact], references: ['REF1', 'SALE1'], remarks: [] });
    expect(asked()).toEqual(['GET /v1/payments/refund/REF1']);
    expect(hintOf(type, now)).toMatchObject({ references: ['REF1', 'SALE1'], facts: [fact] });
  });

  it('a reversal that names no sale is shown to a person', async () => {
    knows({ ...SALE_REFUND, sale_id: undefined });
    expect(await verify('PAYMENT.SALE.REVERSED', SALE_REFUND)).toMatchObject({
      facts: [],
      remarks: [{ word: 'no_parent_transaction' }],
    });
  });

  it.each(['PAYMENT.SALE.COMPLETED', 'PAYMENT.SALE.REFUNDED'])(
    '%s about what PayPal does not know says nothing',
    async (type) => {
      expect(await verify(type, { id: 'GONE1' })).toEqual({ found: false, reason: 'resource_unknown' });
    },
  );

  const checkout: OpenedCheckout = {
    paymentId: PAYMENT_ID,
    money: PLAN.money,
    method: BY_AGREEMENT,
    handed: null,
    reference: 'SALE1',
    pending: [],
    createdAt: '2026-11-01T09:00:00.000Z',
  };
  const look = () => paypalCheckout.fetchFacts({ by: 'payment', checkout }, context());

  it('the payment of an instalment is asked about as the sale that it is', async () => {
    knows(SALE);
    expect(await look()).toMatchObject({ found: true, facts: [captured, fee], references });
    expect(asked()).toEqual(['GET /v1/payments/sale/SALE1']);
    paypal.resources.clear();
    expect(await look()).toEqual({ found: false, reason: 'sale_unknown' });
  });

  it('an answer about another sale is none', async () => {
    paypal.misbehave(/SALE1/, { body: JSON.stringify({ ...SALE, id: 'SALE2' }) });
    expect(await failureOf(look())).toMatchObject({ code: 'unreadable_answer', moved: 'no' });
  });
});

describe('giving the money of an instalment back', () => {
  const REFUND: RefundOrder = {
    refundId: REFUND_ID,
    paymentId: PAYMENT_ID,
    capture: 'SALE1',
    captured: PLAN.money,
    method: BY_AGREEMENT,
    money: { amount: 400, currency: 'EUR' },
    whole: false,
    note: 'Désolés',
    idempotencyKey: 'refund:1',
    again: false,
    reference: null,
    known: [],
  };
  const again: RefundOrder = { ...REFUND, again: true };
  const give = (order = REFUND) => paypalCheckout.refund(order, context());
  const posts = () => asked().filter((what) => what.startsWith('POST'));
  const refunded = {
    kind: 'payment_refunded',
    parent: 'SALE1',
    amount: 400,
    currency: 'EUR',
    feeReturned: 0,
    refundId: REFUND_ID,
  };
  const refunds = () => [...paypal.resources.keys()].filter((path) => path.includes('/payments/refund/'));

  it('tells what went back, under our refund’s number', async () => {
    knows({ ...SALE });
    expect(await give()).toMatchObject({ status: 'succeeded', fact: refunded });
    expect(paypal.calls.at(-1)!.headers['paypal-request-id']).toBe('refund:1');
    expect(lastBody()).toEqual({ amount: total('4.00'), invoice_number: REFUND_ID });
    expect(asked()).toEqual(['POST /v1/payments/sale/SALE1/refund']);
  });

  it.each([
    [
      { state: 'pending', refund_reason_code: 'ECHECK' },
      { status: 'pending', reason: 'echeck' },
    ],
    [{ state: 'failed' }, { status: 'refused', reason: 'failed' }],
    [{ state: 'cancelled' }, { status: 'refused', reason: 'cancelled' }],
  ])('a refund that is %j is %j, and is only looked at from then on', async (state, answer) => {
    knows({ ...SALE });
    paypal.saleRefund = state;
    const first = await give();
    expect(first).toMatchObject({ ...answer, reference: expect.stringMatching(/^9AB/) });
    const reference = first.status === 'succeeded' ? null : (first.reference ?? null);
    Object.assign(paypal.resources.get(refunds()[0]!)!, { state: 'completed' });
    asked();
    expect(await give({ ...again, reference })).toMatchObject({ status: 'succeeded', fact: refunded });
    expect(await paypalCheckout.lookUpRefund({ ...again, reference }, context())).toMatchObject({ fact: refunded });
    expect(posts()).toEqual([]);
  });

  it('once its answer is lost is found beside the sale, where PayPal shows what the sale belongs to', async () => {
    knows({ ...SALE, parent_payment: 'PAY-1' });
    paypal.misbehave(/refund$/, 'drop', { act: true, times: 1 });
    expect(await failureOf(give())).toMatchObject({ moved: 'perhaps' });
    const made = paypal.resources.get(refunds()[0]!)!;
    knows({ id: 'PAY-1', transactions: [{ related_resources: [{ sale: SALE }, { refund: made }] }] });
    paypal.keys.clear(); // PayPal has forgotten the call
    asked();
    expect(await give(again)).toMatchObject({ status: 'succeeded', fact: refunded });
    expect(await paypalCheckout.lookUpRefund(again, context())).toMatchObject({ status: 'succeeded' });
    expect(posts()).toEqual([]);
  });

  it('a sale that PayPal calls completed, or shows no refund of ours beside, is a clear none', async () => {
    knows({ ...SALE });
    expect(await paypalCheckout.lookUpRefund(again, context())).toEqual({ status: 'none' });
    knows({ ...SALE, state: 'partially_refunded', parent_payment: 'PAY-1' });
    knows({ id: 'PAY-1', transactions: [{ related_resources: [{ refund: SALE_REFUND }] }] });
    expect(await paypalCheckout.lookUpRefund(again, context())).toEqual({ status: 'none' });
    expect(await paypalCheckout.lookUpRefund({ ...again, capture: 'GONE1' }, context())).toEqual({ status: 'none' });
    expect(posts()).toEqual([]);
  });

  it('where nobody can see whose refund it was, nothing is guessed, and PayPal’s key keeps it from being made twice', async () => {
    knows({ ...SALE });
    const answer = await give();
    expect(await failureOf(paypalCheckout.lookUpRefund(again, context()))).toMatchObject({
      code: 'refund_uncertain',
      moved: 'no',
    });
    expect(await give(again)).toEqual(answer);
    expect(refunds()).toHaveLength(1);
  });

  it.each(['TRANSACTION_ALREADY_REFUNDED', 'REFUND_EXCEEDED_TRANSACTION_AMOUNT'])(
    '%s is a clear no at first, and may be this refund’s own doing where it may have been made before',
    async (issue) => {
      knows({ ...SALE, state: 'refunded' });
      paypal.misbehave(/refund$/, { status: 400, body: JSON.stringify({ name: issue, message: 'It is.' }) });
      expect(await give()).toEqual({ status: 'refused', reason: issue.toLowerCase(), detail: 'It is.' });
      expect(await failureOf(give(again))).toMatchObject({ moved: 'perhaps' });
    },
  );

  it('a refusal that nobody knows is not guessed to be a no', async () => {
    paypal.refuse(/refund$/, 422, 'SOMETHING_NEW');
    expect(await failureOf(give())).toMatchObject({ code: 'http_422', moved: 'perhaps' });
  });

  it('an amount that PayPal cannot write asks it nothing', async () => {
    const odd = { ...REFUND, money: { amount: 1050, currency: 'HUF' } };
    expect(await give(odd)).toMatchObject({ status: 'refused', reason: 'amount_not_supported' });
    expect(asked()).toEqual([]);
  });

  it.each(NO_ANSWERS)('a %i %s leaves it open', async (status, issue) => {
    knows({ ...SALE });
    paypal.refuse(/refund$/, status, issue);
    expect(await failureOf(give())).toMatchObject({ retry: 'later' });
  });
});

describe('the webhook of an account', () => {
  it('that was made before there were agreements is completed when the account is inspected next', async () => {
    const use = { notificationUrl: 'https://club.example/hooks/1', currency: 'EUR' };
    await paypalCheckout.inspectAccount(use, context());
    const [made] = paypal.webhooks;
    const all = made!.event_types;
    made!.event_types = all.filter(({ name }) => !/^(BILLING|PAYMENT\.SALE)/.test(name));
    expect(made!.event_types.length).toBeLessThan(all.length);
    const { checks } = await paypalCheckout.inspectAccount(use, context());
    expect(checks).toContainEqual(expect.objectContaining({ name: 'notifications', ok: true }));
    expect(paypal.webhooks).toEqual([{ ...made, event_types: all }]);
  });
});
