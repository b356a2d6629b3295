import { condition, proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import { paid } from './messages';

interface Activities {
  nothing(): Promise<void>;
}
const regular = proxyActivities<Activities>({ startToCloseTimeout: '10 seconds' });
const local = proxyLocalActivities<Activities>({ startToCloseTimeout: '10 seconds' });

/** What any introduction to Temporal shows: wait for a signal or a timer, call one activity, done. */
export async function textbook(): Promise<void> {
  let isPaid = false;
  setHandler(paid, () => {
    isPaid = true;
  });
  await condition(() => isPaid, '1 hour');
  await regular.nothing();
}

/** The least that a durable run with one outside signal can be: it sleeps by its start delay, and its one activity is local. */
export async function leanest(): Promise<void> {
  setHandler(paid, () => undefined);
  await local.nothing();
}
