import { setTimeout as sleep } from 'node:timers/promises';
import type { Letter, LetterLocale, Posting } from '../workflows/domain/letter';
import type { MailSettings } from '../platform/config';
import { postToSimulator } from './simulator';
import { postBySmtp } from './smtp';
import { writeLetter } from './writing';
import type { WrittenLetter } from './writing';

/** A written letter on its way to one address. */
export interface Envelope extends WrittenLetter {
  readonly from: string;
  readonly to: string;
  /** The same on every try, so that a mail program can show once what came twice. */
  readonly messageId: string;
}

/** One way by which letters leave. */
export interface Carrier {
  /** Answers in the end, whatever the other side does; it throws nothing. */
  carry(envelope: Envelope): Promise<Posting>;
  close(): void;
}

const TOO_SLOW: Posting = { outcome: 'later', answer: 'the mail server was too slow' };

/** Writes letters and hands them to whoever carries them. */
export interface Postman {
  post(id: string, letter: Letter & { readonly to: string; readonly locale: LetterLocale }): Promise<Posting>;
  close(): void;
}

/** How often the other side may be silent for as long as it may, on each try. */
const SILENCES = 3;

/** A try takes at most this, however slow the other side is. */
export function longestTryMs(timeoutMs: number): number {
  return SILENCES * timeoutMs;
}

/** `timeoutMs`: how long the other side may be silent. */
export function createPostman(settings: MailSettings, timeoutMs: number): Postman {
  const carrier =
    settings.by === 'smtp' ? postBySmtp(settings.url, timeoutMs) : postToSimulator(settings.url, timeoutMs);
  const { from } = settings;
  const domain = /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';
  return {
    post(id, letter) {
      const written = writeLetter(letter, letter.locale);
      const carried = carrier.carry({ ...written, from, to: letter.to, messageId: `<${id}@${domain}>` });
      const tooLong = sleep(longestTryMs(timeoutMs), TOO_SLOW, { ref: false });
      return Promise.race([carried, tooLong]);
    },
    close: () => carrier.close(),
  };
}
