import { setTimeout as pause } from 'node:timers/promises';
import type { Generator } from './generator';
import { canSeeProcesses, rssOf } from './process-tree';
import { megabytes, type Finding } from './report';
import type { Stack } from './stack';
import { addWaitingPayments } from './waiting-payments';

export interface MemoryPlan {
  readonly waiting: number;
  readonly loadMs: number;
}

/** Until a process that has nothing more to do has put away what it can. */
const SETTLE_MS = 4_000;
const RATE = 300;

const PROCESSES = ['api', 'worker'] as const;
type Rss = Record<(typeof PROCESSES)[number], number>;

/** Resident memory of our own processes: at rest, with payments that wait for their payer, and at their highest under load. */
export async function measureMemory(
  { stack, generator }: { stack: Stack; generator: Generator },
  plan: MemoryPlan,
): Promise<Finding> {
  const look = (): Rss => ({ api: rssOf(stack.pid('api')), worker: rssOf(stack.pid('worker')) });
  const rows: { when: string; rss: Rss }[] = [];
  const atRest = async (when: string): Promise<void> => {
    await pause(SETTLE_MS);
    rows.push({ when, rss: look() });
  };
  const highest = async (when: string, load: () => Promise<unknown>): Promise<void> => {
    const seen: Rss[] = [look()];
    const timer = setInterval(() => seen.push(look()), 200);
    try {
      await load();
    } finally {
      clearInterval(timer);
    }
    rows.push({
      when,
      rss: { api: Math.max(...seen.map(({ api }) => api)), worker: Math.max(...seen.map(({ worker }) => worker)) },
    });
  };

  await stack.restart(...PROCESSES);
  await atRest('at rest, just started');
  await generator.run('openings', { shop: stack.shop, count: plan.waiting, inFlight: 16 });
  await atRest(`at rest, having opened ${plan.waiting} payments that wait`);
  await stack.restart(...PROCESSES);
  await atRest(`at rest, started anew beside the ${plan.waiting} that wait`);
  const shift = { inFlight: 50, warmUpMs: 0, measureMs: plan.loadMs };
  await highest('highest, 50 payments in flight', () =>
    generator.run('payments', { ...shift, shop: stack.shop, databaseUrl: stack.databaseUrl }),
  );
  const paymentIds = await addWaitingPayments(stack.databaseUrl, Math.ceil((RATE * plan.loadMs) / 1000));
  await highest(`highest, ${RATE} notifications a second`, () =>
    generator.run('notifications', { shop: stack.shop, rate: RATE, durationMs: plan.loadMs, paymentIds }),
  );

  return {
    title: 'Resident memory',
    notes: canSeeProcesses ? [`On: ${stack.title}.`] : ['This platform has no /proc, so memory is left out.'],
    tables: [
      {
        columns: ['when', ...PROCESSES],
        rows: rows.map(({ when, rss }) => [
          when,
          ...PROCESSES.map((name) => megabytes(canSeeProcesses ? rss[name] : null)),
        ]),
      },
    ],
    data: rows,
  };
}
