import { retriesOf } from '../books/webhooks';
import type { Retries } from '../books/webhooks';
import { readToSend, take } from '../webhooks/sending';
import type { SendingDependencies } from '../webhooks/sending';

/** One call tries for so long while there is something due, so that a run's history grows with time and not with what waits. */
const WORK_FOR_MS = 20_000;
/** What an endpoint that fails is sent at once: a few, as one that is well. */
const AT_ONCE = 4;

/** What the run of an endpoint that failed does. */
export function createDeliveryActivities(deps: SendingDependencies) {
  return {
    /** Sends an endpoint once more what it did not take, as far as it is due; gives what is left for another time. */
    async retryDeliveries(endpointId: string): Promise<Retries> {
      const until = Date.now() + WORK_FOR_MS;
      do {
        const waiting = { which: 'retries_of', endpointId } as const;
        const taken = await take(deps, { waiting, most: AT_ONCE, perEndpoint: AT_ONCE });
        if (taken.length === 0) break;
        await Promise.all(taken.map(await readToSend(deps, taken)));
      } while (Date.now() < until);
      return retriesOf(deps.db, endpointId);
    },
  };
}

export type DeliveryActivities = ReturnType<typeof createDeliveryActivities>;
