import { number, type Finding, type Table } from './report';
import type { Generator } from './generator';
import { cpuOf, canSeeProcesses } from './process-tree';
import type { Pace, Shift } from './load/orders';
import type { Stack } from './stack';
import { BenchFailure } from './workbench';
import type { YardstickWorker } from './yardstick/start';
import { YARDSTICKS } from './yardstick/messages';

export interface ThroughputPlan {
  readonly inFlight: readonly number[];
  /** Turns that each contender gets, one after the other, so that a machine that slows down does so for all of them. */
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Before anything counts: until compilers and the database's planner have seen enough. Ours touches much more code and SQL than an empty run. */
  readonly firstWarmUpMs: Record<Contender, number>;
}

const CONTENDERS = ['ours', ...YARDSTICKS] as const;
type Contender = (typeof CONTENDERS)[number];

interface Total {
  done: number;
  seconds: number;
  failed: number;
  firstFailure: string | null;
  /** Of the latest round. */
  p50Ms: number;
  p99Ms: number;
  cpuMs: Record<string, number>;
}

/** Payments per second, beside the empty workflows on the same server. */
export async function measureThroughput(
  { stack, generator, yardstick }: { stack: Stack; generator: Generator; yardstick: YardstickWorker },
  plan: ThroughputPlan,
): Promise<Finding> {
  const cpu = (contender: Contender): Record<string, number> => {
    const { api, worker, gateways, ...servers } = stack.cpu();
    const own = contender === 'ours' ? { api, worker, gateways } : { worker: cpuOf(yardstick.pid) };
    return { ...own, ...servers, 'load generator': cpuOf(generator.pid) } as Record<string, number>;
  };
  const shift = async (contender: Contender, order: Shift): Promise<{ pace: Pace; cpuMs: Record<string, number> }> => {
    const marks: Record<string, number>[] = [];
    const onMark = (): void => void marks.push(cpu(contender));
    const pace =
      contender === 'ours'
        ? await generator.run('payments', { ...order, shop: stack.shop, databaseUrl: stack.databaseUrl }, onMark)
        : await generator.run('yardstick', { ...order, address: stack.temporalAddress, kind: contender }, onMark);
    const [before = {}, after = {}] = marks;
    return {
      pace,
      cpuMs: Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)])),
    };
  };

  // Code that runs for the first time is slow, and which contender comes first must not matter.
  for (const contender of CONTENDERS)
    await shift(contender, { inFlight: 50, warmUpMs: plan.firstWarmUpMs[contender], measureMs: 0 });

  const results: { inFlight: number; totals: Record<Contender, Total> }[] = [];
  for (const inFlight of plan.inFlight) {
    const totals = { ours: nothing(), textbook: nothing(), leanest: nothing() };
    for (let round = 0; round < plan.rounds; round++) {
      for (const contender of CONTENDERS) {
        const { pace, cpuMs } = await shift(contender, {
          inFlight,
          warmUpMs: plan.warmUpMs,
          measureMs: plan.measureMs,
        });
        if (pace.done === 0)
          throw new BenchFailure(`no ${contender} run was finished: ${pace.firstFailure ?? 'no failure was seen'}`);
        add(totals[contender], pace, cpuMs);
      }
    }
    results.push({ inFlight, totals });
  }
  return describe(stack.title, results);
}

function nothing(): Total {
  return { done: 0, seconds: 0, failed: 0, firstFailure: null, p50Ms: 0, p99Ms: 0, cpuMs: {} };
}

function add(total: Total, pace: Pace, cpuMs: Record<string, number>): void {
  total.done += pace.done;
  total.seconds += pace.seconds;
  total.failed += pace.failed;
  total.firstFailure ??= pace.firstFailure;
  total.p50Ms = pace.p50Ms;
  total.p99Ms = pace.p99Ms;
  for (const [name, ms] of Object.entries(cpuMs)) total.cpuMs[name] = (total.cpuMs[name] ?? 0) + ms;
}

const perSecond = ({ done, seconds }: Total): number => done / seconds;

function describe(title: string, results: readonly { inFlight: number; totals: Record<Contender, Total> }[]): Finding {
  const rates: Table = {
    title: 'payments per second, from POST /v1/payments to booked',
    columns: [
      'in flight',
      'ours',
      'textbook',
      'leanest',
      'ours/textbook',
      'ours/leanest',
      'ours p50',
      'ours p99',
      'failed',
    ],
    rows: results.map(({ inFlight, totals: { ours, textbook, leanest } }) => [
      String(inFlight),
      number(perSecond(ours), 1),
      number(perSecond(textbook), 1),
      number(perSecond(leanest), 1),
      number(perSecond(ours) / perSecond(textbook), 2),
      number(perSecond(ours) / perSecond(leanest), 2),
      `${number(ours.p50Ms)} ms`,
      `${number(ours.p99Ms)} ms`,
      String(ours.failed + textbook.failed + leanest.failed),
    ]),
  };
  const cpuTables = results.map(({ inFlight, totals }): Table => {
    const processes = [...new Set(CONTENDERS.flatMap((contender) => Object.keys(totals[contender].cpuMs)))];
    const cell = ({ cpuMs, done }: Total, name: string): string =>
      name in cpuMs ? number((cpuMs[name] ?? 0) / done, 2) : '';
    const sum = ({ cpuMs, done }: Total): string =>
      number(Object.values(cpuMs).reduce((all, ms) => all + ms, 0) / done, 2);
    return {
      title: `CPU milliseconds per payment, ${inFlight} in flight`,
      columns: ['process', ...CONTENDERS],
      rows: [
        ...processes.map((name) => [name, ...CONTENDERS.map((contender) => cell(totals[contender], name))]),
        ['together', ...CONTENDERS.map((contender) => sum(totals[contender]))],
      ],
    };
  });
  const failures = results.flatMap(({ totals }) =>
    CONTENDERS.flatMap((contender) => totals[contender].firstFailure ?? []),
  );
  return {
    title: `Payments per second: ${title}`,
    notes: [
      'ours: POST /v1/payments, IPN, post-back and booking, all over HTTP; one merchant, many members. PayPal is a look-alike that says VERIFIED.',
      'textbook: start, signal, condition with a time-out, one regular empty activity. leanest: startDelay, signal-with-start, one local empty activity.',
      ...(canSeeProcesses ? [] : ['This platform has no /proc, so CPU per process is left out.']),
      ...failures.slice(0, 1).map((failure) => `A first failure: ${failure}`),
    ],
    tables: [rates, ...(canSeeProcesses ? cpuTables : [])],
    data: results,
  };
}
