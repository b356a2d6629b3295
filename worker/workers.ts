import { Worker } from '@temporalio/worker';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import { backgroundQueueOf, taskQueueOf } from '../workflows/messages';
import { SANDBOX } from './sandbox';

/** The two kinds of work, each with a queue and a worker of its own, so that neither waits for the other. */
export const WORK = ['payments', 'background'] as const;
export type Work = (typeof WORK)[number];

/**
 * How much of what nobody waits for is done at once. Few: two cores share the time between this and the payments, and a gateway that
 * is silent about strays must find no more of them asking than this.
 */
const FEW = {
  // A run holds its place while its first, quick question is answered, for 4 s at most.
  maxConcurrentWorkflowTaskExecutions: 4,
  maxConcurrentLocalActivityExecutions: 4,
  // Those that the gateway did not answer at once; each of them is asked about ever more rarely.
  maxConcurrentActivityTaskExecutions: 10,
  // A run lives for one or two tasks, so hardly any is worth keeping.
  maxCachedWorkflows: 10,
  // The fewest that a worker which keeps runs may have.
  maxConcurrentWorkflowTaskPolls: 2,
  maxConcurrentActivityTaskPolls: 1,
} as const satisfies Partial<WorkerOptions>;

export interface WorkerPlan {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** What the names of the queues begin with. */
  readonly taskQueue: string;
  readonly story: number;
  /** The workflows' code; every worker knows all of them, and so finishes what a release before began on either queue. */
  readonly bundle: string;
  readonly activities: object;
  /** What differs between production and tests: how long is waited for whom, and how many payments are kept in memory. */
  readonly options: Partial<WorkerOptions>;
}

export function createWorker(
  work: Work,
  { connection, namespace, taskQueue, story, bundle, activities, options }: WorkerPlan,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    taskQueue: (work === 'payments' ? taskQueueOf : backgroundQueueOf)(taskQueue, story),
    workflowBundle: { codePath: bundle },
    activities,
    // A run that cannot be retraced fails at once, and is begun anew from the record; it would wait for a person otherwise.
    workflowFailureErrorTypes: { '*': ['NondeterminismError'] },
    ...SANDBOX,
    ...options,
    ...(work === 'background' && FEW),
  });
}
