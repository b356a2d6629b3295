import { Merchant, untilAttention, untilStatus } from '../support/client';
import type { PaymentView, Reply } from '../support/client';
import { ipn, payAs, sendGenuine } from '../support/paypal';
import { connectCheckout, payByOrder } from '../support/gateways';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf, watcherOf } from './asking';
import type { Asking, Page } from './asking';

interface Action {
  readonly kind: 'cancel' | 'refund' | 'resolution';
  readonly allowed: boolean;
  readonly code: string | null;
  readonly detail: string | null;
}
interface ShownPayment extends PaymentView {
  readonly environment: string;
  readonly memberName: string | null;
  readonly actions: readonly Action[];
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const shown = async (asks: Pick<Asking, 'get'>, { id }: Pick<PaymentView, 'id'>) =>
  (await asks.get<ShownPayment>(`/v1/payments/${id}`)).body;

/** What each action says of itself: `null` where it is allowed. */
const codes = ({ actions }: ShownPayment) => Object.fromEntries(actions.map(({ kind, code }) => [kind, code]));

/** Does an action as its own call does it. */
function take(
  merchant: Merchant,
  { id }: Pick<PaymentView, 'id'>,
  kind: Action['kind'],
): Promise<Reply<{ code?: string; detail?: string }>> {
  if (kind === 'cancel') return merchant.post(`/v1/payments/${id}/cancel`);
  if (kind === 'refund') return merchant.post(`/v1/payments/${id}/refunds`);
  return merchant.post(`/v1/payments/${id}/resolution`, { action: 'accept' });
}

type Situation = (merchant: Merchant) => Promise<PaymentView>;
const SITUATIONS: Readonly<Record<string, readonly [Situation, Readonly<Record<Action['kind'], string | null>>]>> = {
  'one that nobody has paid yet': [
    async (merchant) => merchant.pay(await merchant.member([['fee', 5000]])),
    { cancel: null, refund: 'nothing_to_refund', resolution: 'nothing_to_resolve' },
  ],
  'one that was cancelled': [
    async (merchant) => {
      const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
      await take(merchant, payment, 'cancel');
      return untilStatus(merchant, payment.id, 'cancelled');
    },
    { cancel: 'already_cancelled', refund: 'nothing_to_refund', resolution: 'nothing_to_resolve' },
  ],
  'one that is paid': [
    async (merchant) => payByOrder(merchant, await merchant.member([['fee', 5000]])),
    { cancel: 'already_paid', refund: null, resolution: 'nothing_to_resolve' },
  ],
  'one that is paid at an account that gives nothing back': [
    async (merchant) => {
      const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
      await payAs(merchant, payment);
      return untilStatus(merchant, payment.id, 'paid');
    },
    { cancel: 'already_paid', refund: 'refund_at_gateway_only', resolution: 'nothing_to_resolve' },
  ],
  'one of another amount': [
    async (merchant) => {
      const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
      await sendGenuine(merchant, ipn(merchant, payment, { mc_gross: '30.00' }));
      return untilAttention(merchant, payment.id);
    },
    { cancel: 'payment_needs_review', refund: 'nothing_to_refund', resolution: null },
  ],
};

describe('a payment says what can be done about it', () => {
  test.each(Object.entries(SITUATIONS))('%s, and each call answers so', async (_, [arise, expected]) => {
    const merchant = await Merchant.create(world);
    await connectCheckout(merchant);
    const payment = await arise(merchant);
    const before = await shown(merchant, payment);
    expect(codes(before)).toEqual(expected);
    const list = (await merchant.get<Page<ShownPayment>>('/v1/payments')).body.data;
    expect(list.find(({ id }) => id === payment.id)?.actions).toEqual(before.actions);
    // What is refused first: an action that is allowed changes what follows it.
    for (const { kind, allowed, code, detail } of [...before.actions].sort(
      (a, b) => Number(a.allowed) - Number(b.allowed),
    )) {
      const { status, body } = await take(merchant, payment, kind);
      if (allowed) expect([kind, status < 300]).toEqual([kind, true]);
      else expect([kind, status, body.code, body.detail]).toEqual([kind, 409, code, detail]);
    }
  });

  test('to who asks: another key, a member and a page that watches may not do the same', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 5000]]);
    const payment = await merchant.pay(member);
    const keyFor = async (scope: string) =>
      asking(
        world,
        (await merchant.post<{ secretKey: string }>('/v1/keys', { name: 'x', scopes: ['read', scope] })).body.secretKey,
      );
    const forbidden = { refund: 'forbidden', resolution: 'forbidden' };
    expect(codes(await shown(await keyFor('payments'), payment))).toEqual({ cancel: null, ...forbidden });
    expect(codes(await shown(await keyFor('refunds'), payment))).toEqual({
      ...{ cancel: 'forbidden', refund: 'nothing_to_refund', resolution: 'nothing_to_resolve' },
    });
    expect(codes(await shown(await memberOf(merchant, member), payment))).toEqual({ cancel: null, ...forbidden });
    expect(codes(await shown(await watcherOf(merchant, payment.id), payment))).toEqual({
      cancel: 'forbidden',
      ...forbidden,
    });
  });
});

test('a payment says whose it is and where its money is real; the name is not for the holder of its own token', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  const surroundings = { environment: 'simulator', memberName: 'Anne Martin' };
  expect(payment).toMatchObject(surroundings);
  expect(await shown(merchant, payment)).toMatchObject(surroundings);
  const watching = await shown(await watcherOf(merchant, payment.id), payment);
  expect(watching).toMatchObject({ environment: 'simulator', memberName: null });
});
