import type { RequestListener } from 'node:http';
import { Context } from '@temporalio/activity';
import type { Activities } from '../../activities';

/**
 * How long a race stands still before its next step goes whatever it had waited for. Between two activities a race lies with
 * Temporal, where nobody can see whether more is coming; so this only ends waits for what never comes, and decides nothing else.
 */
const STANDSTILL_MS = 80;
/** So often does an attempt inside a workflow task die before it does anything, and as often after it did it: its answer is lost. */
const DEATHS = 0.08;

interface Step {
  readonly name: string;
  /** How many other steps are to go before this one. */
  others: number;
  readonly go: () => void;
}

/**
 * The steps of one race, let go in an order that its seed pushes: every activity stops before it begins and again before its
 * answer is reported, every message of the gateway stops at the API's door, and every call of the test's own is a step too.
 *
 * The seed fixes what each step does by its name ("the second recordFacts"): how many others it lets pass, and whether its
 * attempt dies or its answer is lost. It does not fix when steps arrive, which is up to Temporal, PostgreSQL and the machine: the
 * same seed pushes the same way again, but need not lead to the same order. What a race ends with must hold for every order.
 */
export class Interleaving {
  /** Which steps have gone, in their order. */
  readonly journal: string[] = [];
  readonly #counts = new Map<string, number>();
  #waiting: Step[] = [];
  #performing = 0;
  #standstill: NodeJS.Timeout | null = null;
  #quiet: (() => void)[] = [];
  #isOver = false;

  constructor(readonly seed: number) {}

  /** A number from 0 to below 1, the same for this seed and these words whenever it is asked for. */
  draw(about: string): number {
    return mulberry32(hash(`${this.seed} ${about}`));
  }

  /** One of these, by the seed. */
  choose<Choice>(about: string, choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[Math.floor(this.draw(about) * choices.length)] ?? choices[0];
  }

  /** A step of the test's own, or a message that comes. */
  async step<Result>(name: string, perform: () => Promise<Result>): Promise<Result> {
    await this.#turn(this.#numbered(name));
    return this.#perform(perform);
  }

  /** An activity. `isRepeatedAtOnce`: when this attempt fails, a durable one follows without a pause. */
  async activity<Result>(name: string, isRepeatedAtOnce: boolean, perform: () => Promise<Result>): Promise<Result> {
    const numbered = this.#numbered(name);
    await this.#turn(numbered);
    const fate = isRepeatedAtOnce ? this.draw(`fate of ${numbered}`) : 1;
    if (fate < DEATHS) throw this.#dies(`${numbered} dies`);
    const result = await this.#perform(perform).catch((error: unknown) => {
      this.journal.push(`${numbered} fails: ${String(error)}`);
      throw error;
    });
    await this.#turn(`${numbered} answers`);
    if (fate < 2 * DEATHS) throw this.#dies(`${numbered} is not heard`);
    return result;
  }

  /** Resolves when no step waits or is under way and for a moment none has come. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.#quiet.push(resolve);
      this.#moved();
    });
  }

  /** From now on nothing is held. */
  end(): void {
    this.#isOver = true;
    if (this.#standstill) clearTimeout(this.#standstill);
    for (const { go } of this.#waiting.splice(0)) go();
  }

  async #turn(name: string): Promise<void> {
    if (this.#isOver) return;
    const others = othersFirst(this.draw(name));
    await new Promise<void>((go) => {
      const step = { name, others, go };
      this.#waiting.push(step);
      this.#moved();
      if (others === 0) this.#letGo(step);
    });
  }

  async #perform<Result>(perform: () => Promise<Result>): Promise<Result> {
    this.#performing += 1;
    try {
      return await perform();
    } finally {
      this.#performing -= 1;
      this.#moved();
    }
  }

  #letGo(step: Step): void {
    this.#waiting = this.#waiting.filter((other) => other !== step);
    for (const other of this.#waiting) other.others -= 1;
    this.journal.push(step.name);
    this.#moved();
    step.go();
    const next = this.#waiting.find(({ others }) => others <= 0);
    if (next) this.#letGo(next);
  }

  #moved(): void {
    if (this.#standstill) clearTimeout(this.#standstill);
    this.#standstill = this.#isOver ? null : setTimeout(() => this.#atStandstill(), STANDSTILL_MS);
  }

  #atStandstill(): void {
    const [first, ...rest] = this.#waiting;
    if (first) this.#letGo(rest.reduce((least, step) => (step.others < least.others ? step : least), first));
    else if (this.#performing > 0) this.#moved();
    else for (const resolve of this.#quiet.splice(0)) resolve();
  }

  #numbered(name: string): string {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return `${name} ${count}`;
  }

  #dies(what: string): Error {
    this.journal.push(what);
    return new Error(`${what}, because seed ${this.seed} wants it so`);
  }
}

/** All races of one world, each known by the names of its workflows and of its doors. */
export class Interleavings {
  readonly #races = new Map<string, Interleaving>();

  /** `names`: the ids of workflows, and the paths at which gateways tell of the money. */
  begin(race: Interleaving, names: readonly string[]): void {
    for (const name of names) this.#races.set(name, race);
  }

  end(race: Interleaving): void {
    for (const [name, one] of this.#races) if (one === race) this.#races.delete(name);
    race.end();
  }

  /** The same activities; those of races are held. */
  activities(real: Activities): Activities {
    const held = Object.entries(real).map(([name, perform]) => [name, this.#held(name, perform)] as const);
    return Object.fromEntries(held) as unknown as Activities;
  }

  /** The same API; what gateways tell of races is held at its door. */
  door(api: RequestListener): RequestListener {
    return (request, response) => {
      const race = this.#races.get(request.url ?? '');
      if (!race) {
        api(request, response);
        return;
      }
      const answered = new Promise<void>((resolve) => void response.once('close', resolve));
      void race.step('message', () => {
        api(request, response);
        return answered;
      });
    };
  }

  #held(name: string, perform: (...args: never[]) => Promise<unknown>) {
    return async (...args: never[]): Promise<unknown> => {
      const { info } = Context.current();
      const race = this.#races.get(info.workflowExecution?.workflowId ?? '');
      return race ? race.activity(name, info.isLocal, () => perform(...args)) : perform(...args);
    };
  }
}

/** Half of all steps go as they come, most others let a few pass, and now and then one lets all pass that will. */
function othersFirst(drawn: number): number {
  if (drawn < 0.5) return 0;
  return drawn < 0.9 ? 1 + Math.floor((drawn - 0.5) * 7.5) : 12;
}

/** FNV-1a. */
function hash(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5);
}

/** The first number of the generator of this name. */
function mulberry32(seed: number): number {
  const a = (seed + 0x6d2b79f5) | 0;
  const b = Math.imul(a ^ (a >>> 15), a | 1);
  const c = b ^ (b + Math.imul(b ^ (b >>> 7), b | 61));
  return ((c ^ (c >>> 14)) >>> 0) / 2 ** 32;
}
