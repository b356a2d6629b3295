import { randomUUID } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { createActivities } from '../../activities';
import { createDeliveryActivities } from '../../activities/deliveries';
import { readEventViews } from '../../api/http/event-data';
import { createApp } from '../../api/app';
import { watchRevocations } from '../../api/http/revocations';
import { watchBacklog } from '../../outbox/backlog';
import { createDeliveries } from '../../outbox/deliveries';
import { createGatewayCache } from '../../platform/gateway-cache';
import { KEEP_ALIVE_MS } from '../../platform/keep-alive';
import { createLimiter, waitFor } from '../../platform/limits';
import { createLive } from '../../platform/live';
import { createRuns } from '../../outbox/runs';
import { createWebhookPost } from '../../webhooks/post';
import type { SendingDependencies } from '../../webhooks/sending';
import { connectLazily, temporalAnswers } from '../../platform/temporal';
import { measureWatched } from '../../books/watched';
import { openDatabase, openSignIn } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { startSimulator } from '../../simulator/start';
import type { RunningSimulator } from '../../simulator/start';
import type { GatewayCache, Partners } from '../../activities/gateways/port';
import { createVault } from '../../vault/vault';
import { STORY } from '../../workflows/messages';
import { startRenewals } from '../../outbox/renewal';
import { createWorker, WORK } from '../../worker/workers';
import type { Work } from '../../worker/workers';
import { startSweeper } from '../../outbox/sweeper';
import { startWebhooks } from '../../outbox/webhooks';
import { startLetters } from '../../outbox/letters';
import { createPostman, longestTryMs } from '../../mail/postman';
import { createTestDatabase } from './environment/database';
import type { TestDatabase } from './environment/database';
import type { Interleavings } from './interleaving';
import { expectDocumented, watchRefusals } from './refusals';
import { testTemporal } from './environment/temporal';

Runtime.install({ logger: new DefaultLogger('ERROR') }); // once per process, and a test file is one

export const OPERATOR_KEY = 'operator-key-of-the-tests-0123456789';
export const ENCRYPTION_KEY = Buffer.alloc(32, 7);

const MAIL_TIMEOUT_MS = 1_000;
const MAIL_RETRY_MS = 100;

/** The whole product in this process, over a database and task queues of its own, with the simulator as PayPal. */
export interface World {
  readonly baseUrl: string;
  readonly database: TestDatabase;
  readonly db: Database;
  readonly simulator: RunningSimulator;
  readonly temporal: Client;
  /** What the names of its task queues begin with. */
  readonly taskQueue: string;
  /** Workers run until stopped, and do all work unless told which; a world begins with one unless asked otherwise. */
  startWorker(works?: readonly Work[]): Promise<void>;
  stopWorkers(): Promise<void>;
  /** A release of another story takes the place of the one that runs: its worker with its sweeper, its API, or both. What the one before is doing ends in its own time. */
  release(story: number, parts?: readonly ('api' | 'worker')[]): Promise<void>;
  stop(): Promise<void>;
}

/** What waits for a connection on a busy machine waits its turn; a refusal would say that the machine is busy, which nobody asked. */
const A_BUSY_MACHINE_MS = 60_000;

export interface WorldOptions {
  /** By what name its pages are reached; by default by number. */
  readonly host?: 'localhost';
  readonly workers?: 0 | 1 | 2;
  /** The story of the release that the world begins with. */
  readonly story?: number;
  /** How often its workers look for runs of older stories; by default as in production. */
  readonly lookEveryMs?: number;
  /** How long a run has failed before another takes its place; by default as in production. */
  readonly failedForMs?: number;
  /** Where the API finds Temporal; another address stands for a Temporal that is away. */
  readonly temporalAddress?: string;
  readonly verificationsPerMinute?: number;
  /** In the place of that limit: milliseconds until the gateway may be asked, 0 for now. */
  readonly throttle?: (key: string) => Promise<number>;
  /** Whether its API gets to its work late, and so leaves deliveries to the sweeper; by default never. */
  readonly isApiLate?: () => boolean;
  readonly inboxBacklog?: number;
  /** What workers ask gateways with: a test may listen in, or stand in the way. */
  readonly fetch?: typeof globalThis.fetch;
  /** The platform's own credentials as a partner of gateways. */
  readonly partners?: Partners;
  /** What is remembered of gateways between calls; by default this process remembers for itself. */
  readonly cache?: GatewayCache;
  /** Who hears what the product logs; by default nobody. */
  readonly log?: Logger;
  /** Leads the product to its database another way than straight. */
  readonly databaseVia?: (url: string) => Promise<string>;
  /** How long it waits for a connection to its database; by default as long as a busy machine may need. */
  readonly patienceMs?: number;
  /** How its letters leave: into the simulator's mailbox, by a mail server, or, by default, not at all. */
  readonly mail?: 'simulator' | 'off' | { readonly smtpUrl: string };
  /** How webhooks leave its workers. By default they are tried again at once, for ever, and no endpoint is disabled. */
  readonly webhooks?: WebhookOptions;
  /** Whether the demo's link lets somebody in. */
  readonly demoEntry?: boolean;
  /** Holds what activities do, and what gateways tell, where it is part of a race. */
  readonly interleavings?: Interleavings;
}

export interface WebhookOptions {
  readonly timeoutMs?: number;
  readonly retryMs?: readonly number[];
  readonly disableAfterMs?: number;
  /** All addresses of a name, in the place of those that the system knows. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
}

export async function startWorld({
  host,
  workers = 1,
  story = STORY,
  lookEveryMs,
  failedForMs,
  temporalAddress,
  verificationsPerMinute = 1_000,
  throttle,
  isApiLate = () => false,
  inboxBacklog = 20_000,
  fetch = globalThis.fetch,
  partners = {},
  cache = createGatewayCache(null, createVault(ENCRYPTION_KEY)),
  log = pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
  databaseVia = async (url) => url,
  patienceMs = A_BUSY_MACHINE_MS,
  mail = 'off',
  demoEntry = false,
  webhooks: {
    timeoutMs = 2_000,
    retryMs = Array.from({ length: 1_000 }, () => 50),
    disableAfterMs = 3_600_000,
    resolve,
  } = {},
  interleavings,
}: WorldOptions = {}): Promise<World> {
  const { address, namespace, taskQueue, workflowBundlePath } = testTemporal('world');
  const [database, simulator] = await Promise.all([
    createTestDatabase(),
    startSimulator({ port: 0, host: '127.0.0.1', resendSpeed: 1e12, laterEvents: 'by_hand' }),
  ]);
  const {
    client: temporal,
    connection,
    close: closeTemporal,
  } = connectLazily({ address: temporalAddress ?? address, namespace });
  const db = openDatabase(await databaseVia(database.url), {
    connections: 8,
    mailing: mail !== 'off',
    patienceMs,
  });
  const signInPool = openSignIn(database.url);
  const vault = createVault(ENCRYPTION_KEY);
  const live = createLive({ measure: (ids) => measureWatched(db, ids), redis: null, log });
  const backlog = watchBacklog({ db, limit: inboxBacklog, log });
  const revocations = watchRevocations({ db, log });

  // The port is known only once it listens, and the app wants its own address.
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://${host ?? '127.0.0.1'}:${(server.address() as AddressInfo).port}`;
  const refusals = watchRefusals(server, baseUrl);
  const gateways = {
    simulatorUrl: simulator.url,
    simulatorPublicUrl: simulator.url,
    partners,
    fetch,
    now: Date.now,
    cache,
  };
  const startApi = (told: number) => {
    const runs = createRuns(temporal, { taskQueue, story: told });
    const deliveries = createDeliveries({ db, runs, log, isLate: isApiLate });
    const app = createApp({
      db,
      vault,
      gateways,
      runs,
      deliveries,
      live,
      backlog,
      revocations,
      redis: null,
      staff: {
        pool: signInPool,
        secrets: ['secret-of-the-sign-in-0123456789abcdef'],
        operators: new Set(['operator@platform.example']),
        recoveryWaitS: 259_200,
        demoEntry,
      },
      log,
      mailConfigured: mail !== 'off',
      memberLinkMs: 900_000,
      allowWebhooksByHttp: true,
      temporalAnswers: () => temporalAnswers(connection),
      trustedProxies: 0,
      operatorKey: OPERATOR_KEY,
      publicUrl: baseUrl,
      simulatorPublicUrl: simulator.url,
      view: { temporalUiUrl: 'http://localhost:8233', temporalNamespace: namespace },
      limits: { requestsPerMinute: 100_000, failedLoginsPerMinute: 100_000 },
    });
    const listener = interleavings?.door(app) ?? app;
    server.on('request', listener);
    return { listener, deliveries };
  };
  let api = startApi(story);

  const limiter = createLimiter(null, { name: randomUUID(), points: verificationsPerMinute, seconds: 60 });
  const sending: SendingDependencies = {
    db,
    vault,
    post: createWebhookPost({ timeoutMs, allowHttp: true, ...(resolve && { resolve }) }),
    readEvents: readEventViews,
    log,
    leaseMs: 2 * timeoutMs,
    retryMs,
    disableAfterMs,
  };
  const real = createActivities({
    db,
    vault,
    gateways,
    throttle: throttle ?? ((key) => waitFor(limiter, key)),
    announce: () => undefined,
  });
  const activities = { ...(interleavings?.activities(real) ?? real), ...createDeliveryActivities(sending) };
  let worked = story;
  let running: { shutdown(): void; done: Promise<void> }[] = [];
  const startWorker = async (works: readonly Work[] = WORK) => {
    const nativeConnection = await NativeConnection.connect({ address }); // one queue takes one worker per connection
    const plan = {
      connection: nativeConnection,
      namespace,
      taskQueue,
      story: worked,
      bundle: workflowBundlePath,
      activities,
      options: { stickyQueueScheduleToStartTimeout: '1s' },
    } as const;
    const started = await Promise.all(works.map((work) => createWorker(work, plan)));
    const done = Promise.all(started.map((worker) => worker.run())).then(() => nativeConnection.close());
    running.push({ shutdown: () => started.forEach((worker) => worker.shutdown()), done });
  };
  for (let i = 0; i < workers; i++) await startWorker();
  // Mail servers of tests are near, and so are their silences.
  const postman =
    mail === 'off'
      ? null
      : createPostman(
          {
            ...(mail === 'simulator' ? { by: mail, url: simulator.url } : { by: 'smtp', url: mail.smtpUrl }),
            from: 'Quittance <quittance@pay.example>',
          },
          MAIL_TIMEOUT_MS,
        );
  const startSweeping = () => {
    const letters =
      postman &&
      startLetters({
        db,
        vault,
        sender: postman,
        log,
        retryMs: Array.from({ length: 8 }, () => MAIL_RETRY_MS),
        leaseMs: longestTryMs(MAIL_TIMEOUT_MS),
      });
    const runs = createRuns(temporal, { taskQueue, story: worked });
    const [sweeper, renewals] = [
      startSweeper({ db, runs, log }),
      startRenewals({
        db,
        runs,
        log,
        ...(lookEveryMs !== undefined && { lookEveryMs }),
        ...(failedForMs !== undefined && { failedForMs }),
      }),
    ];
    const webhooks = startWebhooks(sending);
    return { stop: () => Promise.all([sweeper.stop(), renewals.stop(), letters?.stop(), webhooks.stop()]) };
  };
  let sweeping = startSweeping();

  const leaving: Promise<unknown>[] = [];
  const stopWorkers = async () => {
    const stopping = running;
    running = [];
    for (const { shutdown } of stopping) shutdown();
    await Promise.all(stopping.map(({ done }) => done));
  };
  return {
    baseUrl,
    database,
    db,
    simulator,
    temporal,
    taskQueue,
    startWorker,
    stopWorkers,
    async release(next, parts = ['api', 'worker']) {
      if (parts.includes('worker')) {
        leaving.push(stopWorkers(), sweeping.stop());
        worked = next;
        await startWorker();
        sweeping = startSweeping();
      }
      if (parts.includes('api')) {
        const { listener, deliveries } = api;
        server.off('request', listener);
        api = startApi(next);
        await deliveries.close();
      }
    },
    async stop() {
      const undocumented = await refusals.undocumented();
      server.close();
      server.closeAllConnections();
      await sweeping.stop();
      postman?.close();
      await Promise.all([...leaving, stopWorkers()]);
      await api.deliveries.close();
      backlog.stop();
      revocations.stop();
      await live.close();
      await simulator.stop();
      await Promise.all([closeTemporal(), db.close(), signInPool.end()]);
      await database.drop();
      expectDocumented(undocumented);
    },
  };
}
