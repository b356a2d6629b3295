import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { DeliveryActivities } from '../activities/deliveries';
import { lookAgain } from './messages';
import type { DeliveriesStart } from './messages';
import { now } from './run/mailbox';

const { retryDeliveries } = proxyActivities<DeliveryActivities>({
  startToCloseTimeout: '5 minutes', // it begins nothing new after 20 s, and then waits for what it began
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  summary: 'Send what the endpoint did not take',
});

/** What is due and waits for an earlier event of its object is asked about no more often. */
const SHORTEST_PAUSE_MS = 100;

/** Tries again what a merchant's endpoint did not take, until it takes it, or nothing is left to try. Which and when is in the rows. */
export async function deliveries({ endpointId }: DeliveriesStart): Promise<void> {
  let timesTold = 0;
  setHandler(lookAgain, () => {
    timesTold += 1;
  });
  for (;;) {
    const known = timesTold;
    const { waiting, dueInMs } = await retryDeliveries(endpointId);
    if (timesTold > known) continue;
    if (dueInMs === null) return;
    const pauseMs = Math.max(SHORTEST_PAUSE_MS, dueInMs);
    setCurrentDetails(`${waiting} wait, the next until ${new Date(Date.parse(now()) + pauseMs).toISOString()}`);
    await condition(() => timesTold > known, pauseMs);
    if (workflowInfo().continueAsNewSuggested && allHandlersFinished())
      await continueAsNew<typeof deliveries>({ endpointId });
  }
}
