import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { GatewayName } from '../../workflows/domain/gateway';
import type { ConnectedAccount, Payment } from './club';
import { DemoFailure } from './failure';
import type { Simulator } from './simulator';

/** How a payer, played without a browser, pays at the simulator through one gateway. */
export interface Payer {
  /** What the addresses of its look-alike begin with, below the simulator's own. */
  readonly path: string;
  /** A merchant's account there; the simulator takes any. */
  newAccount(): ConnectedAccount['fields'];
  /** What a merchant types at the gateway itself, where it does not learn from us where its messages go. */
  enterNotificationUrl(
    simulator: Simulator,
    account: Pick<ConnectedAccount, 'fields' | 'notificationUrl'>,
  ): Promise<void>;
  /** `as`: whom of the simulator's people to play, who decides what happens; a prompt is always approved. */
  pay(simulator: Simulator, payment: Payment, as: string): Promise<void>;
}

const isToldByUs = () => Promise.resolve();

/** Every gateway of this release; one without a payer does not compile. */
export const PAYERS: Readonly<Record<GatewayName, Payer>> = {
  'paypal-standard': {
    path: '/paypal/',
    newAccount: () => ({ receiverId: 'DEMOCLUB00001', pdtIdentityToken: 'demo-identity-token' }),
    enterNotificationUrl: isToldByUs, // each form names it
    pay: postForm,
  },
  'paypal-checkout': {
    path: '/paypal/',
    newAccount: () => ({ clientId: `demo-app-${randomUUID()}`, clientSecret: 'demo-secret' }), // what happens to an app is told to all its webhooks
    enterNotificationUrl: isToldByUs, // the webhook is made when the account is connected
    pay: approveOrder,
  },
  kkiapay: {
    path: '/kkiapay/',
    newAccount: () => ({
      publicKey: randomUUID(),
      privateKey: 'tpk_demo',
      secret: 'tsk_demo',
      webhookSecret: 'demo-hash-secret',
    }),
    async enterNotificationUrl(simulator, { fields, notificationUrl: webhookUrl }) {
      const { publicKey, webhookSecret } = z.object({ publicKey: z.string(), webhookSecret: z.string() }).parse(fields);
      await simulator.tell('PUT', `kkiapay/accounts/${publicKey}`, { webhookUrl, webhookSecret }, z.unknown());
    },
    pay: payInWidgetOrByPhone,
  },
};

async function postForm(simulator: Simulator, { id, nextAction }: Payment, buyer: string): Promise<void> {
  if (nextAction?.kind !== 'form') throw notOffered(id, 'a form', nextAction);
  await simulator.tell('POST', 'pay', { buyer, fields: nextAction.fields }, z.object({ outcome: z.literal('paid') }));
}

async function approveOrder(simulator: Simulator, { id, nextAction }: Payment, buyer: string): Promise<void> {
  const orderId = nextAction?.kind === 'redirect' ? new URL(nextAction.url).searchParams.get('token') : null;
  if (orderId === null) throw notOffered(id, 'an order to approve', nextAction);
  const approved = z.object({ outcome: z.literal('approved'), returnUrl: z.string().nullable() });
  const { returnUrl } = await simulator.tell('POST', 'paypal-checkout/pay', { buyer, orderId }, approved);
  await goBack(returnUrl);
}

async function payInWidgetOrByPhone(simulator: Simulator, { id, nextAction }: Payment, payer: string): Promise<void> {
  switch (nextAction?.kind) {
    case 'widget': {
      const ended = z.object({ callbackUrl: z.string().nullable() });
      const { callbackUrl } = await simulator.tell('POST', 'kkiapay/pay', { payer, params: nextAction.params }, ended);
      await goBack(callbackUrl);
      break;
    }
    case 'prompt':
      await simulator.tell('POST', `kkiapay/transactions/${id}/settle`, { status: 'SUCCESS' }, z.unknown());
      break;
    default:
      throw notOffered(id, 'a widget or a prompt', nextAction);
  }
}

/** Where the gateway sends the browser, if it sends it anywhere. A page that is not reached loses nothing: the gateway tells us as well. */
async function goBack(url: string | null): Promise<void> {
  if (url !== null) await fetch(url).catch(() => undefined);
}

function notOffered(id: string, what: string, nextAction: Payment['nextAction']): DemoFailure {
  return new DemoFailure(`${id} should offer ${what}, and has ${nextAction?.kind ?? 'nothing'}.`);
}
