import { lastLines, pause, startPiece, waitUntil, type Piece, type PieceCommand } from './piece';

export interface PieceSpec {
  readonly name: string;
  /** Asked again when a first start fails, so that it can take another port. */
  readonly command: (attempt: number) => Promise<PieceCommand>;
  readonly isReady: () => Promise<boolean>;
  readonly patienceMs: number;
  /** How often a first start is tried: more than once only where another port may help. */
  readonly attempts: number;
  /** What an unexpected end means later on. */
  readonly whenItEnds: 'restart' | 'stop_everything';
  /** How long it may take to stop. */
  readonly stopMs: number;
}

/** Everything is being stopped, so whoever waits for a start waits in vain. */
export class Stopped extends Error {}

export class PieceFailure extends Error {
  override name = 'PieceFailure';
}

interface Watched {
  readonly spec: PieceSpec;
  piece: Piece;
  startedAt: number;
  /** Ends and failed starts in a row; the pauses grow with it. */
  failures: number;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** Running for so long counts as healthy: the next failure is a first one again. */
const HEALTHY_MS = 60_000;

interface SupervisorOptions {
  /** Tells our processes from those of another copy. */
  readonly mark: string;
  readonly say: (line: string) => void;
  readonly onFatal: (reason: string) => void;
  /** Told the process groups whenever they change, so that the next run can clean up after a killed one. */
  readonly onGroups: (groups: readonly number[]) => void;
}

/** Starts pieces one after the other, keeps them running, and stops them in the opposite order. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #watched: Watched[] = [];
  /** Read through a method: the compiler would take a field that an await may change for constant. */
  #isStopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Resolves when the piece is ready. */
  async start(spec: PieceSpec): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const command = await spec.command(attempt);
      this.#throwIfStopping();
      const watched = { spec, piece: startPiece(command, this.#options.mark), startedAt: Date.now(), failures: 0 };
      this.#watched.push(watched);
      this.#publishGroups();
      if (await becomesReady(watched)) {
        this.#watch(watched);
        return;
      }
      this.#throwIfStopping();
      const what = watched.piece.isRunning()
        ? `was not ready within ${String(spec.patienceMs / 1000)} s`
        : 'did not start';
      await watched.piece.stop(spec.stopMs);
      this.#watched.pop();
      if (attempt >= spec.attempts) throw new PieceFailure(`${spec.name} ${what}. ${tail(watched.piece)}`);
    }
  }

  async stopAll(): Promise<void> {
    this.#isStopping = true;
    for (const { piece, spec } of this.#watched.toReversed()) await piece.stop(spec.stopMs);
  }

  #watch(watched: Watched): void {
    void watched.piece.ended.then(async ({ code, signal }) => {
      if (this.#stopping()) return;
      const { name, whenItEnds } = watched.spec;
      const how = `${name} ended unexpectedly (${signal ?? `code ${String(code)}`}). ${tail(watched.piece)}`;
      if (whenItEnds === 'stop_everything') {
        this.#options.onFatal(how);
        return;
      }
      this.#options.say(how);
      if (Date.now() - watched.startedAt > HEALTHY_MS) watched.failures = 0;
      await this.#bringBack(watched);
    });
  }

  async #bringBack(watched: Watched): Promise<void> {
    const { spec } = watched;
    for (;;) {
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** watched.failures++, LONGEST_PAUSE_MS);
      this.#options.say(`${spec.name} is started again in ${String(pauseMs / 1000)} s.`);
      await pause(pauseMs);
      const command = await spec.command(1);
      if (this.#stopping()) return;
      watched.piece = startPiece(command, this.#options.mark);
      watched.startedAt = Date.now();
      this.#publishGroups();
      if (await becomesReady(watched)) {
        this.#options.say(`${spec.name} runs again.`);
        this.#watch(watched);
        return;
      }
      if (this.#stopping()) return;
      await watched.piece.stop(spec.stopMs);
      this.#options.say(`${spec.name} does not come back. ${tail(watched.piece)}`);
    }
  }

  #stopping(): boolean {
    return this.#isStopping;
  }

  #publishGroups(): void {
    this.#options.onGroups(this.#watched.map(({ piece }) => piece.group));
  }

  #throwIfStopping(): void {
    if (this.#stopping()) throw new Stopped();
  }
}

function becomesReady({ spec, piece }: Watched): Promise<boolean> {
  return waitUntil(async () => piece.isRunning() && (await spec.isReady()), { patienceMs: spec.patienceMs, piece });
}

function tail({ logFile }: Piece): string {
  const lines = lastLines(logFile, 12);
  return lines === '' ? `Its log ${logFile} is empty.` : `The end of ${logFile}:\n${lines.replaceAll(/^/gm, '    ')}`;
}
