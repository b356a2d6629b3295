import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook as it arrived. */
export interface Arrived {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly said: { readonly id: string; readonly type: string; readonly sequence: number; readonly data: object };
}

/** A merchant's own system, which takes webhooks. */
export interface Receiver {
  readonly url: string;
  readonly arrived: Arrived[];
  /** How it answers from now on: with a status, with headers too, or not at all. */
  answers:
    number | 'nothing' | { readonly status: number; readonly headers: Record<string, string>; readonly body?: string };
  /** The most that were being answered at one time. */
  mostAtOnce: number;
  /** Answers all that wait for an answer, and stops listening. */
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  let atOnce = 0;
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      receiver.mostAtOnce = Math.max(receiver.mostAtOnce, ++atOnce);
      res.on('close', () => atOnce--);
      const body = Buffer.concat(chunks).toString();
      receiver.arrived.push({
        headers: req.headers as Record<string, string>,
        body,
        said: JSON.parse(body) as Arrived['said'],
      });
      const { answers } = receiver;
      if (answers === 'nothing') return;
      const {
        status,
        headers,
        body: text,
      } = typeof answers === 'number' ? { status: answers, headers: {}, body: 'heard' } : answers;
      // Others that came meanwhile are there before this one is answered.
      setImmediate(() => res.writeHead(status, headers).end(text));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/quittance`,
    arrived: [],
    answers: 200,
    mostAtOnce: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
