import type { Router } from 'express';
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import { ping } from '../books/sql';
import type { Sql } from '../books/sql';
import { refuseOtherMethods, strictRouter } from './http/routing';

export interface HealthDependencies {
  readonly db: Sql;
  readonly temporalAnswers: () => Promise<boolean>;
  readonly redis: Redis | null;
  readonly metrics: Registry;
}

/** Longer than a healthy dependency ever takes, shorter than a load balancer's patience. */
const PATIENCE_MS = 2_000;

/** Alive, ready (503 only without PostgreSQL: nothing can be stored then), and what Prometheus reads. */
export function healthRoutes({ db, temporalAnswers, redis, metrics }: HealthDependencies): Router {
  const router = strictRouter();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const [postgres, temporal, cache] = await Promise.all([
      works(() => ping(db)),
      works(async () => {
        if (!(await temporalAnswers())) throw new Error('no answer');
      }),
      redis ? works(() => redis.ping()) : null,
    ]);
    const parts = { postgres, temporal, ...(cache !== null && { redis: cache }) };
    const degraded = Object.entries(parts).flatMap(([name, up]) => (up ? [] : [name]));
    res
      .status(postgres ? 200 : 503)
      .json({ status: postgres ? (degraded.length > 0 ? 'degraded' : 'ok') : 'unavailable', degraded, parts });
  });
  router.get('/metrics', async (_req, res) => {
    res.type(metrics.contentType).send(await metrics.metrics());
  });
  for (const path of ['/healthz', '/readyz', '/metrics']) refuseOtherMethods(router, path, ['get']);
  return router;
}

async function works(ask: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('late'));
    }, PATIENCE_MS);
  });
  return Promise.race([ask(), late])
    .then(
      () => true,
      () => false,
    )
    .finally(() => {
      clearTimeout(timer);
    });
}
