import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { migrate } from '../../prisma/migrate';
import type { Piece, PieceCommand } from '../local/piece';
import { freePort, isListening } from '../local/ports';
import {
  createDatabase,
  postgresCommand,
  postgresObstacle,
  postgresUrl,
  preparePostgres,
} from '../local/postgres-server';
import { call } from '../local/seed-call';
import { temporalCommand, temporalObstacle, workerAsksForWork } from '../local/temporal-server';
import { STORY, TASK_QUEUE, taskQueueOf } from '../../workflows/messages';
import type { GatewayName } from '../../workflows/domain/gateway';
import type { PaypalShop, Shop } from './load/orders';
import {
  createTemporalTables,
  namespaceObstacle,
  serverCommand,
  smallPort,
  type ServerPrograms,
} from './production-temporal';
import { cpuOf, PostgresMeter } from './process-tree';
import type { Workbench } from './workbench';

/** Which Temporal the stack runs on. */
export type TemporalKind =
  | { readonly kind: 'dev'; readonly program: string }
  | { readonly kind: 'production'; readonly programs: ServerPrograms };

export type ProcessName = 'postgres' | 'temporal' | 'gateways' | 'worker' | 'api';

/** Everything that a payment needs, each part a process of its own as in production. */
export interface Stack {
  readonly title: string;
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  /** Where the gateways' look-alike answers. */
  readonly gatewaysUrl: string;
  readonly shop: PaypalShop;
  /** Another merchant, who is paid through one gateway. */
  openShop(plan: ShopPlan): Promise<Shop>;
  pid(name: ProcessName): number;
  restart(...names: ('api' | 'worker')[]): Promise<void>;
  stopTemporal(): Promise<void>;
  stop(): Promise<void>;
  /** CPU milliseconds used so far, by process; PostgreSQL by what it worked for. */
  cpu(): Record<string, number>;
}

export interface ShopPlan {
  readonly gateway: GatewayName;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly currency: string;
  readonly members: number;
}

const NAMESPACE = 'default';
export const DIST = path.resolve(__dirname, '..', '..');
const RECEIVER = { receiverId: 'BENCHCLUB0001', receiverEmail: 'treasurer@club.example' };

export const TITLES: Record<TemporalKind['kind'], string> = {
  dev: 'Temporal dev server, in memory (it forgets everything when it ends)',
  production: 'Temporal server over PostgreSQL, fsync on',
};

/** A running PostgreSQL with its own settings but for the number of connections, so with fsync on. */
export async function startPostgres(
  workbench: Workbench,
  name: string,
  settings: Readonly<Record<string, string>> = {},
) {
  const password = randomBytes(12).toString('base64url');
  const cluster = preparePostgres({ dataDir: workbench.file(name), password });
  const port = await freePort();
  const url = (database: string): string => postgresUrl(password, port, database);
  const command = postgresCommand(cluster, {
    port,
    settings: { max_connections: '300', ...settings },
    logFile: workbench.logFile(name),
  });
  const piece = await workbench.start(command, async () => (await postgresObstacle(url('postgres'))) === null);
  return { piece, port, password, url };
}

export async function startStack(
  workbench: Workbench,
  temporal: TemporalKind,
  {
    members,
    profileFolder,
    simulator = null,
  }: {
    members: number;
    profileFolder: string | null;
    /** The simulator in the place of what says VERIFIED to everything, and through what it is asked. */
    simulator?: { askedThrough(url: string): Promise<string> } | null;
  },
): Promise<Stack> {
  const postgres = await startPostgres(workbench, `postgres-${temporal.kind}`);
  const databaseUrl = postgres.url('quittance');
  await createDatabase(postgres.url('postgres'), 'quittance');
  await migrate(databaseUrl);

  const temporalPort = await smallPort();
  const temporalAddress = `127.0.0.1:${temporalPort}`;
  const temporalPiece = await startTemporal(workbench, temporal, { postgres, port: temporalPort });

  const [gatewaysPort, apiPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
  const gatewaysUrl = `http://127.0.0.1:${gatewaysPort}`;
  const baseUrl = `http://127.0.0.1:${apiPort}`;
  const operatorKey = randomBytes(24).toString('base64url');
  const environment = {
    ...ownEnvironment(),
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: NAMESPACE,
    PORT: String(apiPort),
    HOST: '127.0.0.1',
    PUBLIC_URL: baseUrl,
    METRICS_PORT: String(metricsPort),
    SIMULATOR_URL: simulator ? await simulator.askedThrough(gatewaysUrl) : gatewaysUrl,
    SIMULATOR_PUBLIC_URL: gatewaysUrl,
    OPERATOR_KEY: operatorKey,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    // One merchant makes all the load, and limits are not what is measured.
    REQUESTS_PER_MINUTE: '100000000',
    INBOX_BACKLOG: '100000000',
    // A receiver of webhooks is on this machine.
    WEBHOOK_ALLOW_HTTP: '1',
  };
  const node = (name: string, file: string, env: NodeJS.ProcessEnv): PieceCommand => ({
    name,
    command: process.execPath,
    args: [...profiling(profileFolder, `${temporal.kind}-${name}`), path.join(DIST, file)],
    env,
    logFile: workbench.logFile(`${temporal.kind}-${name}`),
  });
  const starts = {
    worker: () => {
      const since = Date.now();
      const asks = () =>
        workerAsksForWork({
          address: temporalAddress,
          namespace: NAMESPACE,
          taskQueue: taskQueueOf(TASK_QUEUE, STORY),
          since,
        });
      return workbench.start(node('worker', 'worker/main.js', environment), asks);
    },
    api: () => workbench.start(node('api', 'api/main.js', environment), () => answers(`${baseUrl}/readyz`)),
  };
  const [program, portVariable] = simulator
    ? ['simulator/main.js', 'SIMULATOR_PORT']
    : ['tools/bench/paypal.js', 'PORT'];
  const gateways = await workbench.start(
    node('gateways', program, { ...ownEnvironment(), [portVariable]: String(gatewaysPort) }),
    () => isListening(gatewaysPort),
  );
  const pieces: Record<ProcessName, Piece> = {
    postgres: postgres.piece,
    temporal: temporalPiece,
    gateways,
    worker: await starts.worker(),
    api: await starts.api(),
  };

  const postgresMeter = new PostgresMeter(postgres.piece.group);

  return {
    title: TITLES[temporal.kind],
    temporalAddress,
    databaseUrl,
    gatewaysUrl,
    shop: {
      ...(await openShop(baseUrl, operatorKey, {
        gateway: 'paypal-standard',
        fields: { receiverId: RECEIVER.receiverId, receiverEmails: [RECEIVER.receiverEmail] },
        currency: 'EUR',
        members,
      })),
      ...RECEIVER,
    },
    openShop: (plan) => openShop(baseUrl, operatorKey, plan),
    pid: (name) => pieces[name].group,
    async restart(...names) {
      for (const name of names) {
        await workbench.stop(pieces[name], 10_000);
        pieces[name] = await starts[name]();
      }
    },
    stopTemporal: () => workbench.stop(pieces.temporal),
    async stop() {
      for (const name of ['api', 'worker', 'gateways', 'temporal', 'postgres'] as const)
        await workbench.stop(pieces[name], 10_000);
    },
    cpu() {
      const { books, temporal: temporalStore, shared } = postgresMeter.read();
      return {
        api: cpuOf(pieces.api.group),
        worker: cpuOf(pieces.worker.group),
        temporal: cpuOf(pieces.temporal.group),
        'postgres, our books': books,
        'postgres, Temporal': temporalStore,
        'postgres, shared': shared,
        gateways: cpuOf(pieces.gateways.group),
      };
    },
  };
}

async function startTemporal(
  workbench: Workbench,
  temporal: TemporalKind,
  { postgres, port }: { postgres: Awaited<ReturnType<typeof startPostgres>>; port: number },
): Promise<Piece> {
  const address = `127.0.0.1:${port}`;
  const logFile = workbench.logFile(`temporal-${temporal.kind}`);
  switch (temporal.kind) {
    case 'dev': {
      const { program } = temporal;
      const command = temporalCommand({
        program,
        port,
        uiPort: null,
        namespace: NAMESPACE,
        databaseFile: null,
        logFile,
      });
      return workbench.start(
        command,
        async () => (await isListening(port)) && (await temporalObstacle(address, NAMESPACE)) === null,
      );
    }
    case 'production': {
      const store = { port: postgres.port, password: postgres.password };
      await createTemporalTables(temporal.programs, store);
      const folder = workbench.file('temporal');
      mkdirSync(folder, { recursive: true });
      const command = await serverCommand(temporal.programs, { store, port, folder, logFile });
      return workbench.start(
        command,
        async () => (await isListening(port)) && (await namespaceObstacle(address, NAMESPACE)) === null,
        90_000,
      );
    }
  }
}

/** One merchant, and members who each owe a charge that outlasts what they pay. */
async function openShop(
  baseUrl: string,
  operatorKey: string,
  { gateway, fields, currency, members: count }: ShopPlan,
): Promise<Shop> {
  const { secretKey } = await call<{ secretKey: string }>(baseUrl, operatorKey, 'POST', '/v1/merchants', {
    name: 'Club Bench',
    currency,
  });
  const { notificationUrl } = await call<{ notificationUrl: string }>(
    baseUrl,
    secretKey,
    'PUT',
    `/v1/gateway-accounts/${gateway}`,
    {
      environment: 'simulator',
      ...fields,
    },
  );
  const members: string[] = [];
  let left = count;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (left-- > 0) {
        const { id } = await call<{ id: string }>(baseUrl, secretKey, 'POST', '/v1/members', {
          name: `Member ${left}`,
        });
        const charge = { label: 'Membership', category: 'membership', amount: 1_000_000_000, currency };
        await call(baseUrl, secretKey, 'POST', `/v1/members/${id}/charges`, charge);
        members.push(id);
      }
    }),
  );
  return { baseUrl, secretKey, notificationUrl, members };
}

/** Only what a program needs to run: no variable of whoever calls us may change what is measured. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TMPDIR: process.env['TMPDIR'],
    NODE_ENV: 'production',
  };
}

function profiling(folder: string | null, name: string): string[] {
  return folder === null ? [] : ['--cpu-prof', '--cpu-prof-dir', path.resolve(folder, name)];
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).status === 200;
  } catch {
    return false;
  }
}
