import type { Pool, PoolClient } from 'pg';
import type { CreditedPayline, OpenCharge } from '../workflows/domain/cart';
import { allocate, consumeCredit } from '../workflows/domain/cart';
import type { Currency, Money } from '../workflows/domain/money';
import { creditUsed, suspenseReleased } from '../workflows/domain/ledger';

/** Runs on a connection of its own, or inside the caller's transaction. */
export interface Sql {
  readonly sql: Pick<Pool | PoolClient, 'query'>;
}

/** What allocation needs of a member's cart, at one version of it. */
export interface Cart {
  readonly version: number;
  readonly charges: readonly OpenCharge[];
  readonly credits: readonly CreditedPayline[];
}

export async function readCart({ sql }: Sql, memberId: string): Promise<Cart> {
  const { rows } = await (sql as Pool).query<{ cart: Cart | null }>({
    name: 'read_cart',
    text: 'SELECT read_cart($1) AS cart',
    values: [memberId],
  });
  const cart = rows[0]?.cart;
  if (!cart) throw new Error(`member ${memberId} has no cart`);
  return cart;
}

/** What gateways hold of a member's money, in minor units of the cart's currency: on its way, and in no cart yet. */
export async function pendingOf({ sql }: Sql, memberId: string): Promise<number> {
  const { rows } = await (sql as Pool).query<{ pending: number }>('SELECT pending_of($1) AS pending', [memberId]);
  return rows[0]?.pending ?? 0;
}

export interface NewCharge {
  readonly id: string;
  readonly merchantId: string;
  readonly memberId: string;
  readonly label: string;
  readonly category: string;
  readonly amount: number;
  readonly currency: Currency;
  /** ISO date. */
  readonly dueOn: string | null;
}

/** Adds a charge; the member's credit pays it at once, as far as it reaches, oldest payline first. */
export async function addCharge(db: Sql, charge: NewCharge): Promise<void> {
  await underCartLock(db, charge.memberId, 'add_charge', (cart) => ({
    id: charge.id,
    merchant: charge.merchantId,
    member: charge.memberId,
    label: charge.label,
    category: charge.category,
    amount: charge.amount,
    currency: charge.currency,
    dueOn: charge.dueOn,
    credits: consumeCredit(charge.amount, cart.credits).map((part) => ({
      ...part,
      entry: creditUsed({ amount: part.amount, currency: charge.currency }, charge.category),
    })),
  }));
}

/** What of a captured sum is still with the merchant, in minor units: less what was given back and what was taken back; null for none. */
export async function leftOf({ sql }: Sql, accountId: string, gatewayReference: string): Promise<number | null> {
  const { rows } = await (sql as Pool).query<{ left: number | null }>('SELECT left_of($1, $2) AS left', [
    accountId,
    gatewayReference,
  ]);
  return rows[0]?.left ?? null;
}

/**
 * Gives suspended money of no payment to a member: a payline in the cart, income or credit in the books. `money` is what is
 * left of it; `given_back`: more of it went back meanwhile, and nothing was written.
 */
export async function attach(
  db: Sql,
  unmatched: { notificationId: string; merchantId: string; memberId: string; factId: number; money: Money },
): Promise<'recorded' | 'not_unmatched' | 'given_back'> {
  return underCartLock(db, unmatched.memberId, 'attach', (cart) => {
    const allocation = allocate(unmatched.money.amount, cart.charges);
    return {
      notification: unmatched.notificationId,
      merchant: unmatched.merchantId,
      member: unmatched.memberId,
      fact: unmatched.factId,
      entry: suspenseReleased('suspense_attached', unmatched.money, allocation),
      payline: { ...unmatched.money, parts: allocation.parts },
    };
  });
}

/** Reads the cart, decides, and writes under its lock if it has not moved meanwhile; else once more. */
async function underCartLock<Outcome extends string>(
  db: Sql,
  memberId: string,
  booking: 'add_charge' | 'attach',
  decide: (cart: Cart) => Readonly<Record<string, unknown>>,
): Promise<Exclude<Outcome, 'cart_moved'>> {
  for (;;) {
    const cart = await readCart(db, memberId);
    const payload = JSON.stringify({ ...decide(cart), cartVersion: cart.version });
    const { rows } = await (db.sql as Pool).query<{ answer: { outcome: Outcome } }>(`SELECT ${booking}($1) AS answer`, [
      payload,
    ]);
    const outcome = rows[0]?.answer.outcome;
    if (!outcome) throw new Error(`${booking}() gave no answer`);
    if (outcome !== 'cart_moved') return outcome as Exclude<Outcome, 'cart_moved'>;
  }
}
