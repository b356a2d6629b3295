import type { WorkflowExecutionDescription } from '@temporalio/client';
import { eventually } from './client';
import type { PaymentView } from './client';
import type { World } from './world';

type Named = Pick<PaymentView, 'workflowId'>;

/** The newest run of a payment, as Temporal knows it now. */
export function describeRun(world: World, { workflowId }: Named): Promise<WorkflowExecutionDescription> {
  return world.temporal.workflow.getHandle(workflowId).describe();
}

/** What the newest run of a payment went through, event by event. */
export async function eventsOf(world: World, { workflowId }: Named) {
  const { events } = await world.temporal.workflow.getHandle(workflowId).fetchHistory();
  return events ?? [];
}

/** Where a payment's runs stand: equal before and after means that Temporal was not troubled. */
export async function runsOf(world: World, payment: Named): Promise<{ newest: string; events: number }> {
  const { runId, historyLength } = await describeRun(world, payment);
  return { newest: runId, events: historyLength };
}

/** Until no run of the payment is open: it rests. */
export const untilAtRest = (world: World, payment: Named): Promise<WorkflowExecutionDescription> =>
  eventually(
    () => describeRun(world, payment),
    ({ status }) => status.name !== 'RUNNING',
  );
