import type { Clock } from '../../simulator/clock';

/** A clock on which a wait ends only when the test says so. */
export class ManualClock implements Clock {
  readonly #waiting: { readonly ms: number; readonly act: () => void }[] = [];
  #watchers: (() => void)[] = [];

  now(): Date {
    return new Date('2026-03-10T12:22:41Z');
  }

  after(ms: number, act: () => void): () => void {
    const wait = { ms, act };
    this.#waiting.push(wait);
    for (const watcher of this.#watchers.splice(0)) watcher();
    return () => {
      const index = this.#waiting.indexOf(wait);
      if (index >= 0) this.#waiting.splice(index, 1);
    };
  }

  /** Resolves when somebody waits for exactly this long. */
  async waitsFor(ms: number): Promise<void> {
    while (!this.#waiting.some((wait) => wait.ms === ms)) {
      await new Promise<void>((resolve) => {
        this.#watchers.push(resolve);
      });
    }
  }

  /** Ends the oldest wait of exactly this length; waits for it to begin, if need be. */
  async pass(ms: number): Promise<void> {
    await this.waitsFor(ms);
    const index = this.#waiting.findIndex((wait) => wait.ms === ms);
    const [wait] = this.#waiting.splice(index, 1);
    wait?.act();
  }
}
