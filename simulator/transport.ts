import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from './clock';
import type { SendingMode } from './misbehaviour';

/** What the receiver answered: a status, or the reason why there was none. */
export type Answer = { readonly status: number } | { readonly error: string };

export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** How to send it wrongly, or null. */
  readonly fault: SendingMode | null;
}

export type Transport = (outgoing: Outgoing) => Promise<Answer>;

// PayPal is said to wait about this long for the 200.
const PATIENCE_MS = 30_000;

const STOPPED = 'the simulator was stopped';

/** Posts bytes as they are. Follows no redirect, keeps no connection, believes nothing but the status. */
export function createTransport(clock: Clock, stopped: AbortSignal): Transport {
  return (outgoing) =>
    new Promise((resolve) => {
      if (stopped.aborted) {
        resolve({ error: STOPPED });
        return;
      }
      const { headers, body, cut } = spoil(outgoing);
      const open = outgoing.url.startsWith('https:') ? httpsRequest : httpRequest;
      const request = open(outgoing.url, {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'content-length': String(body.length) },
      });
      const giveUp = (reason: string) => () => {
        done({ error: reason });
        request.destroy();
      };
      const onStop = giveUp(STOPPED);
      const cancelPatience = clock.after(PATIENCE_MS, giveUp(`no answer in ${PATIENCE_MS / 1000} s`));
      const done = (answer: Answer) => {
        cancelPatience();
        stopped.removeEventListener('abort', onStop);
        if (cut !== null) request.destroy();
        resolve(answer);
      };
      stopped.addEventListener('abort', onStop, { once: true });
      request.on('error', (error) => {
        done({ error: error.message || error.name });
      });
      request.on('response', (response) => {
        const answer = { status: response.statusCode ?? 0 };
        response.on('error', () => {
          done(answer); // the status had come, and PayPal reads no further
        });
        response.on('end', () => {
          done(answer);
        });
        response.resume();
      });
      if (cut === null) request.end(body);
      else
        request.write(body.subarray(0, Math.floor(body.length / 2)), () => {
          if (cut === 'drop') giveUp('told to cut the connection halfway')();
        });
    });
}

interface Spoilt {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The body stops halfway: the connection is cut, or stays open without a word. */
  readonly cut: 'drop' | 'timeout' | null;
}

function spoil({ headers, body, fault }: Outgoing): Spoilt {
  switch (fault) {
    case null:
      return { headers, body, cut: null };
    case 'drop':
    case 'timeout':
      return { headers, body, cut: fault };
    case 'empty':
      return { headers, body: Buffer.alloc(0), cut: null };
    case 'html':
      return {
        headers: { ...headers, 'content-type': 'text/html' },
        body: Buffer.from('<h1>Service unavailable</h1>'),
        cut: null,
      };
    case 'invalid':
      return { headers, body: withAnotherLastByte(body), cut: null };
  }
}

function withAnotherLastByte(body: Buffer): Buffer {
  const altered = Buffer.from(body);
  altered[altered.length - 1] = altered.at(-1) === 0x30 ? 0x31 : 0x30;
  return altered;
}
