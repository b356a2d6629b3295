import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { connectLazily } from '../../platform/temporal';

test('a call that is waiting for its next try when the connection is closed is refused, and ends no process', async () => {
  const temporal = createServer((socket) => socket.destroy());
  temporal.listen(0, '127.0.0.1');
  await once(temporal, 'listening');
  const { port } = temporal.address() as AddressInfo;

  const { client, close } = connectLazily({ address: `127.0.0.1:${port}`, namespace: 'default' });
  const uncaught: Error[] = [];
  const note = (error: Error) => uncaught.push(error);
  process.on('uncaughtException', note);

  const call = client.workflow.start('never', { taskQueue: 'none', workflowId: 'never' });
  await once(temporal, 'connection');
  await close();

  await expect(call).rejects.toThrow();
  await expect(client.workflow.getHandle('never').describe()).rejects.toThrow();
  expect(uncaught).toEqual([]);
  process.off('uncaughtException', note);
  temporal.close();
});
