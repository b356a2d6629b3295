import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import type { PieceCommand } from '../local/piece';
import { createDatabase, POSTGRES_USER, postgresUrl } from '../local/postgres-server';
import { isPortFree } from '../local/ports';
import { isExecutable } from '../local/temporal-server';

/** The release that temporal-server/go.mod builds: the one inside the pinned CLI. */
export const SERVER_VERSION = '1.31.2';

/** Temporal as production runs it: the server's own program over PostgreSQL, and the tool that makes its tables. */
export interface ServerPrograms {
  readonly server: string;
  readonly sqlTool: string;
}

type Say = (line: string) => void;
const exec = promisify(execFile);

/** Finds or builds the server; a text says why there is none. Building takes three minutes on two cores, once. */
export async function resolveServer(say: Say): Promise<ServerPrograms | string> {
  const home = process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache');
  const folder = path.join(home, 'quittance', `temporal-server-${SERVER_VERSION}`);
  const programs = { server: path.join(folder, 'server'), sqlTool: path.join(folder, 'sql') };
  if (Object.values(programs).every(isExecutable)) return programs;
  const go = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((directory) => path.join(directory, 'go'))
    .find(isExecutable);
  if (!go) return 'there is no Go on the PATH to build the server with';
  say(`building Temporal server ${SERVER_VERSION} with Go, once, for some minutes …`);
  const obstacle = await build(go, folder);
  return obstacle ?? programs;
}

/** The folder appears complete or not at all, also for a neighbour who builds the same. */
async function build(go: string, folder: string): Promise<string | null> {
  mkdirSync(path.dirname(folder), { recursive: true });
  const next = mkdtempSync(`${folder}.next-`);
  const abort = new AbortController();
  const end = (): void => {
    abort.abort();
    rmSync(next, { recursive: true, force: true });
  };
  process.once('exit', end);
  try {
    // readonly: what is built is what go.sum names, or nothing.
    const packages = ['go.temporal.io/server/cmd/server', 'go.temporal.io/server/cmd/tools/sql'];
    await exec(go, ['build', '-mod=readonly', '-ldflags', '-s -w', '-o', `${next}${path.sep}`, ...packages], {
      cwd: goModule(),
      env: { ...process.env, GOFLAGS: '', CGO_ENABLED: '0' },
      signal: abort.signal,
    });
    rmSync(folder, { recursive: true, force: true });
    renameSync(next, folder);
    return null;
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return `the server could not be built: ${text.trim().split('\n').at(-1) ?? ''}`;
  } finally {
    process.removeListener('exit', end);
    rmSync(next, { recursive: true, force: true });
  }
}

/** Beside the source: the compiled file of this one lies elsewhere. */
function goModule(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'tools', 'bench', 'temporal-server');
    if (existsSync(path.join(candidate, 'go.mod'))) return candidate;
    if (folder === path.dirname(folder)) throw new Error('tools/bench/temporal-server/go.mod is missing');
  }
}

interface Store {
  readonly port: number;
  readonly password: string;
}

/** Makes Temporal's two databases with their tables; the tool carries the schemas inside it. */
export async function createTemporalTables({ sqlTool }: ServerPrograms, { port, password }: Store): Promise<void> {
  for (const [database, schema] of [
    ['temporal', 'postgresql/v12/temporal'],
    ['temporal_visibility', 'postgresql/v12/visibility'],
  ] as const) {
    await createDatabase(postgresUrl(password, port, 'postgres'), database);
    const connection = [
      '--plugin',
      'postgres12',
      '--endpoint',
      '127.0.0.1',
      '--port',
      String(port),
      '--user',
      POSTGRES_USER,
    ];
    const run = (...args: string[]) =>
      exec(sqlTool, [...connection, '--database', database, ...args], {
        env: { ...cleanEnvironment(), SQL_PASSWORD: password },
      });
    await run('setup-schema', '--version', '0.0');
    await run('update-schema', '--schema-name', schema);
  }
}

/** One process with all services, as small installations run it. */
export async function serverCommand(
  { server }: ServerPrograms,
  { store, port, folder, logFile }: { store: Store; port: number; folder: string; logFile: string },
): Promise<PieceCommand> {
  const configFile = path.join(folder, 'temporal.json');
  const dynamicFile = path.join(folder, 'temporal-dynamic.json');
  // JSON is YAML too, and needs no care for what a password may hold.
  writeFileSync(configFile, JSON.stringify(await configuration(store, port, dynamicFile), null, 2), { mode: 0o600 });
  writeFileSync(dynamicFile, JSON.stringify(DYNAMIC, null, 2));
  return {
    name: 'temporal-server',
    command: server,
    args: ['--config-file', configFile, '--allow-no-auth', 'start'],
    env: cleanEnvironment(),
    cwd: folder,
    logFile,
  };
}

/** As the reference of this project advises for one small machine: eager activities, one partition per task queue. */
const DYNAMIC = {
  'system.enableActivityEagerExecution': [{ value: true }],
  'matching.numTaskqueueReadPartitions': [{ value: 1 }],
  'matching.numTaskqueueWritePartitions': [{ value: 1 }],
};

/** Temporal keeps its ports in columns of two signed bytes, so not every free port will do. */
export async function smallPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (await isPortFree(port)) return port;
  }
}

async function configuration(
  { port: databasePort, password }: Store,
  port: number,
  dynamicFile: string,
): Promise<unknown> {
  const store = (databaseName: string, maxConns: number) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `127.0.0.1:${databasePort}`,
      connectProtocol: 'tcp',
      user: POSTGRES_USER,
      password,
      maxConns,
      maxIdleConns: maxConns,
      maxConnLifetime: '1h',
    },
  });
  const service = async (grpcPort?: number) => ({
    rpc: { grpcPort: grpcPort ?? (await smallPort()), membershipPort: await smallPort(), bindOnLocalHost: true },
  });
  return {
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: { default: store('temporal', 20), visibility: store('temporal_visibility', 5) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: {
      frontend: await service(port),
      matching: await service(),
      history: await service(),
      worker: await service(),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${port}` },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    archival: { history: { state: 'disabled' }, visibility: { state: 'disabled' } },
    dynamicConfigClient: { filepath: dynamicFile, pollInterval: '60s' },
  };
}

/** Null once the namespace is there, else what the server said. A new server has none. */
export async function namespaceObstacle(address: string, namespace: string): Promise<string | null> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 3000 });
    try {
      return await connection.withDeadline(Date.now() + 3000, async () => {
        const { workflowService } = connection;
        const known = await workflowService.describeNamespace({ namespace }).catch(() => null);
        if (!known)
          await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
        return known ? null : 'it was only made now';
      });
    } finally {
      await connection.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Our own variables would be taken for Temporal's. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C', TZ: 'UTC' };
}
