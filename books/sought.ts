import { foundBy } from './members';
import type { FoundMembers } from './members';
import type { Given } from './newest';

/** What a text that a person looks for may mean of money. */
export interface Sought {
  /** Of what is called so by us or by a gateway, or begins so. */
  readonly ids: readonly string[];
  /** Minor units; null: it is no amount. */
  readonly amount: number | null;
  /** Whose money it is. */
  readonly members: FoundMembers;
}

/** How a row may be meant: a choice of conditions on it. A row whose member is one of very many is looked at to see whether it is. */
export function meantBy(row: string, { ids, amount, members }: Sought, given: Given): readonly string[] {
  const { ways, sequences, areAll } = members;
  const ofMembers = () =>
    areAll
      ? `${row}.member_id = ANY (ARRAY(SELECT m.id FROM members m WHERE m.merchant_id = $1 AND m.sequence = ANY (${given(sequences)}::bigint[])))`
      : `(SELECT m.sequence FROM members m WHERE m.id = ${row}.member_id) IN (${foundBy(ways, given, 'true')})`;
  const choice = [
    ...(ids.length === 0 ? [] : [`${row}.id = ANY (${given(ids)}::text[])`]),
    ...(amount === null ? [] : [`${row}.amount = ${given(amount)}`]),
    ...(sequences.length === 0 ? [] : [ofMembers()]),
  ];
  return choice.length === 0 ? ['false'] : choice;
}

/** The same of the newest of these members alone. */
export const narrowed = (sought: Sought): Sought => ({ ...sought, members: { ...sought.members, areAll: true } });
