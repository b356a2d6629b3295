import net from 'node:net';
import { Context } from '@temporalio/activity';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { YARDSTICK_QUEUE } from './messages';

/** Runs the empty workflows: the same SDK settings as our worker, and nothing else to do. */
async function main(): Promise<void> {
  const { TEMPORAL_ADDRESS = '', DONE_PORT = '', WORKFLOW_CACHE = '300' } = process.env;
  const listener = net.connect(Number(DONE_PORT), '127.0.0.1').setNoDelay();
  // Whoever counts has gone, so nothing here has a purpose any more.
  listener.once('close', () => process.exit(0));
  listener.on('error', () => process.exit(1));

  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address: TEMPORAL_ADDRESS });
  const worker = await Worker.create({
    connection,
    taskQueue: YARDSTICK_QUEUE,
    workflowsPath: require.resolve('./workflows'),
    activities: {
      // Empty but for the word that it ran, which costs a few microseconds.
      async nothing(): Promise<void> {
        listener.write(`${Context.current().info.workflowExecution?.workflowId ?? ''}\n`);
      },
    },
    maxCachedWorkflows: Number(WORKFLOW_CACHE),
  });
  await worker.run();
  await connection.close();
  process.exit(0);
}

void main();
