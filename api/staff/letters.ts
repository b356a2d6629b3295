import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { queueLetter } from '../../books/letters';
import type { NewLetter } from '../../books/letters';
import type { MerchantRow } from '../../books/merchants';
import type { Sql } from '../../books/sql';
import { newId } from '../../platform/ids';
import { waitFor } from '../../platform/limits';
import type { Vault } from '../../vault/vault';
import type { Letter } from '../../workflows/domain/letter';
import { Problem } from '../http/problems';

/** A letter to one of those who sign in; in the merchant's language where it is about one. */
type StaffLetter = Letter<'password_reset' | 'step_up_code' | 'invitation' | 'recovery'> &
  Pick<NewLetter, 'to'> & { readonly about?: Pick<MerchantRow, 'id' | 'locale'> };

/** The way of letters to staff. */
export interface Letters {
  /** Queues a letter in the transaction of what it tells; gives its id. */
  queue(tx: Sql, letter: StaffLetter): Promise<string>;
  /** Throws where none can leave. */
  refuseWhereOff(): void;
}

export function createLetters({ vault, configured }: { readonly vault: Vault; readonly configured: boolean }): Letters {
  return {
    async queue(tx, { about, ...letter }) {
      const id = newId('ltr');
      const [locale, merchantId] = [about?.locale ?? 'en', about?.id ?? null];
      await queueLetter(tx, vault, { ...letter, id, locale, merchantId, memberId: null });
      return id;
    },
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
