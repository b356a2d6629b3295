import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { migrate } from '../../../prisma/migrate';
import { lastLines, startPiece, waitUntil, type Piece, type PieceCommand } from '../../../tools/local/piece';
import { freePort } from '../../../tools/local/ports';
import {
  createDatabase,
  postgresCommand,
  postgresObstacle,
  postgresUrl,
  preparePostgres,
} from '../../../tools/local/postgres-server';
import { resolveTemporal, temporalCommand, temporalObstacle } from '../../../tools/local/temporal-server';
import { publishAddresses } from './addresses';
import globalTeardown from './global-teardown';
import { bundleFailureFile, TEST_NAMESPACE } from './temporal';

const TEMPLATE = 'quittance_template';
const ROOT = path.resolve(__dirname, '..', '..', '..');

export interface RunningEnvironment {
  readonly folder: string;
  readonly pieces: readonly Piece[];
}

declare global {
  // The tear-down runs in the same process as the set-up, and this is the only place that jest offers for what they share.
  var quittanceTestEnvironment: RunningEnvironment | undefined;
}

/** Once per run: PostgreSQL with a migrated template, a Temporal server in memory, the workflow bundle, the scripts of the pages. */
export default async function globalSetup(): Promise<void> {
  removeLeftovers();
  const folder = mkdtempSync(path.join(os.tmpdir(), `quittance-test-${String(process.pid)}-`));
  // Run as root, PostgreSQL is another user, who must be able to pass.
  chmodSync(folder, 0o755);
  const pieces: Piece[] = [];
  globalThis.quittanceTestEnvironment = { folder, pieces };
  try {
    const [administratorUrl, temporalAddress, workflowBundlePath] = await Promise.all([
      startPostgres(folder, pieces),
      startTemporal(folder, pieces),
      bundleWorkflows(folder),
      buildPages(),
    ]);
    publishAddresses({
      postgresUrl: administratorUrl,
      templateDatabase: TEMPLATE,
      temporalAddress,
      workflowBundlePath,
    });
  } catch (error) {
    // jest runs no tear-down after a failed set-up.
    await globalTeardown();
    throw error;
  }
}

/** Takes a moment where nothing was changed since `npm test` did it; a person who runs jest by itself needs them as well. */
async function buildPages(): Promise<void> {
  await promisify(execFile)(process.execPath, [path.join(ROOT, 'tools', 'setup.mjs'), 'test']);
}

async function startPostgres(folder: string, pieces: Piece[]): Promise<string> {
  const password = 'test';
  const cluster = preparePostgres({ dataDir: path.join(folder, 'postgres'), password });
  const port = await start(folder, pieces, {
    command: (free) =>
      postgresCommand(cluster, {
        port: free,
        settings: FAST_AND_FORGETFUL,
        logFile: path.join(folder, 'postgres.log'),
      }),
    isReady: async (free) => (await postgresObstacle(postgresUrl(password, free, 'postgres'))) === null,
  });
  const adminUrl = postgresUrl(password, port, 'postgres');
  await createDatabase(adminUrl, TEMPLATE);
  await migrate(postgresUrl(password, port, TEMPLATE));
  return adminUrl;
}

/** A crash may lose everything here, and nobody would mind. */
const FAST_AND_FORGETFUL = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '4GB',
  max_connections: '300',
  autovacuum: 'off',
  // Counts what statements read, in the databases that ask for it.
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'none',
};

async function startTemporal(folder: string, pieces: Piece[]): Promise<string> {
  const program = await resolveTemporal((line) => process.stderr.write(`${line}\n`));
  const port = await start(folder, pieces, {
    command: (free) =>
      temporalCommand({
        program,
        port: free,
        uiPort: null,
        namespace: TEST_NAMESPACE,
        databaseFile: null,
        logFile: path.join(folder, 'temporal.log'),
      }),
    isReady: async (free) => (await temporalObstacle(`127.0.0.1:${String(free)}`, TEST_NAMESPACE)) === null,
  });
  return `127.0.0.1:${String(port)}`;
}

/** Workflows that do not compile fail the tests that run workflows, and no others: the reason waits for them in a file. */
async function bundleWorkflows(folder: string): Promise<string> {
  const file = path.join(folder, 'workflow-bundle.js');
  try {
    const { code } = await bundleWorkflowCode({
      workflowsPath: path.join(ROOT, 'workflows', 'index.ts'),
      logger: new DefaultLogger('WARN'),
    });
    writeFileSync(file, code);
  } catch (error) {
    writeFileSync(bundleFailureFile(file), error instanceof Error ? error.message : String(error));
  }
  return file;
}

/** Another run may take a free port between the look and the start, so a failed start tries once more elsewhere. */
async function start(
  folder: string,
  pieces: Piece[],
  { command, isReady }: { command: (port: number) => PieceCommand; isReady: (port: number) => Promise<boolean> },
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const piece = startPiece(command(port), folder);
    pieces.push(piece);
    if (await waitUntil(() => isReady(port), { patienceMs: 180_000, piece })) return port;
    await piece.stop(2000);
    if (attempt === 3) throw new Error(`${piece.name} did not start for the tests:\n${lastLines(piece.logFile, 20)}`);
  }
}

/** Folders of runs that were killed: their guards have ended what ran there. */
function removeLeftovers(): void {
  for (const name of readdirSync(os.tmpdir())) {
    const pid = Number(/^quittance-test-(\d+)-/.exec(name)?.[1]);
    if (pid && !isAlive(pid)) rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
