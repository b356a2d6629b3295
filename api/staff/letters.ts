import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Sql } from '../../books/sql';
import type { Role } from '../../books/people';
import { waitFor } from '../../platform/limits';
import { Problem } from '../http/problems';

/** What each letter to staff is filled with. */
interface StaffLetterData {
  readonly invitation: {
    readonly merchant: string;
    readonly role: Role;
    readonly inviter: string | null;
    readonly url: string;
    readonly expiresAt: string;
    readonly timeZone: string;
  };
  readonly password_reset: { readonly url: string; readonly minutes: number };
  readonly step_up_code: { readonly code: string; readonly minutes: number };
  readonly recovery: {
    readonly merchant: string;
    readonly address: string;
    readonly url: string;
    readonly invitedAt: string;
    readonly timeZone: string;
  };
}
type StaffLetterKind = keyof StaffLetterData;

/** A letter to somebody who is, or is to be, one of a merchant's people. */
export type StaffLetter = {
  [Kind in StaffLetterKind]: { readonly kind: Kind; readonly data: StaffLetterData[Kind] };
}[StaffLetterKind] & { readonly id: string; readonly to: string; readonly merchantId: string | null };

/** Queues a letter in the transaction of what it tells. */
export type QueueLetter = (tx: Sql, letter: StaffLetter) => Promise<void>;

/** The way of letters to staff. */
export interface Letters {
  readonly queue: QueueLetter;
  /** Throws where none can leave. */
  refuseWhereOff(): void;
}

export function createLetters({
  queue,
  configured,
}: {
  readonly queue: QueueLetter;
  readonly configured: boolean;
}): Letters {
  return {
    queue,
    refuseWhereOff() {
      if (!configured)
        throw new Problem('mail_not_configured', 'no mail server is configured (MAIL), so no letter leaves');
    },
  };
}

/** Counts a letter to somebody who may not have asked for it; throws where there were too many. */
export async function countLetter(limiter: RateLimiterAbstract, to: string): Promise<void> {
  const pauseMs = await waitFor(limiter, to);
  if (pauseMs > 0)
    throw new Problem('too_many_requests', 'enough letters were sent to this address; read the last one', {
      retryAfterS: Math.ceil(pauseMs / 1000),
    });
}
