import { brokenInvariants } from '../support/audit';
import { call, eventually, Merchant, net } from '../support/client';
import { connectCheckout, control, visit } from '../support/gateways';
import { payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: 2 });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

interface AgreementView {
  readonly id: string;
  readonly member: string;
  readonly status: string;
  readonly reason: string | null;
  readonly amount: number;
  readonly nextAction: { readonly kind: string; readonly url: string; readonly fields: Record<string, string> } | null;
  readonly nextDueOn: string | null;
  readonly instalments: { readonly planned: number | null; readonly collected: number; readonly failed: number };
  readonly collected: number;
  readonly gatewayReference: string | null;
  readonly attention: { readonly code: string } | null;
}
interface InstalmentView {
  readonly number: number;
  readonly status: string;
  readonly payment: string | null;
  readonly charge: string | null;
}

const MEMBERSHIP = {
  gateway: 'paypal-checkout',
  amount: 1000,
  interval: 'month',
  label: 'Membership',
  category: 'membership',
};

async function checkoutClub(): Promise<Merchant> {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  return merchant;
}
async function begin(merchant: Merchant, over: Record<string, unknown> = {}): Promise<AgreementView> {
  const member = await merchant.member();
  const { status, body } = await merchant.post<AgreementView>('/v1/agreements', { ...MEMBERSHIP, member, ...over });
  if (status !== 201) throw new Error(`no agreement: ${status} ${JSON.stringify(body)}`);
  return body;
}
const memberOf = ({ member }: AgreementView): string => member;
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const read = async (merchant: Merchant, id: string) => (await merchant.get<AgreementView>(`/v1/agreements/${id}`)).body;
const instalments = async (merchant: Merchant, id: string) =>
  (await merchant.get<{ data: InstalmentView[] }>(`/v1/agreements/${id}/instalments`)).body.data;
const until = (merchant: Merchant, id: string, isSo: (agreement: AgreementView) => boolean) =>
  eventually(() => read(merchant, id), isSo);
const happen = (agreement: AgreementView, what: object) =>
  control(world, 'POST', `/paypal-checkout/subscriptions/${agreement.gatewayReference}/events`, what);
async function approve(merchant: Merchant, agreement: AgreementView, buyer = 'anne'): Promise<AgreementView> {
  const { returnUrl } = await control<{ returnUrl: string | null }>(
    world,
    'POST',
    `/paypal-checkout/subscriptions/${(await read(merchant, agreement.id)).gatewayReference}/approve`,
    { buyer },
  );
  await visit(returnUrl);
  return until(merchant, agreement.id, ({ instalments: { collected } }) => collected === 1);
}

test('a member agrees once and is collected from every month: each instalment is charged and paid by itself', async () => {
  const merchant = await checkoutClub();
  const begun = await begin(merchant);
  expect(begun).toMatchObject({
    status: 'awaiting_payer',
    nextAction: { kind: 'redirect' },
    instalments: { collected: 0 },
  });
  const active = await approve(merchant, begun);
  expect(active).toMatchObject({ status: 'active', collected: 1000, nextAction: null, attention: null });
  await happen(active, { kind: 'collect' });
  await until(merchant, begun.id, ({ instalments: { collected } }) => collected === 2);

  const rows = await instalments(merchant, begun.id);
  expect(rows.map(({ number, status }) => [number, status])).toEqual([
    [1, 'collected'],
    [2, 'collected'],
    [3, 'scheduled'],
  ]);
  const payment = await merchant.payment(rows[0]!.payment!);
  expect(payment).toMatchObject({ status: 'paid', amount: 1000, captured: 1000, attention: null });
  const entries = await merchant.entries(payment.id);
  expect(entries.map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_captured']);
  expect(net(entries, 'income:membership')).toBe(-1000);
  const cart = await merchant.cart(begun.member);
  expect(cart).toMatchObject({ balance: 0, due: 0, credit: 0 });
  expect(cart.charges).toMatchObject([
    { id: rows[0]!.charge, amount: 1000, paid: 1000, category: 'membership' },
    { id: rows[1]!.charge, amount: 1000, paid: 1000, category: 'membership' },
  ]);
});

test('a payment that fails is owed; the gateway tries again, and what it collects then pays it', async () => {
  const merchant = await checkoutClub();
  const active = await approve(merchant, await begin(merchant));
  await happen(active, { kind: 'fail' });
  expect(await until(merchant, active.id, ({ status }) => status === 'past_due')).toMatchObject({
    instalments: { collected: 1, failed: 1 },
  });
  expect(await merchant.cart(memberOf(active))).toMatchObject({ due: 1000, credit: 0 });
  await happen(active, { kind: 'recover' });
  await until(merchant, active.id, ({ instalments: { collected } }) => collected === 2);
  expect(await read(merchant, active.id)).toMatchObject({
    status: 'active',
    collected: 2000,
    instalments: { failed: 0 },
  });
  expect(await merchant.cart(memberOf(active))).toMatchObject({ due: 0, credit: 0, balance: 0 });
});

test('after the last try it is suspended and a person is asked; resumed, it collects again', async () => {
  const merchant = await checkoutClub();
  const active = await approve(merchant, await begin(merchant));
  for (let tries = 0; tries < 3; tries++) await happen(active, { kind: 'fail' });
  expect(await until(merchant, active.id, ({ status }) => status === 'suspended')).toMatchObject({
    attention: { code: 'agreement_suspended' },
    nextDueOn: null,
  });
  const resumed = await merchant.post<AgreementView>(`/v1/agreements/${active.id}/resumption`);
  expect(resumed.status).toBeLessThan(300);
  await until(merchant, active.id, ({ status, attention }) => status !== 'suspended' && attention === null);
});

test('a treasurer suspends, resumes and ends it at the gateway; ended, it takes no further command', async () => {
  const merchant = await checkoutClub();
  const { id } = await approve(merchant, await begin(merchant));
  const ask = (what: string) =>
    merchant.post<AgreementView & { code: string }>(`/v1/agreements/${id}/${what}`, { note: 'moves away' });
  expect(await ask('resumption')).toMatchObject({ status: 409, body: { code: 'agreement_not_active' } });
  const obeyed = async (what: string, wanted: string): Promise<void> => {
    expect((await ask(what)).status).toBeLessThan(300); // 202 where the machine is busy
    await until(merchant, id, ({ status }) => status === wanted);
  };
  await obeyed('suspension', 'suspended');
  await obeyed('resumption', 'active');
  await obeyed('cancel', 'cancelled');
  expect(await ask('cancel')).toMatchObject({ status: 409, body: { code: 'agreement_ended' } });
});

test('ended at the gateway’s own site, it is ended here', async () => {
  const merchant = await checkoutClub();
  const active = await approve(merchant, await begin(merchant));
  await happen(active, { kind: 'cancel', reason: 'no longer' });
  expect(await until(merchant, active.id, ({ status }) => status === 'cancelled')).toMatchObject({ nextDueOn: null });
});

test('nobody approves it in time: it is over, and nothing is owed', async () => {
  const merchant = await checkoutClub();
  const begun = await begin(merchant, { expiresInMs: 1_500 });
  await until(merchant, begun.id, ({ status }) => status === 'expired');
  expect(await merchant.cart(begun.member)).toMatchObject({ due: 0, charges: [] });
});

test('withdrawn before it was approved, and approved all the same: the gateway is told that it is over', async () => {
  const merchant = await checkoutClub();
  const begun = await begin(merchant, { startsOn: inDays(40) });
  const { gatewayReference } = await read(merchant, begun.id);
  expect((await merchant.post(`/v1/agreements/${begun.id}/cancel`)).status).toBeLessThan(300);
  await control(world, 'POST', `/paypal-checkout/subscriptions/${gatewayReference}/approve`, { buyer: 'anne' });
  const there = () => control<{ status: string }>(world, 'GET', `/paypal-checkout/subscriptions/${gatewayReference}`);
  await eventually(there, ({ status }) => status === 'CANCELLED');
});

test('money of another amount waits for a person, and pays nothing until then', async () => {
  const merchant = await checkoutClub();
  const active = await approve(merchant, await begin(merchant));
  await happen(active, { kind: 'collect', amount: '7.00', currency: 'EUR' });
  const [, second] = await eventually(
    () => instalments(merchant, active.id),
    (rows) => rows.length > 1 && rows[1]!.payment !== null,
  );
  const payment = await eventually(
    () => merchant.payment(second!.payment!),
    ({ status }) => status === 'needs_review',
  );
  expect(payment).toMatchObject({ attention: { code: 'amount_mismatch' } });
  expect(net(await merchant.entries(payment.id), 'suspense')).toBe(-700);
});

test('an instalment that is given back leaves the agreement as it is', async () => {
  const merchant = await checkoutClub();
  const active = await approve(merchant, await begin(merchant));
  const [first] = await instalments(merchant, active.id);
  const refunded = await merchant.post(`/v1/payments/${first!.payment}/refunds`, { note: 'by mistake' });
  expect(refunded.status).toBeLessThan(300);
  await eventually(
    () => merchant.payment(first!.payment!),
    ({ status }) => status === 'refunded',
  );
  expect(await read(merchant, active.id)).toMatchObject({ status: 'active' });
});

test('a member in credit: the instalment pays its own charge, and the credit stays', async () => {
  const merchant = await checkoutClub();
  const begun = await begin(merchant);
  const paid = await merchant.pay(begun.member, { gateway: 'paypal-standard', amount: 5000 });
  await payAs(merchant, paid);
  await eventually(
    () => merchant.cart(begun.member),
    ({ credit }) => credit === 5000,
  );
  await approve(merchant, begun);
  expect(await merchant.cart(begun.member)).toMatchObject({
    credit: 5000,
    due: 0,
    charges: [{ amount: 1000, paid: 1000 }],
  });
});

test('what is kept of a member tells their agreements, and nothing of the member lies with them', async () => {
  const merchant = await checkoutClub();
  const begun = await begin(merchant);
  const { body } = await merchant.get<{ agreements: AgreementView[] }>(`/v1/members/${begun.member}/export`);
  expect(body.agreements).toMatchObject([{ id: begun.id, amount: 1000 }]);
  const { rows } = await world.db.sql.query('SELECT to_jsonb(g)::text AS kept FROM agreements g WHERE id = $1', [
    begun.id,
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/Anne|anne@/);
});

test('the amount is changed: lower it holds at once, higher its member agrees once more', async () => {
  const merchant = await checkoutClub();
  const active = await approve(merchant, await begin(merchant));
  expect((await merchant.patch(`/v1/agreements/${active.id}`, { amount: 800 })).status).toBeLessThan(300);
  await until(merchant, active.id, ({ amount, nextAction }) => amount === 800 && nextAction === null);
  expect((await merchant.patch(`/v1/agreements/${active.id}`, { amount: 1500 })).status).toBeLessThan(300);
  await until(merchant, active.id, ({ amount, nextAction }) => amount === 800 && nextAction?.kind === 'redirect');
  await control(world, 'POST', `/paypal-checkout/subscriptions/${active.gatewayReference}/revision`, {
    approves: true,
  });
  expect(await until(merchant, active.id, ({ amount }) => amount === 1500)).toMatchObject({ nextAction: null });
});

test('all that was agreed is collected: it is completed', async () => {
  const merchant = await checkoutClub();
  const active = await approve(merchant, await begin(merchant, { instalments: 2 }));
  await happen(active, { kind: 'collect' });
  expect(
    await until(merchant, active.id, ({ status, collected }) => status === 'completed' && collected === 2000),
  ).toMatchObject({
    collected: 2000,
    nextDueOn: null,
    instalments: { planned: 2, collected: 2 },
  });
});

describe('by PayPal Standard', () => {
  const FORM = { ...MEMBERSHIP, gateway: 'paypal-standard' };
  const events = (id: string, what: object) => control(world, 'POST', `/subscriptions/${id}/events`, what);
  async function agree(
    merchant: Merchant,
    over: Record<string, unknown> = {},
    pays: Record<string, unknown> = {},
  ): Promise<AgreementView> {
    const begun = await begin(merchant, { ...FORM, ...over });
    expect(begun.nextAction).toMatchObject({
      kind: 'form',
      fields: { cmd: '_xclick-subscriptions', custom: begun.id },
    });
    await control(world, 'POST', '/pay', { buyer: 'anne', fields: begun.nextAction!.fields, ...pays });
    return until(merchant, begun.id, ({ instalments: { collected } }) => collected === 1);
  }

  test('each month is collected, charged and paid; ended at PayPal’s site, told twice, it is ended here', async () => {
    const merchant = await Merchant.create(world);
    const active = await agree(merchant);
    await until(merchant, active.id, ({ status }) => status === 'active');
    await events(active.id, { kind: 'collect' });
    await until(merchant, active.id, ({ instalments: { collected } }) => collected === 2);
    expect(await merchant.cart(memberOf(active))).toMatchObject({ due: 0, credit: 0, balance: 0 });
    await events(active.id, { kind: 'cancel', twice: true });
    await until(merchant, active.id, ({ status }) => status === 'cancelled');
  });

  test('the sign-up comes after the first payment: the same is booked', async () => {
    const merchant = await Merchant.create(world);
    const active = await agree(merchant, {}, { buyer: 'jana' });
    expect(await until(merchant, active.id, ({ status }) => status === 'active')).toMatchObject({ collected: 1000 });
    expect(await merchant.payments(memberOf(active))).toHaveLength(1);
  });

  test('without PayPal’s API a treasurer is told where to click', async () => {
    const merchant = await Merchant.create(world);
    const active = await agree(merchant);
    expect(await merchant.post(`/v1/agreements/${active.id}/suspension`)).toMatchObject({
      status: 409,
      body: { code: 'agreement_at_gateway_only' },
    });
  });

  test('withdrawn, and agreed to all the same: what PayPal collects is booked, and a person is asked', async () => {
    const merchant = await Merchant.create(world);
    const { id, nextAction } = await begin(merchant, FORM);
    expect((await merchant.post(`/v1/agreements/${id}/cancel`)).status).toBeLessThan(300);
    await control(world, 'POST', '/pay', { buyer: 'anne', fields: nextAction!.fields });
    await until(merchant, id, ({ collected, attention }) => collected === 1000 && attention !== null);
    expect(await read(merchant, id)).toMatchObject({
      status: 'cancelled',
      attention: { code: 'instalment_after_end' },
    });
    expect(await merchant.post(`/v1/agreements/${id}/resolution`, { action: 'accept' })).toMatchObject({
      status: 200,
      body: { attention: null },
    });
  });

  test('money of a subscription that is nobody’s of ours waits for a person, as any other', async () => {
    const merchant = await Merchant.create(world);
    const { nextAction } = await begin(merchant, FORM);
    const fields = { ...nextAction!.fields, custom: 'somebody', invoice: 'else' };
    await control(world, 'POST', '/pay', { buyer: 'anne', fields });
    await eventually(
      () => merchant.notifications('&state=unmatched'),
      (messages) => messages.length === 1,
    );
  });
});

test('what cannot be begun is refused by its reason, and by the field that is wrong', async () => {
  const merchant = await checkoutClub();
  const member = await merchant.member();
  const refusal = async (over: Record<string, unknown>) => {
    const { status, body } = await merchant.post<{ code: string; errors?: { path: string }[] }>('/v1/agreements', {
      ...MEMBERSHIP,
      member,
      ...over,
    });
    return [status, body.code, ...(body.errors ?? []).map(({ path }) => path)];
  };
  expect(await refusal({ gateway: 'kkiapay' })).toEqual([422, 'recurring_not_supported']);
  expect(await refusal({ currency: 'USD' })).toEqual([422, 'currency_not_supported']);
  expect(await refusal({ interval: 'day' })).toEqual([400, 'invalid_request', 'interval']);
  expect(await refusal({ every: 13 })).toEqual([400, 'invalid_request', 'every']);
  expect(await refusal({ amount: 0 })).toEqual([400, 'invalid_request', 'amount']);
  expect(await refusal({ startsOn: '2020-01-01' })).toEqual([400, 'invalid_request', 'startsOn']);
  expect(await refusal({ instalments: 3, endsOn: inDays(400) })).toEqual([400, 'invalid_request', 'endsOn']);
  expect(await refusal({ label: undefined })).toEqual([400, 'invalid_request', 'label']);
  expect(await refusal({ member: 'mem_0000000000000000000000000a' })).toEqual([404, 'not_found']);
  expect(await refusal({ returnUrl: 'https://elsewhere.example/' })).toEqual([
    400,
    'origin_not_registered',
    'returnUrl',
  ]);
});

test('a member begins what is offered, sees only their own, and ends it', async () => {
  const merchant = await checkoutClub();
  const offer = await merchant.post<{ id: string }>('/v1/offers', {
    label: 'Friend of the club',
    category: 'donation',
    interval: 'month',
    amount: { min: 500, max: 5000 },
  });
  expect(offer.status).toBe(201);
  const member = await merchant.member();
  const { token } = (await merchant.post<{ token: string }>(`/v1/members/${member}/tokens`, {})).body;
  const asMember = <Body>(method: string, path: string, body?: object) =>
    call<Body>(world.baseUrl, token, method, path, body);
  expect(await asMember('GET', '/v1/offers')).toMatchObject({ body: { data: [{ id: offer.body.id }] } });
  expect(await asMember('POST', '/v1/agreements', { ...MEMBERSHIP })).toMatchObject({ status: 400 });
  expect(await asMember('POST', '/v1/agreements', { offer: offer.body.id, amount: 400 })).toMatchObject({
    status: 422,
    body: { code: 'amount_not_supported' },
  });
  const begun = await asMember<AgreementView>('POST', '/v1/agreements', { offer: offer.body.id, amount: 2500 });
  expect(begun).toMatchObject({ status: 201, body: { amount: 2500, status: 'awaiting_payer' } });
  const others = await begin(merchant);
  expect(await asMember('GET', '/v1/agreements')).toMatchObject({ body: { data: [{ id: begun.body.id }] } });
  expect(await asMember('GET', `/v1/agreements/${others.id}`)).toMatchObject({ status: 404 });
  expect(await asMember('POST', `/v1/agreements/${begun.body.id}/suspension`, {})).toMatchObject({ status: 403 });
  expect((await asMember('POST', `/v1/agreements/${begun.body.id}/cancel`, {})).status).toBeLessThan(300);
  await until(merchant, begun.body.id, ({ status }) => status === 'cancelled');
});

test('a merchant’s systems hear of it: begun, active, collected, failed, ended', async () => {
  const merchant = await checkoutClub();
  const active = await approve(merchant, await begin(merchant));
  await happen(active, { kind: 'fail' });
  await until(merchant, active.id, ({ status }) => status === 'past_due');
  await merchant.post(`/v1/agreements/${active.id}/cancel`);
  const heard = await eventually(
    async () =>
      (
        await merchant.get<{ data: { type: string; data: { id: string; status: string } }[] }>('/v1/events?limit=100')
      ).body.data.filter(({ data }) => data.id === active.id),
    (events) => events.some(({ type }) => type === 'agreement.cancelled'),
  );
  expect(heard.map(({ type }) => type).sort()).toEqual(
    [
      'agreement.active',
      'agreement.cancelled',
      'agreement.created',
      'agreement.past_due',
      'instalment.collected',
      'instalment.failed',
    ].sort(),
  );
});
