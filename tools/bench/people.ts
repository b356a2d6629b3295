import { setTimeout as pause } from 'node:timers/promises';
import { canSeeProcesses, rssOf } from './process-tree';
import { megabytes, number, type Finding } from './report';
import type { Stack } from './stack';
import { addOwner, signIn } from './staff';
import { BenchFailure } from './workbench';

export interface PeoplePlan {
  readonly sessions: number;
  readonly streams: number;
  readonly imported: number;
}

const IN_FLIGHT = 8;
/** Until a process that has nothing more to do has put away what it can. */
const SETTLE_MS = 4_000;
const STREAM = '/v1/events/stream';

/** What people cost: to sign in, to stay signed in with a page open that listens, and to be imported. */
export async function measurePeople(stack: Stack, plan: PeoplePlan): Promise<Finding> {
  const { baseUrl, secretKey } = stack.shop;
  const credentials = await addOwner(stack);
  const rss = (): number | null => (canSeeProcesses ? rssOf(stack.pid('api')) : null);
  const settled = async (): Promise<number | null> => {
    await pause(SETTLE_MS);
    return rss();
  };

  await stack.restart('api');
  const atRest = await settled();
  const cookies: string[] = [];
  const signIns = await spent(stack, () =>
    inTurns(plan.sessions, async () => {
      cookies.push(await signIn(baseUrl, credentials));
    }),
  );
  const withSessions = await settled();
  const hangUp = new AbortController();
  await inTurns(plan.streams, (index) => listen(baseUrl, cookies[index % cookies.length] ?? '', hangUp.signal));
  const withStreams = await settled();
  hangUp.abort();

  const members = await spent(stack, () => upload(baseUrl, secretKey, 'members', memberFile(plan.imported)));
  const charges = await spent(stack, () => upload(baseUrl, secretKey, 'charges', chargeFile(plan.imported)));

  const row = (what: string, times: number, { ms, cpuMs }: Spent): readonly string[] => [
    what,
    number(ms / times, 1),
    number(cpuMs / times, 1),
  ];
  return {
    title: 'People',
    notes: [
      `On: ${stack.title}. ${IN_FLIGHT} sign-ins at a time; a password is hashed by scrypt, as better-auth gives it.`,
    ],
    tables: [
      {
        columns: ['each of', 'ms', 'CPU of the API, ms'],
        rows: [
          row(`${plan.sessions} sign-ins with a password`, plan.sessions, signIns),
          row(`${plan.imported} members of an import`, plan.imported, members),
          row(`${plan.imported} charges of an import`, plan.imported, charges),
        ],
      },
      {
        columns: ['the API’s memory', 'resident'],
        rows: [
          ['at rest, just started', megabytes(atRest)],
          [`with ${plan.sessions} sessions that were begun at it`, megabytes(withSessions)],
          [`and ${plan.streams} open streams`, megabytes(withStreams)],
        ],
      },
    ],
    data: { signIns, members, charges, memory: { atRest, withSessions, withStreams } },
  };
}

interface Spent {
  readonly ms: number;
  /** Of the API. */
  readonly cpuMs: number;
}

async function spent(stack: Stack, work: () => Promise<void>): Promise<Spent> {
  const cpu = (): number => stack.cpu()['api'] ?? NaN;
  const [begun, before] = [performance.now(), cpu()];
  await work();
  return { ms: performance.now() - begun, cpuMs: cpu() - before };
}

async function inTurns(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const hand = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, hand));
}

/** Opens a stream that stays open until the signal. */
async function listen(baseUrl: string, cookie: string, signal: AbortSignal): Promise<void> {
  const answer = await fetch(new URL(STREAM, baseUrl), { headers: { cookie }, signal });
  if (!answer.ok) throw new BenchFailure(`a stream was answered ${answer.status}: ${await answer.text()}`);
  answer.text().catch(() => undefined); // ends when we hang up
}

async function upload(baseUrl: string, secretKey: string, kind: 'members' | 'charges', file: string): Promise<void> {
  const answer = await fetch(new URL(`/v1/imports?kind=${kind}`, baseUrl), {
    method: 'POST',
    headers: { 'content-type': 'text/csv', authorization: `Bearer ${secretKey}` },
    body: file,
  });
  const { refused } = (await answer.json()) as { readonly refused?: number };
  if (refused !== 0)
    throw new BenchFailure(`the import of ${kind} was answered ${answer.status}, refused: ${refused ?? '–'}`);
}

const lines = (head: string, count: number, line: (index: number) => string): string =>
  [head, ...Array.from({ length: count }, (_, index) => line(index))].join('\n');
const memberFile = (count: number): string =>
  lines('name,email,reference', count, (n) => `Member ${n},member-${n}@club.example,REF-${n}`);
const chargeFile = (count: number): string =>
  lines('reference,label,category,amount', count, (n) => `REF-${n},Fee of the year,fee,${20 + (n % 50)}.00`);
