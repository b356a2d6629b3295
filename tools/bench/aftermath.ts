import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Client as Postgres } from 'pg';
import { paymentWorkflowId } from '../../workflows/messages';
import { number } from './report';
import type { Table } from './report';
import type { Stack } from './stack';
import { BenchFailure } from './workbench';

const PATIENCE_MS = 60_000;

/** Until the simulator has nothing left to send, and every message is dealt with. */
export async function untilQuiet(stack: Stack): Promise<void> {
  await fetch(`${stack.gatewaysUrl}/control/idle`);
  const books = new Postgres({ connectionString: stack.databaseUrl });
  await books.connect();
  try {
    for (const end = Date.now() + PATIENCE_MS; ; await pause(100)) {
      const { rows } = await books.query(
        "SELECT FROM notifications WHERE state = 'received' UNION ALL SELECT FROM outbox LIMIT 1",
      );
      if (rows.length === 0) return;
      if (Date.now() > end) throw new BenchFailure('messages of the gateways are still not dealt with');
    }
  } finally {
    await books.end();
  }
}

/** Events and runs of these payments together, once all of them rest. */
export async function historiesOf(
  { temporalAddress }: Stack,
  ids: readonly string[],
): Promise<{ events: number; runs: number }> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const { workflow } = new Client({ connection });
    const lengths: number[] = [];
    for (const id of ids) {
      const workflowId = paymentWorkflowId(id);
      const newest = workflow.getHandle(workflowId);
      await newest.result();
      const { runId } = await newest.describe();
      // Visibility is written a moment after a run has ended.
      for (const end = Date.now() + PATIENCE_MS; ; await pause(200)) {
        const found = [];
        for await (const run of workflow.list({ query: `WorkflowId = '${workflowId}'` })) found.push(run);
        const isWhole = found.some((run) => run.runId === runId);
        if (isWhole && found.every(({ status }) => status.name !== 'RUNNING')) {
          lengths.push(...found.map(({ historyLength }) => historyLength));
          break;
        }
        if (Date.now() > end) throw new BenchFailure(`the runs of ${workflowId} do not end`);
      }
    }
    return { events: lengths.reduce((sum, length) => sum + length, 0), runs: lengths.length };
  } finally {
    await connection.close();
  }
}

/** What one of a kind caused, on average. */
export interface Counted {
  readonly what: string;
  readonly calls: number;
  readonly questions: string;
  readonly events: number;
  readonly runs: number;
}

/** `questions`: what the gateway was asked and how often, by all samples together. */
export function perSample(
  what: string,
  samples: number,
  all: { readonly questions: readonly (readonly [string, number])[]; readonly events: number; readonly runs: number },
): Counted {
  const each = (sum: number): number => sum / samples;
  return {
    what,
    calls: each(all.questions.reduce((sum, [, times]) => sum + times, 0)),
    questions: all.questions.map(([question, times]) => `${number(each(times), 1)} × ${question}`).join(', '),
    events: each(all.events),
    runs: each(all.runs),
  };
}

export function tableOf(counted: readonly Counted[]): Pick<Table, 'columns' | 'rows'> {
  return {
    columns: ['way', 'calls', 'history events', 'runs', 'which calls'],
    rows: counted.map(({ what, calls, events, runs, questions }) => [
      what,
      number(calls, 1),
      number(events, 1),
      number(runs, 1),
      questions,
    ]),
  };
}
