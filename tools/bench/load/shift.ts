import { percentile } from './percentile';
import type { Pace, Shift } from './orders';

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

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
