import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { findFirstAnswer, forgetAnswer, keepAnswer } from '../../books/idempotency';
import type { IdempotencyKey } from '../../books/idempotency';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import type { Database } from '../../prisma/client';
import type { Caller } from './auth';
import { holderOf } from './auth';
import { Problem } from './problems';

export interface IdempotencyDependencies {
  readonly db: Pick<Database, 'sql'>;
}

const MAX_KEY_LENGTH = 255;

/** For how long a repetition finds the first answer: a client that was away for a weekend asks again on Monday. */
const KEPT_MS = 72 * 3_600_000;
export type KeptFor = 'days' | 'good';

/** A request that may carry a key, what it acts on (the route's path with its parameters in place), and for how long the key holds. */
export interface KeyedRequest {
  readonly req: Request;
  readonly resource: string;
  readonly keptFor: KeptFor;
}

class FirstAnswer extends Error {}

/**
 * Keeps the result of an effect under (key holder, method, resource, key), in the effect's own transaction: either both are
 * there or neither, so no row ever says `running` and a killed process blocks nobody. Of requests racing with one key,
 * one commits; the others roll their own effect back and answer with the first result.
 */
export function answerOnce({ db }: IdempotencyDependencies, keyed: KeyedRequest | null, caller: Caller) {
  const claim = keyed && readClaim(keyed, caller);
  let replayed = false;

  return {
    replayed: () => replayed,

    async once<Result>(effect: (tx: Sql) => Promise<Result>): Promise<Result> {
      const first = claim && (await findFirst(claim));
      if (first) {
        replayed = true;
        return first as Result;
      }
      try {
        return await inTransaction(db, async (tx) => {
          const result = await effect(tx);
          if (claim && !(await keepAnswer(tx, claim, result))) throw new FirstAnswer();
          return result;
        });
      } catch (error) {
        if (!(error instanceof FirstAnswer) || !claim) throw error;
        replayed = true;
        return (await findFirst(claim)) as Result;
      }
    },

    async forget(): Promise<void> {
      if (claim) await forgetAnswer(db, claim);
    },
  };

  async function findFirst(of: Claim): Promise<unknown> {
    const first = await findFirstAnswer(db, of);
    if (!first) return null;
    if (!first.bodyHash.equals(of.bodyHash))
      throw new Problem('idempotency_key_reused', 'this Idempotency-Key was used with another body');
    return first.result;
  }
}

interface Claim extends IdempotencyKey {
  readonly bodyHash: Buffer;
  readonly keptMs: number | null;
}

function readClaim({ req, resource, keptFor }: KeyedRequest, caller: Caller): Claim | null {
  const key = req.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH) {
    const message = `1 to ${MAX_KEY_LENGTH} characters`;
    throw new Problem('invalid_request', `header: Idempotency-Key: ${message}`, {
      errors: [{ path: 'Idempotency-Key', message }],
    });
  }
  return {
    scope: sha256(`${holderOf(caller)}\n${req.method}\n${resource}`),
    key,
    bodyHash: sha256(JSON.stringify(req.body ?? {}, inKeyOrder)),
    keptMs: keptFor === 'good' ? null : KEPT_MS,
  };
}

/** The order of a body's keys is its writer's taste, not another body. */
function inKeyOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
