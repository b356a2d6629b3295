import { fork } from 'node:child_process';
import type { FromGenerator, OrderKind, Orders } from './load/orders';
import { BenchFailure, type Workbench } from './workbench';

/** The load generator's process, one order at a time. */
export interface Generator {
  readonly pid: number;
  run<Kind extends OrderKind>(
    kind: Kind,
    order: Orders[Kind]['order'],
    onMark?: (mark: 'begun' | 'ended') => void,
  ): Promise<Orders[Kind]['answer']>;
}

export function startGenerator(workbench: Workbench): Generator {
  // Production settings: Express is not there, but the Temporal client is.
  const child = fork(require.resolve('./load/main'), { env: { ...process.env, NODE_ENV: 'production' } });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  workbench.onClose(async () => {
    child.kill('SIGKILL'); // it holds nothing
    await ended;
  });
  return {
    pid: child.pid ?? 0,
    run: (kind, order, onMark) =>
      new Promise((resolve, reject) => {
        const hear = (message: FromGenerator): void => {
          if ('mark' in message) {
            onMark?.(message.mark);
            return;
          }
          child.off('message', hear);
          if ('failure' in message)
            reject(new BenchFailure(`the load generator failed at ${kind}: ${message.failure}`));
          else resolve(message.answer);
        };
        child.on('message', hear);
        void ended.then(() => reject(new BenchFailure('the load generator ended')));
        child.send({ kind, order });
      }),
  };
}
