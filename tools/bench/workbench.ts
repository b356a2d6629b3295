import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import {
  lastLines as linesOf,
  signalGroup,
  startPiece,
  waitUntil,
  type Piece,
  type PieceCommand,
} from '../local/piece';
import { commandOf } from '../local/process-list';

/** Something that could not be run: shown without a stack. */
export class BenchFailure extends Error {
  override name = 'BenchFailure';
}

/** The folder and the processes of one run; all of them are gone when it is closed, and also when this process dies. */
export class Workbench {
  readonly folder: string;
  readonly #pieces = new Set<Piece>();
  readonly #closers = new Set<() => Promise<void>>();
  #isClosing = false;

  /** Beside the data of `npm start`, because what is measured is that disk; a temporary folder may be memory. */
  constructor(dataDir: string) {
    const parent = path.resolve(dataDir);
    this.folder = path.join(parent, `bench-${process.pid}`);
    mkdirSync(path.join(this.folder, 'logs'), { recursive: true });
    chmodSync(this.folder, 0o711); // as root, PostgreSQL runs as another user, who must pass; what lies in it is closed by itself
    for (const name of readdirSync(parent)) {
      const owner = /^bench-(\d+)$/.exec(name)?.[1];
      if (owner !== undefined && Number(owner) !== process.pid && !commandOf(Number(owner)).includes('bench'))
        removeFolder(path.join(parent, name));
    }
  }

  file(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  logFile(name: string): string {
    return this.file('logs', `${name}.log`);
  }

  /** Resolves when the piece is ready. */
  async start(command: PieceCommand, isReady: (piece: Piece) => Promise<boolean>, patienceMs = 60_000): Promise<Piece> {
    if (this.#isClosing) throw new BenchFailure('stopped');
    const piece = startPiece(command, this.folder);
    this.#pieces.add(piece);
    if (await waitUntil(async () => piece.isRunning() && (await isReady(piece)), { patienceMs, piece })) return piece;
    const what = piece.isRunning() ? `was not ready within ${patienceMs / 1000} s` : 'did not start';
    throw new BenchFailure(`${command.name} ${what}. The end of its log:\n${lastLines(command.logFile)}`);
  }

  async stop(piece: Piece, patienceMs = 4_000): Promise<void> {
    await piece.stop(patienceMs);
    this.#pieces.delete(piece);
  }

  /** What else must end with this run. */
  onClose(close: () => Promise<void>): void {
    this.#closers.add(close);
  }

  /** What ended although nobody asked it to, with the end of its log. */
  casualties(): string[] {
    return [...this.#pieces]
      .filter((piece) => !piece.isRunning())
      .map((piece) => `${piece.name} ended unexpectedly. The end of its log:\n${lastLines(piece.logFile)}`);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled([...this.#closers].map((close) => close()));
    for (const piece of [...this.#pieces].toReversed()) await this.stop(piece);
    removeFolder(this.folder);
  }

  /** At the very end of this process, when nothing can be waited for: the guards do the rest. */
  abandon(): void {
    for (const piece of this.#pieces) signalGroup(piece.group, 'SIGKILL');
  }
}

/** Temporal puts a whole stack into one line. */
function lastLines(logFile: string): string {
  return linesOf(logFile, 15).replace(/^(.{300}).*$/gm, '$1…');
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
