import { z } from 'zod';
import type { Clock } from '../clock';
import { Newest } from '../newest';
import { readOrder } from '../read-order';

const MOST_KEPT = 1_000;

/** A letter as it is handed in. */
const handedIn = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  messageId: z.string().min(1),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
});

/** A letter in the mailbox; one that comes again under its message id is there once. */
export interface Letter extends z.output<typeof handedIn> {
  readonly id: string;
  readonly at: Date;
  /** How often it came. */
  readonly copies: number;
}

/** How the mailbox can be told to answer, and what that does with the letter. */
export const ANSWERS = {
  refused: 'says no for good (550), and keeps nothing',
  busy: 'says not now (451), and keeps nothing',
  slow: 'keeps it, and never answers',
  away: 'cuts the connection, and keeps nothing',
} as const;
type AnswerKind = keyof typeof ANSWERS;

const answerOrder = z.strictObject({
  answer: z.enum(Object.keys(ANSWERS) as [AnswerKind, ...AnswerKind[]]),
  /** Null: until it is taken back. */
  times: z.coerce.number().int().positive().nullable().default(null),
});
export type AnswerOrder = z.output<typeof answerOrder>;

/** What whoever hands a letter in is answered: a mail server's code and text, silence, or a cut. */
export type Reception = { readonly code: number; readonly text: string } | 'silence' | 'cut';

/** Everybody's mailbox: all letters come here, whoever they are to. */
export class Mailbox {
  readonly #letters = new Newest<Letter>(MOST_KEPT);
  #order: AnswerOrder | null = null;
  #made = 0;

  constructor(private readonly clock: Clock) {}

  receive(body: unknown): Reception {
    const letter = readOrder(handedIn, body);
    switch (this.#takeOrder()) {
      case 'refused':
        return { code: 550, text: `550 5.1.1 <${letter.to}>: no such mailbox (the simulator was told to say so)` };
      case 'busy':
        return { code: 451, text: '451 4.3.2 come again later (the simulator was told to say so)' };
      case 'away':
        return 'cut';
      case 'slow':
        this.#keep(letter);
        return 'silence';
      case null: {
        const { id } = this.#keep(letter);
        return { code: 250, text: `250 2.0.0 kept as ${id}` };
      }
    }
  }

  /** Newest first; `to`: those to one address. */
  list(to?: string): Letter[] {
    return this.#letters.list().filter((letter) => to === undefined || letter.to.toLowerCase() === to.toLowerCase());
  }

  find(id: string): Letter | undefined {
    return this.#letters.list().find((letter) => letter.id === id);
  }

  /** How it answers for now; null: it takes everything. */
  get order(): AnswerOrder | null {
    return this.#order;
  }

  answerAs(order: unknown): AnswerOrder {
    this.#order = readOrder(answerOrder, order);
    return this.#order;
  }

  takeEverything(): void {
    this.#order = null;
  }

  clear(): void {
    this.#letters.clear();
    this.#order = null;
  }

  #keep(letter: z.output<typeof handedIn>): Letter {
    const known = this.#letters.get(letter.messageId);
    const kept = known
      ? { ...known, copies: known.copies + 1 }
      : { ...letter, id: `letter-${++this.#made}`, at: this.clock.now(), copies: 1 };
    this.#letters.set(letter.messageId, kept);
    return kept;
  }

  /** Uses up one time. */
  #takeOrder(): AnswerKind | null {
    if (this.#order === null) return null;
    const { answer, times } = this.#order;
    if (times !== null) this.#order = times > 1 ? { answer, times: times - 1 } : null;
    return answer;
  }
}
