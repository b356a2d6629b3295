import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { Express } from 'express';
import type { Pool } from 'pg';
import { pino } from 'pino';
import { createApp } from '../../api/app';
import type { AppDependencies } from '../../api/app';
import { openDatabase, openSignIn } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { memoryCache } from '../gateways/gateway-context';
import { createVault } from '../../vault/vault';
import { expectDocumented, watchRefusals } from '../support/refusals';
import { NO_RUNS } from '../support/no-runs';
import { ENCRYPTION_KEY, OPERATOR_KEY } from '../support/world';

export interface RunningApi {
  readonly app: Express;
  readonly baseUrl: string;
  /** How many clients hold a connection. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

const AWAY = 'postgresql://nobody@127.0.0.1:1/none';

/** The API by itself: no Temporal, nobody to tell, and PostgreSQL away unless a database is given. */
export async function startApi(over: Partial<AppDependencies> = {}): Promise<RunningApi> {
  const away = over.db ? null : openDatabase(AWAY);
  const signInPool = openSignIn(AWAY); // opens no connection before it is asked
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref(); // a test that fails before it stops this must not keep its process
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const refusals = watchRefusals(server, baseUrl);
  const app = createApp({
    db: over.db ?? away!,
    vault: createVault(ENCRYPTION_KEY),
    gateways: {
      simulatorUrl: 'http://127.0.0.1:1',
      simulatorPublicUrl: 'http://127.0.0.1:1',
      partners: {},
      fetch: globalThis.fetch,
      now: Date.now,
      cache: memoryCache(),
    },
    runs: NO_RUNS,
    deliveries: {
      started: () => Promise.resolve(),
      notified: () => undefined,
      leaseMs: () => 5_000,
      close: () => Promise.resolve(),
    },
    live: { watch: () => () => undefined, close: () => Promise.resolve() },
    revocations: {
      count: () => 0,
      look: () => Promise.resolve(),
      onMore: () => () => undefined,
      stop: () => undefined,
    },
    backlog: { isFull: () => false, waiting: () => 0, stop: () => undefined },
    redis: null,
    staff: {
      pool: signInPool,
      secrets: ['secret-of-the-sign-in-0123456789abcdef'],
      operators: new Set(['operator@platform.example']),
      recoveryWaitS: 259_200,
    },
    log: pino({ level: 'silent' }),
    mailConfigured: false,
    memberLinkMs: 900_000,
    allowWebhooksByHttp: false,
    temporalAnswers: () => Promise.resolve(false),
    trustedProxies: 0,
    operatorKey: OPERATOR_KEY,
    publicUrl: baseUrl,
    simulatorPublicUrl: 'http://127.0.0.1:3400',
    view: { temporalUiUrl: 'http://localhost:8233', temporalNamespace: 'default' },
    limits: { requestsPerMinute: 100_000, failedLoginsPerMinute: 100_000 },
    ...over,
  });
  server.on('request', (req, res) => void app(req, res));
  return {
    app,
    baseUrl,
    connections: promisify(server.getConnections.bind(server)),
    async stop() {
      const undocumented = await refusals.undocumented();
      server.close();
      server.closeAllConnections();
      await Promise.all([away?.close(), signInPool.end()]);
      expectDocumented(undocumented);
    },
  };
}

/** The same database, but statements that contain `word` fail, in a transaction too. */
export function breaking(db: Database, word: string, error: Error): Database {
  type Statement = string | { readonly text: string };
  const guard = (target: { query: unknown }) => {
    const query = (target.query as (...all: unknown[]) => Promise<unknown>).bind(target);
    return (statement: Statement, ...rest: unknown[]): Promise<unknown> =>
      (typeof statement === 'string' ? statement : statement.text).includes(word)
        ? Promise.reject(error)
        : query(statement, ...rest);
  };
  const guarded = <Target extends { query: unknown }>(target: Target): Target =>
    Object.assign(Object.create(target) as Target, { query: guard(target) });
  const sql = guarded<Pool>(db.sql);
  sql.connect = (async () => guarded(await db.sql.connect())) as Pool['connect'];
  return { prisma: db.prisma, sql, close: db.close };
}
