import { randomUUID } from 'node:crypto';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import readline from 'node:readline';
import type { Client } from '@temporalio/client';
import { paid, YARDSTICK_QUEUE, type Yardstick } from '../yardstick/messages';

/** Hears from the yardstick worker which run's activity ran: asking Temporal for each result would be load of its own. */
export interface DoneListener {
  readonly port: number;
  untilDone(workflowId: string): Promise<void>;
}

const PATIENCE_MS = 60_000;

export async function listenForDone(): Promise<DoneListener> {
  const waiting = new Map<string, () => void>();
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined); // a worker that ends
    readline.createInterface({ input: socket }).on('line', (workflowId) => {
      waiting.get(workflowId)?.();
      waiting.delete(workflowId);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    untilDone: (workflowId) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(workflowId);
          reject(new Error(`${workflowId} did not end within a minute`));
        }, PATIENCE_MS);
        waiting.set(workflowId, () => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

/** Starts an empty run and sends it its one signal, as our API does for a payment. */
export async function runYardstick(client: Client, kind: Yardstick, done: DoneListener): Promise<void> {
  const workflowId = `${kind}-${randomUUID()}`;
  const finished = done.untilDone(workflowId);
  finished.catch(() => undefined); // awaited below, unless the start fails first
  const options = { workflowId, taskQueue: YARDSTICK_QUEUE };
  switch (kind) {
    case 'textbook': {
      const run = await client.workflow.start('textbook', options);
      await run.signal(paid);
      break;
    }
    case 'leanest':
      await client.workflow.start('leanest', { ...options, startDelay: '1 hour' });
      await client.workflow.signalWithStart('leanest', { ...options, signal: paid });
      break;
  }
  await finished;
}
