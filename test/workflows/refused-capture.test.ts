import { brokenInvariants } from '../support/audit';
import { listenIn } from '../support/asked';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { approveAs, connectCheckout, orderOf, visit } from '../support/gateways';
import { untilQuiet } from '../support/quiet';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

/** How PayPal answers captures of an order in place of taking them; without a word they go through. */
const answers = new Map<string, () => Response>();
const captures: string[] = [];
const listener = listenIn(async (url) => {
  const order = /\/orders\/(\w+)\/capture$/.exec(url)?.[1];
  if (order === undefined) return undefined;
  captures.push(order);
  return answers.get(order)?.();
});

const problem = (status: number, body: object) => () =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const unprocessable = (issue: string) =>
  problem(422, {
    name: 'UNPROCESSABLE_ENTITY',
    message: 'The requested action could not be performed.',
    details: [{ issue }],
  });
const silence = () => new Response('upstream connect error', { status: 503 });

let world: World;
beforeAll(async () => {
  world = await startWorld({ fetch: listener.fetch });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

/** A payment that its payer has approved, while PayPal answers every capture of it like this. */
async function approved(answer: () => Response, over: Record<string, unknown> = {}) {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const member = await merchant.member([['fee', 3000]]);
  const payment = await merchant.pay(member, { gateway: 'paypal-checkout', ...over });
  answers.set(orderOf(payment), answer);
  await visit(await approveAs(merchant, payment));
  return { merchant, member, payment, order: orderOf(payment) };
}

const untilShown = (merchant: Merchant, { id }: PaymentView) =>
  eventually(
    () => merchant.payment(id),
    ({ attention }) => attention?.code === 'capture_refused',
  );

test.concurrent.each<[string, () => Response, string]>([
  ['an invented word', unprocessable('INVENTED_WORD'), 'invented_word'],
  [
    'a 422 without details',
    problem(422, { name: 'UNPROCESSABLE_ENTITY', message: 'Something is wrong.' }),
    'unprocessable_entity',
  ],
  [
    'a permission that the account lacks',
    problem(403, { name: 'NOT_AUTHORIZED', message: 'No.', details: [{ issue: 'PERMISSION_DENIED' }] }),
    'permission_denied',
  ],
])('%s is told to a person after a few tries, and the payer may still cancel', async (_, answer, reason) => {
  const { merchant, payment } = await approved(answer);
  const shown = await untilShown(merchant, payment);
  expect(shown).toMatchObject({ status: 'awaiting_payer', reason, captured: 0 });
  expect(shown.attention?.detail).toContain(reason);

  const cancelled = await merchant.post<PaymentView>(`/v1/payments/${payment.id}/cancel`);
  expect([200, 202]).toContain(cancelled.status); // 202: it will be obeyed; the gateway is asked first
  expect(await untilStatus(merchant, payment.id, 'cancelled')).toMatchObject({ attention: null });
  expect((await untilQuiet(merchant)).every(({ state }) => state !== 'received')).toBe(true);
});

test.concurrent(
  'a refusal that nobody knows does not keep the payment open beyond its deadline',
  async () => {
    const { merchant, payment } = await approved(unprocessable('ANOTHER_INVENTED_WORD'), { expiresInMs: 6_000 });
    expect(await untilStatus(merchant, payment.id, 'expired')).toMatchObject({ captured: 0, attention: null });
    expect(await merchant.entries()).toEqual([]);
  },
  240_000,
);

test.concurrent('a payer who comes back after the merchant has mended it pays', async () => {
  const { merchant, payment, order } = await approved(unprocessable('PAYEE_NOT_ENABLED_FOR_CARD_PROCESSING'));
  await untilShown(merchant, payment);
  answers.delete(order);
  await visit(await approveAs(merchant, payment));
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({
    captured: 3000,
    reason: null,
    attention: null,
  });
});

test.concurrent('a declined payer reads why, and may try again', async () => {
  const { merchant, payment } = await approved(unprocessable('PAYMENT_DENIED'));
  const declined = await eventually(
    () => merchant.payment(payment.id),
    ({ reason }) => reason === 'payment_denied',
  );
  expect(declined).toMatchObject({ status: 'awaiting_payer', attention: null, nextAction: { kind: 'redirect' } });
});

test.concurrent(
  'while PayPal is silent the payment says that it is being taken, and a cancellation ends the asking',
  async () => {
    const { merchant, payment } = await approved(silence);
    const seen = await eventually(
      () => merchant.payment(payment.id),
      ({ reason }) => reason === 'capturing',
    );
    expect(seen).toMatchObject({ status: 'awaiting_payer', attention: null });

    await merchant.post(`/v1/payments/${payment.id}/cancel`);
    expect(await untilStatus(merchant, payment.id, 'cancelled')).toMatchObject({ captured: 0, reason: null });
  },
);

test.concurrent('what was taken although its answer was lost is found when a person wants to cancel it', async () => {
  const { merchant, member, payment, order } = await approved(silence);
  await eventually(
    () => merchant.payment(payment.id),
    ({ reason }) => reason === 'capturing',
  );
  // The next call reaches PayPal and is taken; what follows is lost again.
  answers.delete(order);
  await untilStatus(merchant, payment.id, 'paid');
  const late = await merchant.post(`/v1/payments/${payment.id}/cancel`);
  expect(late).toMatchObject({ status: 409, body: { code: 'already_paid' } });
  expect((await merchant.cart(member)).paylines).toHaveLength(1);
});
