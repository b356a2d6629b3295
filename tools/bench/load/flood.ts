import { setTimeout as pause } from 'node:timers/promises';
import { watchBooked } from './booked';
import { post } from './http-client';
import { FORGED, IPN_HEADERS, messageBody } from './message';
import type { Orders, Times } from './orders';
import { createCheckout, createPayer } from './pay';
import { percentile } from './percentile';

/** So many connections of one attacker. */
const CONNECTIONS = 20;
const OWN_PAYMENTS = 50;

/** One shop is paid, one payment after the other: alone, while another shop's address is flooded with forged messages, and while these wait. */
export async function payBesideFlood({
  shop,
  flooded,
  about,
  messages,
  measureMs,
  databaseUrl,
}: Orders['flood']['order']): Promise<Orders['flood']['answer']> {
  const [checkout, pay, watch] = [createCheckout(shop), createPayer(shop), watchBooked(databaseUrl, 2)];
  /** Until so long has passed and `what` is done. */
  const payWhile = async (what: Promise<unknown>): Promise<Times> => {
    const times: number[] = [];
    const going = { on: true };
    const end = what.finally(() => (going.on = false));
    do {
      const begun = performance.now();
      const opened = await checkout();
      await pay(opened);
      await watch.untilBooked(opened.id);
      times.push(performance.now() - begun);
    } while (going.on);
    await end;
    return { payments: times.length, p50Ms: percentile(times, 50), p99Ms: percentile(times, 99) };
  };

  const url = new URL(flooded.notificationUrl);
  const openOwn = createCheckout(flooded);
  const own = about === 'own payments' ? await Promise.all(Array.from({ length: OWN_PAYMENTS }, () => openOwn())) : [];
  const refused: Record<string, number> = {};
  let left = messages;
  const sendForged = async (): Promise<void> => {
    while (left-- > 0) {
      const paymentId = own[left % OWN_PAYMENTS]?.id ?? null;
      const { status } = await post(
        url,
        IPN_HEADERS,
        `${messageBody(flooded, { paymentId, gross: '50.00', currency: 'EUR' })}&${FORGED}`,
      );
      if (status !== 200) refused[status] = (refused[status] ?? 0) + 1;
    }
  };

  try {
    const alone = await payWhile(pause(measureMs));
    const begun = performance.now();
    const whileItComes = await payWhile(Promise.all(Array.from({ length: CONNECTIONS }, sendForged)));
    const floodSeconds = (performance.now() - begun) / 1000;
    return { alone, whileItComes, whileItWaits: await payWhile(pause(measureMs)), refused, floodSeconds };
  } finally {
    await watch.close();
  }
}
