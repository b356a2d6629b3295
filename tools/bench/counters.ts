import { randomUUID } from 'node:crypto';
import { call } from '../local/seed-call';
import type { Counter } from './load/orders';
import type { Stack } from './stack';

/** A merchant at the simulator's PayPal. */
export async function openPaypalCounter(
  stack: Stack,
  gateway: 'paypal-standard' | 'paypal-checkout',
  fields: Readonly<Record<string, unknown>>,
  members: number,
): Promise<Counter> {
  return {
    gateway,
    shop: await stack.openShop({ gateway, fields, currency: 'EUR', members }),
    simulatorUrl: stack.gatewaysUrl,
  };
}

/** A merchant at the simulator's KKiaPay, whose webhook is typed in there. */
export async function openKkiapayCounter(stack: Stack, members: number): Promise<Counter> {
  const [publicKey, webhookSecret] = [randomUUID(), 'bench-hash-secret'];
  const fields = { publicKey, privateKey: 'tpk_bench', secret: 'tsk_bench', webhookSecret };
  const shop = await stack.openShop({ gateway: 'kkiapay', fields, currency: 'XOF', members });
  const webhook = { webhookUrl: shop.notificationUrl, webhookSecret };
  await call(stack.gatewaysUrl, '', 'PUT', `/control/kkiapay/accounts/${publicKey}`, webhook);
  return { gateway: 'kkiapay', shop, simulatorUrl: stack.gatewaysUrl };
}
