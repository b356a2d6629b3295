import { openApp, type App, type Json, type Parsed } from './app';

let app: App;
beforeEach(async () => {
  app = await openApp();
});
afterEach(() => app.stop());

const DAY_MS = 24 * 60 * 60 * 1000;
const SUBSCRIPTIONS = '/v1/billing/subscriptions';

const euros = (value: string) => ({ currency_code: 'EUR', value });
const issue = (answer: Json) => answer.body.details?.[0]?.issue as unknown;
const types = () => app.events().map((event) => event.event_type as string);
const resources = (type: string) =>
  app
    .events()
    .filter((event) => event.event_type === type)
    .map((event) => event.resource);
const cycleOf = (over: Record<string, unknown> = {}) => ({
  frequency: { interval_unit: 'MONTH', interval_count: 1 },
  tenure_type: 'REGULAR',
  sequence: 1,
  total_cycles: 0,
  pricing_scheme: { fixed_price: euros('10.00') },
  ...over,
});
const planOf = (cycle: Record<string, unknown> = {}, over: Record<string, unknown> = {}) => ({
  product_id: 'FEES-OF-MEMBERS',
  name: 'Monthly fee',
  billing_cycles: [cycleOf(cycle)],
  payment_preferences: { auto_bill_outstanding: true, payment_failure_threshold: 3 },
  ...over,
});
const subscriptionOf = (planId: string, over: Record<string, unknown> = {}) => ({
  plan_id: planId,
  custom_id: 'sub_1',
  application_context: {
    brand_name: 'Sample Club',
    return_url: 'http://shop.example/return/sub_1',
    cancel_url: 'http://shop.example/cancel/sub_1',
    user_action: 'SUBSCRIBE_NOW',
    shipping_preference: 'NO_SHIPPING',
  },
  ...over,
});
const product = (over: Record<string, unknown> = {}) =>
  app.call('POST', '/v1/catalogs/products', { id: 'FEES-OF-MEMBERS', name: 'Fees', type: 'SERVICE', ...over });

/** A plan with this cycle, of a product that is made for it. */
async function planWith(cycle: Record<string, unknown> = {}, over: Record<string, unknown> = {}): Promise<string> {
  await product();
  const answer = await app.call('POST', '/v1/billing/plans', planOf(cycle, over));
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body.id as string;
}
/** A subscription that waits for its payer. */
async function offered(cycle: Record<string, unknown> = {}, over: Record<string, unknown> = {}): Promise<string> {
  const answer = await app.call('POST', SUBSCRIPTIONS, subscriptionOf(await planWith(cycle), over));
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body.id as string;
}
const approve = async (id: string, buyer: string) => {
  const { body } = await app.control('POST', `/subscriptions/${id}/approve`, { buyer });
  await app.shop.idle();
  return body as { outcome: string; returnUrl: string | null };
};
/** A subscription that its payer approved. */
async function subscribed(
  buyer = 'anne',
  cycle: Record<string, unknown> = {},
  over: Record<string, unknown> = {},
): Promise<string> {
  const id = await offered(cycle, over);
  await approve(id, buyer);
  return id;
}
const happen = async (id: string, event: Record<string, unknown>) => {
  const answer = await app.control('POST', `/subscriptions/${id}/events`, event);
  await app.shop.idle();
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body as { subscription: Parsed; saleId: string | null };
};
const read = async (id: string) => (await app.call('GET', `${SUBSCRIPTIONS}/${id}`)).body;
const ask = (id: string, action: string, body: unknown = { reason: 'As the member wished' }) =>
  app.call('POST', `${SUBSCRIPTIONS}/${id}/${action}`, body);
const sale = async (id: string) => (await app.call('GET', `/v1/payments/sale/${id}`)).body;
const refund = (id: string, body: unknown = {}, headers = {}) =>
  app.call('POST', `/v1/payments/sale/${id}/refund`, body, headers);
const firstSale = async (id: string) => (await app.control('GET', `/subscriptions/${id}`)).body.sales[0].id as string;
const transactions = async (id: string, query = 'start_time=2000-01-01T00:00:00Z&end_time=2100-01-01T00:00:00Z') =>
  app.call('GET', `${SUBSCRIPTIONS}/${id}/transactions?${query}`);
/** A seller who let the app act for him. */
async function sellerWhoGrants(): Promise<string> {
  const { body } = await app.call('POST', '/v2/customer/partner-referrals', {
    tracking_id: 'mer_1',
    operations: [
      {
        operation: 'API_INTEGRATION',
        api_integration_preference: {
          rest_api_integration: {
            integration_method: 'PAYPAL',
            integration_type: 'THIRD_PARTY',
            third_party_details: { features: ['PAYMENT', 'REFUND'] },
          },
        },
      },
    ],
    products: ['EXPRESS_CHECKOUT'],
    legal_consents: [{ type: 'SHARE_DATA_CONSENT', granted: true }],
  });
  const page = new URL(body.links.find(({ rel }: { rel: string }) => rel === 'action_url').href);
  const asked = { referralToken: page.searchParams.get('referralToken'), person: 'grants' };
  return (await app.control('POST', '/onboard', asked)).body.merchantId;
}
const actingFor = (merchantId: string) => {
  const claims = Buffer.from(JSON.stringify({ iss: 'client-1', payer_id: merchantId })).toString('base64url');
  return { 'paypal-auth-assertion': `e30.${claims}.` };
};
const monthsAfter = (from: string, months: number) => {
  const date = new Date(from);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.toISOString().replace('.000Z', 'Z');
};

describe('a product', () => {
  it('is made under the id that was asked for, once', async () => {
    expect(await product()).toMatchObject({ status: 201, body: { id: 'FEES-OF-MEMBERS', name: 'Fees' } });
    const again = await product();
    expect([again.status, again.body.name, issue(again)]).toEqual([
      422,
      'UNPROCESSABLE_ENTITY',
      'DUPLICATE_RESOURCE_IDENTIFIER',
    ]);
    expect((await app.call('GET', '/v1/catalogs/products/FEES-OF-MEMBERS')).body.type).toBe('SERVICE');
  });

  it('without an id is given one', async () => {
    expect((await product({ id: undefined })).body.id).toMatch(/^PROD-/);
  });

  it('of another app has the same id, and is another', async () => {
    await product();
    const other = app.as('client-2');
    expect((await other.call('GET', '/v1/catalogs/products/FEES-OF-MEMBERS')).status).toBe(404);
    const asked = { id: 'FEES-OF-MEMBERS', name: 'Others', type: 'SERVICE' };
    expect((await other.call('POST', '/v1/catalogs/products', asked)).status).toBe(201);
  });
});

describe('a plan', () => {
  it('is active, and shown with its terms', async () => {
    const id = await planWith();
    expect(id).toMatch(/^P-[0-9A-Z]{24}$/);
    expect(await app.call('GET', `/v1/billing/plans/${id}`)).toMatchObject({
      status: 200,
      body: { id, status: 'ACTIVE', product_id: 'FEES-OF-MEMBERS', billing_cycles: [cycleOf()] },
    });
  });

  it.each([
    { what: 'without a name', over: { name: undefined }, says: 'MISSING_REQUIRED_PARAMETER' },
    { what: 'without cycles', over: { billing_cycles: undefined }, says: 'MISSING_REQUIRED_PARAMETER' },
    { what: 'without preferences', over: { payment_preferences: undefined }, says: 'MISSING_REQUIRED_PARAMETER' },
    {
      what: 'with a word as price',
      cycle: { pricing_scheme: { fixed_price: euros('ten') } },
      says: 'INVALID_PARAMETER_SYNTAX',
    },
    { what: 'by the fortnight', cycle: { frequency: { interval_unit: 'FORTNIGHT' } }, says: 'INVALID_PARAMETER_VALUE' },
    {
      what: 'every second year',
      cycle: { frequency: { interval_unit: 'YEAR', interval_count: 2 } },
      says: 'INVALID_PARAMETER_VALUE',
    },
  ])('$what is refused: $says', async ({ over, cycle, says }) => {
    await product();
    const answer = await app.call('POST', '/v1/billing/plans', planOf(cycle, over));
    expect([answer.status, answer.body.name, issue(answer)]).toEqual([400, 'INVALID_REQUEST', says]);
  });

  it.each([
    {
      what: 'for nothing',
      cycle: { pricing_scheme: { fixed_price: euros('0.00') } },
      says: 'CANNOT_BE_ZERO_OR_NEGATIVE',
    },
    { what: 'with a trial', cycle: { tenure_type: 'TRIAL' }, says: 'TRIAL_NOT_SUPPORTED' },
  ])('$what is refused: $says', async ({ cycle, says }) => {
    await product();
    const answer = await app.call('POST', '/v1/billing/plans', planOf(cycle));
    expect([answer.status, issue(answer)]).toEqual([422, says]);
  });

  it('of no product, and one that nobody made, is not found', async () => {
    expect((await app.call('POST', '/v1/billing/plans', planOf())).status).toBe(404);
    expect((await app.call('GET', '/v1/billing/plans/P-NONE')).body.name).toBe('RESOURCE_NOT_FOUND');
  });

  it('asked for twice with one request id is made once', async () => {
    await product();
    const make = () => app.call('POST', '/v1/billing/plans', planOf(), { 'paypal-request-id': 'p1' });
    const [first, second] = [await make(), await make()];
    expect([first.status, second.status, second.body.id]).toEqual([201, 200, first.body.id]);
  });
});

describe('a subscription', () => {
  it('waits for its payer, says where they approve it, and is told', async () => {
    await app.listen();
    const { status, body } = await app.call('POST', SUBSCRIPTIONS, subscriptionOf(await planWith()));
    await app.shop.idle();
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: expect.stringMatching(/^I-[0-9A-Z]{12}$/), status: 'APPROVAL_PENDING' });
    expect(body.links[0]).toEqual({
      rel: 'approve',
      method: 'GET',
      href: expect.stringContaining(`${app.shop.simulator.url}/paypal/webapps/billing/subscriptions?ba_token=BA-`),
    });
    expect(app.events()).toMatchObject([
      {
        event_type: 'BILLING.SUBSCRIPTION.CREATED',
        resource_type: 'subscription',
        resource_version: '2.0',
        resource: { id: body.id, status: 'APPROVAL_PENDING', custom_id: 'sub_1' },
      },
    ]);
  });

  it('asked for twice with one request id is made once', async () => {
    const asked = subscriptionOf(await planWith());
    const make = () => app.call('POST', SUBSCRIPTIONS, asked, { 'paypal-request-id': 's1' });
    const [first, second] = [await make(), await make()];
    expect([first.status, second.status, second.body.id]).toEqual([201, 200, first.body.id]);
    await app.control('POST', '/forget-request-ids');
    expect((await make()).body.id).not.toBe(first.body.id);
  });

  it('of no plan, or of one that is not active, is refused', async () => {
    expect((await app.call('POST', SUBSCRIPTIONS, subscriptionOf('P-NONE'))).status).toBe(404);
    const planId = await planWith({}, { status: 'CREATED' });
    expect(issue(await app.call('POST', SUBSCRIPTIONS, subscriptionOf(planId)))).toBe('PLAN_STATUS_INVALID');
    expect(issue(await app.call('POST', SUBSCRIPTIONS, {}))).toBe('MISSING_REQUIRED_PARAMETER');
  });

  it('of a seller who cannot be paid is refused', async () => {
    const planId = await planWith();
    await app.control('PUT', '/clients/client-1', { merchantId: 'SELLER0000001' });
    await app.control('PUT', '/sellers/SELLER0000001', { paymentsReceivable: false });
    await product();
    const own = await app.call('POST', '/v1/billing/plans', planOf());
    expect(issue(await app.call('POST', SUBSCRIPTIONS, subscriptionOf(own.body.id)))).toBe('PAYEE_ACCOUNT_RESTRICTED');
    expect((await app.call('POST', SUBSCRIPTIONS, subscriptionOf(planId))).status).toBe(404);
  });

  it('is told to no other app', async () => {
    const id = await subscribed();
    const other = app.as('client-2');
    expect((await other.call('GET', `${SUBSCRIPTIONS}/${id}`)).status).toBe(404);
    expect((await other.call('GET', `/v1/payments/sale/${await firstSale(id)}`)).status).toBe(404);
  });

  it('approved is active and paid at once, and sends the browser back with its tokens', async () => {
    await app.listen();
    const id = await offered();
    const { outcome, returnUrl } = await approve(id, 'anne');
    expect(outcome).toBe('approved');
    const back = new URL(returnUrl ?? '');
    const token = back.searchParams.get('ba_token');
    expect(back.origin + back.pathname).toBe('http://shop.example/return/sub_1');
    expect([back.searchParams.get('subscription_id'), back.searchParams.get('token')]).toEqual([id, token]);
    expect(token).toMatch(/^BA-/);
    expect(types()).toEqual([
      'BILLING.SUBSCRIPTION.CREATED',
      'BILLING.SUBSCRIPTION.ACTIVATED',
      'PAYMENT.SALE.COMPLETED',
    ]);
    const shown = await read(id);
    expect(shown).toMatchObject({
      status: 'ACTIVE',
      custom_id: 'sub_1',
      subscriber: { email_address: 'anne@buyer.example', name: { given_name: 'Anne', surname: 'Martin' } },
      billing_info: {
        outstanding_balance: euros('0.00'),
        cycle_executions: [
          { tenure_type: 'REGULAR', sequence: 1, cycles_completed: 1, cycles_remaining: 0, total_cycles: 0 },
        ],
        last_payment: { amount: euros('10.00'), time: shown.start_time },
        next_billing_time: monthsAfter(shown.start_time as string, 1),
        failed_payments_count: 0,
      },
    });
  });

  it('with a start to come is active at once, and first paid then', async () => {
    await app.listen();
    const id = await subscribed('anne', {}, { start_time: '2031-01-31T10:00:00Z' });
    expect(types()).toEqual(['BILLING.SUBSCRIPTION.CREATED', 'BILLING.SUBSCRIPTION.ACTIVATED']);
    expect((await read(id)).billing_info.next_billing_time).toBe('2031-01-31T10:00:00Z');
    const { saleId } = await happen(id, { kind: 'collect' });
    expect((await sale(saleId ?? '')).create_time).toBe('2031-01-31T10:00:00Z');
    expect((await read(id)).billing_info.next_billing_time).toBe('2031-02-28T10:00:00Z');
    await happen(id, { kind: 'collect' });
    expect((await read(id)).billing_info.next_billing_time).toBe('2031-03-31T10:00:00Z');
  });

  it('with a start that is past is paid at once', async () => {
    const id = await subscribed('anne', {}, { start_time: '2020-01-01T00:00:00Z' });
    expect((await read(id)).billing_info.cycle_executions[0].cycles_completed).toBe(1);
  });

  it('whose payer cancels waits on, and nothing is told', async () => {
    await app.listen();
    const id = await offered();
    const { outcome, returnUrl } = await approve(id, 'lea');
    expect([outcome, returnUrl]).toEqual([
      'cancelled',
      expect.stringMatching(/^http:\/\/shop\.example\/cancel\/sub_1\?/),
    ]);
    expect((await read(id)).status).toBe('APPROVAL_PENDING');
    expect(types()).toEqual(['BILLING.SUBSCRIPTION.CREATED']);
  });

  it('whose payer’s card is declined waits for another card', async () => {
    const id = await offered();
    expect(await approve(id, 'denis')).toEqual({ outcome: 'declined', returnUrl: null });
    expect((await read(id)).status).toBe('APPROVAL_PENDING');
    expect((await approve(id, 'denis')).outcome).toBe('approved');
    expect((await app.control('POST', `/subscriptions/${id}/approve`, { buyer: 'anne' })).status).toBe(409);
  });

  it('whose first payment fails is active, and owes it', async () => {
    await app.listen();
    const id = await subscribed('karim');
    expect(types()).toEqual([
      'BILLING.SUBSCRIPTION.CREATED',
      'BILLING.SUBSCRIPTION.ACTIVATED',
      'BILLING.SUBSCRIPTION.PAYMENT.FAILED',
    ]);
    expect(await read(id)).toMatchObject({
      status: 'ACTIVE',
      billing_info: { outstanding_balance: euros('10.00'), failed_payments_count: 1 },
    });
    await happen(id, { kind: 'recover' });
    expect((await read(id)).billing_info.outstanding_balance).toEqual(euros('0.00'));
  });

  it('that the merchant begins himself is approved, and paid when he does', async () => {
    const context = { ...subscriptionOf('').application_context, user_action: 'CONTINUE' };
    const id = await subscribed('anne', {}, { application_context: context });
    expect([(await read(id)).status, (await transactions(id)).body.transactions]).toEqual(['APPROVED', []]);
    expect((await ask(id, 'activate')).status).toBe(204);
    expect([(await read(id)).status, (await transactions(id)).body.total_items]).toEqual(['ACTIVE', 1]);
  });

  it('with another price than its plan’s says so', async () => {
    const plan = { billing_cycles: [{ sequence: 1, total_cycles: 2, pricing_scheme: { fixed_price: euros('7.00') } }] };
    const id = await subscribed('anne', {}, { plan });
    expect(await read(id)).toMatchObject({ plan_overridden: true, plan: { billing_cycles: [{ total_cycles: 2 }] } });
    expect((await sale(await firstSale(id))).amount.total).toBe('7.00');
  });

  it('is acted for by a partner with the seller’s permission only', async () => {
    expect((await app.call('POST', '/v1/catalogs/products', {}, actingFor('SELLER0000002'))).status).toBe(403);
  });

  it('that a partner made for a seller is that seller’s, and is found for him only', async () => {
    const merchantId = await sellerWhoGrants();
    const headers = actingFor(merchantId);
    await planWith();
    await app.call('POST', '/v1/catalogs/products', { id: 'FEES-OF-MEMBERS', name: 'Fees', type: 'SERVICE' }, headers);
    const plan = await app.call('POST', '/v1/billing/plans', planOf(), headers);
    const { body } = await app.call('POST', SUBSCRIPTIONS, subscriptionOf(plan.body.id), headers);
    await approve(body.id, 'anne');
    expect((await app.call('GET', `${SUBSCRIPTIONS}/${body.id}`, undefined, headers)).body.status).toBe('ACTIVE');
    expect((await app.call('GET', `${SUBSCRIPTIONS}/${body.id}`)).status).toBe(404);
    const saleId = await firstSale(body.id);
    expect((await refund(saleId)).body.name).toBe('INVALID_RESOURCE_ID');
    expect((await refund(saleId, {}, headers)).status).toBe(201);
  });
});

describe('commands of the merchant', () => {
  it('suspend, activate and cancel, each told', async () => {
    await app.listen();
    const id = await subscribed();
    expect((await ask(id, 'suspend', { reason: 'A pause' })).status).toBe(204);
    expect(await read(id)).toMatchObject({ status: 'SUSPENDED', status_change_note: 'A pause' });
    expect((await ask(id, 'activate', { reason: 'On it goes' })).status).toBe(204);
    expect((await ask(id, 'cancel', { reason: 'The member leaves' })).status).toBe(204);
    await app.shop.idle();
    expect(types().slice(3)).toEqual([
      'BILLING.SUBSCRIPTION.SUSPENDED',
      'BILLING.SUBSCRIPTION.RE-ACTIVATED',
      'BILLING.SUBSCRIPTION.CANCELLED',
    ]);
    const shown = await read(id);
    expect(shown).toMatchObject({ status: 'CANCELLED', status_change_note: 'The member leaves' });
    expect(shown.billing_info).not.toHaveProperty('next_billing_time');
  });

  it.each([
    { status: 'APPROVAL_PENDING', refused: ['suspend', 'activate', 'cancel', 'revise'] },
    { status: 'ACTIVE', refused: ['activate'] },
    { status: 'SUSPENDED', refused: ['suspend'] },
    { status: 'CANCELLED', refused: ['suspend', 'activate', 'cancel', 'revise'] },
    { status: 'EXPIRED', refused: ['suspend', 'activate', 'cancel', 'revise'] },
  ])('are refused where the status forbids them: $status', async ({ status, refused }) => {
    const id = status === 'APPROVAL_PENDING' ? await offered() : await subscribed();
    const kind = { SUSPENDED: 'suspend', CANCELLED: 'cancel', EXPIRED: 'expire' }[status];
    if (kind !== undefined) await happen(id, { kind });
    expect((await read(id)).status).toBe(status);
    for (const action of refused) {
      const answer = await ask(id, action);
      expect([answer.status, issue(answer)]).toEqual([422, 'SUBSCRIPTION_STATUS_INVALID']);
    }
  });

  it.each(['suspend', 'activate', 'cancel', 'revise'])('%s of what nobody made is not found', async (action) => {
    const answer = await ask('I-NONE', action);
    expect([answer.status, answer.body.name]).toEqual([404, 'RESOURCE_NOT_FOUND']);
  });

  it('suspend and cancel need a reason', async () => {
    const id = await subscribed();
    for (const action of ['suspend', 'cancel'])
      expect(issue(await ask(id, action, {}))).toBe('MISSING_REQUIRED_PARAMETER');
  });
});

describe('another price', () => {
  const revise = (id: string, value: string) =>
    ask(id, 'revise', {
      plan: { billing_cycles: [{ sequence: 1, pricing_scheme: { fixed_price: euros(value) } }] },
    });
  const total = async (id: string) => (await sale((await happen(id, { kind: 'collect' })).saleId ?? '')).amount.total;

  it('that is lower holds at once, and is told', async () => {
    await app.listen();
    const id = await subscribed();
    expect(await revise(id, '8.00')).toMatchObject({ status: 200, body: { plan_overridden: true } });
    await app.shop.idle();
    expect(resources('BILLING.SUBSCRIPTION.UPDATED')).toMatchObject([
      { id, plan_overridden: true, plan: { billing_cycles: [{ pricing_scheme: { fixed_price: euros('8.00') } }] } },
    ]);
    expect(await total(id)).toBe('8.00');
  });

  it('that is higher holds once the payer approved it', async () => {
    await app.listen();
    const id = await subscribed();
    const { body } = await revise(id, '12.00');
    expect(await total(id)).toBe('10.00');
    expect(resources('BILLING.SUBSCRIPTION.UPDATED')).toEqual([]);
    const link = new URL(body.links.find(({ rel }: { rel: string }) => rel === 'approve').href as string);
    expect(await (await fetch(link)).text()).toContain('Instead of 10.00 EUR every month');
    const fields = new URLSearchParams({ ba_token: link.searchParams.get('ba_token') ?? '', answer: 'approve' });
    const left = await (await fetch(link.origin + link.pathname, { method: 'POST', body: fields })).text();
    expect(left).toContain('url=http://shop.example/return/sub_1');
    await app.shop.idle();
    expect(resources('BILLING.SUBSCRIPTION.UPDATED')).toHaveLength(1);
    expect(await total(id)).toBe('12.00');
  });

  it('that the payer refuses never holds', async () => {
    const id = await subscribed();
    await revise(id, '12.00');
    expect((await app.control('POST', `/subscriptions/${id}/revision`, { approves: false })).body.outcome).toBe(
      'cancelled',
    );
    expect((await app.control('POST', `/subscriptions/${id}/revision`)).status).toBe(409);
    expect(await total(id)).toBe('10.00');
  });

  it('of another currency or cycle is refused', async () => {
    const id = await subscribed();
    const cycles = (cycle: Record<string, unknown>) => ask(id, 'revise', { plan: { billing_cycles: [cycle] } });
    const dollars = { fixed_price: { currency_code: 'USD', value: '9.00' } };
    expect(issue(await cycles({ sequence: 1, pricing_scheme: dollars }))).toBe('CURRENCY_MISMATCH');
    expect(issue(await cycles({ sequence: 2 }))).toBe('INVALID_BILLING_CYCLE_SEQUENCE');
  });

  it('comes with another rhythm by another plan, from the next payment on', async () => {
    const id = await subscribed();
    const next = (await read(id)).billing_info.next_billing_time as string;
    const planId = await app.call('POST', '/v1/billing/plans', planOf({ frequency: { interval_unit: 'YEAR' } }));
    expect((await ask(id, 'revise', { plan_id: planId.body.id })).body.plan_overridden).toBe(false);
    expect((await read(id)).billing_info.next_billing_time).toBe(next);
    await happen(id, { kind: 'collect' });
    expect((await read(id)).billing_info.next_billing_time).toBe(monthsAfter(next, 12));
  });
});

describe('payments', () => {
  it('are sales of Payments v1, with their fee and subscription', async () => {
    await app.listen();
    const id = await subscribed();
    const saleId = await firstSale(id);
    const expected = {
      id: saleId,
      state: 'completed',
      amount: { total: '10.00', currency: 'EUR' },
      transaction_fee: { value: '0.59', currency: 'EUR' },
      billing_agreement_id: id,
      custom: 'sub_1',
    };
    expect(await sale(saleId)).toMatchObject(expected);
    expect(app.events()[2]).toMatchObject({ resource_type: 'sale', resource: expected });
    expect((await app.call('GET', '/v1/payments/sale/NONE')).body).toMatchObject({
      name: 'INVALID_RESOURCE_ID',
      message: expect.any(String),
      debug_id: expect.any(String),
    });
  });

  it('of another amount, and of another currency, are taken as told', async () => {
    const id = await subscribed();
    const less = await happen(id, { kind: 'collect', amount: '3.50' });
    const dollars = await happen(id, { kind: 'collect', amount: '10.00', currency: 'USD' });
    expect((await sale(less.saleId ?? '')).amount).toMatchObject({ total: '3.50', currency: 'EUR' });
    expect((await sale(dollars.saleId ?? '')).amount).toMatchObject({ total: '10.00', currency: 'USD' });
    const ten = await app.control('POST', `/subscriptions/${id}/events`, { kind: 'collect', amount: 'ten' });
    expect(ten.status).toBe(400);
  });

  it('end with the last cycle: the subscription expires', async () => {
    await app.listen();
    const id = await subscribed('anne', { total_cycles: 3 });
    await happen(id, { kind: 'collect' });
    await happen(id, { kind: 'collect' });
    expect(types().slice(-2)).toEqual(['PAYMENT.SALE.COMPLETED', 'BILLING.SUBSCRIPTION.EXPIRED']);
    expect(await read(id)).toMatchObject({
      status: 'EXPIRED',
      billing_info: { cycle_executions: [{ cycles_completed: 3, cycles_remaining: 0, total_cycles: 3 }] },
    });
    expect((await app.control('POST', `/subscriptions/${id}/events`, { kind: 'collect' })).status).toBe(409);
  });

  it.each([
    { then: 'complete', ends: 'completed', told: 'PAYMENT.SALE.COMPLETED', balance: '0.00' },
    { then: 'deny', ends: 'denied', told: 'PAYMENT.SALE.DENIED', balance: '10.00' },
  ])('that are pending end $ends', async ({ then, ends, told, balance }) => {
    await app.listen();
    const id = await subscribed();
    const { saleId } = await happen(id, { kind: 'pending' });
    expect(await sale(saleId ?? '')).toMatchObject({ state: 'pending', reason_code: 'ECHECK' });
    expect(await sale(saleId ?? '')).not.toHaveProperty('transaction_fee');
    expect((await refund(saleId ?? '')).body.name).toBe('TRANSACTION_REFUSED');
    await app.happen(saleId ?? '', { kind: then });
    expect((await sale(saleId ?? '')).state).toBe(ends);
    expect(types().slice(-2)).toEqual(['PAYMENT.SALE.PENDING', told]);
    expect((await read(id)).billing_info.outstanding_balance.value).toBe(balance);
  });

  it('are listed between two instants, with what went back', async () => {
    const id = await subscribed();
    const { saleId } = await happen(id, { kind: 'collect' });
    await refund(saleId ?? '', { amount: { total: '4.00', currency: 'EUR' } });
    const { body } = await transactions(id);
    expect(body.transactions).toMatchObject([
      {
        id: saleId,
        status: 'PARTIALLY_REFUNDED',
        amount_with_breakdown: {
          gross_amount: euros('10.00'),
          fee_amount: euros('0.59'),
          net_amount: euros('9.41'),
        },
        payer_email: 'anne@buyer.example',
      },
      { status: 'COMPLETED' },
    ]);
    const time = body.transactions[0].time as string;
    expect((await transactions(id, `start_time=${time}&end_time=${time}`)).body.total_items).toBe(1);
    expect(issue(await transactions(id, 'start_time=2000-01-01T00:00:00Z'))).toBe('MISSING_REQUIRED_PARAMETER');
    expect(issue(await transactions(id, 'start_time=then&end_time=now'))).toBe('INVALID_PARAMETER_SYNTAX');
  });
});

describe('a payment that fails', () => {
  it('is owed, told, and tried again after five days', async () => {
    await app.listen();
    const id = await subscribed();
    const due = (await read(id)).billing_info.next_billing_time as string;
    await happen(id, { kind: 'fail' });
    const [told] = resources('BILLING.SUBSCRIPTION.PAYMENT.FAILED');
    expect(told.billing_info).toMatchObject({
      outstanding_balance: euros('10.00'),
      failed_payments_count: 1,
      last_failed_payment: {
        amount: euros('10.00'),
        time: due,
        reason_code: 'PAYMENT_DENIED',
        next_payment_retry_time: new Date(Date.parse(due) + 5 * DAY_MS).toISOString().replace('.000Z', 'Z'),
      },
    });
  });

  it('for the third time in a row suspends, and recovered goes on', async () => {
    await app.listen();
    const id = await subscribed();
    for (let times = 0; times < 3; times += 1) await happen(id, { kind: 'fail' });
    expect(types().slice(-2)).toEqual(['BILLING.SUBSCRIPTION.PAYMENT.FAILED', 'BILLING.SUBSCRIPTION.SUSPENDED']);
    const suspended = await read(id);
    expect(suspended).toMatchObject({
      status: 'SUSPENDED',
      billing_info: { outstanding_balance: euros('10.00'), failed_payments_count: 3 },
    });
    expect(suspended.billing_info.last_failed_payment).not.toHaveProperty('next_payment_retry_time');
    await happen(id, { kind: 'recover' });
    expect(types().slice(-2)).toEqual(['PAYMENT.SALE.COMPLETED', 'BILLING.SUBSCRIPTION.RE-ACTIVATED']);
    expect(await read(id)).toMatchObject({
      status: 'ACTIVE',
      billing_info: { outstanding_balance: euros('0.00'), failed_payments_count: 0 },
    });
    expect((await app.control('POST', `/subscriptions/${id}/events`, { kind: 'recover' })).status).toBe(409);
  });

  it.each([
    { billed: true, total: '20.00', left: '0.00' },
    { billed: false, total: '10.00', left: '10.00' },
  ])('is billed with the next one where the plan says so: $billed', async ({ billed, total, left }) => {
    const preferences = { payment_preferences: { auto_bill_outstanding: billed, payment_failure_threshold: 0 } };
    const planId = await planWith({}, preferences);
    const { body } = await app.call('POST', SUBSCRIPTIONS, subscriptionOf(planId));
    await approve(body.id, 'anne');
    for (let times = 0; times < 4; times += 1) await happen(body.id, { kind: 'fail' });
    expect((await read(body.id)).status).toBe('ACTIVE');
    const { saleId } = await happen(body.id, { kind: 'collect' });
    expect((await sale(saleId ?? '')).amount.total).toBe(total);
    expect((await read(body.id)).billing_info.outstanding_balance.value).toBe(left);
  });
});

describe('money that goes back', () => {
  it('by the merchant is a refund of the sale, told with the sale’s id', async () => {
    await app.listen();
    const saleId = await firstSale(await subscribed());
    const asked = { amount: { total: '4.00', currency: 'EUR' }, invoice_number: 'r-1', description: 'Too much' };
    const part = await refund(saleId, asked, { 'paypal-request-id': 'r1' });
    expect(part).toMatchObject({
      status: 201,
      body: { state: 'completed', amount: asked.amount, sale_id: saleId, invoice_number: 'r-1' },
    });
    const again = await refund(saleId, asked, { 'paypal-request-id': 'r1' });
    expect([again.status, again.body.id]).toEqual([200, part.body.id]);
    expect((await app.call('GET', `/v1/payments/refund/${part.body.id}`)).body).toEqual(part.body);
    expect((await sale(saleId)).state).toBe('partially_refunded');
    const much = await refund(saleId, { amount: { total: '6.01', currency: 'EUR' } });
    expect([much.status, much.body.name]).toEqual([400, 'REFUND_EXCEEDED_TRANSACTION_AMOUNT']);
    expect((await refund(saleId, { amount: { total: '1.00', currency: 'USD' } })).body.name).toBe(
      'TRANSACTION_REFUSED',
    );
    expect((await refund(saleId)).body.amount.total).toBe('6.00');
    expect((await sale(saleId)).state).toBe('refunded');
    expect((await refund(saleId)).body).toMatchObject({ name: 'TRANSACTION_ALREADY_REFUNDED' });
    expect((await refund('NONE')).body.name).toBe('INVALID_RESOURCE_ID');
    expect((await app.call('GET', '/v1/payments/refund/NONE')).body.name).toBe('INVALID_RESOURCE_ID');
    await app.shop.idle();
    expect(resources('PAYMENT.SALE.REFUNDED')).toMatchObject([
      { id: part.body.id, sale_id: saleId, amount: { total: '4.00' } },
      { sale_id: saleId, amount: { total: '6.00' } },
    ]);
  });

  it('on its way is told when it arrives', async () => {
    await app.listen();
    const saleId = await firstSale(await subscribed());
    await app.control('POST', '/next', { call: 'refund', status: 'PENDING', fee: '0.34' });
    expect((await refund(saleId)).body).toMatchObject({
      state: 'pending',
      refund_from_transaction_fee: { value: '0.34', currency: 'EUR' },
    });
    expect(resources('PAYMENT.SALE.REFUNDED')).toEqual([]);
    await app.happen(saleId, { kind: 'settle_refund', status: 'COMPLETED' });
    expect(resources('PAYMENT.SALE.REFUNDED')).toHaveLength(1);
  });

  it('is refused in the word that was ordered', async () => {
    const saleId = await firstSale(await subscribed());
    await app.control('POST', '/next', { call: 'refund', issue: 'TRANSACTION_REFUSED' });
    expect((await refund(saleId)).body.name).toBe('TRANSACTION_REFUSED');
    expect((await refund(saleId)).status).toBe(201);
  });

  it('to the payer by PayPal is a reversal, told as a negative amount', async () => {
    await app.listen();
    const id = await subscribed();
    const saleId = await firstSale(id);
    await app.happen(saleId, { kind: 'dispute', reason: 'CANCELED_RECURRING_BILLING' });
    await app.happen(saleId, { kind: 'reverse' });
    expect(resources('CUSTOMER.DISPUTE.CREATED')).toMatchObject([
      { reason: 'CANCELED_RECURRING_BILLING', disputed_transactions: [{ seller_transaction_id: saleId }] },
    ]);
    expect(resources('PAYMENT.SALE.REVERSED')).toMatchObject([
      { sale_id: saleId, state: 'completed', amount: { total: '-10.00', currency: 'EUR' } },
    ]);
    expect((await sale(saleId)).state).toBe('reversed');
    expect((await refund(saleId)).body.name).toBe('TRANSACTION_REFUSED');
    await app.happen(saleId, { kind: 'win' });
    expect((await sale(saleId)).state).toBe('completed');
  });
});

describe('webhooks', () => {
  it('come only to who asked for their type', async () => {
    await app.call('POST', '/v1/notifications/webhooks', {
      url: app.shop.receiver.url,
      event_types: [{ name: 'PAYMENT.SALE.COMPLETED' }],
    });
    await happen(await subscribed(), { kind: 'cancel' });
    expect(types()).toEqual(['PAYMENT.SALE.COMPLETED']);
  });

  it('get lost, come twice and in another order, as the rules say', async () => {
    await app.listen();
    const id = await offered();
    await app.shop.idle();
    await app.shop.control('POST', '/delivery', { reorder: true, duplicates: 1 });
    await approve(id, 'anne');
    expect(types().slice(1)).toEqual([
      'PAYMENT.SALE.COMPLETED',
      'PAYMENT.SALE.COMPLETED',
      'BILLING.SUBSCRIPTION.ACTIVATED',
      'BILLING.SUBSCRIPTION.ACTIVATED',
    ]);
    await app.shop.control('POST', '/delivery', { drop: true });
    await happen(id, { kind: 'collect' });
    expect(types()).toHaveLength(5);
  });

  it('carry the time of the subscription, which is ahead of the clock', async () => {
    await app.listen();
    const id = await subscribed();
    const due = (await read(id)).billing_info.next_billing_time as string;
    await happen(id, { kind: 'collect' });
    await ask(id, 'cancel');
    await app.shop.idle();
    expect(
      app
        .events()
        .slice(-2)
        .map((event) => event.create_time),
    ).toEqual([due, due]);
    expect((await read(id)).status_update_time).toBe(due);
  });

  it('of a closed tab and of a lost activation', async () => {
    await app.listen();
    expect((await approve(await offered(), 'hana')).returnUrl).toBeNull();
    expect(types()).toContain('BILLING.SUBSCRIPTION.ACTIVATED');
    const id = await subscribed('ivan');
    expect(resources('BILLING.SUBSCRIPTION.ACTIVATED').map((resource) => resource.id)).not.toContain(id);
    expect((await read(id)).status).toBe('ACTIVE');
  });
});

describe('pages', () => {
  const page = async (address: string) => (await fetch(address)).text();
  const press = async (path: string, fields: Record<string, string>) =>
    (await fetch(`${app.shop.simulator.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) })).text();

  it('the payer sees amount, interval and merchant, and goes back with the tokens', async () => {
    const id = await offered();
    const approval = new URL((await read(id)).links[0].href as string);
    const shown = await page(approval.href);
    for (const text of ['10.00 EUR every month', 'Sample Club', 'Anne Martin', 'Cancel']) expect(shown).toContain(text);
    const fields = { ba_token: approval.searchParams.get('ba_token') ?? '', buyer: 'denis' };
    expect(await press(approval.pathname, fields)).toContain('The card was declined');
    const approved = await press(approval.pathname, { ...fields, buyer: 'anne' });
    expect(approved).toContain(`url=http://shop.example/return/sub_1?subscription_id=${id}&#38;ba_token=BA-`);
    expect((await fetch(`${approval.origin}${approval.pathname}?ba_token=BA-NONE`)).status).toBe(404);
  });

  it('the control page lists subscriptions, and its buttons work', async () => {
    await app.listen();
    const id = await subscribed();
    for (const text of [id, 'Collect the next payment', 'Let it fail', 'PAYMENT.SALE.COMPLETED'])
      expect(await page(app.shop.simulator.url)).toContain(text);
    await press(`/actions/agreements/${id}/events`, { kind: 'fail' });
    expect(await page(app.shop.simulator.url)).toContain('Collect what is outstanding');
    await press(`/actions/captures/${await firstSale(id)}/events`, { kind: 'refund', amount: '1.00' });
    await app.shop.idle();
    expect((await sale(await firstSale(id))).state).toBe('partially_refunded');
  });

  it('are found under the public address', async () => {
    const behindProxy = await openApp({ publicUrl: 'https://example.org/simulator/' });
    await behindProxy.call('POST', '/v1/catalogs/products', { id: 'FEES-OF-MEMBERS', name: 'Fees', type: 'SERVICE' });
    const plan = await behindProxy.call('POST', '/v1/billing/plans', planOf());
    const { body } = await behindProxy.call('POST', SUBSCRIPTIONS, subscriptionOf(plan.body.id));
    await behindProxy.stop();
    expect(body.links[0].href).toMatch(/^https:\/\/example\.org\/simulator\/paypal\/webapps\/billing\/subscriptions\?/);
  });
});

describe('misbehaviour', () => {
  it('may lose the answer to a subscription that was made; the request id finds it again', async () => {
    const asked = subscriptionOf(await planWith());
    await app.misbehave('paypal_subscriptions', 'http_500', { afterActing: true });
    const make = () => app.call('POST', SUBSCRIPTIONS, asked, { 'paypal-request-id': 's1' });
    expect([(await make()).status, (await make()).status]).toEqual([500, 200]);
    expect((await app.control('GET', '/subscriptions')).body.data).toHaveLength(1);
  });

  it('may answer plans and products wrongly', async () => {
    await app.misbehave('paypal_plans', 'rate_limited');
    expect((await product()).status).toBe(429);
    expect((await product()).status).toBe(201);
  });
});

it('a year of a subscription: twelve payments, one of them late, a refund, and a cancellation', async () => {
  await app.listen();
  const id = await subscribed();
  const { start_time: start } = await read(id);
  for (let month = 1; month <= 4; month += 1) await happen(id, { kind: 'collect' });
  await happen(id, { kind: 'fail' });
  const late = await happen(id, { kind: 'recover' });
  for (let month = 6; month <= 10; month += 1) await happen(id, { kind: 'collect' });
  const last = await happen(id, { kind: 'collect', amount: '10.00' });
  await refund(last.saleId ?? '');
  await ask(id, 'cancel', { reason: 'The member leaves' });
  await app.shop.idle();

  const completed = 'PAYMENT.SALE.COMPLETED';
  expect(types()).toEqual([
    'BILLING.SUBSCRIPTION.CREATED',
    'BILLING.SUBSCRIPTION.ACTIVATED',
    ...Array.from({ length: 5 }, () => completed),
    'BILLING.SUBSCRIPTION.PAYMENT.FAILED',
    ...Array.from({ length: 7 }, () => completed),
    'PAYMENT.SALE.REFUNDED',
    'BILLING.SUBSCRIPTION.CANCELLED',
  ]);
  const { body } = await transactions(id);
  const times = (body.transactions as { time: string }[]).map(({ time }) => time).reverse();
  const lateAt = new Date(Date.parse(monthsAfter(start as string, 5)) + 5 * DAY_MS).toISOString().replace('.000Z', 'Z');
  expect(times).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((month) => (month === 5 ? lateAt : monthsAfter(start as string, month))),
  );
  expect((await sale(late.saleId ?? '')).create_time).toBe(lateAt);
  expect(body.transactions[0].status).toBe('REFUNDED');
  expect(await read(id)).toMatchObject({
    status: 'CANCELLED',
    billing_info: { outstanding_balance: euros('0.00'), cycle_executions: [{ cycles_completed: 12 }] },
  });
});
