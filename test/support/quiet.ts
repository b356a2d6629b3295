import { call, eventually } from './client';
import type { Merchant, NotificationView } from './client';
import { encode, postRaw } from './paypal';

/** Until PayPal has nothing left to send and every message we kept has come to its end; gives these, newest first. */
export async function untilQuiet(merchant: Merchant, query = ''): Promise<readonly NotificationView[]> {
  await call(merchant.world.simulator.url, null, 'GET', '/control/idle');
  return eventually(
    () => merchant.notifications(query),
    (all) => all.length > 0 && all.every(({ state }) => state !== 'received'),
  );
}

/** Until so many messages have come to their end. */
export const untilSettled = (merchant: Merchant, count: number): Promise<readonly NotificationView[]> =>
  eventually(
    () => merchant.notifications(),
    (all) => all.length >= count && all.every(({ state }) => state !== 'received'),
  );

/** PayPal stands by these fields, and delivers them nowhere: who posts the bytes himself decides when, how often and where. */
export async function vouchFor(merchant: Merchant, fields: Record<string, string>): Promise<string> {
  const body = encode(fields);
  const { url } = merchant.world.simulator;
  const sent = await call(url, null, 'POST', '/control/messages', { notifyUrl: `${url}/paypal/elsewhere`, body });
  if (sent.status >= 300) throw new Error(`the simulator did not vouch: ${JSON.stringify(sent.body)}`);
  return body;
}

/** A genuine message, delivered by the time this resolves; gives the status that our side answered. */
export async function deliver(merchant: Merchant, fields: Record<string, string>): Promise<number> {
  return postRaw(merchant, await vouchFor(merchant, fields));
}
