import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Client as Postgres } from 'pg';
import { paymentWorkflowId } from '../../workflows/messages';
import { openKkiapayCounter } from './counters';
import type { CountingProxy } from './counting-proxy';
import type { Generator } from './generator';
import { canSeeProcesses, rssOf } from './process-tree';
import { megabytes, number, type Finding } from './report';
import type { Stack } from './stack';

export interface IdlePromptsPlan {
  readonly prompts: number;
  readonly watchMs: number;
}

/** The retry policy of the watching activity, as `workflows/activity-options.ts` has it: what is measured is compared with it. */
const POLICY = { initialMs: 3_000, coefficient: 1.6, maximumMs: 3_600_000 };
const HOUR_MS = 3_600_000;
const SLICE_MS = 30_000;
const SETTLE_MS = 4_000;
const SAMPLED_RUNS = 20;
const QUESTION = /transactions\/status$/;

interface Slice {
  readonly seconds: number;
  readonly asked: number;
  readonly expected: number;
  readonly cpuMs: Record<string, number>;
}
type Rss = Record<'api' | 'worker', number>;

/** What it costs to keep asking about prompts that nobody answers: calls, events, memory, CPU. */
export async function measureIdlePrompts(
  { stack, generator, proxy }: { stack: Stack; generator: Generator; proxy: CountingProxy },
  plan: IdlePromptsPlan,
): Promise<Finding> {
  const { shop } = await openKkiapayCounter(stack, 100);
  await stack.restart('api', 'worker');
  await pause(SETTLE_MS);
  const memory: { when: string; rss: Rss }[] = [{ when: 'before, just started', rss: look(stack) }];

  const begun = Date.now();
  proxy.take();
  const openedAt = await generator.run('prompts', { shop, count: plan.prompts, inFlight: 16 });
  const slices: Slice[] = [];
  const askedWhileOpening = asked(proxy);
  let since = Date.now();
  const openingSeconds = (since - begun) / 1000;
  memory.push({ when: `${plan.prompts} prompts opened`, rss: look(stack) });

  const ids = await sampleIds(stack);
  const eventsBefore = await eventsOf(stack, ids);
  for (const end = since + plan.watchMs; since < end;) {
    const before = stack.cpu();
    await pause(Math.min(SLICE_MS, end - since));
    const now = Date.now();
    const after = stack.cpu();
    slices.push({
      seconds: (now - since) / 1000,
      asked: asked(proxy),
      expected: expectedUntil(openedAt, now) - expectedUntil(openedAt, since),
      cpuMs: Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)])),
    });
    since = now;
  }
  const eventsAfter = await eventsOf(stack, ids);
  memory.push({ when: `${number(plan.watchMs / 60_000, 1)} minutes later`, rss: look(stack) });
  return describe(stack.title, plan, {
    openedAt,
    openingSeconds,
    askedWhileOpening,
    slices,
    eventsBefore,
    eventsAfter,
    memory,
  });
}

function look(stack: Stack): Rss {
  return { api: rssOf(stack.pid('api')), worker: rssOf(stack.pid('worker')) };
}

/** Status questions since the last look. */
function asked(proxy: CountingProxy): number {
  return [...proxy.take()].reduce((sum, [question, times]) => sum + (QUESTION.test(question) ? times : 0), 0);
}

/** How many questions the policy has asked by then, about prompts opened at these times: the first at once. */
function expectedUntil(openedAt: readonly number[], at: number): number {
  return openedAt.reduce((sum, opened) => sum + questionsWithin(at - opened), 0);
}

function questionsWithin(ageMs: number): number {
  let questions = 0;
  for (
    let due = 0, interval = POLICY.initialMs;
    due <= ageMs;
    interval = Math.min(interval * POLICY.coefficient, POLICY.maximumMs)
  ) {
    questions += 1;
    due += interval;
  }
  return questions;
}

async function sampleIds({ databaseUrl }: Stack): Promise<string[]> {
  const books = new Postgres({ connectionString: databaseUrl });
  await books.connect();
  try {
    const { rows } = await books.query<{ id: string }>(
      `SELECT id FROM payments WHERE next_action->>'kind' = 'prompt' AND status = 'awaiting_payer' ORDER BY sequence DESC LIMIT ${SAMPLED_RUNS}`,
    );
    return rows.map(({ id }) => id);
  } finally {
    await books.end();
  }
}

/** The length of each sampled history. */
async function eventsOf({ temporalAddress }: Stack, ids: readonly string[]): Promise<number[]> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const { workflow } = new Client({ connection });
    return await Promise.all(
      ids.map(async (id) => (await workflow.getHandle(paymentWorkflowId(id)).describe()).historyLength),
    );
  } finally {
    await connection.close();
  }
}

interface Measured {
  readonly openedAt: readonly number[];
  readonly openingSeconds: number;
  readonly askedWhileOpening: number;
  readonly slices: readonly Slice[];
  readonly eventsBefore: readonly number[];
  readonly eventsAfter: readonly number[];
  readonly memory: readonly { readonly when: string; readonly rss: Rss }[];
}

function describe(title: string, { prompts, watchMs }: IdlePromptsPlan, measured: Measured): Finding {
  const { slices, eventsBefore, eventsAfter, openingSeconds, askedWhileOpening, memory } = measured;
  const range = (values: readonly number[]): string =>
    [...new Set([Math.min(...values), Math.max(...values)])].join(' to ');
  const share = ({ cpuMs, seconds }: Slice, ...names: string[]): string =>
    `${number(names.reduce((sum, name) => sum + (cpuMs[name] ?? 0), 0) / seconds / 10, 1)} %`;
  let atSecond = 0;
  return {
    title: `${prompts} prompts that nobody answers: ${title}`,
    notes: [
      `Opened within ${number(openingSeconds)} s, then watched for ${number(watchMs / 60_000, 1)} minutes. Each is asked about by one durable call, whose retries add no events.`,
      `History of a run: ${range(eventsBefore)} events when all were opened, ${range(eventsAfter)} at the end (${eventsAfter.length} runs looked at).`,
      `The policy (3 s, × 1.6, at most an hour) asks ${questionsWithin(HOUR_MS)} times in the first hour, ${questionsWithin(24 * HOUR_MS)} times in a day: not measured to its end, but compared below with what the measured minutes should show.`,
      `Asked while they were opened: ${askedWhileOpening}. CPU is of one core.`,
    ],
    tables: [
      {
        columns: [
          'second',
          'asked',
          'by the policy',
          'asked/s',
          'worker',
          'API',
          'Temporal',
          'PostgreSQL, Temporal',
          'PostgreSQL, other',
        ],
        rows: slices.map((slice) => [
          `${number(atSecond)} to ${number((atSecond += slice.seconds))}`,
          String(slice.asked),
          String(slice.expected),
          number(slice.asked / slice.seconds, 1),
          share(slice, 'worker'),
          share(slice, 'api'),
          share(slice, 'temporal'),
          share(slice, 'postgres, Temporal'),
          share(slice, 'postgres, our books', 'postgres, shared'),
        ]),
      },
      {
        title: 'resident memory',
        columns: ['when', 'api', 'worker'],
        rows: memory.map(({ when, rss }) => [
          when,
          ...[rss.api, rss.worker].map((bytes) => megabytes(canSeeProcesses ? bytes : null)),
        ]),
      },
    ],
    data: {
      slices,
      eventsBefore,
      eventsAfter,
      askedWhileOpening,
      openingSeconds,
      memory,
      inAnHour: questionsWithin(HOUR_MS),
    },
  };
}
