/** The time and the timers of the simulator. Tests give their own, so that four days of resends pass in no time. */
export interface Clock {
  now(): Date;
  /** Calls `act` once, after `ms`. The returned function takes it back. */
  after(ms: number, act: () => void): () => void;
}

// setTimeout fires at once for anything longer.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  after(ms, act) {
    const timer = setTimeout(act, Math.min(ms, LONGEST_TIMER_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** A clock whose timers can all be taken back at once, so that a stopped simulator does nothing any more. */
export function stoppable(clock: Clock): Clock & { stop(): void } {
  const running = new Set<() => void>();
  let stopped = false;
  return {
    now: () => clock.now(),
    after(ms, act) {
      if (stopped) return () => undefined;
      const cancel = clock.after(ms, () => {
        running.delete(cancel);
        act();
      });
      running.add(cancel);
      return () => {
        running.delete(cancel);
        cancel();
      };
    },
    stop() {
      stopped = true;
      for (const cancel of running) cancel();
      running.clear();
    },
  };
}
