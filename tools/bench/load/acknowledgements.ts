import { post } from './http-client';
import { IPN_HEADERS, messageBody } from './message';
import { percentile } from './percentile';
import type { Acknowledged, Orders } from './orders';

/** One message in so many names no payment of ours. */
const UNMATCHED_EVERY = 20;

/** Sends messages at fixed times, none waiting for another's answer; each is new, and about another payment while they last. */
export async function sendNotifications({
  shop,
  rate,
  durationMs,
  paymentIds,
}: Orders['notifications']['order']): Promise<Acknowledged> {
  const url = new URL(shop.notificationUrl);
  const offered = Math.round((rate * durationMs) / 1000);
  const bodies = Array.from({ length: offered }, (_, index) => {
    const paymentId =
      index % UNMATCHED_EVERY === UNMATCHED_EVERY - 1 ? undefined : paymentIds[index % paymentIds.length];
    return messageBody(shop, { paymentId: paymentId ?? null, gross: '50.00', currency: 'EUR' });
  });

  const times: number[] = [];
  const delays: number[] = [];
  const refused: Record<string, number> = {};
  const begun = performance.now() + 50;
  let last = begun;
  const send = async (body: string, due: number): Promise<void> => {
    delays.push(performance.now() - due);
    const outcome = await post(url, IPN_HEADERS, body).then(
      ({ status }) => status,
      (error: unknown) =>
        error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error),
    );
    last = performance.now();
    times.push(last - due);
    if (outcome !== 200) refused[outcome] = (refused[outcome] ?? 0) + 1;
  };

  const answers: Promise<void>[] = [];
  for (const body of bodies) {
    const due = begun + (answers.length * 1000) / rate;
    while (performance.now() < due)
      await new Promise((resolve) => setTimeout(resolve, Math.min(1, due - performance.now())));
    answers.push(send(body, due));
  }
  await Promise.all(answers);

  const accepted = offered - Object.values(refused).reduce((sum, count) => sum + count, 0);
  return {
    offered,
    accepted,
    perSecond: (accepted * 1000) / Math.max(last - begun, 1),
    refused,
    p50Ms: percentile(times, 50),
    p99Ms: percentile(times, 99),
    worstMs: percentile(times, 100),
    ownDelayP99Ms: percentile(delays, 99),
  };
}
