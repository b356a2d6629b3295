import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Tells it from a later process of the same number. */
  readonly startedAt: number;
  /** With that of children that have ended, so that nothing is lost when one does. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** Whether this platform tells what a process costs; without it those figures are left out. */
export const canSeeProcesses = existsSync('/proc/self/stat');

const constant = (name: string): number => Number(execFileSync('getconf', [name], { encoding: 'utf8' }));
const TICK_MS = canSeeProcesses ? 1000 / constant('CLK_TCK') : 0;
const PAGE_BYTES = canSeeProcesses ? constant('PAGESIZE') : 0;

/** CPU time used so far by a process and everything below it, in milliseconds. */
export function cpuOf(root: number): number {
  return treeOf(root).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

export function rssOf(root: number): number {
  return treeOf(root).reduce((sum, { rssBytes }) => sum + rssBytes, 0);
}

/** CPU time of a PostgreSQL server, by what each of its processes says it works for; `shared`: checkpoints, log writer and the like. */
export class PostgresMeter {
  readonly #root: number;
  /** Backends seen so far: when one ends, its time moves to the server's main process, but it was still spent for that database. */
  readonly #seen = new Map<string, { readonly isTemporal: boolean; readonly cpuMs: number }>();

  constructor(root: number) {
    this.#root = root;
  }

  read(): Record<'books' | 'temporal' | 'shared', number> {
    const tree = treeOf(this.#root);
    for (const { pid, startedAt, cpuMs } of tree) {
      // A backend's title: `postgres: <user> <database> <address>(<port>) <what it does>`.
      const database = /^postgres: \S+ (\S+) [\d.]+\(\d+\)/.exec(read(`/proc/${pid}/cmdline`))?.[1];
      if (database !== undefined)
        this.#seen.set(`${pid} ${startedAt}`, { isTemporal: database.startsWith('temporal'), cpuMs });
    }
    const sum = (temporal: boolean): number =>
      [...this.#seen.values()].reduce((all, { isTemporal, cpuMs }) => all + (isTemporal === temporal ? cpuMs : 0), 0);
    const [books, temporal, all] = [sum(false), sum(true), tree.reduce((total, { cpuMs }) => total + cpuMs, 0)];
    return { books, temporal, shared: all - books - temporal };
  }
}

function treeOf(root: number): Process[] {
  const all = canSeeProcesses ? allProcesses() : [];
  const tree = all.filter(({ pid }) => pid === root);
  // Grows while it is walked: each process brings its children.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

function allProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = read(`/proc/${name}/stat`);
      // proc(5): what follows the name in parentheses, which may hold anything, begins with field 3.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields.length < 22) return []; // it ended meanwhile
      const field = (number: number): number => Number(fields[number - 3]);
      return [
        {
          pid: Number(name),
          parent: field(4),
          startedAt: field(22),
          cpuMs: (field(14) + field(15) + field(16) + field(17)) * TICK_MS,
          rssBytes: field(24) * PAGE_BYTES,
        },
      ];
    });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
