import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { lastLines, startPiece, waitUntil } from '../local/piece';
import { freePort } from '../local/ports';
import { configSchema } from '../local/start-config';
import type { StartConfig } from '../local/start-config';
import type { Place } from './club';
import { DemoFailure } from './failure';

type Say = (text: string) => void;

/** What already runs at PUBLIC_URL or PORT, if we may use it; else null, and why in one line. */
export async function findRunning(config: StartConfig, say: Say): Promise<Place | null> {
  const baseUrl = config.PUBLIC_URL ?? `http://localhost:${config.PORT}`;
  if (!(await isQuittance(baseUrl))) return null;
  const operatorKey = config.OPERATOR_KEY ?? storedKey(config.DATA_DIR);
  if (operatorKey !== undefined && (await isOperatorKey(baseUrl, operatorKey))) return { baseUrl, operatorKey };
  if (config.OPERATOR_KEY !== undefined)
    throw new DemoFailure(`What runs at ${baseUrl} does not take this OPERATOR_KEY.`);
  say(
    `What runs at ${baseUrl} is another copy: its operator key is not in ${path.resolve(config.DATA_DIR)} (DATA_DIR, OPERATOR_KEY).`,
  );
  return null;
}

async function isQuittance(baseUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/readyz', baseUrl), { signal: AbortSignal.timeout(5_000) });
    return z.object({ parts: z.object({ postgres: z.literal(true) }) }).safeParse(await answer.json()).success;
  } catch {
    return false;
  }
}

/** An empty merchant is refused for what it lacks, or for the key; either way nothing is made. */
async function isOperatorKey(baseUrl: string, operatorKey: string): Promise<boolean> {
  const answer = await fetch(new URL('/v1/merchants', baseUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
    body: '{}',
  });
  return answer.status === 400;
}

function storedKey(dataDir: string): string | undefined {
  const file = path.resolve(dataDir, 'keys.json');
  if (!existsSync(file)) return undefined;
  return z.object({ operatorKey: z.string() }).safeParse(JSON.parse(readFileSync(file, 'utf8'))).data?.operatorKey;
}

/** They speak of an installation whose books, ports and keys are none of the copy's business. A Temporal server may be shared: queues are apart. */
const NOT_INHERITED = [
  ...Object.keys(configSchema.shape).filter((name) => !name.startsWith('TEMPORAL_')),
  ...['HOST', 'REDIS_URL', 'SIMULATOR_PORT'],
];

const START = path.join(__dirname, '..', 'local', 'start.js');
/** Building Temporal takes minutes, once; a start that ends by itself is noticed at once. */
const START_PATIENCE_MS = 20 * 60_000;
const STOP_PATIENCE_MS = 20_000;

/** Everything, started for this demo in a folder of its own, and gone without a trace afterwards. */
export async function startOwnCopy(say: Say): Promise<Place & { stop(): Promise<void> }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'quittance-demo-'));
  chmodSync(folder, 0o755); // run as root, PostgreSQL is another user, who must be able to pass
  const logFile = path.join(folder, 'start.log');
  const port = await freePort();
  const operatorKey = `operator_${randomBytes(24).toString('base64url')}`;
  const piece = startPiece(
    {
      name: 'demo',
      command: process.execPath,
      args: ['--enable-source-maps', START],
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_INHERITED.includes(name))),
        PORT: String(port),
        DATA_DIR: path.join(folder, 'data'),
        OPERATOR_KEY: operatorKey,
        TASK_QUEUE: `quittance-demo-${randomUUID()}`,
        DEMO: '0',
      },
      logFile,
    },
    folder,
  );
  const stop = async (): Promise<void> => {
    await piece.stop(STOP_PATIENCE_MS);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void stop().finally(() => process.exit(1)));

  const baseUrl = `http://localhost:${port}`;
  let shown = 0;
  const isReady = async (): Promise<boolean> => {
    const lines = readFileSync(logFile, 'utf8').split('\n').slice(0, -1);
    for (const line of lines.slice(shown))
      if (line.startsWith('quittance: ')) say(`  ${line.slice('quittance: '.length)}`);
    shown = lines.length;
    return isQuittance(baseUrl);
  };
  if (await waitUntil(isReady, { patienceMs: START_PATIENCE_MS, everyMs: 200, piece }))
    return { baseUrl, operatorKey, stop };
  const end = lastLines(logFile, 20);
  await stop();
  throw new DemoFailure(`Quittance could not be started for the demo:\n${end}`);
}
