import { setHandler, sleep } from '@temporalio/workflow';
import { notificationReceived } from '../../../workflows/messages';

/** What no run of ours begins with. */
export async function payment(): Promise<void> {
  setHandler(notificationReceived, () => undefined);
  await sleep('1 hour');
}
