import { randomUUID } from 'node:crypto';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import {
  approveAs,
  connectCheckout,
  control,
  kkiapayMerchant,
  orderOf,
  payInWidget,
  transactionsOf,
  visit,
} from '../support/gateways';
import { payAs } from '../support/paypal';
import type { World } from '../support/world';

/** A payment before its race. */
export interface Stage {
  readonly merchant: Merchant;
  readonly member: string;
  readonly payment: PaymentView;
  /** The path at which its gateway tells of it. */
  readonly door: string;
  /** What the gateway itself has on record. */
  atGateway(): Promise<AtGateway>;
}

/** Sums in minor units. `isSilent`: it has nothing left to tell. */
export interface AtGateway {
  readonly taken: number;
  readonly back: number;
  readonly held: number;
  readonly isSilent: boolean;
}

/** What every payment of a race is for. */
export const AMOUNT = 7000;
const CHARGES = [
  ['fee', 5000],
  ['outing', 2000],
] as const;

/** What a merchant or a payment is made with beside what every race needs. */
export type Terms = Readonly<Record<string, unknown>>;

interface Sums {
  readonly amount: string;
  readonly refunded: string;
  readonly held: string;
}
interface Told {
  readonly messages: readonly { readonly state: string }[];
}

const minor = (text: string) => Math.round(Number(text) * 100);
const isSilent = ({ messages }: Told) => messages.every(({ state }) => state !== 'Queued' && state !== 'Retrying');
const sumsOf = ({ amount, refunded, held }: Sums) => ({
  taken: minor(amount),
  back: minor(refunded),
  held: minor(held),
});
const NOTHING_TAKEN = { taken: 0, back: 0, held: 0 };

/** Opened at PayPal Checkout, where we take what the payer approved. */
export async function openedByCheckout(world: World, terms: Terms = {}, wish: Terms = {}): Promise<Stage> {
  const merchant = await Merchant.create(world, terms);
  const { notificationUrl } = await connectCheckout(merchant);
  const member = await merchant.member(CHARGES);
  const { id } = await merchant.pay(member, { gateway: 'paypal-checkout', ...wish });
  const payment = await eventually(
    () => merchant.payment(id),
    ({ status }) => status !== 'created',
  );
  const { expiresInMs } = wish;
  // A busy machine took longer to open it than its payer was given: then another one, with twice the time.
  if (payment.status === 'expired' && typeof expiresInMs === 'number')
    return openedByCheckout(world, terms, { ...wish, expiresInMs: 2 * expiresInMs });
  const path = `/paypal-checkout/orders/${orderOf(payment)}`;
  return {
    merchant,
    member,
    payment,
    door: new URL(notificationUrl).pathname,
    async atGateway() {
      const order = await control<Told & { readonly capture: Sums | null }>(world, 'GET', path);
      return { ...(order.capture ? sumsOf(order.capture) : NOTHING_TAKEN), isSilent: isSilent(order) };
    },
  };
}

/** Opened at PayPal Standard, which takes by itself. This account can give back. */
export async function openedByStandard(world: World, terms: Terms = {}, wish: Terms = {}): Promise<Stage> {
  const nvp = { username: randomUUID(), password: 'api-pass', signature: 'api-sig' };
  const merchant = await Merchant.create(world, terms, { nvp });
  const member = await merchant.member(CHARGES);
  const payment = await merchant.pay(member, wish);
  const path = `/payments/${payment.nextAction?.fields['invoice']}`;
  return {
    merchant,
    member,
    payment,
    door: new URL(merchant.notificationUrl).pathname,
    async atGateway() {
      const paid = await control<Told & Sums>(world, 'GET', path);
      return { ...sumsOf(paid), isSilent: isSilent(paid) };
    },
  };
}

/** Paid at PayPal Checkout. */
export async function paidByCheckout(world: World): Promise<Stage> {
  const stage = await openedByCheckout(world);
  await visit(await approveAs(stage.merchant, stage.payment));
  return paid(stage);
}

/** Paid at PayPal Standard. */
export async function paidByStandard(world: World): Promise<Stage> {
  const stage = await openedByStandard(world);
  await payAs(stage.merchant, stage.payment);
  return paid(stage);
}

/** Paid by mobile money, in francs; KKiaPay gives back whole sums only, and knows no key of a refund. */
export async function paidByKkiapay(world: World): Promise<Stage> {
  const merchant = await kkiapayMerchant(world);
  const member = await merchant.member(CHARGES);
  const payment = await merchant.pay(member, { gateway: 'kkiapay' });
  await visit((await payInWidget(merchant, payment)).callbackUrl);
  return paid({
    merchant,
    member,
    payment,
    door: '',
    async atGateway() {
      const [transaction] = await transactionsOf(world, payment.id);
      return {
        taken: AMOUNT,
        back: transaction?.answer['status'] === 'REVERTED' ? AMOUNT : 0,
        held: 0,
        isSilent: true, // it announces no revert
      };
    },
  });
}

async function paid(stage: Stage): Promise<Stage> {
  return { ...stage, payment: await untilStatus(stage.merchant, stage.payment.id, 'paid') };
}

export const captureOf = ({ payment }: Stage): string =>
  payment.timeline.find(({ kind }) => kind === 'payment_captured')?.gatewayReference ?? '';
