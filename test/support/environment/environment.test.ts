import { Connection } from '@temporalio/client';
import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { createTestDatabase } from './database';
import { testTemporal } from './temporal';

describe('the test environment', () => {
  it('gives each file a migrated database of its own', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    const client = new Client({ connectionString: one.url });
    await client.connect();
    const { rows } = await client.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM _prisma_migrations WHERE finished_at IS NOT NULL',
    );
    await client.end();
    expect(rows[0]?.count).toBeGreaterThan(0);
    expect(one.url).not.toBe(other.url);
    await Promise.all([one.drop(), other.drop()]);
  });

  it('gives each file a task queue of its own on one server that knows our search attributes', async () => {
    const { address, namespace, taskQueue, workflowBundlePath } = testTemporal();
    const connection = await Connection.connect({ address });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    await connection.close();
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining(['PaymentStatus', 'PaymentAttention', 'Gateway', 'MerchantId', 'MemberId']),
    );
    expect(taskQueue).not.toBe(testTemporal().taskQueue);
    expect(existsSync(workflowBundlePath)).toBe(true);
  });
});
