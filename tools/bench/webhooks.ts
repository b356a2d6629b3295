import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort, isListening } from '../local/ports';
import { call } from '../local/seed-call';
import type { Generator } from './generator';
import { addRound, cpuTable, notPacedYet, perSecond, type Paced } from './pacing';
import { number, type Finding } from './report';
import { ownEnvironment, type Stack } from './stack';
import { BenchFailure, type Workbench } from './workbench';

export interface WebhooksPlan {
  readonly inFlight: number;
  readonly rounds: number;
  readonly firstWarmUpMs: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Deliveries that wait when the endpoint takes something again. */
  readonly waiting: number;
}

const REFUSES_NOW_AND_THEN = 0.01;
const QUIET =
  "SELECT count(*)::int AS waiting FROM webhook_deliveries WHERE state = 'pending' AND due_at < now() + interval '2 s'";
const WAITING = "SELECT count(*)::int AS waiting FROM webhook_deliveries WHERE state = 'pending'";
const TAKEN_SINCE =
  "SELECT count(*)::int AS waiting FROM webhook_deliveries WHERE state = 'succeeded' AND sequence > $1";

/** What it costs to tell a merchant's system of each payment, and how fast it hears of what it missed. */
export async function measureWebhooks(
  { workbench, stack, generator }: { workbench: Workbench; stack: Stack; generator: Generator },
  plan: WebhooksPlan,
): Promise<Finding> {
  const receiver = await startReceiver(workbench);
  const { baseUrl, secretKey } = stack.shop;
  const endpoint = await call<{ id: string; secret: string }>(baseUrl, secretKey, 'POST', '/v1/webhook-endpoints', {
    url: receiver.url,
    types: ['payment.paid'],
  });
  const enable = (enabled: boolean) =>
    call(baseUrl, secretKey, 'PATCH', `/v1/webhook-endpoints/${endpoint.id}`, { enabled });
  await receiver.tell({ secret: endpoint.secret, refuses: REFUSES_NOW_AND_THEN });

  const database = new Client({ connectionString: stack.databaseUrl });
  await database.connect();
  const count = async (sql: string, ...values: readonly unknown[]): Promise<number> => {
    const { rows } = await database.query<{ waiting: number }>(sql, [...values]);
    return rows[0]?.waiting ?? 0;
  };
  const pay = (warmUpMs: number, measureMs: number, onMark?: () => void) =>
    generator.run(
      'payments',
      { shop: stack.shop, databaseUrl: stack.databaseUrl, inFlight: plan.inFlight, warmUpMs, measureMs },
      onMark,
    );
  try {
    const without = notPacedYet('nobody is told');
    const told = notPacedYet('one endpoint is told');
    await pay(plan.firstWarmUpMs, 0);
    for (let round = 0; round < plan.rounds; round++)
      for (const [contender, enabled] of [
        [without, false],
        [told, true],
      ] as const) {
        await enable(enabled);
        const marks: Record<string, number>[] = [];
        const pace = await pay(plan.warmUpMs, plan.measureMs, () => marks.push(stack.cpu()));
        addRound(contender, pace, marks);
        while ((await count(QUIET)) > 0) await pause(100);
      }
    const { forged } = await receiver.tell({ refuses: 1 });
    if (forged > 0) throw new BenchFailure(`${forged} webhooks were not signed with the endpoint's secret`);

    const known = await count('SELECT coalesce(max(sequence), 0)::int AS waiting FROM webhook_deliveries');
    while ((await count(WAITING)) < plan.waiting) await pay(0, 1000);
    const waiting = await count(WAITING);
    await receiver.tell({ refuses: 0 });
    await pay(0, 500);
    while ((await count(TAKEN_SINCE, known)) === 0) await pause(20);
    const begun = performance.now();
    while ((await count(WAITING)) > 0) await pause(50);
    const drained = { waiting, seconds: (performance.now() - begun) / 1000 };
    return describe(stack.title, [without, told], drained);
  } finally {
    await database.end();
  }
}

async function startReceiver(workbench: Workbench) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  await workbench.start(
    {
      name: 'receiver',
      command: process.execPath,
      args: [require.resolve('./receiver')],
      env: { ...ownEnvironment(), PORT: String(port) },
      logFile: workbench.logFile('receiver'),
    },
    () => isListening(port),
  );
  return {
    url,
    async tell(known: { readonly secret?: string; readonly refuses: number }): Promise<{ forged: number }> {
      const answer = await fetch(url, { method: 'PUT', body: JSON.stringify(known) });
      return (await answer.json()) as { forged: number };
    },
  };
}

function cpuPerPayment({ cpuMs, pace }: Paced): number {
  const ours = Object.entries(cpuMs).filter(([name]) => name !== 'gateways');
  return ours.reduce((sum, [, ms]) => sum + ms, 0) / pace.done;
}

function describe(
  title: string,
  [without, told]: readonly [Paced, Paced],
  { waiting, seconds }: { readonly waiting: number; readonly seconds: number },
): Finding {
  const drainedPerSecond = waiting / seconds;
  return {
    title: 'Webhooks',
    notes: [
      `On: ${title}. The receiver is a process of its own that checks the signature, answers after 50 ms and refuses 1 %; its CPU is not counted.`,
      `CPU per payment with one endpoint for payment.paid against none: ${number(cpuPerPayment(told) / cpuPerPayment(without), 2)}.`,
    ],
    tables: [
      {
        columns: ['', 'payments per second', 'p50'],
        rows: [without, told].map((paced) => [
          paced.what,
          number(perSecond(paced), 1),
          `${number(paced.pace.p50Ms)} ms`,
        ]),
      },
      cpuTable('CPU milliseconds per payment', [without, told]),
      {
        title: 'one endpoint takes again what it missed',
        columns: ['deliveries that waited', 'seconds', 'per second'],
        rows: [[String(waiting), number(seconds, 1), number(drainedPerSecond, 1)]],
      },
    ],
    data: { without, told, drained: { waiting, seconds } },
  };
}
