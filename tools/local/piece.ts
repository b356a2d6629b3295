import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';

/** What to run. `stopSignal` is the one that this program answers with an orderly end. */
export interface PieceCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly stopSignal?: 'TERM' | 'INT';
  readonly logFile: string;
}

export interface Piece {
  readonly name: string;
  /** The process group: the guard and everything below it. */
  readonly group: number;
  readonly logFile: string;
  /** Resolves when the program has ended, for whatever reason. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  isRunning(): boolean;
  /** Asks it to end; ends it when it has not after `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
}

/** The guard's own patience when nobody is left to escalate: longer than an orderly stop takes. */
const ORPHAN_PATIENCE_S = 6;

// The guard holds the reading end of a pipe whose writing end only this process has. However this process ends, the pipe ends, and the
// guard ends the program. Its own session (`detached`) keeps the terminal's Ctrl-C away, so that the stop order is ours to choose.
// What a program writes (logs, data) is for its own user only.
const GUARD = `
umask 077
exec 3<&0 </dev/null
stop_signal=$1; shift
"$@" 3<&- &
program=$!
trap '' TERM INT HUP
( read -r _ <&3
  kill -s "$stop_signal" "$program"
  waited=0
  while [ "$waited" -lt ${String(ORPHAN_PATIENCE_S)} ] && kill -0 "$program"; do sleep 1; waited=$((waited + 1)); done
  kill -KILL "$program" ) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$program"; code=$?
kill -KILL "$watcher" 2>/dev/null; wait "$watcher" 2>/dev/null
exit "$code"`;

export const GUARD_MARK = 'quittance-guard';

/** Starts a program that cannot outlive this process. `mark` tells guards of one installation from those of another. */
export function startPiece(piece: PieceCommand, mark: string): Piece {
  const log = openSync(piece.logFile, 'a', 0o600);
  const child = spawn(
    '/bin/sh',
    ['-c', GUARD, `${GUARD_MARK}:${piece.name}:${mark}`, piece.stopSignal ?? 'TERM', piece.command, ...piece.args],
    {
      detached: true,
      stdio: ['pipe', log, log],
      env: piece.env,
      cwd: piece.cwd,
      uid: piece.uid,
      gid: piece.gid,
    },
  );
  closeSync(log);
  const group = child.pid ?? 0;
  const stdin = child.stdin;
  // The pipe carries nothing; a write error only says that the guard is gone, which `ended` reports.
  stdin?.on('error', () => undefined);

  let running = true;
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('error', () => {
      running = false;
      resolve({ code: 127, signal: null });
    });
    child.once('exit', (code, signal) => {
      running = false;
      // Whatever the program left behind in its group goes with it.
      signalGroup(group, 'SIGKILL');
      resolve({ code, signal });
    });
  });

  return {
    name: piece.name,
    group,
    logFile: piece.logFile,
    ended,
    isRunning: () => running,
    async stop(patienceMs) {
      if (!running) return;
      stdin?.end();
      if (await within(patienceMs, ended)) return;
      signalGroup(group, 'SIGKILL');
      await ended;
    },
  };
}

export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  if (group <= 1) return false;
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/** True when the promise settled in time. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, ms);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until the answer is true; false when time is up or the piece ended. */
export async function waitUntil(
  ask: () => Promise<boolean>,
  { patienceMs, everyMs = 50, piece }: { patienceMs: number; everyMs?: number; piece?: Piece },
): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    if (await ask()) return true;
    if (piece && !piece.isRunning()) return false;
    await pause(everyMs);
  }
  return false;
}

export function lastLines(file: string, count: number): string {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

/** Keeps the logs of the two runs before this one. */
export function rotateLog(file: string): void {
  if (existsSync(`${file}.1`)) renameSync(`${file}.1`, `${file}.2`);
  if (existsSync(file)) renameSync(file, `${file}.1`);
}
