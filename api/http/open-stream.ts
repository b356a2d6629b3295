import type { Request, Response } from 'express';
import { Problem } from './problems';
import type { Revocations } from './revocations';
import { permit } from './rights';
import type { RightName } from './rights';
import type { Recognise } from './routing';

/** Proxies cut silent connections; a comment a quarter of a minute keeps them. */
const HEARTBEAT_MS = 15_000;

/** How often an open stream asks whether its key still holds; the authenticator remembers, so most of them cost nothing. */
const ASK_AGAIN_MS = 2_000;

/** One server-sent event. `id` is for resuming. */
interface SentEvent {
  readonly id: string | number;
  readonly event: string;
  readonly data: unknown;
}

interface StreamDependencies {
  /** Whether the caller's key still holds. */
  readonly holds: () => Promise<boolean>;
  /** Sends what the browser has not got yet, in order. */
  readonly sendNew: (send: (event: SentEvent) => void) => Promise<void>;
  /** Calls the listener when there may be more; gives what ends that. */
  readonly watch: (listener: () => void) => () => void;
  readonly revocations: Pick<Revocations, 'onMore'>;
  /** When the caller's key ends by itself; undefined: it does not. */
  readonly expiresAtMs: number | undefined;
}

/** Whether who opened a stream still has the right to it, at this merchant. A database that is away says nothing about a key. */
export async function stillMay(
  right: RightName,
  recognise: Recognise,
  req: Request,
  merchantId: string,
): Promise<boolean> {
  try {
    const caller = permit(right, await recognise(req));
    return 'merchantId' in caller && caller.merchantId === merchantId;
  } catch (error) {
    return !(error instanceof Problem && [401, 403].includes(error.status));
  }
}

/** Answers with the head of a stream. */
export function beginStream(res: Response): void {
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
}

/** Keeps a stream that was begun open for as long as the caller's key holds. */
export function keepStream(
  res: Response,
  { holds, sendNew, watch, revocations, expiresAtMs }: StreamDependencies,
): void {
  res.write('retry: 2000\n\n');
  let turn: Promise<void> = Promise.resolve();
  const send = async () => {
    if (!(await holds())) {
      end();
      return;
    }
    await sendNew(({ id, event, data }) => {
      if (!res.writableEnded) res.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    });
  };
  // One after the other, so that no row is sent twice or out of order; a failed look is made up for by the next.
  const onChange = () => {
    turn = turn.then(send).catch(() => undefined);
  };
  const unwatch = watch(onChange);
  const heartbeat = setInterval(() => res.write(': still here\n\n'), HEARTBEAT_MS).unref();
  const askAgain = () => {
    void holds().then((held) => {
      if (!held) end();
    });
  };
  const askingAgain = setInterval(askAgain, ASK_AGAIN_MS).unref();
  const stopListening = revocations.onMore(askAgain);
  const expiry = expiresAtMs === undefined ? undefined : setTimeout(end, expiresAtMs - Date.now()).unref();
  onChange();
  res.on('close', end);

  function end(): void {
    clearInterval(heartbeat);
    clearInterval(askingAgain);
    stopListening();
    clearTimeout(expiry);
    unwatch();
    res.end();
  }
}
