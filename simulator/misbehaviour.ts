import type { Response } from 'express';

/** Where the simulator can be told to misbehave. */
export const PLACES = ['postback', 'pdt', 'ipn', 'page'] as const;
export type Place = (typeof PLACES)[number];

/** How. What each means at each place is in the README. */
export const MODES = ['http_500', 'http_403', 'html', 'timeout', 'drop', 'empty', 'redirect', 'invalid'] as const;
export type Mode = (typeof MODES)[number];

/** The modes that make sense where the simulator is the one that asks: a message that is sent has no status of its own. */
export const SENDING_MODES = ['html', 'timeout', 'drop', 'empty', 'invalid'] as const satisfies readonly Mode[];
export type SendingMode = (typeof SENDING_MODES)[number];

export function isSendingMode(mode: Mode): mode is SendingMode {
  return (SENDING_MODES as readonly Mode[]).includes(mode);
}

/** One order to misbehave. `times: null` is until it is taken back. */
export interface Switch {
  readonly where: Place;
  readonly mode: Mode;
  readonly times: number | null;
}

/** The switches in force. Those with a number are used up first, in the order they were given; then the lasting one. */
export class Misbehaviour {
  #counted: { where: Place; mode: Mode; times: number }[] = [];
  readonly #lasting = new Map<Place, Mode>();

  turnOn({ where, mode, times }: Switch): void {
    if (times === null) this.#lasting.set(where, mode);
    else this.#counted.push({ where, mode, times });
  }

  clear(): void {
    this.#counted = [];
    this.#lasting.clear();
  }

  list(): Switch[] {
    return [...this.#counted, ...[...this.#lasting].map(([where, mode]) => ({ where, mode, times: null }))];
  }

  /** How to misbehave now at this place, or null. Uses up one time. */
  take(where: Place): Mode | null {
    const counted = this.#counted.find((order) => order.where === where);
    if (!counted) return this.#lasting.get(where) ?? null;
    counted.times -= 1;
    this.#counted = this.#counted.filter((order) => order.times > 0);
    return counted.mode;
  }
}

const SORRY = '<!doctype html><html lang="en"><title>Sorry</title><h1>We are sorry</h1><p>The simulator was told to misbehave.</p></html>';

/** The word that means no at each place that answers one. */
const NO: Record<Exclude<Place, 'ipn'>, string> = {
  postback: 'INVALID',
  pdt: 'FAIL\nError: 4003\n',
  page: 'Things do not appear to be working at the moment.',
};

/** Answers a request wrongly. `trap` is where a redirect leads: a client that follows it is fooled, see the README. */
export function answerBadly(res: Response, mode: Mode, where: Exclude<Place, 'ipn'>, trap: string): void {
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
      res.status(200).type('text/plain').send(NO[where]);
  }
}
