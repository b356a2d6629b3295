import { Redis } from 'ioredis';
import { CREDENTIAL_FIELDS, PARTNERSHIPS } from '../activities/gateways/registry';
import { measureWatched } from '../books/watched';
import { openDatabase, openSignIn } from '../prisma/client';
import { createVault } from '../vault/vault';
import { createApp } from './app';
import { createRecoveryDesk } from './desks/recovering';
import { watchRevocations } from './http/revocations';
import { startRecoveries } from './staff/recoveries';
import { watchBacklog } from '../outbox/backlog';
import { ConfigError, keysFrom, mailFrom, partnersFrom, readConfig } from '../platform/config';
import { configSchema, demoEntryFrom } from './config';
import { createDeliveries } from '../outbox/deliveries';
import { watchEventLoop } from '../platform/event-loop';
import { createGatewayWorld } from '../platform/gateway-world';
import { createLive } from '../platform/live';
import { createLog } from '../platform/log';
import { createRuns } from '../outbox/runs';
import { KEEP_ALIVE_MS } from '../platform/keep-alive';
import { connectLazily, ensureSearchAttributes, temporalAnswers } from '../platform/temporal';

function main(): void {
  const config = readConfig(configSchema, process.env);
  const log = createLog('api', config.LOG_LEVEL, CREDENTIAL_FIELDS);
  const publicUrl = (config.PUBLIC_URL ?? `http://localhost:${config.PORT}`).replace(/\/$/, '');
  const mailConfigured = mailFrom(config) !== null;
  const db = openDatabase(config.DATABASE_URL, { connections: config.DATABASE_CONNECTIONS, mailing: mailConfigured });
  const signInPool = openSignIn(config.DATABASE_URL);
  const redis = config.REDIS_URL
    ? new Redis(config.REDIS_URL, { maxRetriesPerRequest: 1, enableOfflineQueue: false })
    : null;
  redis?.on('error', () => undefined); // it holds only what may vanish; /readyz says that it is away
  const { client, connection } = connectLazily({
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
  });
  void ensureSearchAttributes(connection, config.TEMPORAL_NAMESPACE, log);
  const runs = createRuns(client, { taskQueue: config.TASK_QUEUE });
  const eventLoop = watchEventLoop();
  const deliveries = createDeliveries({ db, runs, log, isLate: eventLoop.isLate });
  const live = createLive({ measure: (ids) => measureWatched(db, ids), redis, log });
  const backlog = watchBacklog({ db, limit: config.INBOX_BACKLOG, log });
  const revocations = watchRevocations({ db, log });

  const [encryptionKey, previousKeys] = keysFrom(config);
  const vault = createVault(encryptionKey, previousKeys);
  const partners = partnersFrom(PARTNERSHIPS, config);
  const app = createApp({
    db,
    vault,
    gateways: createGatewayWorld({ simulatorUrl: config.SIMULATOR_URL, partners, redis, vault }),
    runs,
    deliveries,
    live,
    backlog,
    revocations,
    redis,
    log,
    mailConfigured,
    memberLinkMs: config.MEMBER_LINK_TTL_S * 1000,
    staff: {
      pool: signInPool,
      secrets: [signInSecret(encryptionKey), ...previousKeys.map(signInSecret)],
      operators: config.OPERATOR_EMAILS,
      recoveryWaitS: config.RECOVERY_WAIT_S,
      demoEntry: demoEntryFrom(config, publicUrl),
    },
    allowWebhooksByHttp: config.WEBHOOK_ALLOW_HTTP,
    temporalAnswers: () => temporalAnswers(connection),
    trustedProxies: config.TRUSTED_PROXIES,
    operatorKey: config.OPERATOR_KEY,
    publicUrl,
    simulatorPublicUrl: (config.SIMULATOR_PUBLIC_URL ?? config.SIMULATOR_URL).replace(/\/$/, ''),
    view: { temporalUiUrl: config.TEMPORAL_UI_URL.replace(/\/$/, ''), temporalNamespace: config.TEMPORAL_NAMESPACE },
    limits: { requestsPerMinute: config.REQUESTS_PER_MINUTE, failedLoginsPerMinute: config.FAILED_LOGINS_PER_MINUTE },
  });

  const recovering = { db, vault, publicUrl, mailConfigured, recoveryWaitS: config.RECOVERY_WAIT_S };
  const recoveries = startRecoveries({ recoveries: createRecoveryDesk(recovering), log });

  const server = app.listen(config.PORT, config.HOST, (error) => {
    if (error) fail(`the API cannot listen on ${config.HOST}:${config.PORT} (${error.message}); is PORT taken?`);
    log.info({ port: config.PORT, publicUrl }, 'listening');
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    server.close();
    server.closeIdleConnections();
    const rest = async () => {
      await deliveries.close();
      eventLoop.stop();
      backlog.stop();
      revocations.stop();
      await recoveries.stop();
      await live.close();
      redis?.disconnect();
      await signInPool.end();
      await db.close(); // Temporal's connection ends with the process: closing it while it retries would throw
    };
    // Whoever still waits for an answer after this asks again; nothing is lost by going.
    setTimeout(() => process.exit(0), 3_000).unref();
    void rest().finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** What signs the cookies of staff and seals their second factors. */
function signInSecret(encryptionKey: Buffer): string {
  return createVault(encryptionKey).derive('staff sign-in').toString('base64');
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

try {
  main();
} catch (error) {
  if (error instanceof ConfigError) fail(`the API's configuration is wrong:\n${error.message}`);
  throw error;
}
