import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';

/** So many in so many seconds per key; kept in Redis where there is one, in memory while it does not answer. */
export function createLimiter(
  redis: Redis | null,
  { name, points, seconds }: { name: string; points: number; seconds: number },
): RateLimiterAbstract {
  const inMemory = new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
  return redis
    ? new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `quittance:${name}`,
        points,
        duration: seconds,
        insuranceLimiter: inMemory,
      })
    : inMemory;
}

/** Milliseconds until `key` may go on; 0: now. */
export async function waitFor(limiter: RateLimiterAbstract, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
    throw refusal;
  }
}
