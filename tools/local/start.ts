import path from 'node:path';
import { Pool } from 'pg';
import { ConfigError } from '../../platform/config';
import { migrate, MigrationFailure } from '../../prisma/migrate';
import { STORY, taskQueueOf } from '../../workflows/messages';
import { DataFolder, DataFolderFailure, type Keys } from './data-folder';
import { makeDemoEntry } from './demo-entry';
import { rotateLog, waitUntil, type PieceCommand } from './piece';
import { freePort, isListening, isPortFree, portOr } from './ports';
import {
  createDatabase,
  endLeftoverPostgres,
  postgresCommand,
  PostgresFailure,
  postgresObstacle,
  postgresUrl,
  preparePostgres,
} from './postgres-server';
import { seedDemo, tellDemo } from './seed';
import { readStartConfig, type StartConfig } from './start-config';
import { PieceFailure, Stopped, Supervisor } from './supervisor';
import {
  resolveTemporal,
  temporalCommand,
  TemporalFailure,
  temporalObstacle,
  workerAsksForWork,
} from './temporal-server';

/** The ports that a person may remember; another free one is taken when somebody else has them. */
const PREFERRED_PORTS = { postgres: 54320, temporal: 7233, temporalUi: 8233, simulator: 3400, metrics: 9464 };
const DATABASE = 'quittance';
/** PostgreSQL's own code for it. */
const WRONG_PASSWORD = '28P01';
const DIST = path.resolve(__dirname, '..', '..');

/** A failure that one sentence explains: shown without a stack. */
class StartFailure extends Error {
  override name = 'StartFailure';
}

/** What a piece needs to know to be started. */
interface Context {
  readonly config: StartConfig;
  readonly folder: DataFolder;
  readonly keys: Keys;
  readonly supervisor: Supervisor;
}

/** Everything on one machine: each piece is started unless its address is given. */
async function start(context: Context): Promise<void> {
  const { config, folder, keys } = context;
  const startedAt = Date.now();
  const publicUrl = config.PUBLIC_URL ?? `http://localhost:${String(config.PORT)}`;
  await assertApiPortIsFree(config.PORT);
  say(`data and logs: ${folder.path}`);

  const databaseUrl = config.DATABASE_URL ?? (await startPostgres(context));
  await migrateDatabase(databaseUrl);
  const environment: NodeJS.ProcessEnv = {
    NODE_ENV: 'production',
    ...process.env,
    PORT: String(config.PORT),
    PUBLIC_URL: publicUrl,
    DATABASE_URL: databaseUrl,
    TEMPORAL_NAMESPACE: config.TEMPORAL_NAMESPACE,
    OPERATOR_KEY: config.OPERATOR_KEY ?? keys.operatorKey,
    ENCRYPTION_KEY: config.ENCRYPTION_KEY ?? keys.encryptionKey,
    MAIL: config.MAIL,
    WEBHOOK_ALLOW_HTTP: config.WEBHOOK_ALLOW_HTTP,
  };
  // The season is told by the simulator and the books alone, so that it is told while Temporal starts, and before anybody else is at work.
  const stage = startStage(context, environment);
  const whenTold = stage.catch(() => undefined);
  // A Temporal that does not start ends everything, but no season half-way: it could not be told anew.
  const temporal = await (
    config.TEMPORAL_ADDRESS === undefined ? startTemporal(context) : givenTemporal(config.TEMPORAL_ADDRESS, config)
  ).finally(() => whenTold);
  const { simulator, treasurerId } = await stage;
  const withAll = {
    ...environment,
    TEMPORAL_ADDRESS: temporal.address,
    ...(temporal.uiUrl === undefined ? {} : { TEMPORAL_UI_URL: temporal.uiUrl }),
    SIMULATOR_URL: simulator.url,
    SIMULATOR_PUBLIC_URL: simulator.publicUrl,
  };
  // Made before the API starts, which takes such a link only if it is told so.
  const officeLink =
    treasurerId === undefined ? null : await officeLinkOf(databaseUrl, withoutSlash(publicUrl), treasurerId);
  await startWorker(context, temporal, withAll);
  await startApi(context, { ...withAll, DEMO_ENTRY: officeLink === null ? '0' : '1' });

  const demoLines = config.DEMO === '0' ? [] : await demoData(publicUrl, config.PORT, withAll, folder);
  console.log(
    [
      '',
      `Quittance is ready (${((Date.now() - startedAt) / 1000).toFixed(1)} s). Ctrl-C stops everything; the data stays.`,
      '',
      `  API and its documentation   ${publicUrl}/docs`,
      ...(temporal.uiUrl === undefined
        ? []
        : [`  Temporal, every payment     ${temporal.uiUrl}/namespaces/${config.TEMPORAL_NAMESPACE}/workflows`]),
      `  Gateway simulator           ${simulator.publicUrl}`,
      ...(config.MAIL === 'simulator' ? [`  Mailbox, every letter       ${simulator.publicUrl}/mailbox`] : []),
      `  Receiver, every webhook     ${simulator.publicUrl}/receiver`,
      `  Operator key                ${config.OPERATOR_KEY === undefined ? folder.file('keys.json') : 'the OPERATOR_KEY given'}`,
      `  Logs                        ${folder.file('logs')}`,
      ...(officeLink === null ? [] : ['', `  The office, as its treasurer (once, on this machine)   ${officeLink}`]),
      ...(demoLines.length === 0 ? [] : ['', ...demoLines.map((line) => `  ${line}`)]),
      '',
    ].join('\n'),
  );
}

async function startPostgres({ folder, keys, supervisor }: Context): Promise<string> {
  const dataDir = folder.file('postgres');
  await endLeftoverPostgres(dataDir);
  const cluster = preparePostgres({ dataDir, password: keys.postgresPassword, closedFolder: folder.path });
  let port = 0;
  const adminUrl = (): string => postgresUrl(keys.postgresPassword, port, 'postgres');
  const seen = { wrongPassword: false };
  await supervisor.start({
    name: 'postgres',
    command: async (attempt) => {
      port = attempt === 1 ? await portOr(PREFERRED_PORTS.postgres) : await freePort();
      return postgresCommand(cluster, { port, settings: {}, logFile: logFile(folder, 'postgres') });
    },
    isReady: async () => {
      const obstacle = await postgresObstacle(adminUrl());
      seen.wrongPassword = obstacle?.code === WRONG_PASSWORD;
      return obstacle === null || seen.wrongPassword;
    },
    patienceMs: 60_000,
    attempts: 3,
    // Its death may mean a full or broken disk: going on would hide that.
    whenItEnds: 'stop_everything',
    stopMs: 2000,
  });
  if (seen.wrongPassword)
    throw new StartFailure(
      `${folder.file('keys.json')} does not hold the password of ${dataDir}: put back the file that belongs to this data.`,
    );
  await createDatabase(adminUrl(), DATABASE);
  say(`PostgreSQL on port ${String(port)}`);
  return postgresUrl(keys.postgresPassword, port, DATABASE);
}

async function migrateDatabase(databaseUrl: string): Promise<void> {
  await migrate(databaseUrl, {
    log: (line) => {
      say(`migrations: ${line}`);
    },
  });
}

interface Temporal {
  readonly address: string;
  readonly uiUrl: string | undefined;
}

async function givenTemporal(address: string, config: StartConfig): Promise<Temporal> {
  const obstacle = (): Promise<string | null> => temporalObstacle(address, config.TEMPORAL_NAMESPACE);
  if (!(await waitUntil(async () => (await obstacle()) === null, { patienceMs: 10_000, everyMs: 500 }))) {
    throw new StartFailure(
      `Temporal does not answer at ${address} for the namespace "${config.TEMPORAL_NAMESPACE}" (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE): ${(await obstacle()) ?? 'it answers only now'}.`,
    );
  }
  return { address, uiUrl: config.TEMPORAL_UI_URL };
}

async function startTemporal({ config, folder, supervisor }: Context): Promise<Temporal> {
  const program = await resolveTemporal(say);
  let ports = { port: 0, uiPort: 0 };
  const address = (): string => `127.0.0.1:${String(ports.port)}`;
  await supervisor.start({
    name: 'temporal',
    command: async (attempt) => {
      if (attempt > 1) ports = { port: await freePort(), uiPort: await freePort() };
      else if (ports.port === 0)
        ports = { port: await portOr(PREFERRED_PORTS.temporal), uiPort: await portOr(PREFERRED_PORTS.temporalUi) };
      const { port, uiPort } = ports;
      return temporalCommand({
        program,
        port,
        uiPort,
        namespace: config.TEMPORAL_NAMESPACE,
        databaseFile: folder.file('temporal.sqlite'),
        logFile: logFile(folder, 'temporal'),
      });
    },
    isReady: async () =>
      (await isListening(ports.port)) && (await temporalObstacle(address(), config.TEMPORAL_NAMESPACE)) === null,
    patienceMs: 90_000,
    attempts: 3,
    whenItEnds: 'restart',
    stopMs: 1000,
  });
  say(`Temporal on port ${String(ports.port)}, its UI on port ${String(ports.uiPort)}`);
  return { address: address(), uiUrl: config.TEMPORAL_UI_URL ?? `http://localhost:${String(ports.uiPort)}` };
}

interface RunningSimulator {
  readonly url: string;
  readonly publicUrl: string;
}

/** The simulator, and the demo's clubs after what they have been through with it; `treasurerId`: whom the printed link lets in. */
async function startStage(
  context: Context,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly simulator: RunningSimulator; readonly treasurerId: string | undefined }> {
  const { config, folder } = context;
  const simulator =
    config.SIMULATOR_URL === undefined
      ? await startSimulator(context, environment)
      : { url: config.SIMULATOR_URL, publicUrl: config.SIMULATOR_PUBLIC_URL ?? config.SIMULATOR_URL };
  if (config.DEMO === '0') return { simulator, treasurerId: undefined };
  const office = await tellDemo({
    dataDir: folder.path,
    databaseUrl: environment['DATABASE_URL'] ?? '',
    encryptionKey: environment['ENCRYPTION_KEY'] ?? '',
    publicUrl: withoutSlash(environment['PUBLIC_URL'] ?? ''),
    simulatorUrl: withoutSlash(simulator.url),
    simulatorPublicUrl: withoutSlash(simulator.publicUrl),
    say,
  }).catch((error: unknown) => {
    say(`the demo begins without a past: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  });
  return { simulator, treasurerId: office.find(({ role }) => role === 'treasurer')?.id };
}

const withoutSlash = (url: string): string => url.replace(/\/$/, '');

async function startSimulator(
  { config, folder, supervisor }: Context,
  environment: NodeJS.ProcessEnv,
): Promise<RunningSimulator> {
  let port = 0;
  const publicUrl = (): string => config.SIMULATOR_PUBLIC_URL ?? `http://localhost:${String(port)}`;
  await supervisor.start({
    name: 'simulator',
    command: async (attempt) => {
      if (attempt > 1) port = await freePort();
      else if (port === 0) port = await portOr(PREFERRED_PORTS.simulator);
      return program('simulator', folder, {
        ...environment,
        SIMULATOR_PORT: String(port),
        SIMULATOR_PUBLIC_URL: publicUrl(),
      });
    },
    isReady: () => isListening(port),
    patienceMs: 60_000,
    attempts: 3,
    whenItEnds: 'restart',
    stopMs: 500,
  });
  say(`simulator on port ${String(port)}`);
  return { url: `http://127.0.0.1:${String(port)}`, publicUrl: publicUrl() };
}

async function startWorker(
  { config, folder, supervisor }: Context,
  temporal: Temporal,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  let port = config.METRICS_PORT ?? 0;
  let startedAt = Date.now();
  await supervisor.start({
    name: 'worker',
    command: async (attempt) => {
      if (config.METRICS_PORT === undefined) {
        if (attempt > 1) port = await freePort();
        else if (port === 0) port = await portOr(PREFERRED_PORTS.metrics);
      }
      startedAt = Date.now();
      return program('worker', folder, { ...environment, METRICS_PORT: String(port) });
    },
    isReady: () =>
      workerAsksForWork({
        address: temporal.address,
        namespace: config.TEMPORAL_NAMESPACE,
        taskQueue: taskQueueOf(config.TASK_QUEUE, STORY),
        since: startedAt,
      }),
    patienceMs: 90_000,
    attempts: config.METRICS_PORT === undefined ? 3 : 1,
    whenItEnds: 'restart',
    stopMs: 2000,
  });
  say(port === 0 ? 'worker' : `worker, metrics on port ${String(port)}`);
}

async function startApi({ config, folder, supervisor }: Context, environment: NodeJS.ProcessEnv): Promise<void> {
  await supervisor.start({
    name: 'api',
    command: () => Promise.resolve(program('api', folder, environment)),
    isReady: () => answers(`http://127.0.0.1:${String(config.PORT)}/readyz`),
    patienceMs: 90_000,
    attempts: 1,
    whenItEnds: 'restart',
    stopMs: 1500,
  });
  say(`API on port ${String(config.PORT)}`);
}

/** Demo data is a convenience: without it, everything still runs. */
async function demoData(
  publicUrl: string,
  port: number,
  environment: NodeJS.ProcessEnv,
  folder: DataFolder,
): Promise<readonly string[]> {
  // Its links are for a browser; only where that address does not lead back to this machine does the local one serve.
  const baseUrl = (await answers(`${publicUrl}/healthz`)) ? publicUrl : `http://127.0.0.1:${String(port)}`;
  try {
    const { lines } = await seedDemo({
      baseUrl,
      operatorKey: environment['OPERATOR_KEY'] ?? '',
      dataDir: folder.path,
      simulatorUrl: environment['SIMULATOR_URL'] ?? '',
      hasMailbox: environment['MAIL'] === 'simulator',
    });
    return lines;
  } catch (error) {
    return [`The demo data could not be made: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Without it the treasurer signs in by password. */
async function officeLinkOf(databaseUrl: string, publicUrl: string, treasurerId: string): Promise<string | null> {
  const sql = new Pool({ connectionString: databaseUrl, max: 1 });
  try {
    return await makeDemoEntry({ sql }, publicUrl, treasurerId);
  } finally {
    await sql.end();
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).status === 200;
  } catch {
    return false;
  }
}

function program(
  name: 'api' | 'worker' | 'simulator',
  folder: DataFolder,
  environment: NodeJS.ProcessEnv,
): PieceCommand {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', path.join(DIST, name, 'main.js')],
    env: environment,
    logFile: logFile(folder, name),
  };
}

function logFile(folder: DataFolder, name: string): string {
  return folder.file('logs', `${name}.log`);
}

async function assertApiPortIsFree(port: number): Promise<void> {
  if (await isPortFree(port)) return;
  throw new StartFailure(`Port ${String(port)} is taken by another program: stop that one, or set PORT to a free one.`);
}

function say(line: string): void {
  console.log(`quittance: ${line}`);
}

/** Failures whose message is for people; anything else is a defect of ours and shows its stack. */
const EXPLAINED = [
  StartFailure,
  ConfigError,
  DataFolderFailure,
  MigrationFailure,
  PieceFailure,
  PostgresFailure,
  TemporalFailure,
];

function explain(error: unknown): string {
  if (EXPLAINED.some((kind) => error instanceof kind)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function main(): Promise<void> {
  // A closed terminal must not end us before our pieces are stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  const config = readStartConfig(process.env);
  const folder = new DataFolder(config.DATA_DIR);
  await folder.takeOver(say);
  for (const name of ['postgres', 'temporal', 'simulator', 'worker', 'api']) rotateLog(logFile(folder, name));

  let ending: Promise<void> | null = null;
  const end = (code: number, reason: string): Promise<void> => {
    ending ??= (async () => {
      say(reason);
      await supervisor.stopAll();
      folder.release();
      process.exit(code);
    })();
    return ending;
  };
  const supervisor = new Supervisor({
    mark: folder.path,
    say,
    onFatal: (reason) => void end(1, reason),
    onGroups: (groups) => {
      folder.note(groups);
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0, 'stopping …'));
  process.on('uncaughtException', (error) => void end(1, explain(error)));
  endWithParent(() => void end(0, 'npm is gone, stopping …'));

  try {
    await start({ config, folder, keys: folder.keys(), supervisor });
  } catch (error) {
    if (!(error instanceof Stopped)) await end(1, explain(error));
  }
}

/** Started by npm, we end with it: a killed npm would otherwise leave everything running, out of sight. */
function endWithParent(end: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 1000).unref();
}

main().catch((error: unknown) => {
  console.error(`quittance: ${explain(error)}`);
  process.exit(1);
});
