import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the loop is asked how late it comes. */
const RESOLUTION_MS = 10;
/** Over so long the mean is taken: a pause of the garbage collector decides nothing, and what is said is still true. */
const OVER_MS = 500;
/**
 * So late on average a process has more to do than it gets to. Alone it is some tenths of a millisecond late, beside a machine that is
 * busy verifying one to three, and fifteen or more where messages come faster than two cores can take and verify them. What is left to
 * the sweeper waits up to a quarter of a second, so a machine that is merely busy should not count.
 */
const LATE_MS = 10;

/** Whether this process gets to its work late. */
export function watchEventLoop(): { isLate(): boolean; stop(): void } {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let late = false;
  const timer = setInterval(() => {
    late = delays.mean / 1e6 - RESOLUTION_MS > LATE_MS;
    delays.reset();
  }, OVER_MS).unref();
  return {
    isLate: () => late,
    stop: () => {
      clearInterval(timer);
      delays.disable();
    },
  };
}
