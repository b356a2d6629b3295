import type { Generator } from './generator';
import type { Acknowledged } from './load/orders';
import { cpuOf } from './process-tree';
import { findHighestRate } from './highest-rate';
import { number, type Finding } from './report';
import type { Stack } from './stack';
import { addWaitingPayments, drain } from './waiting-payments';

export interface AcknowledgementPlan {
  readonly steadyRates: readonly number[];
  readonly steadyMs: number;
  /** The search for the highest rate: how long each try takes, and how often the gap is halved. */
  readonly tryMs: number;
  readonly halvings: number;
  /** How long what came before may take to be verified, before the next rate is tried. */
  readonly drainMs: number;
}

/** A rate is held when everything is answered 200, about as fast as it comes, and nobody waits longer than this. */
const HELD_P99_MS = 250;
const HELD_SHARE = 0.97;

interface Measured {
  readonly temporal: 'up' | 'stopped';
  readonly what: string;
  readonly rate: number;
  readonly result: Acknowledged;
  readonly apiCpuMs: number;
}

/** How fast a notification is stored and answered, with Temporal there and away. Leaves the stack without Temporal. */
export async function measureAcknowledgement(
  { stack, generator }: { stack: Stack; generator: Generator },
  plan: AcknowledgementPlan,
): Promise<Finding> {
  const measured: Measured[] = [];

  const send = async (rate: number, durationMs: number): Promise<{ result: Acknowledged; apiCpuMs: number }> => {
    const paymentIds = await addWaitingPayments(stack.databaseUrl, Math.ceil((rate * durationMs) / 1000));
    const before = cpuOf(stack.pid('api'));
    const result = await generator.run('notifications', { shop: stack.shop, rate, durationMs, paymentIds });
    return { result, apiCpuMs: (cpuOf(stack.pid('api')) - before) / Math.max(1, result.offered) };
  };

  await send(100, 2_000); // code that runs for the first time is slow
  for (const temporal of ['up', 'stopped'] as const) {
    if (temporal === 'stopped') await stack.stopTemporal();
    const tries: Measured[] = [];
    const attempt = async (rate: number, durationMs: number): Promise<Measured> => {
      if (temporal === 'up') await drain(stack.databaseUrl, plan.drainMs);
      const one = { temporal, what: `${rate}/s`, rate, ...(await send(rate, durationMs)) };
      tries.push(one);
      return one;
    };
    for (const rate of plan.steadyRates) measured.push(await attempt(rate, plan.steadyMs));
    const known = tries.map((one) => ({ rate: one.rate, held: isHeld(one) }));
    await findHighestRate(known, plan.halvings, async (rate) => isHeld(await attempt(rate, plan.tryMs)));
    const held = tries.filter(isHeld).toSorted((a, b) => b.rate - a.rate)[0];
    if (held) measured.push({ ...held, what: 'highest' });
  }
  return describe(stack.title, measured);
}

function isHeld({ rate, result: { refused, perSecond, p99Ms } }: Measured): boolean {
  return Object.keys(refused).length === 0 && perSecond >= rate * HELD_SHARE && p99Ms <= HELD_P99_MS;
}

function describe(title: string, measured: readonly Measured[]): Finding {
  const p99 = (what: string, temporal: Measured['temporal']): number =>
    measured.find((row) => row.what === what && row.temporal === temporal)?.result.p99Ms ?? Number.NaN;
  const ratios = [...new Set(measured.map(({ what }) => what))].map((what) => ({
    what,
    ratio: p99(what, 'stopped') / p99(what, 'up'),
  }));
  return {
    title: `Acknowledging notifications: ${title}`,
    notes: [
      'Open loop on a fixed schedule; times count from when a message was due. Each message is new; one in twenty names no payment, each other one another payment.',
      `With Temporal up, the same machine verifies and books them meanwhile. Held: all answered 200, ${HELD_SHARE * 100} % of the rate, p99 within ${HELD_P99_MS} ms.`,
      `p99 with Temporal stopped / up: ${ratios.map(({ what, ratio }) => `${what} ${number(ratio, 2)}`).join(', ')}`,
    ],
    tables: [
      {
        columns: [
          'Temporal',
          'rate',
          'offered/s',
          'answered/s',
          'p50 ms',
          'p99 ms',
          'worst ms',
          'refused',
          'API CPU ms each',
          'generator late, p99 ms',
        ],
        rows: measured.map(({ temporal, what, rate, result, apiCpuMs }) => [
          temporal,
          what,
          String(rate),
          number(result.perSecond, 1),
          number(result.p50Ms, 1),
          number(result.p99Ms, 1),
          number(result.worstMs, 1),
          JSON.stringify(result.refused),
          number(apiCpuMs, 2),
          number(result.ownDelayP99Ms, 1),
        ]),
      },
    ],
    data: { measured, p99StoppedOverUp: ratios },
  };
}
