import { execFile, spawn } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../../workflows/messages';
import type { PieceCommand } from './piece';

/** The release of the Temporal CLI that is downloaded, and that tools/temporal/go.mod builds. */
export const TEMPORAL_VERSION = '1.8.2';

const SMALLEST_GO = [1, 26] as const;
/** Networks that do not reach the download say nothing, so silence is taken for an answer early. */
const DOWNLOAD_ANSWER_MS = 8_000;
const DOWNLOAD_TOTAL_MS = 180_000;

/** A failure that one sentence explains: shown without a stack. */
export class TemporalFailure extends Error {
  override name = 'TemporalFailure';
}

type Say = (line: string) => void;
const exec = promisify(execFile);

/** Finds, downloads or builds the program of the Temporal dev server, and says which it was. */
export async function resolveTemporal(say: Say): Promise<string> {
  const given = process.env['TEMPORAL_CLI_PATH'];
  if (given) {
    if (!isExecutable(given))
      throw new TemporalFailure(`TEMPORAL_CLI_PATH is ${given}, which is not a program that can be run.`);
    say(`Temporal: ${given} (TEMPORAL_CLI_PATH)`);
    return given;
  }
  const onPath = findOnPath('temporal');
  if (onPath) {
    say(`Temporal: ${onPath} (PATH)`);
    return onPath;
  }
  const cached = path.join(cacheFolder(), 'temporal');
  if (isExecutable(cached)) {
    say(`Temporal: ${cached} (cache)`);
    return cached;
  }
  const obstacles: string[] = [];
  for (const { how, fetchTo } of [
    { how: 'downloaded', fetchTo: download },
    { how: 'built with Go', fetchTo: build },
  ]) {
    const obstacle = await placeAtomically(cached, (file) => fetchTo(file, say));
    if (obstacle === null) {
      say(`Temporal: ${cached} (${how} now, kept for next time)`);
      return cached;
    }
    say(`Temporal: could not be ${how}: ${obstacle}`);
    obstacles.push(`${how}: ${obstacle}`);
  }
  throw new TemporalFailure(
    [
      'There is no Temporal server to run. Any one of these helps:',
      '  1. TEMPORAL_ADDRESS=host:7233, the address of a server that runs already',
      '  2. the Temporal CLI on the PATH, or its file in TEMPORAL_CLI_PATH',
      '  3. a network that reaches temporal.download, from which it is fetched',
      `  4. Go ${SMALLEST_GO.join('.')} or newer on the PATH, with which it is built`,
      ...obstacles.map((obstacle) => `  (${obstacle})`),
    ].join('\n'),
  );
}

export interface TemporalOptions {
  readonly program: string;
  readonly port: number;
  readonly uiPort: number | null;
  readonly namespace: string;
  /** Without a file the server forgets everything when it ends. */
  readonly databaseFile: string | null;
  readonly logFile: string;
}

export function temporalCommand({
  program,
  port,
  uiPort,
  namespace,
  databaseFile,
  logFile,
}: TemporalOptions): PieceCommand {
  return {
    name: 'temporal',
    command: program,
    args: [
      ...[
        'server',
        'start-dev',
        '--ip',
        '127.0.0.1',
        '--port',
        String(port),
        '--namespace',
        namespace,
        '--log-level',
        'error',
      ],
      ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]),
      ...(databaseFile === null ? [] : ['--db-filename', databaseFile]),
      // Saves a round trip per activity; the server's own default is off.
      ...['--dynamic-config-value', 'system.enableActivityEagerExecution=true'],
      ...Object.values(searchAttributes).flatMap(({ name }) => ['--search-attribute', `${name}=Keyword`]),
    ],
    // The CLI reads TEMPORAL_* too, and would mistake what is meant for our processes for its own settings.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'))),
    logFile,
  };
}

/** Null when the server answers for this namespace, else what it said. */
export async function temporalObstacle(address: string, namespace: string): Promise<string | null> {
  return ask(address, async ({ workflowService }) => {
    await workflowService.describeNamespace({ namespace });
    return null;
  });
}

/** Whether a worker asks for work there, and has asked since the given time: the server remembers dead ones for minutes. */
export async function workerAsksForWork({
  address,
  namespace,
  taskQueue,
  since,
}: {
  address: string;
  namespace: string;
  taskQueue: string;
  since: number;
}): Promise<boolean> {
  const obstacle = await ask(address, async ({ workflowService }) => {
    const { pollers } = await workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue } });
    const asked = pollers.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 + 1000 > since);
    return asked ? null : 'nobody asks';
  });
  return obstacle === null;
}

async function ask(
  address: string,
  question: (connection: Connection) => Promise<string | null>,
): Promise<string | null> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 3000 });
    try {
      return await connection.withDeadline(Date.now() + 3000, () => question(connection));
    } finally {
      await connection.close();
    }
  } catch (error) {
    return oneLine(error);
  }
}

function cacheFolder(): string {
  const home = process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache');
  return path.join(home, 'quittance', `temporal-${TEMPORAL_VERSION}`);
}

/** Null when done, else what stood in the way. The file appears complete or not at all, also for a neighbour who does the same. */
async function placeAtomically(target: string, fetchTo: (file: string) => Promise<void>): Promise<string | null> {
  mkdirSync(path.dirname(target), { recursive: true });
  const folder = mkdtempSync(path.join(path.dirname(target), 'next-'));
  const clean = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', clean);
  try {
    const next = path.join(folder, 'temporal');
    await fetchTo(next);
    chmodSync(next, 0o755);
    await exec(next, ['--version']);
    renameSync(next, target);
    return null;
  } catch (error) {
    return oneLine(error);
  } finally {
    process.removeListener('exit', clean);
    clean();
  }
}

async function download(file: string, say: Say): Promise<void> {
  const platform = { linux: 'linux', darwin: 'darwin' }[process.platform as string];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (!platform || !arch) throw new Error(`there is no release for ${process.platform} ${process.arch}`);
  say(`Temporal: downloading ${TEMPORAL_VERSION} …`);
  const abort = new AbortController();
  const giveUp = (ms: number): NodeJS.Timeout =>
    setTimeout(() => {
      abort.abort(new Error(`no answer within ${String(ms / 1000)} s`));
    }, ms);
  const total = giveUp(DOWNLOAD_TOTAL_MS);
  const answer = giveUp(DOWNLOAD_ANSWER_MS);
  try {
    const response = await fetch(
      `https://temporal.download/cli/archive/v${TEMPORAL_VERSION}?platform=${platform}&arch=${arch}`,
      {
        signal: abort.signal,
      },
    );
    clearTimeout(answer);
    if (!response.ok || !response.body) throw new Error(`temporal.download answered ${String(response.status)}`);
    const archive = `${file}.tar.gz`;
    await pipeline(Readable.fromWeb(response.body), createWriteStream(archive), {
      signal: abort.signal,
    });
    await exec('tar', ['-xzf', archive, '-C', path.dirname(file), 'temporal']);
  } finally {
    clearTimeout(total);
    clearTimeout(answer);
  }
}

async function build(file: string, say: Say): Promise<void> {
  const go = findOnPath('go');
  if (!go) throw new Error('there is no Go on the PATH');
  const { stdout } = await exec(go, ['env', 'GOVERSION'], { cwd: os.tmpdir() });
  const [major = 0, minor = 0] = stdout.trim().replace(/^go/, '').split('.').map(Number);
  if (major < SMALLEST_GO[0] || (major === SMALLEST_GO[0] && minor < SMALLEST_GO[1]))
    throw new Error(`Go ${SMALLEST_GO.join('.')} is needed, this is ${stdout.trim()}`);
  say(`Temporal: building ${TEMPORAL_VERSION} with ${stdout.trim()}, once, for some minutes …`);
  const startedAt = Date.now();
  const ticker = setInterval(() => {
    say(`Temporal: still building, ${String(Math.round((Date.now() - startedAt) / 1000))} s …`);
  }, 20_000);
  try {
    // readonly: what is built is what go.sum names, or nothing.
    await runToEnd(
      go,
      ['build', '-mod=readonly', '-ldflags', '-s -w', '-o', file, 'github.com/temporalio/cli/cmd/temporal'],
      temporalModule(),
    );
  } finally {
    clearInterval(ticker);
  }
}

function temporalModule(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'tools', 'temporal');
    if (existsSync(path.join(candidate, 'go.mod'))) return candidate;
    if (folder === path.dirname(folder)) throw new Error('tools/temporal/go.mod is missing');
  }
}

function runToEnd(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, GOFLAGS: '', CGO_ENABLED: '0' },
    });
    // Whoever gives up waiting must not leave a compiler running.
    const end = (): void => void child.kill();
    process.once('exit', end);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-2000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      process.removeListener('exit', end);
      if (code === 0) resolve();
      else reject(new Error(errors.trim().split('\n').at(-1) ?? `it ended with ${String(code)}`));
    });
  });
}

function findOnPath(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name)).find(isExecutable) ?? null;
}

/** Whether the file is there and may be run. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${message}${cause}`.trim().split('\n').slice(0, 2).join(' ');
}
