import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { dropLetter, endLetter, postponeLetter, readAddressed, takeLetters } from '../books/letters';
import type { Addressed, Seal, TakenLetter } from '../books/letters';
import { inTransaction } from '../books/sql';
import type { Database } from '../prisma/client';
import { inBackground } from '../platform/background';
import { sayNowAndThen } from '../platform/log';
import { endOfUse } from '../workflows/domain/letter';
import type { Posting } from '../workflows/domain/letter';

/** A person who waits for a code or a link to sign in looks at their mailbox. */
const EVERY_MS = 500;
/** A slow server holds up so many letters, and nothing else: letters are sent beside everything else that a worker does. */
const MOST_AT_ONCE = 5;
/** What is under way at the end has so long; what is cut short is sent again by the next process that takes it. */
const LAST_MS = 2_000;

/** Writes letters and sends them. It answers in the end, whatever the mail server does. */
export interface Sender {
  post(id: string, letter: Addressed): Promise<Posting>;
}

interface LetterDependencies {
  readonly db: Database;
  readonly vault: Pick<Seal, 'open'>;
  readonly sender: Sender;
  readonly log: Logger;
  /** After each try that came to nothing, how long until the next; after the last one a letter counts as refused. */
  readonly retryMs: readonly number[];
  /** Longer than any try takes: a letter that was taken and not heard of is due again after it. */
  readonly leaseMs: number;
}

/** Sends the letters that were committed, at least once each. */
export function startLetters(deps: LetterDependencies): { stop(): Promise<void> } {
  return inBackground((stopped) => sendUntil(deps, stopped));
}

async function sendUntil(deps: LetterDependencies, stopped: AbortSignal): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const stop = new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }));
  const failed = sayNowAndThen((count, error) => {
    deps.log.warn({ err: error, count }, 'letters were not sent; they are tried again');
  });
  while (!stopped.aborted) {
    const free = MOST_AT_ONCE - underWay.size;
    const taken = await takeLetters(deps.db, free, deps.leaseMs).catch((error: unknown) => {
      failed(error);
      return [];
    });
    for (const letter of taken) {
      const sending: Promise<void> = send(deps, letter)
        .catch(failed)
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
    if (taken.length === free) await Promise.race([...underWay, stop]);
    else await sleep(EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
  await Promise.race([Promise.all(underWay), sleep(LAST_MS, undefined, { ref: false })]);
}

async function send({ db, vault, sender, log, retryMs }: LetterDependencies, taken: TakenLetter): Promise<void> {
  const letter = await inTransaction(db, (tx) => readAddressed(tx, vault, taken));
  if (letter === null) return dropLetter(db, taken.id);
  const end = endOfUse(letter, taken.createdAt);
  const posting: Posting =
    end !== null && end.getTime() <= Date.now()
      ? { outcome: 'refused', answer: 'its link or code had expired before it could be sent' }
      : await sender.post(taken.id, letter);
  const answer = withoutAddresses(posting.answer);
  if (posting.outcome === 'sent') return endLetter(db, taken.id, { outcome: 'sent', answer });
  const pauseMs = posting.outcome === 'later' ? retryMs[taken.tries - 1] : undefined;
  log.warn({ letter: taken.id, kind: taken.kind, answer, pauseMs: pauseMs ?? null }, 'a letter was not taken');
  return pauseMs === undefined
    ? endLetter(db, taken.id, { outcome: 'refused', answer })
    : postponeLetter(db, taken.id, answer, pauseMs);
}

/** Mail servers repeat the address that they refuse, and this is kept and logged. */
function withoutAddresses(answer: string): string {
  return answer.replace(/[^\s<>"']+@[^\s<>"']+/g, '…');
}
