import { watchBooked } from './booked';
import { post } from './http-client';
import { FORGED, IPN_HEADERS, messageBody } from './message';
import type { Orders } from './orders';
import { createCheckout, createPayer } from './pay';
import { keepInFlight } from './shift';

/** So many connections of one attacker. */
const CONNECTIONS = 20;
const OWN_PAYMENTS = 50;

/** One shop is paid, one payment after the other, before another shop's address is flooded with forged messages, and from then on. */
export async function payBesideFlood({
  shop,
  flooded,
  about,
  messages,
  beforeMs,
  duringMs,
  databaseUrl,
}: Orders['flood']['order']): Promise<Orders['flood']['answer']> {
  const [checkout, pay, watch] = [createCheckout(shop), createPayer(shop), watchBooked(databaseUrl, 2)];
  const payOne = async (): Promise<void> => {
    const opened = await checkout();
    await pay(opened);
    await watch.untilBooked(opened.id);
  };
  const paying = (measureMs: number) => keepInFlight({ inFlight: 1, warmUpMs: 0, measureMs }, payOne, () => undefined);
  try {
    const openOwn = createCheckout(flooded);
    const own = about === 'own payments' ? await Promise.all(Array.from({ length: OWN_PAYMENTS }, () => openOwn())) : [];
    const before = await paying(beforeMs);

    const url = new URL(flooded.notificationUrl);
    const refused: Record<string, number> = {};
    let left = messages;
    const begun = performance.now();
    const flooding = Array.from({ length: CONNECTIONS }, async () => {
      while (left-- > 0) {
        const paymentId = own[left % OWN_PAYMENTS]?.id ?? null;
        const { status } = await post(
          url,
          IPN_HEADERS,
          `${messageBody(flooded, { paymentId, gross: '50.00', currency: 'EUR' })}&${FORGED}`,
        );
        if (status !== 200) refused[status] = (refused[status] ?? 0) + 1;
      }
      return (performance.now() - begun) / 1000;
    });
    const [during, ...seconds] = await Promise.all([paying(duringMs), ...flooding]);
    return { before, during, refused, floodSeconds: Math.max(...seconds) };
  } finally {
    await watch.close();
  }
}
