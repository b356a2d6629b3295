import { randomUUID } from 'node:crypto';
import { get, post } from './http-client';
import type { Counter, Shop } from './orders';

/** What of a payment is needed to pay it. */
interface Opened {
  readonly id: string;
  readonly nextAction: unknown;
}

/** Opens payments through one gateway, each for another member than the one before; `more` is added to the n-th. */
export function createOpening(
  { shop, gateway }: Counter,
  more: (turn: number) => Readonly<Record<string, unknown>> = () => ({}),
) {
  const ask = createAsking(shop);
  let turn = 0;
  return async (): Promise<Opened> => {
    const member = shop.members[turn % shop.members.length];
    return ask<Opened>('/v1/payments', { member, gateway, amount: 5000, ...more(turn++) });
  };
}

interface Refund {
  readonly status: string;
  readonly reason: string | null;
}

/** Asks for all money of a payment to be given back, as the merchant's server would. */
export function createRefunding(shop: Shop): (paymentId: string) => Promise<void> {
  const ask = createAsking(shop);
  return async (paymentId) => {
    const { status, reason } = await ask<Refund>(`/v1/payments/${paymentId}/refunds`, {});
    if (status === 'failed') throw new Error(`the refund of ${paymentId} failed: ${reason}`);
  };
}

/** Has something made, as the merchant's server would. */
function createAsking({ baseUrl, secretKey }: Shop): <Made>(path: string, body: unknown) => Promise<Made> {
  return async <Made>(path: string, body: unknown) => {
    const answer = await post(
      new URL(path, baseUrl),
      {
        authorization: `Bearer ${secretKey}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      JSON.stringify(body),
    );
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${answer.body.slice(0, 200)}`);
    return JSON.parse(answer.body) as Made;
  };
}

/** One of the simulator's people (`as`) pays; a browser that the gateway sends back comes back. */
export function createPayingAs({ gateway, simulatorUrl }: Counter): (opened: Opened, as: string) => Promise<void> {
  const tell = createTelling(simulatorUrl);
  return async ({ id, nextAction }, as) => {
    const action = nextAction as { url?: string; fields?: unknown; params?: unknown; to?: string } | null;
    switch (gateway) {
      case 'paypal-standard':
        await tell('pay', { buyer: as, fields: action?.fields });
        break;
      case 'paypal-checkout': {
        const orderId = new URL(action?.url ?? 'http://no.order').searchParams.get('token');
        await goBack(
          (await tell<{ returnUrl: string | null }>('paypal-checkout/pay', { buyer: as, orderId })).returnUrl,
        );
        break;
      }
      case 'kkiapay':
        if (action?.to !== undefined) await tell(`kkiapay/transactions/${id}/settle`, { status: 'SUCCESS' });
        else
          await goBack(
            (await tell<{ callbackUrl: string | null }>('kkiapay/pay', { payer: as, params: action?.params }))
              .callbackUrl,
          );
        break;
    }
  };
}

/** The merchant gives all money of a payment back at PayPal's own site, which tells us of it. KKiaPay's tells nobody. */
export function createGivingBackThere(
  gateway: 'paypal-standard' | 'paypal-checkout',
  simulatorUrl: string,
): (paymentId: string) => Promise<void> {
  const tell = createTelling(simulatorUrl);
  const places = { 'paypal-standard': 'payments', 'paypal-checkout': 'paypal-checkout/captures' };
  return async (paymentId) => {
    await tell(`${places[gateway]}/${paymentId}/events`, { kind: 'refund' });
  };
}

function createTelling(simulatorUrl: string): <Answer>(path: string, body: unknown) => Promise<Answer> {
  return async <Answer>(path: string, body: unknown) => {
    const answer = await post(
      new URL(`/control/${path}`, simulatorUrl),
      { 'content-type': 'application/json' },
      JSON.stringify(body),
    );
    if (answer.status >= 300)
      throw new Error(`the simulator answered ${answer.status} to ${path}: ${answer.body.slice(0, 200)}`);
    return JSON.parse(answer.body) as Answer;
  };
}

async function goBack(url: string | null): Promise<void> {
  if (url !== null) await get(new URL(url));
}

/** Prompts on as many phones, whose owners do not look at them. Gives when each was opened, in milliseconds since 1970. */
export async function openPrompts(shop: Shop, count: number, inFlight: number): Promise<number[]> {
  const open = createOpening({ shop, gateway: 'kkiapay', simulatorUrl: '' }, (turn) => ({
    method: 'mobile_money',
    phone: `+229 61${100_000 + turn}`, // not one of the sandbox's numbers, which answer by themselves
  }));
  const openedAt: number[] = [];
  let left = count;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left-- > 0) {
        await open();
        openedAt.push(Date.now());
      }
    }),
  );
  return openedAt;
}
