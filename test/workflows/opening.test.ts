import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView, Reply } from '../support/client';
import { approveAs, connectCheckout, control, orderOf, visit } from '../support/gateways';
import { describeRun, untilAtRest } from '../support/runs';
import { searchAttributes } from '../../workflows/messages';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

/** While a club is named here, PayPal does not answer about its orders, or refuses them. */
const silent = new Set<string>();
const refusing = new Set<string>();
const isAbout = (clubs: ReadonlySet<string>, body: string) => [...clubs].some((name) => body.includes(name));
const refusal = {
  name: 'UNPROCESSABLE_ENTITY',
  message: 'no',
  details: [{ issue: 'PAYEE_ACCOUNT_RESTRICTED', description: 'restricted' }],
};
const listener = listenIn(async (url, body) => {
  if (!url.endsWith('/v2/checkout/orders')) return undefined;
  if (isAbout(refusing, body)) return Response.json(refusal, { status: 422 });
  return isAbout(silent, body) ? new Response('busy', { status: 503 }) : undefined;
});

let world: World;
beforeAll(async () => {
  world = await startWorld({ fetch: listener.fetch });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

/** A club whose name PayPal reads on its orders, so that a test can tell whose they are. */
async function club(name: string) {
  const merchant = await Merchant.create(world, { name });
  await connectCheckout(merchant);
  return { merchant, member: await merchant.member([['fee', 3000]]) };
}

const open = (merchant: Merchant, member: string, over: Record<string, unknown> = {}) =>
  merchant.pay(member, { gateway: 'paypal-checkout', ...over });
const ordersOf = async (id: string) =>
  (
    await control<{ data: { customId: string | null; id: string }[] }>(world, 'GET', '/paypal-checkout/orders')
  ).data.filter((order) => JSON.stringify(order).includes(id));

test.concurrent(
  'a payment that PayPal must open is in the payer’s hands when the answer comes, and paid when they come back',
  async () => {
    const { merchant, member } = await club('At once');
    const payment = await open(merchant, member);
    expect(payment).toMatchObject({ status: 'awaiting_payer', nextAction: { kind: 'redirect' } });
    expect(await visit(await approveAs(merchant, payment))).toBe(200);
    const paid = await untilStatus(merchant, payment.id, 'paid');
    expect(paid).toMatchObject({ captured: 3000, fee: 127, reason: null, nextAction: null });
    expect((await merchant.cart(member)).due).toBe(0);
    expect((await untilAtRest(world, payment)).status.name).toBe('COMPLETED');
  },
);

test.concurrent(
  'asked again with the same key, the payment answers as it was first handed over, and there is one order',
  async () => {
    const { merchant, member } = await club('Twice');
    const body = { member, gateway: 'paypal-checkout' };
    const answers: Reply<PaymentView>[] = [];
    for (let i = 0; i < 3; i++)
      answers.push(await merchant.post<PaymentView>('/v1/payments', body, { 'idempotency-key': 'one' }));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(answers.slice(1).map(({ body: again, headers }) => [again, headers.get('idempotency-replayed')])).toEqual(
      answers.slice(1).map(() => [answers[0]!.body, 'true']),
    );
    expect(answers[0]!.body.nextAction?.kind).toBe('redirect');
    expect(await ordersOf(answers[0]!.body.id)).toHaveLength(1);
  },
);

test.concurrent(
  'while PayPal does not answer the payment is only created; it is handed over as soon as PayPal does, by one order',
  async () => {
    const { merchant, member } = await club('Patience');
    silent.add('Patience');
    const created = await open(merchant, member);
    expect(created).toMatchObject({ status: 'created', nextAction: null, timeline: [] });
    silent.delete('Patience');
    const opened = await untilStatus(merchant, created.id, 'awaiting_payer');
    expect(opened.nextAction?.kind).toBe('redirect');
    expect(await ordersOf(created.id)).toHaveLength(1);
  },
);

test.concurrent(
  'a created payment can be cancelled, and its run does not wait for a checkout that nobody wants',
  async () => {
    const { merchant, member } = await club('Changed mind');
    silent.add('Changed mind');
    const created = await open(merchant, member);
    const { status, body } = await merchant.post<PaymentView>(`/v1/payments/${created.id}/cancel`);
    expect([status, body.status]).toEqual([200, 'cancelled']);
    expect((await untilAtRest(world, created)).status.name).toBe('COMPLETED');
  },
);

test.concurrent('a payment that could not be opened until its deadline expires', async () => {
  const { merchant, member } = await club('Too late');
  silent.add('Too late');
  const created = await open(merchant, member, { expiresInMs: 6000 });
  expect(await untilStatus(merchant, created.id, 'expired')).toMatchObject({ captured: 0, nextAction: null });
  expect((await untilAtRest(world, created)).status.name).toBe('COMPLETED');
});

test.concurrent('what PayPal refuses to open has failed, in its own word, and nobody is sent anywhere', async () => {
  const { merchant, member } = await club('Refused');
  refusing.add('Refused');
  const failed = await open(merchant, member);
  expect(failed).toMatchObject({ status: 'failed', reason: 'payee_account_restricted', nextAction: null });
});

test.concurrent('operators find an opened payment by its status while it waits', async () => {
  const { merchant, member } = await club('Found');
  const payment = await open(merchant, member);
  const run = await eventually(
    () => describeRun(world, payment),
    ({ typedSearchAttributes }) => typedSearchAttributes.get(searchAttributes.status) === 'awaiting_payer',
  );
  expect(run.status.name).toBe('RUNNING');
  expect(orderOf(payment)).not.toBe('');
});
