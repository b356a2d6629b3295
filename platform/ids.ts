import { randomBytes } from 'node:crypto';
import { ID_RANDOM_BYTES, makeId } from '../workflows/domain/ids';
import type { IdPrefix } from '../workflows/domain/ids';

/** A new, unguessable id. */
export function newId(prefix: IdPrefix): string {
  return makeId(prefix, randomBytes(ID_RANDOM_BYTES));
}
