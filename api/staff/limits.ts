import type { Redis } from 'ioredis';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { createLimiter, waitFor } from '../../platform/limits';
import { Problem } from '../http/problems';

/** What is counted, and of whom. */
export type Taken = readonly [limiter: RateLimiterAbstract, key: string];

/** How often somebody may be wrong. */
export interface StaffLimits {
  /** Passwords and codes of one account. */
  readonly account: RateLimiterAbstract;
  /** The same, and links of letters, from one network. */
  readonly network: RateLimiterAbstract;
  readonly stepUp: RateLimiterAbstract;
  /** Letters to one address that it has not asked for: each counts. */
  readonly letters: RateLimiterAbstract;
}

const QUARTER_S = 900;

export function createStaffLimits(redis: Redis | null): StaffLimits {
  return {
    account: createLimiter(redis, { name: 'staff_account', points: 10, seconds: QUARTER_S }),
    network: createLimiter(redis, { name: 'staff_network', points: 100, seconds: 60 }),
    stepUp: createLimiter(redis, { name: 'step_up', points: 5, seconds: QUARTER_S }),
    letters: createLimiter(redis, { name: 'staff_letters', points: 3, seconds: 3_600 }),
  };
}

/**
 * Does `work` unless there were too many failures. It is counted before it is known to be right, so that a thousand guesses at once are no more
 * than the limit, and given back where it was.
 */
export async function countingFailures<Result>(
  takes: readonly Taken[],
  work: () => Promise<Result>,
  isRight: (result: Result) => boolean,
): Promise<Result> {
  const taken: Taken[] = [];
  const giveBack = () => Promise.all(taken.map(([limiter, key]) => limiter.reward(key)));
  for (const [limiter, key] of takes) {
    const pauseMs = await waitFor(limiter, key);
    if (pauseMs > 0) {
      await giveBack();
      throw new Problem('too_many_requests', 'too many were wrong', { retryAfterS: Math.ceil(pauseMs / 1000) });
    }
    taken.push([limiter, key]);
  }
  try {
    const result = await work();
    if (isRight(result)) await giveBack();
    return result;
  } catch (error) {
    await giveBack(); // nobody could tell
    throw error;
  }
}
