import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createApp } from '../api/app';
import type { AppDependencies } from '../api/app';
import { createGatewayCache } from '../platform/gateway-cache';
import { openDatabase, openSignIn } from '../prisma/client';
import { createVault } from '../vault/vault';
import type { Database } from '../prisma/client';
import type { Vault } from '../vault/vault';

/** A running API over the database, which tells nobody of what it keeps, unless it is given somebody to tell. */
interface QuietPlace {
  readonly db: Database;
  readonly baseUrl: string;
  readonly operatorKey: string;
  close(): Promise<void>;
}

/** What of it is somebody's own, in the place of what serves everybody. */
type Own = Partial<Pick<AppDependencies, 'gateways' | 'runs' | 'deliveries' | 'publicUrl' | 'simulatorPublicUrl'>>;

/** The API in this process, over a database and nothing else. */
export async function openQuietPlace(
  databaseUrl: string,
  {
    vault = createVault(randomBytes(32)),
    own = () => ({}),
    hurried = false,
  }: { readonly vault?: Vault; readonly own?: (db: Database) => Own; readonly hurried?: boolean } = {},
): Promise<QuietPlace> {
  const db = openDatabase(databaseUrl, { connections: 4, hurried });
  const signIn = openSignIn(databaseUrl);
  const operatorKey = randomBytes(24).toString('base64url');
  const nobody = () => Promise.reject(new Error('nobody is told'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const app = createApp({
    db,
    vault,
    gateways: {
      simulatorUrl: 'http://127.0.0.1:1',
      simulatorPublicUrl: 'http://127.0.0.1:1', // where nobody answers
      partners: {},
      fetch: globalThis.fetch,
      now: Date.now,
      cache: createGatewayCache(null, vault),
    },
    runs: {
      start: nobody,
      notify: nobody,
      command: nobody,
      wake: nobody,
      look: nobody,
      retryDeliveries: nobody,
      refundUnmatched: nobody,
      startAgreement: nobody,
      lookAtAgreement: nobody,
      commandAgreement: nobody,
    },
    deliveries: {
      leaseMs: () => 0,
      started: () => Promise.resolve(),
      notified: () => undefined,
      close: () => Promise.resolve(),
    },
    live: { watch: () => () => undefined, close: () => Promise.resolve() },
    backlog: { isFull: () => false, waiting: () => 0, stop: () => undefined },
    revocations: {
      count: () => 0,
      look: () => Promise.resolve(),
      onMore: () => () => undefined,
      stop: () => undefined,
    },
    redis: null,
    staff: { pool: signIn, secrets: ['secret-of-a-bench-0123456789abcdef'], operators: new Set(), recoveryWaitS: 1 },
    log: pino({ level: 'silent' }),
    mailConfigured: false,
    memberLinkMs: 900_000,
    allowWebhooksByHttp: false,
    temporalAnswers: () => Promise.resolve(false),
    trustedProxies: 0,
    operatorKey,
    publicUrl: baseUrl,
    simulatorPublicUrl: 'http://127.0.0.1:1',
    view: { temporalUiUrl: 'http://127.0.0.1:1', temporalNamespace: 'default' },
    limits: { requestsPerMinute: 1e9, failedLoginsPerMinute: 1e9 },
    ...own(db),
  });
  server.on('request', (req, res) => void app(req, res));
  return {
    db,
    baseUrl,
    operatorKey,
    async close() {
      server.close();
      server.closeAllConnections();
      await signIn.end();
      await db.close();
    },
  };
}
