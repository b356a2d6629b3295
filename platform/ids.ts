import { randomBytes } from 'node:crypto';
import { ID_RANDOM_BYTES, makeId } from '../workflows/domain/ids';
import type { IdPrefix } from '../workflows/domain/ids';

/** A new, unguessable id of this moment. */
export function newId(prefix: IdPrefix): string {
  return makeId(prefix, Date.now(), randomBytes(ID_RANDOM_BYTES));
}
