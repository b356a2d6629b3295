import type { Pace } from './load/orders';
import { number, type Table } from './report';
import { BenchFailure } from './workbench';

/** What the rounds of one contender come to together. */
export interface Paced {
  readonly what: string;
  readonly pace: { done: number; seconds: number; failed: number; firstFailure: string | null; p50Ms: number };
  readonly cpuMs: Record<string, number>;
}

export function notPacedYet(what: string): Paced {
  return { what, pace: { done: 0, seconds: 0, failed: 0, firstFailure: null, p50Ms: 0 }, cpuMs: {} };
}

/** `marks`: CPU milliseconds used by each process when the measured while began, and when it ended. */
export function addRound(
  total: Paced,
  { done, seconds, failed, firstFailure, p50Ms }: Pace,
  [before = {}, after = {}]: readonly Readonly<Record<string, number>>[],
): void {
  if (done === 0)
    throw new BenchFailure(`nothing was booked of: ${total.what}. ${firstFailure ?? 'No failure was seen'}`);
  total.pace.done += done;
  total.pace.seconds += seconds;
  total.pace.failed += failed;
  total.pace.firstFailure ??= firstFailure;
  total.pace.p50Ms = p50Ms;
  for (const [name, ms] of Object.entries(after))
    total.cpuMs[name] = (total.cpuMs[name] ?? 0) + ms - (before[name] ?? 0);
}

export const perSecond = ({ pace }: Paced): number => pace.done / pace.seconds;

/** CPU milliseconds of each process for one that was done, contenders beside one another. */
export function cpuTable(title: string, paced: readonly Paced[]): Table {
  const processes = Object.keys(paced[0]?.cpuMs ?? {});
  const cpu = ({ cpuMs, pace }: Paced, names: readonly string[]): string =>
    number(names.reduce((sum, name) => sum + (cpuMs[name] ?? 0), 0) / pace.done, 1);
  const ours = processes.filter((name) => name !== 'gateways');
  return {
    title,
    columns: ['process', ...paced.map(({ what }) => what)],
    rows: [
      ...processes.map((name) => [
        name === 'gateways' ? 'simulator' : name,
        ...paced.map((contender) => cpu(contender, [name])),
      ]),
      ['together, without the simulator', ...paced.map((contender) => cpu(contender, ours))],
    ],
  };
}
