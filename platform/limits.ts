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

/** Takes `points` of what `key` has; gives the milliseconds until it may go on, 0: now. */
export async function waitFor(limiter: RateLimiterAbstract, key: string, points = 1): Promise<number> {
  try {
    await limiter.consume(key, points);
    return 0;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
    throw refusal;
  }
}

/** So many at once per key, in this process: takes a seat, and gives how to leave it; null where none is free. */
export function createSeats(most: number): (key: string) => (() => void) | null {
  const taken = new Map<string, number>();
  return (key) => {
    const now = taken.get(key) ?? 0;
    if (now >= most) return null;
    taken.set(key, now + 1);
    return () => {
      const left = (taken.get(key) ?? 1) - 1;
      if (left > 0) taken.set(key, left);
      else taken.delete(key);
    };
  };
}
