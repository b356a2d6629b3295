import { findMembers } from '../../books/members';
import { readCurrency } from '../../books/merchants';
import { findMessageIds, findPaymentIds, findRefundIds } from '../../books/search';
import type { Clue } from '../../books/search';
import type { Sought } from '../../books/sought';
import type { Sql } from '../../books/sql';
import { minorUnitDecimals, parseDecimal } from '../../workflows/domain/money';
import type { Currency } from '../../workflows/domain/money';

/** The money of so many members is looked up member by member; of more, each row is looked at for whose it is. */
const MOST_MEMBERS = 100;

/** What payments, or refunds, may be meant by a text; undefined: none was given. */
export async function seekMoney(
  db: Sql,
  merchantId: string,
  kind: 'payments' | 'refunds',
  q: string | undefined,
): Promise<Sought | undefined> {
  if (q === undefined) return undefined;
  const clue = await readClueOf(db, merchantId, q);
  const find = kind === 'payments' ? findPaymentIds : findRefundIds;
  const [ids, members] = await Promise.all([find(db, merchantId, clue), findMembers(db, merchantId, q, MOST_MEMBERS)]);
  return { ids, amount: clue.amount, members };
}

/** Which messages may be meant by it. */
export async function seekMessages(
  db: Sql,
  merchantId: string,
  q: string | undefined,
): Promise<readonly string[] | undefined> {
  return q === undefined ? undefined : findMessageIds(db, merchantId, await readClueOf(db, merchantId, q));
}

/** What a text may say of a merchant's money. */
export async function readClueOf(db: Sql, merchantId: string, q: string): Promise<Clue> {
  return readClue(q, await readCurrency(db, merchantId));
}

/** Gateways write their references in capitals or not; a person may type either. */
function readClue(q: string, currency: Currency): Clue {
  const typed = q.trim();
  const amount = parseDecimal(typed.replace(',', '.'), currency, minorUnitDecimals(currency))?.amount ?? null;
  return {
    id: typed,
    references: [...new Set([typed, typed.toUpperCase(), typed.toLowerCase()])],
    amount: amount !== null && amount > 0 ? amount : null,
  };
}
