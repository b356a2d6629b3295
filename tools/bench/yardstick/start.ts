import { workerAsksForWork } from '../../local/temporal-server';
import type { Generator } from '../generator';
import { ownEnvironment, type Stack } from '../stack';
import type { Workbench } from '../workbench';
import { YARDSTICK_QUEUE } from './messages';

export interface YardstickWorker {
  readonly pid: number;
  stop(): Promise<void>;
}

/** The empty workflows' worker: a process of its own, like ours. */
export async function startYardstick(
  workbench: Workbench,
  stack: Stack,
  generator: Generator,
): Promise<YardstickWorker> {
  const donePort = await generator.run('listen', null);
  const since = Date.now();
  const piece = await workbench.start(
    {
      name: 'yardstick',
      command: process.execPath,
      args: [require.resolve('./worker')],
      env: { ...ownEnvironment(), TEMPORAL_ADDRESS: stack.temporalAddress, DONE_PORT: String(donePort) },
      logFile: workbench.logFile('yardstick'),
    },
    () =>
      workerAsksForWork({ address: stack.temporalAddress, namespace: 'default', taskQueue: YARDSTICK_QUEUE, since }),
  );
  return { pid: piece.group, stop: () => workbench.stop(piece) };
}
