import { percentile } from './percentile';
import type { Batch, Pace, Shift } from './orders';

/** However slow it goes, a measurement ends. */
const PATIENCE_MS = 20_000;

/**
 * Keeps so many under way at once, counts those that end in the measured while, and returns when the last has ended.
 * Neither the while before nor the measured one ends until as many were finished as are under way at once: what begins
 * together moves together, so a shorter look would see only the beginnings, or only the ends.
 */
export async function keepInFlight(
  { inFlight, warmUpMs, measureMs }: Shift,
  one: () => Promise<void>,
  mark: (mark: 'begun' | 'ended') => void,
): Promise<Pace> {
  let times: number[] = [];
  let failed = 0;
  let firstFailure: string | null = null;
  const state = { isOver: false };

  const slot = async (): Promise<void> => {
    while (!state.isOver) {
      const begun = performance.now();
      try {
        await one();
        times.push(performance.now() - begun);
      } catch (error) {
        failed += 1;
        firstFailure ??= error instanceof Error ? error.message : String(error);
        await pause(100); // what fails at once would otherwise fail thousands of times
      }
    }
  };
  const turnedOver = async (leastMs: number): Promise<void> => {
    await pause(leastMs);
    const deadline = performance.now() + PATIENCE_MS;
    while (times.length < inFlight && performance.now() < deadline) await pause(20);
  };

  const slots = Array.from({ length: inFlight }, slot);
  await turnedOver(warmUpMs);
  times = [];
  mark('begun');
  const begun = performance.now();
  await turnedOver(measureMs);
  const seconds = (performance.now() - begun) / 1000;
  const counted = times;
  times = [];
  mark('ended');
  state.isOver = true;
  await Promise.all(slots);
  return {
    done: counted.length,
    seconds,
    failed,
    firstFailure,
    p50Ms: percentile(counted, 50),
    p99Ms: percentile(counted, 99),
  };
}

/**
 * Has each of these done, so many at once, and gives what those that succeeded brought. What counts is the middle: from when
 * `warmUp` have ended until the last has begun, so that as many as were asked for are under way all the while.
 */
export async function goThrough<Thing, Result>(
  { inFlight, warmUp }: Batch,
  things: readonly Thing[],
  one: (thing: Thing) => Promise<Result>,
  mark: (mark: 'begun' | 'ended') => void,
): Promise<{ pace: Pace; results: Result[] }> {
  const left = [...things];
  const results: Result[] = [];
  const times: number[] = [];
  let ended = 0;
  let failed = 0;
  let firstFailure: string | null = null;
  const measured = { from: Infinity, until: Infinity };

  const slot = async (): Promise<void> => {
    for (let thing = left.shift(); thing !== undefined; thing = left.shift()) {
      const begun = performance.now();
      if (left.length === 0) {
        measured.until = begun;
        mark('ended');
      }
      try {
        results.push(await one(thing));
        const now = performance.now();
        if (now >= measured.from && now <= measured.until) times.push(now - begun);
      } catch (error) {
        failed += 1;
        firstFailure ??= error instanceof Error ? error.message : String(error);
      }
      ended += 1;
      if (ended === warmUp) {
        measured.from = performance.now();
        mark('begun');
      }
    }
  };

  await Promise.all(Array.from({ length: inFlight }, slot));
  return {
    pace: {
      done: times.length,
      seconds: (measured.until - measured.from) / 1000,
      failed,
      firstFailure,
      p50Ms: percentile(times, 50),
      p99Ms: percentile(times, 99),
    },
    results,
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
