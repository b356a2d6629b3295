import { Redis } from 'ioredis';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createActivities } from '../activities';
import { createDeliveryActivities } from '../activities/deliveries';
import { CREDENTIAL_FIELDS, PARTNERSHIPS, TELLING_NO_REFUNDS } from '../activities/gateways/registry';
import { ConfigError, keysFrom, mailFrom, partnersFrom, readConfig } from '../platform/config';
import { createGatewayWorld } from '../platform/gateway-world';
import { createLimiter, waitFor } from '../platform/limits';
import { LIVE_CHANNEL } from '../platform/live';
import { createLog, sayNowAndThen } from '../platform/log';
import { createPostman, longestTryMs } from '../mail/postman';
import { waitingAt } from '../api/desks/waiting';
import { readEventViews } from '../api/http/event-data';
import { createRuns } from '../outbox/runs';
import { createWebhookPost } from '../webhooks/post';
import type { SendingDependencies } from '../webhooks/sending';
import { connectLazily, ensureSearchAttributes } from '../platform/temporal';
import { openDatabase } from '../prisma/client';
import { createVault } from '../vault/vault';
import { STORY } from '../workflows/messages';
import { configSchema } from './config';
import { startRenewals } from '../outbox/renewal';
import { startLetters } from '../outbox/letters';
import { startWebhooks } from '../outbox/webhooks';
import { startUpkeep } from '../outbox/upkeep';
import { startSweeper } from '../outbox/sweeper';
import { createWorker, WORK } from './workers';

/** Beyond the longest try to send a letter, or a webhook: to write down what became of it. */
const LEASE_MARGIN_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig(configSchema, process.env);
  const log = createLog('worker', config.LOG_LEVEL, CREDENTIAL_FIELDS);
  installRuntime(log, config.METRICS_PORT);
  const mail = mailFrom(config);
  const db = openDatabase(config.DATABASE_URL, { connections: config.DATABASE_CONNECTIONS, mailing: mail !== null });
  const redis = config.REDIS_URL
    ? new Redis(config.REDIS_URL, { maxRetriesPerRequest: 1, enableOfflineQueue: false })
    : null;
  redis?.on('error', () => undefined); // it holds only what may vanish
  const {
    client,
    connection: clientConnection,
    close: closeClient,
  } = connectLazily({
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
  });
  await ensureSearchAttributes(clientConnection, config.TEMPORAL_NAMESPACE, log);

  const perPayment = createLimiter(redis, {
    name: 'verify-payment',
    points: config.VERIFICATIONS_PER_MINUTE,
    seconds: 60,
  });
  const unmatched = createLimiter(redis, {
    name: 'verify-unmatched',
    points: config.UNMATCHED_VERIFICATIONS_PER_MINUTE,
    seconds: 60,
  });
  const vault = createVault(...keysFrom(config));
  const partners = partnersFrom(PARTNERSHIPS, config);
  const sending: SendingDependencies = {
    db,
    vault,
    post: createWebhookPost({ timeoutMs: config.WEBHOOK_TIMEOUT_MS, allowHttp: config.WEBHOOK_ALLOW_HTTP }),
    readEvents: readEventViews,
    log,
    leaseMs: config.WEBHOOK_TIMEOUT_MS + LEASE_MARGIN_MS,
    retryMs: config.WEBHOOK_RETRY_S.map((seconds) => seconds * 1_000),
    disableAfterMs: config.WEBHOOK_DISABLE_AFTER_S * 1_000,
  };
  const payments = createActivities({
    db,
    vault,
    gateways: createGatewayWorld({
      simulatorUrl: config.SIMULATOR_URL,
      simulatorPublicUrl: config.SIMULATOR_PUBLIC_URL,
      partners,
      redis,
      vault,
    }),
    throttle: (key) => waitFor(key.startsWith('pay_') ? perPayment : unmatched, key),
    announce: (paymentId) => void redis?.publish(LIVE_CHANNEL, paymentId).catch(() => undefined),
  });

  const activities = { ...payments, ...createDeliveryActivities(sending) };
  const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS });
  const plan = {
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TASK_QUEUE,
    story: STORY,
    bundle: config.WORKFLOW_BUNDLE,
    activities,
    options: {
      maxCachedWorkflows: config.WORKFLOW_CACHE,
      stickyQueueScheduleToStartTimeout: '5s', // a run of a worker that died waits no longer than this for another
      shutdownGraceTime: '3s', // an activity cut short is repeated by the worker that takes over; a person's Ctrl-C should not wait for a gateway
      shutdownForceTime: '5s',
    },
  } as const;
  const workers = await Promise.all(WORK.map((work) => createWorker(work, plan)));
  const runs = createRuns(client, { taskQueue: config.TASK_QUEUE });
  const sweeper = startSweeper({ db, runs, log });
  const renewals = startRenewals({ db, runs, log });
  const upkeep = startUpkeep({
    db,
    log,
    silentGateways: TELLING_NO_REFUNDS,
    readWaiting: mail && waitingAt({ db, vault }),
  });
  const postman = mail && createPostman(mail, config.MAIL_TIMEOUT_MS);
  const letters =
    postman &&
    startLetters({
      db,
      vault,
      sender: postman,
      log,
      retryMs: config.MAIL_RETRY_S.map((seconds) => seconds * 1_000),
      leaseMs: longestTryMs(config.MAIL_TIMEOUT_MS) + LEASE_MARGIN_MS,
    });
  const webhooks = startWebhooks(sending);
  log.info({ taskQueues: workers.map(({ options }) => options.taskQueue) }, 'working');
  await Promise.all(workers.map((worker) => worker.run())); // until SIGTERM or SIGINT
  await Promise.all([sweeper.stop(), renewals.stop(), upkeep.stop(), letters?.stop(), webhooks.stop()]);
  postman?.close();
  redis?.disconnect();
  await Promise.all([connection.close(), closeClient(), db.close()]);
  process.exit(0);
}

/** Temporal's own metrics and logs, into ours. */
function installRuntime(log: Logger, metricsPort: number): void {
  const unanswered = sayNowAndThen((count, error) => {
    log.warn({ err: error, count }, 'activities failed; each is tried again, and pending in its run meanwhile');
  });
  const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
    if (message === 'Activity failed') unanswered(meta?.['error']);
    else log[level === 'ERROR' ? 'error' : 'warn'](meta ?? {}, message);
  });
  const port = metricsPort === 0 ? null : metricsPort;
  Runtime.install({
    logger,
    telemetryOptions: {
      logging: { forward: {}, filter: 'WARN' },
      ...(port !== null && { metrics: { prometheus: { bindAddress: `0.0.0.0:${port}` } } }),
    },
  });
}

main().catch((error: unknown) => {
  process.stderr.write(
    error instanceof ConfigError
      ? `the worker's configuration is wrong:\n${error.message}\n`
      : `the worker cannot start: ${String(error)}\n`,
  );
  process.exit(1);
});
