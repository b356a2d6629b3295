import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lastLines, signalGroup, startPiece, waitUntil } from '../../tools/local/piece';
import { freePort, isListening } from '../../tools/local/ports';
import { testAddress } from './environment/addresses';
import { ENCRYPTION_KEY, OPERATOR_KEY } from './world';
import type { World } from './world';

const ROOT = path.resolve(__dirname, '..', '..');

/** One process of the product, as in production; it cannot outlive the test. */
export interface Process {
  /** SIGKILL: not a line more is run. */
  kill(): Promise<void>;
  /** An orderly end, as by SIGTERM. */
  stop(): Promise<void>;
}

/** A worker of this world, over its database and its task queue. `over` replaces what it is told by its environment. */
export async function startWorkerProcess(world: World, over: Readonly<Record<string, string>> = {}): Promise<Process> {
  return start('worker', { ...told(world), METRICS_PORT: '0', ...over }, async (logFile) =>
    lastLines(logFile, 50).includes('"working"'),
  );
}

/** An API of this world. */
export async function startApiProcess(
  world: World,
  over: Readonly<Record<string, string>> = {},
): Promise<Process & { readonly baseUrl: string }> {
  const port = await freePort();
  const env = { ...told(world), PORT: String(port), HOST: '127.0.0.1', OPERATOR_KEY, ...over };
  return { ...(await start('api', env, () => isListening(port))), baseUrl: `http://127.0.0.1:${port}` };
}

function told(world: World): Record<string, string> {
  return {
    DATABASE_URL: world.database.url,
    TEMPORAL_ADDRESS: testAddress('temporalAddress'),
    WORKFLOW_BUNDLE: testAddress('workflowBundlePath'),
    TASK_QUEUE: world.taskQueue,
    SIMULATOR_URL: world.simulator.url,
    ENCRYPTION_KEY: ENCRYPTION_KEY.toString('base64'),
    DATABASE_CONNECTIONS: '5',
    LOG_LEVEL: 'info',
  };
}

async function start(
  name: 'worker' | 'api',
  env: Readonly<Record<string, string>>,
  isReady: (logFile: string) => Promise<boolean>,
): Promise<Process> {
  const folder = mkdtempSync(path.join(os.tmpdir(), `quittance-${name}-`));
  const logFile = path.join(folder, 'log');
  const piece = startPiece(
    {
      name,
      command: process.execPath,
      args: ['-r', path.join(ROOT, 'test/support/environment/register.cjs'), path.join(ROOT, name, 'main.ts')],
      env: { PATH: process.env['PATH'], ...env },
      cwd: ROOT,
      logFile,
    },
    folder,
  );
  const ready = await waitUntil(() => isReady(logFile), { patienceMs: 180_000, piece });
  if (!ready) {
    await piece.stop(1_000);
    throw new Error(`the ${name} process did not start:\n${lastLines(logFile, 20)}`);
  }
  const gone = async () => {
    await piece.ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    async kill() {
      signalGroup(piece.group, 'SIGKILL');
      await gone();
    },
    async stop() {
      await piece.stop(10_000);
      await gone();
    },
  };
}
