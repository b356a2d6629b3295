import { randomUUID } from 'node:crypto';
import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { captureOf, connectCheckout, kkiapayMerchant, payByOrder, payByWidget } from '../support/gateways';
import { payAs } from '../support/paypal';
import { untilQuiet } from '../support/quiet';
import { describeRun } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

/** Trouble that calls itself over: no reason to give up, nor to ask without a pause. */
const UNAVAILABLE = { status: 503, headers: { 'retry-after': '0' } };

/** A gateway that cannot be asked about some money. */
interface Outage {
  /** It gives the money back at the first request, and its answer is lost; else no request arrives. */
  readonly obeys: boolean;
  /** The key of every request to give the money back, where this gateway takes one. */
  readonly keys: (string | null)[];
  isOver: boolean;
}
/** By the gateway's name of the money. */
const outages = new Map<string, Outage>();

const throughOutages: typeof globalThis.fetch = async (input, init) => {
  const asked = `${input instanceof Request ? input.url : input.toString()} ${bodyOf(init)}`;
  const [, outage] = [...outages].find(([capture]) => asked.includes(capture)) ?? [];
  if (!outage) return globalThis.fetch(input, init);
  const isRequest = /\/refund |\/revert |METHOD=RefundTransaction/.test(asked);
  if (isRequest) outage.keys.push(keyOf(init));
  if (outage.isOver) return globalThis.fetch(input, init);
  if (isRequest && outage.obeys && outage.keys.length === 1) await globalThis.fetch(input, init);
  return new Response(null, UNAVAILABLE);
};

const bodyOf = (init: RequestInit | undefined) => (typeof init?.body === 'string' ? init.body : '');

function keyOf(init: RequestInit | undefined): string | null {
  return new Headers(init?.headers).get('paypal-request-id') ?? new URLSearchParams(bodyOf(init)).get('MSGSUBID');
}

let world: World;
beforeAll(async () => {
  world = await startWorld({ fetch: throughOutages });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

interface Paid {
  readonly merchant: Merchant;
  readonly member: string;
  readonly payment: PaymentView;
}

async function payByPaypalCheckout(): Promise<Paid> {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, member, payment: await payByOrder(merchant, member) };
}

async function payByPaypalStandard(): Promise<Paid> {
  const nvp = { username: randomUUID(), password: 'api-pass', signature: 'api-sig' };
  const merchant = await Merchant.create(world, {}, { nvp });
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member);
  await payAs(merchant, payment);
  return { merchant, member, payment: await untilStatus(merchant, payment.id, 'paid') };
}

async function payByKkiapay(): Promise<Paid> {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member([['fee', 3000]]);
  return { merchant, member, payment: await payByWidget(merchant, member) };
}

/** What Temporal knows of the call that asks for a refund again and again. */
async function askingOf(payment: PaymentView) {
  const { raw } = await describeRun(world, payment);
  return raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'refundPayment');
}

interface RefundView {
  readonly id: string;
  readonly status: string;
}

test.concurrent.each([
  { gateway: 'PayPal Checkout', pay: payByPaypalCheckout, since: 'before it heard of a refund', obeys: false },
  { gateway: 'PayPal Checkout', pay: payByPaypalCheckout, since: 'after it had given the money back', obeys: true },
  { gateway: 'PayPal Standard', pay: payByPaypalStandard, since: 'before it heard of a refund', obeys: false },
  { gateway: 'PayPal Standard', pay: payByPaypalStandard, since: 'after it had given the money back', obeys: true },
  { gateway: 'KKiaPay', pay: payByKkiapay, since: 'before it heard of a refund', obeys: false },
  { gateway: 'KKiaPay', pay: payByKkiapay, since: 'after it had given the money back', obeys: true },
])(
  '$gateway goes away for hours $since: the refund is pending for as long, and then made once under one key',
  async ({ pay, obeys }) => {
    const { merchant, member, payment } = await pay();
    const outage: Outage = { obeys, keys: [], isOver: false };
    outages.set(captureOf(payment), outage);
    const path = `/v1/payments/${payment.id}/refunds`;
    const key = { 'idempotency-key': randomUUID() };
    // A busy machine may say 503, and a client asks again under the same key.
    const asked = await eventually(
      () => merchant.post<RefundView>(path, {}, key),
      ({ status }) => status !== 503,
    );
    expect(asked).toMatchObject({ status: 201, body: { status: 'pending', reason: 'awaiting_gateway' } });

    // Hours are the same as seconds to what has no end: it is asked again whenever it was refused, and no time is over.
    const asking = await eventually(
      () => askingOf(payment),
      (call) => (call?.attempt ?? 0) >= 3,
    );
    expect(asking).toMatchObject({ maximumAttempts: 0, expirationTime: null });
    expect((await merchant.get<RefundView>(`/v1/refunds/${asked.body.id}`)).body.status).toBe('pending');
    expect(await merchant.post(path)).toMatchObject({ status: 409, body: { code: 'refund_in_flight' } });
    expect(await merchant.payment(payment.id)).toMatchObject({ status: 'paid', refunded: 0 });
    expect((await merchant.entries()).map(({ kind }) => kind)).not.toContain('payment_refunded');

    outage.isOver = true;
    expect(await untilStatus(merchant, payment.id, 'refunded')).toMatchObject({ refunded: 3000, attention: null });
    await untilQuiet(merchant); // what the gateway has to say by now is no second refund
    const refunds = (await merchant.get<{ data: RefundView[] }>(path)).body.data;
    expect(refunds).toMatchObject([{ id: asked.body.id, status: 'succeeded', amount: 3000 }]);
    expect((await merchant.entries()).filter(({ kind }) => kind === 'payment_refunded')).toHaveLength(1);
    expect((await merchant.cart(member)).due).toBe(3000);
    expect(new Set(outage.keys).size).toBe(1);
  },
);
