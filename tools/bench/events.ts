import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Client as Postgres } from 'pg';
import { paymentWorkflowId } from '../../workflows/messages';
import { newTransactionId } from './load/message';
import { createCheckout, createPayer } from './load/pay';
import { watchBooked } from './load/booked';
import type { Finding } from './report';
import type { Stack } from './stack';
import { BenchFailure } from './workbench';
import { paid, YARDSTICK_QUEUE } from './yardstick/messages';

/** One sweep of the outbox, and some: what a duplicate could still cause has happened by then. */
const QUIET_MS = 2_500;

interface History {
  readonly events: number;
  readonly bytes: number;
  readonly transitions: number;
  readonly runId: string;
}

/** How many events one payment leaves in Temporal, and how many the same news adds when it comes again. */
export async function countEvents(stack: Stack): Promise<Finding> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    const client = new Client({ connection });
    const { payment, afterwards } = await payAndRepeat(stack, client);
    const textbook = await runTextbook(client);
    const leanest = await runLeanest(client);
    const added = afterwards.runId === payment.runId ? afterwards.events - payment.events : afterwards.events;
    const row = (name: string, { events, transitions, bytes }: History): string[] => [
      name,
      String(events),
      String(transitions),
      String(bytes),
    ];
    return {
      title: 'History of one payment',
      notes: [`Added by the same message again, and by the same news in other bytes: ${added} events (0 expected).`],
      tables: [
        {
          columns: ['run', 'events', 'state transitions', 'bytes'],
          rows: [row('payment with one notification', payment), row('textbook', textbook), row('leanest', leanest)],
        },
      ],
      data: { payment, addedByDuplicates: added, textbook, leanest },
    };
  } finally {
    await connection.close();
  }
}

async function payAndRepeat(stack: Stack, client: Client): Promise<{ payment: History; afterwards: History }> {
  const watch = watchBooked(stack.databaseUrl, 5);
  const books = new Postgres({ connectionString: stack.databaseUrl });
  await books.connect();
  try {
    const opened = await createCheckout(stack.shop)();
    const tell = createPayer(stack.shop);
    const txnId = newTransactionId();
    const workflowId = paymentWorkflowId(opened.id);
    await tell(opened, txnId);
    await watch.untilBooked(opened.id);
    await client.workflow.getHandle(workflowId).result();
    const payment = await historyOf(client, workflowId);
    await tell(opened, txnId);
    await tell(opened, txnId);
    await pause(QUIET_MS);
    const { rows } = await books.query<{ state: string }>('SELECT state FROM notifications WHERE payment_id = $1', [
      opened.id,
    ]);
    if (rows.some(({ state }) => state === 'received'))
      throw new BenchFailure('a repeated notification is still not dealt with');
    return { payment, afterwards: await historyOf(client, workflowId) };
  } finally {
    await watch.close();
    await books.end();
  }
}

async function runTextbook(client: Client): Promise<History> {
  const run = await client.workflow.start('textbook', { workflowId: 'textbook', taskQueue: YARDSTICK_QUEUE });
  await run.signal(paid);
  await run.result();
  return historyOf(client, run.workflowId);
}

async function runLeanest(client: Client): Promise<History> {
  const options = { workflowId: 'leanest', taskQueue: YARDSTICK_QUEUE };
  await client.workflow.start('leanest', { ...options, startDelay: '1 hour' });
  const run = await client.workflow.signalWithStart('leanest', { ...options, signal: paid });
  await run.result();
  return historyOf(client, run.workflowId);
}

/** Of the latest run of this id. */
async function historyOf(client: Client, workflowId: string): Promise<History> {
  const { historyLength, historySize, runId, raw } = await client.workflow.getHandle(workflowId).describe();
  const transitions = Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0);
  return { events: historyLength, bytes: historySize ?? 0, transitions, runId };
}
