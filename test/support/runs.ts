import { isGrpcServiceError } from '@temporalio/client';
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

/**
 * Until no run of the payment is open: it rests. Where Temporal was away, the tests' own connection to it may need a moment longer than
 * the product's.
 */
export async function untilAtRest(world: World, payment: Named): Promise<WorkflowExecutionDescription> {
  const isAtRest = (run: WorkflowExecutionDescription | null) => run !== null && run.status.name !== 'RUNNING';
  const run = await eventually(() => describeRun(world, payment).catch(nullIfAway), isAtRest);
  if (!run) throw new Error('Temporal is away');
  return run;
}

function nullIfAway(error: unknown): null {
  const { cause } = error as { readonly cause?: unknown };
  if (isGrpcServiceError(cause) && cause.message.includes('UNAVAILABLE')) return null;
  throw error;
}
