import { bookAttachment, bookCancellation, settle } from '../workflows/domain/booking';
import type { Operation, PaylineKind } from '../workflows/domain/booking';
import type { Cart as DomainCart } from '../workflows/domain/cart';
import type { Currency, Money } from '../workflows/domain/money';
import { call } from './functions';
import type { CartChange } from './functions';
import type { Sql } from './sql';

/** A member's cart at one version of it; `laid` is empty unless it was read whole. */
export interface Cart extends DomainCart {
  readonly version: number;
}

/** What is open and what is credit. Throws where the member has no cart. */
export async function readCart(db: Sql, memberId: string): Promise<Cart> {
  const cart = await call(db, 'read_cart', memberId);
  if (!cart) throw new Error(`member ${memberId} has no cart`);
  return { ...cart, laid: [], made: 0 };
}

/** With every part that is laid on a charge, for what takes money off the cart. Throws where the member has no cart. */
export async function readWholeCart(db: Sql, memberId: string): Promise<Cart> {
  const cart = await call(db, 'read_whole_cart', memberId);
  if (!cart) throw new Error(`member ${memberId} has no cart`);
  return { ...cart, made: 0 };
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
export async function addCharge(db: Sql, { merchantId, memberId, dueOn, ...charge }: NewCharge): Promise<void> {
  await changeCart(db, merchantId, memberId, readCart, (cart) => {
    const { id, category, amount, currency } = charge;
    const open = {
      id,
      category,
      open: amount,
      dueOn: dueOn ?? new Date().toISOString().slice(0, 10),
      sequence: Number.MAX_SAFE_INTEGER,
    };
    const { operations } = settle({ operations: [], cart: { ...cart, charges: [...cart.charges, open] } }, currency);
    return { operations, charge: { ...charge, dueOn } };
  });
}

/** A charge is owed no more; what was paid of it is credit again, and pays what else is open. */
export async function cancelCharge(
  db: Sql,
  { commandId, merchantId, memberId, chargeId, currency, note }: ChargeCancellation,
): Promise<'recorded' | 'already_cancelled'> {
  return changeCart(db, merchantId, memberId, readWholeCart, (cart) => {
    const body = { kind: 'cancel_charge', charge: chargeId, ...(note !== null && { note }) } as const;
    return {
      operations: bookCancellation(cart, [chargeId], currency).operations,
      command: { id: commandId, kind: 'cancel_charge', body },
    };
  });
}

export interface ChargeCancellation {
  readonly commandId: string;
  readonly merchantId: string;
  readonly memberId: string;
  readonly chargeId: string;
  readonly currency: Currency;
  readonly note: string | null;
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
  const { notificationId, merchantId, memberId, factId, money } = unmatched;
  return changeCart(db, merchantId, memberId, readCart, (cart) => ({
    operations: bookAttachment(cart, notificationId, money).operations,
    attach: { fact: factId, notification: notificationId, amount: money.amount },
  }));
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
    readonly cancelledAt: string | null;
  }[];
  readonly paylines: readonly {
    readonly id: string;
    readonly payment: string | null;
    readonly kind: PaylineKind;
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
           'paid', paid_of(c), 'cancelledAt', iso(x.cancelled_at)) ORDER BY c.sequence)
         FROM charges c LEFT JOIN charge_cancellations x ON x.charge_id = c.id WHERE c.member_id = $1), '[]') AS charges,
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', 'pln_' || p.id, 'payment', p.payment_id, 'kind', p.kind, 'amount', p.amount, 'at', iso(p.created_at)) ORDER BY p.id)
         FROM paylines p WHERE p.member_id = $1), '[]') AS paylines,
       pending_of($1) AS pending`,
    [memberId],
  );
  return rows[0] ?? { charges: [], paylines: [], pending: 0 };
}

/** What these charges are called. */
export async function readChargeLabels({ sql }: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql.query<{ id: string; label: string }>('SELECT id, label FROM charges WHERE id = ANY ($1)', [
    ids,
  ]);
  return new Map(rows.map(({ id, label }) => [id, label]));
}

/** What is paid of a charge, in minor units. */
export async function paidOf({ sql }: Sql, chargeId: string): Promise<number> {
  const { rows } = await sql.query<{ paid: number }>('SELECT paid_of(c) AS paid FROM charges c WHERE c.id = $1', [
    chargeId,
  ]);
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

/** Reads the cart, and changes it if it has not moved meanwhile; else once more. */
async function changeCart<Outcome extends CartChange['answer']['outcome']>(
  db: Sql,
  merchant: string,
  member: string,
  read: (db: Sql, memberId: string) => Promise<Cart>,
  decide: (
    cart: Cart,
  ) => Omit<CartChange['given'], 'merchant' | 'member' | 'cartVersion'> & { readonly operations: readonly Operation[] },
): Promise<Outcome> {
  for (;;) {
    const cart = await read(db, member);
    const { outcome } = await call(db, 'change_cart', { ...decide(cart), merchant, member, cartVersion: cart.version });
    if (outcome !== 'cart_moved') return outcome as Outcome;
  }
}
