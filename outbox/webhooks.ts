import { setTimeout as sleep } from 'node:timers/promises';
import { numberEvents } from '../books/events';
import type { Waiting } from '../books/webhooks';
import { inBackground } from '../platform/background';
import { sayNowAndThen } from '../platform/log';
import { readToSend, take } from '../webhooks/sending';
import type { SendingDependencies } from '../webhooks/sending';

/** A merchant's system hears of a payment about as soon as its member does. */
const EVERY_MS = 250;
/** While endpoints take what they are sent: more may wait for the places that become free. */
const AGAIN_MS = 50;
/**
 * So many are under way at once, and of each endpoint a few. Endpoints that took nothing lately have places of their own for what they
 * were not sent yet, and one each: they may be silent for as long as the time-out, which none of the others waits for.
 */
const PLACES: Readonly<Record<Straight, { readonly most: number; readonly perEndpoint: number }>> = {
  of_well: { most: 48, perEndpoint: 4 },
  new_of_failing: { most: 16, perEndpoint: 1 },
};
type Straight = Exclude<Waiting['which'], 'retries_of'>;
const KINDS = ['of_well', 'new_of_failing'] as const satisfies readonly Straight[];

/** What is under way at the end has so long; what is cut short is sent again by the next process that takes it. */
const LAST_MS = 2_000;

/** Numbers what happened, and sends it straight to the endpoints that want it. What one of them did not take is tried again by its run. */
export function startWebhooks(deps: SendingDependencies): { stop(): Promise<void> } {
  return inBackground((stopped) => sendUntil(deps, stopped));
}

async function sendUntil(deps: SendingDependencies, stopped: AbortSignal): Promise<void> {
  const failed = sayNowAndThen((count, error) => {
    deps.log.warn({ err: error, count }, 'webhooks were not sent; they are tried again');
  });
  const underWay: UnderWay = { of_well: new Set(), new_of_failing: new Set() };
  while (!stopped.aborted) {
    const taken = await takeAll(deps, underWay, failed).catch((error: unknown) => {
      failed(error);
      return 0;
    });
    const pauseMs = taken > 0 || underWay.of_well.size > 0 ? AGAIN_MS : EVERY_MS;
    await sleep(pauseMs, undefined, { signal: stopped }).catch(() => undefined);
  }
  const rest = Promise.all(KINDS.flatMap((kind) => [...underWay[kind]]));
  await Promise.race([rest, sleep(LAST_MS, undefined, { ref: false })]);
}

type UnderWay = Readonly<Record<Straight, Set<Promise<void>>>>;

/** Begins to send what is due as far as there are places; gives how many. */
async function takeAll(deps: SendingDependencies, underWay: UnderWay, failed: (error: unknown) => void) {
  await numberEvents(deps.db);
  const taken = await Promise.all(
    KINDS.map(async (which) => {
      const { most, perEndpoint } = PLACES[which];
      const deliveries = await take(deps, { waiting: { which }, most: most - underWay[which].size, perEndpoint });
      return deliveries.map((delivery) => ({ which, delivery }));
    }),
  ).then((kinds) => kinds.flat());
  if (taken.length === 0) return 0;
  const send = await readToSend(
    deps,
    taken.map(({ delivery }) => delivery),
  );
  for (const { which, delivery } of taken) {
    const sending: Promise<void> = send(delivery)
      .catch(failed)
      .finally(() => underWay[which].delete(sending));
    underWay[which].add(sending);
  }
  return taken.length;
}
