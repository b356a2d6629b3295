import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What Prometheus reads of the API process. */
export function createMetrics({ waiting }: { waiting: () => number }): { registry: Registry; measure: RequestHandler } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  });
  const refused = new Counter({
    name: 'http_problems_total',
    help: 'Answers that were problems, by status',
    labelNames: ['status'],
    registers: [registry],
  });
  new Gauge({
    name: 'notifications_waiting',
    help: 'Messages stored and not verified yet; of one account, those that name a living payment and those that do not count up to INBOX_BACKLOG each',
    registers: [registry],
    collect() {
      this.set(waiting());
    },
  });
  return {
    registry,
    measure(req, res, next) {
      const begun = process.hrtime.bigint();
      res.on('finish', () => {
        const route: unknown = req.route;
        const path =
          route !== null && typeof route === 'object' && 'path' in route && typeof route.path === 'string'
            ? route.path
            : 'none';
        seconds.observe(
          { method: req.method, route: path, status: res.statusCode },
          Number(process.hrtime.bigint() - begun) / 1e9,
        );
        if (res.statusCode >= 400) refused.inc({ status: res.statusCode });
      });
      next();
    },
  };
}
