import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Client as Postgres } from 'pg';
import { call } from '../local/seed';
import { paymentWorkflowId } from '../../workflows/messages';
import type { CountingProxy } from './counting-proxy';
import type { Generator } from './generator';
import { watchBooked } from './load/booked';
import { createOpening, createPayingAs } from './load/counters';
import type { Counter, Pace } from './load/orders';
import { number, type Finding } from './report';
import type { Stack } from './stack';
import { BenchFailure } from './workbench';

export interface GatewaysPlan {
  /** Payments of each kind whose calls and events are counted. */
  readonly samples: number;
  readonly inFlight: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly firstWarmUpMs: number;
  readonly measureMs: number;
  readonly members: number;
}

/** The same amount through one gateway in one way: as whom of the simulator's people, and whether the merchant starts it on their phone. */
interface Way {
  readonly what: string;
  readonly counter: Counter;
  readonly as: string;
  readonly isPrompt?: boolean;
}

interface Counted {
  readonly what: string;
  readonly calls: number;
  readonly questions: string;
  readonly events: number;
  readonly runs: number;
}

interface Paced {
  readonly what: string;
  readonly pace: { done: number; seconds: number; failed: number; firstFailure: string | null; p50Ms: number };
  readonly cpuMs: Record<string, number>;
}

const PATIENCE_MS = 60_000;

/** A merchant at the simulator's PayPal. */
async function openPaypalCounter(
  stack: Stack,
  gateway: 'paypal-standard' | 'paypal-checkout',
  fields: Readonly<Record<string, unknown>>,
  members: number,
): Promise<Counter> {
  return {
    gateway,
    shop: await stack.openShop({ gateway, fields, currency: 'EUR', members }),
    simulatorUrl: stack.gatewaysUrl,
  };
}

/** A merchant at the simulator's KKiaPay, whose webhook is typed in there. */
export async function openKkiapayCounter(stack: Stack, members: number): Promise<Counter> {
  const [publicKey, webhookSecret] = [randomUUID(), 'bench-hash-secret'];
  const fields = { publicKey, privateKey: 'tpk_bench', secret: 'tsk_bench', webhookSecret };
  const shop = await stack.openShop({ gateway: 'kkiapay', fields, currency: 'XOF', members });
  const webhook = { webhookUrl: shop.notificationUrl, webhookSecret };
  await call(stack.gatewaysUrl, '', 'PUT', `/control/kkiapay/accounts/${publicKey}`, webhook);
  return { gateway: 'kkiapay', shop, simulatorUrl: stack.gatewaysUrl };
}

/** What a happy payment costs through each gateway: questions asked, events, and payments per second beside one another. */
export async function measureGateways(
  { stack, generator, proxy }: { stack: Stack; generator: Generator; proxy: CountingProxy },
  plan: GatewaysPlan,
): Promise<Finding> {
  const standard = await openPaypalCounter(stack, 'paypal-standard', { receiverId: 'BENCHCLUB0002' }, plan.members);
  const checkout = await openPaypalCounter(
    stack,
    'paypal-checkout',
    { clientId: 'bench-app', clientSecret: 'bench-secret' },
    plan.members,
  );
  const kkiapay = await openKkiapayCounter(stack, plan.members);
  const ways: readonly Way[] = [
    { what: 'PayPal Standard, IPN', counter: standard, as: 'hana' },
    { what: 'PayPal Checkout, the payer comes back', counter: checkout, as: 'anne' },
    { what: 'PayPal Checkout, closed tab', counter: checkout, as: 'hana' },
    { what: 'KKiaPay widget, the payer comes back', counter: kkiapay, as: 'awa' },
    { what: 'KKiaPay widget, closed tab', counter: kkiapay, as: 'gaston' },
    { what: 'KKiaPay prompt', counter: kkiapay, as: '', isPrompt: true },
  ];
  const counted: Counted[] = [];
  for (const way of ways) counted.push(await count(stack, proxy, way, plan.samples));

  // A closed tab leaves each gateway one way to tell us, so that all three are compared in the same situation.
  const contenders: readonly Way[] = [
    { what: 'PayPal Standard', counter: standard, as: 'hana' },
    { what: 'PayPal Checkout', counter: checkout, as: 'hana' },
    { what: 'KKiaPay', counter: kkiapay, as: 'gaston' },
  ];
  return describe(stack.title, plan, counted, await race(stack, generator, contenders, plan));
}

/** One payment after the other, each told to its end; the first one fetches what is kept afterwards (a token, a certificate) and is not counted. */
async function count(
  stack: Stack,
  proxy: CountingProxy,
  { what, counter, as, isPrompt = false }: Way,
  samples: number,
): Promise<Counted> {
  const open = createOpening(counter, (turn) =>
    isPrompt ? { method: 'mobile_money', phone: `+229 62${200_000 + turn}` } : {},
  );
  const payAs = createPayingAs(counter);
  const watch = watchBooked(stack.databaseUrl, 5);
  const payOne = async (): Promise<string> => {
    const opened = await open();
    await payAs(opened, as);
    await watch.untilBooked(opened.id);
    return opened.id;
  };
  try {
    await payOne();
    await untilQuiet(stack);
    proxy.take();
    const ids: string[] = [];
    while (ids.length < samples) ids.push(await payOne());
    await untilQuiet(stack);
    const questions = [...proxy.take()];
    const { events, runs } = await historiesOf(stack, ids);
    const each = (sum: number): number => sum / samples;
    return {
      what,
      calls: each(questions.reduce((sum, [, times]) => sum + times, 0)),
      questions: questions.map(([question, times]) => `${number(each(times), 1)} × ${question}`).join(', '),
      events: each(events),
      runs: each(runs),
    };
  } finally {
    await watch.close();
  }
}

/** Until the simulator has nothing left to send, and every message is dealt with. */
async function untilQuiet(stack: Stack): Promise<void> {
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
async function historiesOf(
  { temporalAddress }: Stack,
  ids: readonly string[],
): Promise<{ events: number; runs: number }> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const { workflow } = new Client({ connection });
    const lengths: number[] = [];
    for (const id of ids) {
      const workflowId = paymentWorkflowId(id);
      await workflow.getHandle(workflowId).result();
      // Visibility is written a moment after a run has ended.
      for (const end = Date.now() + PATIENCE_MS; ; await pause(200)) {
        const found = [];
        for await (const run of workflow.list({ query: `WorkflowId = '${workflowId}'` })) found.push(run);
        if (found.length > 0 && found.every(({ status }) => status.name !== 'RUNNING')) {
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

/** Turns of each contender, one after the other, so that a machine that slows down does so for all of them. */
async function race(stack: Stack, generator: Generator, ways: readonly Way[], plan: GatewaysPlan): Promise<Paced[]> {
  const shift = (way: Way, warmUpMs: number, measureMs: number, onMark?: () => void): Promise<Pace> =>
    generator.run(
      'counterPayments',
      {
        counter: way.counter,
        payer: way.as,
        databaseUrl: stack.databaseUrl,
        inFlight: plan.inFlight,
        warmUpMs,
        measureMs,
      },
      onMark,
    );
  const paced = ways.map(({ what }): Paced => ({
    what,
    pace: { done: 0, seconds: 0, failed: 0, firstFailure: null, p50Ms: 0 },
    cpuMs: {},
  }));
  for (const way of ways) await shift(way, plan.firstWarmUpMs, 0);
  for (let round = 0; round < plan.rounds; round++) {
    for (const [index, way] of ways.entries()) {
      const marks: Record<string, number>[] = [];
      const { done, seconds, failed, firstFailure, p50Ms } = await shift(way, plan.warmUpMs, plan.measureMs, () =>
        marks.push(stack.cpu()),
      );
      await untilQuiet(stack); // what is left of one contender must not be the next one's burden
      const total = paced[index];
      const [before = {}, after = {}] = marks;
      if (!total || done === 0)
        throw new BenchFailure(`no payment through ${way.what} was booked: ${firstFailure ?? 'no failure was seen'}`);
      total.pace.done += done;
      total.pace.seconds += seconds;
      total.pace.failed += failed;
      total.pace.firstFailure ??= firstFailure;
      total.pace.p50Ms = p50Ms;
      for (const [name, ms] of Object.entries(after))
        total.cpuMs[name] = (total.cpuMs[name] ?? 0) + ms - (before[name] ?? 0);
    }
  }
  return paced;
}

function describe(title: string, plan: GatewaysPlan, counted: readonly Counted[], paced: readonly Paced[]): Finding {
  const rate = ({ pace }: Paced): number => pace.done / pace.seconds;
  const first = paced[0];
  const processes = Object.keys(first?.cpuMs ?? {});
  const cpu = ({ cpuMs, pace }: Paced, names: readonly string[]): string =>
    number(names.reduce((sum, name) => sum + (cpuMs[name] ?? 0), 0) / pace.done, 1);
  const failures = paced.flatMap(({ pace }) => pace.firstFailure ?? []);
  return {
    title: `Through each gateway of the simulator: ${title}`,
    notes: [
      `Calls and events: ${plan.samples} payments of each kind, one after the other, with token and certificate known; a call is one HTTP request to the gateway by API or worker.`,
      'Events are of all runs of a payment together. Per second: closed tabs, so each payment is told by one message (PayPal Checkout: by two, approved and captured).',
      'The simulator and the counting of its calls share the machine, so only the ratios say something.',
      ...(failures.length > 0 ? [`Failures: ${failures.join('; ')}`] : []),
    ],
    tables: [
      {
        title: 'per happy payment',
        columns: ['way', 'calls', 'history events', 'runs', 'which calls'],
        rows: counted.map(({ what, calls, events, runs, questions }) => [
          what,
          number(calls, 1),
          number(events, 1),
          number(runs, 1),
          questions,
        ]),
      },
      {
        title: `payments per second, ${plan.inFlight} in flight`,
        columns: ['gateway', 'payments/s', 'of PayPal Standard', 'p50', 'failed'],
        rows: paced.map((row) => [
          row.what,
          number(rate(row), 1),
          first ? number(rate(row) / rate(first), 2) : '–',
          `${number(row.pace.p50Ms)} ms`,
          String(row.pace.failed),
        ]),
      },
      {
        title: 'CPU milliseconds per payment',
        columns: ['process', ...paced.map(({ what }) => what)],
        rows: [
          ...processes.map((name) => [
            name === 'gateways' ? 'simulator' : name,
            ...paced.map((row) => cpu(row, [name])),
          ]),
          [
            'together, without the simulator',
            ...paced.map((row) =>
              cpu(
                row,
                processes.filter((name) => name !== 'gateways'),
              ),
            ),
          ],
        ],
      },
    ],
    data: { counted, paced },
  };
}
