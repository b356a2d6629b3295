import type { CreditedPayline, OpenCharge } from '../workflows/domain/cart';
import { allocate, consumeCredit } from '../workflows/domain/cart';
import type { Currency, Money } from '../workflows/domain/money';
import { creditUsed, suspenseReleased } from '../workflows/domain/ledger';
import { call } from './functions';
import type { Sql } from './sql';

/** What allocation needs of a member's cart, at one version of it. */
export interface Cart {
  readonly version: number;
  readonly charges: readonly OpenCharge[];
  readonly credits: readonly CreditedPayline[];
}

/** Throws where the member has no cart. */
export async function readCart(db: Sql, memberId: string): Promise<Cart> {
  const cart = await call(db, 'read_cart', memberId);
  if (!cart) throw new Error(`member ${memberId} has no cart`);
  return cart;
}

/** What gateways hold of a member's money, in minor units of the cart's currency: on its way, and in no cart yet. */
export async function pendingOf(db: Sql, memberId: string): Promise<number> {
  return call(db, 'pending_of', memberId);
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
  const { id, merchantId, memberId, label, category, amount, currency, dueOn } = charge;
  await underCartLock(db, memberId, (cart) =>
    call(db, 'add_charge', {
      id,
      merchant: merchantId,
      member: memberId,
      label,
      category,
      amount,
      currency,
      dueOn,
      cartVersion: cart.version,
      credits: consumeCredit(amount, cart.credits).map((part) => ({
        ...part,
        entry: creditUsed({ amount: part.amount, currency }, category),
      })),
    }),
  );
}

/** What of a captured sum is still with the merchant, in minor units: less what was given back and what was taken back; null for none. */
export async function leftOf(db: Sql, accountId: string, gatewayReference: string): Promise<number | null> {
  return call(db, 'left_of', accountId, gatewayReference);
}

/**
 * Gives suspended money of no payment to a member: a payline in the cart, income or credit in the books. `money` is what is
 * left of it; `given_back`: more of it went back meanwhile, and nothing was written.
 */
export async function attach(
  db: Sql,
  unmatched: { notificationId: string; merchantId: string; memberId: string; factId: number; money: Money },
): Promise<'recorded' | 'not_unmatched' | 'given_back'> {
  return underCartLock(db, unmatched.memberId, (cart) => {
    const allocation = allocate(unmatched.money.amount, cart.charges);
    return call(db, 'attach', {
      notification: unmatched.notificationId,
      merchant: unmatched.merchantId,
      member: unmatched.memberId,
      fact: unmatched.factId,
      cartVersion: cart.version,
      entry: suspenseReleased('suspense_attached', unmatched.money, allocation),
      payline: { ...unmatched.money, parts: allocation.parts },
    });
  });
}

/** What a cart shows: all charges with what is paid of them, and all paylines. */
export interface CartLines {
  readonly charges: readonly {
    readonly id: string;
    readonly label: string;
    readonly category: string;
    readonly amount: number;
    readonly paid: number;
    readonly dueOn: string | null;
  }[];
  readonly paylines: readonly {
    readonly id: string;
    readonly payment: string | null;
    readonly amount: number;
    readonly at: string;
  }[];
  /** What gateways hold of the member's money. */
  readonly pending: number;
}

/** One statement, so that charges and paylines are of one moment and the sums agree. */
export async function readCartLines({ sql }: Sql, memberId: string): Promise<CartLines> {
  const { rows } = await sql.query<CartLines & Record<string, unknown>>(
    `SELECT
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'label', c.label, 'category', c.category, 'amount', c.amount, 'dueOn', c.due_on,
           'paid', coalesce((SELECT sum(a.amount) FROM allocations a WHERE a.charge_id = c.id), 0)) ORDER BY c.sequence)
         FROM charges c WHERE c.member_id = $1), '[]') AS charges,
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', 'pln_' || p.id, 'payment', p.payment_id, 'amount', p.amount, 'at', iso(p.created_at)) ORDER BY p.id)
         FROM paylines p WHERE p.member_id = $1), '[]') AS paylines,
       pending_of($1) AS pending`,
    [memberId],
  );
  return rows[0] ?? { charges: [], paylines: [], pending: 0 };
}

/** What is paid of a charge, in minor units. */
export async function paidOf({ sql }: Sql, chargeId: string): Promise<number> {
  const { rows } = await sql.query<{ paid: number }>(
    'SELECT coalesce(sum(amount), 0)::bigint AS paid FROM allocations WHERE charge_id = $1',
    [chargeId],
  );
  return rows[0]?.paid ?? 0;
}

/** Which of these charges are in the member's cart. */
export async function findCharges({ sql }: Sql, memberId: string, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql.query<{ id: string }>('SELECT id FROM charges WHERE member_id = $1 AND id = ANY ($2)', [
    memberId,
    ids,
  ]);
  return rows.map(({ id }) => id);
}

/** Reads the cart, and books on it if it has not moved meanwhile; else once more. */
async function underCartLock<Outcome extends string>(
  db: Sql,
  memberId: string,
  book: (cart: Cart) => Promise<{ readonly outcome: Outcome }>,
): Promise<Exclude<Outcome, 'cart_moved'>> {
  for (;;) {
    const { outcome } = await book(await readCart(db, memberId));
    if (outcome !== 'cart_moved') return outcome as Exclude<Outcome, 'cart_moved'>;
  }
}
