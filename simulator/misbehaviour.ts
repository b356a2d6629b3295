import type { Response } from 'express';

interface Body {
  readonly type: 'text/plain' | 'application/json';
  readonly text: string;
}

export const plain = (text: string): Body => ({ type: 'text/plain', text });
export const json = (text: string): Body => ({ type: 'application/json', text });

/** Questions of one kind, which can be answered wrongly. */
export interface AnsweringPlace {
  readonly kind: 'answering';
  readonly name: string;
  /** What means no there; where no word does, an answer beside the point. */
  readonly no: Body;
}

/** Messages of one kind, which can leave spoilt. */
export interface SendingPlace {
  readonly kind: 'sending';
  readonly name: string;
}

/** Where the simulator can be told to misbehave. Each look-alike has its own. */
export type Place = AnsweringPlace | SendingPlace;

// JSON in order, and nothing of what was asked for in it.
const BESIDE_THE_POINT = json('{"unexpected":true}');

export function answeringPlace(name: string, no = BESIDE_THE_POINT): AnsweringPlace {
  return { kind: 'answering', name, no };
}

/** The pages that payers see, whichever gateway's. */
export const PAYER_PAGE = answeringPlace('page', plain('Things do not appear to be working at the moment.'));

/** How. What each means at each place is in the README. */
export const MODES = [
  'http_500',
  'http_403',
  'html',
  'timeout',
  'drop',
  'empty',
  'redirect',
  'invalid',
  'rate_limited',
  'garbage',
  'huge',
] as const;
export type Mode = (typeof MODES)[number];

/** The modes that make sense where the simulator is the one that asks: a message that is sent has no status of its own. */
export const SENDING_MODES = ['html', 'timeout', 'drop', 'empty', 'invalid'] as const satisfies readonly Mode[];
export type SendingMode = (typeof SENDING_MODES)[number];

export function isSendingMode(mode: Mode): mode is SendingMode {
  return (SENDING_MODES as readonly Mode[]).includes(mode);
}

/** One way of misbehaving. */
export interface Fault {
  readonly mode: Mode;
  /** What was asked is done all the same; only the answer is lost. */
  readonly afterActing: boolean;
}

/** One order to misbehave. `times: null` is until it is taken back. */
export interface Switch extends Fault {
  /** The name of a place. */
  readonly where: string;
  readonly times: number | null;
}

/** The switches in force. Those with a number are used up first, in the order they were given; then the lasting one. */
export class Misbehaviour {
  #counted: (Fault & { where: string; times: number })[] = [];
  readonly #lasting = new Map<string, Fault>();

  turnOn({ where, mode, afterActing, times }: Switch): void {
    if (times === null) this.#lasting.set(where, { mode, afterActing });
    else this.#counted.push({ where, mode, afterActing, times });
  }

  clear(): void {
    this.#counted = [];
    this.#lasting.clear();
  }

  list(): Switch[] {
    return [...this.#counted, ...[...this.#lasting].map(([where, fault]) => ({ where, ...fault, times: null }))];
  }

  /** How to misbehave now at this place, or null. Uses up one time. */
  take({ name }: Place): Fault | null {
    const counted = this.#counted.find((order) => order.where === name);
    if (!counted) return this.#lasting.get(name) ?? null;
    counted.times -= 1;
    this.#counted = this.#counted.filter((order) => order.times > 0);
    return counted;
  }
}

const SORRY =
  '<!doctype html><html lang="en"><title>Sorry</title><h1>We are sorry</h1><p>The simulator was told to misbehave.</p></html>';

// More than a receiver should be willing to read.
const HUGE_BYTES = 20 * 1024 * 1024;

// Half of an answer, with bytes that no charset has.
const GARBAGE = Buffer.from('{"id":"\u0000\u00fe\u00ff","status":COMPL\u0001 VERIFIED SUCCESS', 'latin1');

/** Answers a request wrongly. `trap` is where a redirect leads: a client that follows it is fooled, see the README. */
export function answerBadly(res: Response, mode: Mode, where: AnsweringPlace, trap: string): void {
  switch (mode) {
    case 'http_500':
      res.status(500).type('html').send(SORRY);
      return;
    case 'http_403':
      res.status(403).type('html').send(SORRY);
      return;
    case 'html':
      res.status(200).type('html').send(SORRY);
      return;
    case 'timeout':
      return; // the connection stays open until the other side has had enough
    case 'drop':
      res.socket?.destroy();
      return;
    case 'empty':
      res.status(200).end();
      return;
    case 'redirect':
      res.redirect(302, trap);
      return;
    case 'invalid':
      res.status(200).type(where.no.type).send(where.no.text);
      return;
    case 'rate_limited':
      res.status(429).set('retry-after', '1').json({ name: 'RATE_LIMIT_REACHED', message: 'Too many requests.' });
      return;
    case 'garbage':
      res.status(200).type('application/json').send(GARBAGE);
      return;
    case 'huge':
      res.status(200).type('application/json').send(Buffer.alloc(HUGE_BYTES, 'x'));
  }
}
