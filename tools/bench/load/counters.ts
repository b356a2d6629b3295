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
  const url = new URL('/v1/payments', shop.baseUrl);
  let turn = 0;
  return async (): Promise<Opened> => {
    const member = shop.members[turn % shop.members.length];
    const body = { member, gateway, amount: 5000, ...more(turn++) };
    const answer = await post(
      url,
      {
        authorization: `Bearer ${shop.secretKey}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      JSON.stringify(body),
    );
    if (answer.status !== 201)
      throw new Error(`POST /v1/payments answered ${answer.status}: ${answer.body.slice(0, 200)}`);
    return JSON.parse(answer.body) as Opened;
  };
}

/** One of the simulator's people (`as`) pays; a browser that the gateway sends back comes back. */
export function createPayingAs({ gateway, simulatorUrl }: Counter): (opened: Opened, as: string) => Promise<void> {
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

  async function tell<Answer>(path: string, body: unknown): Promise<Answer> {
    const answer = await post(
      new URL(`/control/${path}`, simulatorUrl),
      { 'content-type': 'application/json' },
      JSON.stringify(body),
    );
    if (answer.status >= 300)
      throw new Error(`the simulator answered ${answer.status} to ${path}: ${answer.body.slice(0, 200)}`);
    return JSON.parse(answer.body) as Answer;
  }
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
