import { bookAttachment, bookCancellation, settle } from '../workflows/domain/booking';
import type { Operation, PaylineKind } from '../workflows/domain/booking';
import { NO_NEED } from '../workflows/domain/cart';
import type { Cart as DomainCart, CartNeed } from '../workflows/domain/cart';
import type { Currency, Money } from '../workflows/domain/money';
import { call } from './functions';
import type { CartChange, ReadCart } from './functions';
import type { Page, Sql } from './sql';

/** What was needed of a member's cart, at one version of it. */
export interface Cart extends DomainCart {
  readonly version: number;
}

/** Reads what is needed to change a cart. Throws where the member has none. */
export async function readCartPart(db: Sql, memberId: string, needed: CartNeed): Promise<Cart> {
  const cart = await call(db, 'read_cart_part', memberId, needed);
  if (!cart) throw new Error(`member ${memberId} has no cart`);
  return asRead(cart);
}

/** Nothing was laid on it since. */
export const asRead = (cart: ReadCart): Cart => ({ ...cart, made: 0 });

/** What a member owes, in minor units of the cart's currency; null where there is no cart. */
export async function dueOf({ sql }: Sql, memberId: string): Promise<number | null> {
  const { rows } = await sql.query<{ due: number }>(
    'SELECT greatest(0, -balance) AS due FROM carts WHERE member_id = $1',
    [memberId],
  );
  return rows[0]?.due ?? null;
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
  const { id, category, amount, currency } = charge;
  // With credit nothing else is open, and without it nothing is used: the new charge alone decides.
  await changeCart(db, merchantId, memberId, { ...NO_NEED, owes: amount }, (cart) => {
    const open = {
      id,
      category,
      open: amount,
      dueOn: dueOn ?? new Date().toISOString().slice(0, 10),
      sequence: Number.MAX_SAFE_INTEGER,
    };
    const { operations } = settle({ operations: [], cart: { ...cart, charges: [open] } }, currency);
    return { operations, charge: { ...charge, dueOn } };
  });
}

/** A charge is owed no more; what was paid of it is credit again, and pays what else is open. */
export async function cancelCharge(
  db: Sql,
  { commandId, merchantId, memberId, chargeId, currency, note }: ChargeCancellation,
): Promise<'recorded' | 'already_cancelled'> {
  const cancels = [chargeId];
  return changeCart(db, merchantId, memberId, { ...NO_NEED, cancels }, (cart) => {
    const body = { kind: 'cancel_charge', charge: chargeId, ...(note !== null && { note }) } as const;
    return {
      operations: bookCancellation(cart, cancels, currency).operations,
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
  return changeCart(db, merchantId, memberId, { ...NO_NEED, lays: money.amount }, (cart) => ({
    operations: bookAttachment(cart, notificationId, money).operations,
    attach: { fact: factId, notification: notificationId, amount: money.amount },
  }));
}

/** A charge as a cart shows it. */
export interface ChargeLine {
  readonly id: string;
  readonly sequence: number;
  readonly label: string;
  readonly category: string;
  readonly amount: number;
  readonly paid: number;
  readonly dueOn: string | null;
  readonly cancelledAt: string | null;
}
/** A payline as a cart shows it. */
export interface PaylineLine {
  readonly id: string;
  readonly sequence: number;
  readonly payment: string | null;
  readonly kind: PaylineKind;
  readonly amount: number;
  readonly at: string;
}
/** What a cart shows, oldest line first. */
export interface CartLines {
  /** Above zero it is in advance, below zero it is owed. */
  readonly balance: number;
  readonly charges: readonly ChargeLine[];
  readonly paylines: readonly PaylineLine[];
  /** The oldest line shown of those that are not all shown, where older ones are left out. */
  readonly more: { readonly charges: number | null; readonly paylines: number | null };
  /** What gateways hold of the member's money. */
  readonly pending: number;
}

// What is not open is paid, or was taken off it when it was cancelled: nothing is summed.
const CHARGE_LINE = `jsonb_build_object('id', c.id, 'sequence', c.sequence, 'label', c.label, 'category', c.category, 'amount', c.amount, 'dueOn', c.due_on,
    'paid', CASE WHEN o.open IS NOT NULL THEN c.amount - o.open WHEN x.charge_id IS NULL THEN c.amount ELSE 0 END, 'cancelledAt', iso(x.cancelled_at))`;
const STANDING = `LEFT JOIN cart_open o ON o.member_id = c.member_id AND o.due_on = day_owed(c) AND o.sequence = c.sequence
    LEFT JOIN charge_cancellations x ON x.charge_id = c.id`;
const PAYLINE_LINE =
  "jsonb_build_object('id', 'pln_' || p.id, 'sequence', p.id, 'payment', p.payment_id, 'kind', p.kind, 'amount', p.amount, 'at', iso(p.created_at))";

/**
 * All open charges, and of the other charges and the paylines the newest, at most `most` each. One statement, so that charges and
 * paylines are of one moment and the sums agree.
 */
export async function readCartLines({ sql }: Sql, memberId: string, most: number): Promise<CartLines> {
  interface Row {
    readonly balance: number;
    readonly open: ChargeLine[];
    readonly others: ChargeLine[];
    readonly paylines: PaylineLine[];
    readonly pending: number;
  }
  const { rows } = await sql.query<Row>(
    `WITH open AS MATERIALIZED (SELECT sequence, open FROM cart_open WHERE member_id = $1)
     SELECT k.balance,
       coalesce((SELECT jsonb_agg(${CHARGE_LINE} ORDER BY c.sequence) FROM charges c JOIN open o ON o.sequence = c.sequence
         LEFT JOIN charge_cancellations x ON false
         WHERE c.member_id = $1 AND c.sequence = ANY (ARRAY(SELECT sequence FROM open))), '[]') AS open,
       coalesce((SELECT jsonb_agg(${CHARGE_LINE} ORDER BY c.sequence)
         FROM (SELECT * FROM charges s WHERE s.member_id = $1 AND NOT EXISTS (SELECT FROM open WHERE open.sequence = s.sequence) ORDER BY s.sequence DESC LIMIT $2) c
           LEFT JOIN open o ON false LEFT JOIN charge_cancellations x ON x.charge_id = c.id), '[]') AS others,
       coalesce((SELECT jsonb_agg(${PAYLINE_LINE} ORDER BY p.id) FROM (SELECT * FROM paylines WHERE member_id = $1 ORDER BY id DESC LIMIT $2) p), '[]') AS paylines,
       pending_of($1) AS pending
     FROM carts k WHERE k.member_id = $1`,
    [memberId, most + 1],
  );
  if (!rows[0]) throw new Error(`member ${memberId} has no cart`);
  const { balance, open, others, paylines, pending } = rows[0];
  const [shownOthers, shownPaylines] = [others.slice(-most), paylines.slice(-most)];
  const cut = <Line extends { sequence: number }>(all: readonly Line[], shown: readonly Line[]) =>
    all.length > shown.length ? (shown[0]?.sequence ?? null) : null;
  return {
    balance,
    charges: [...open, ...shownOthers].sort((a, b) => a.sequence - b.sequence),
    paylines: shownPaylines,
    more: { charges: cut(others, shownOthers), paylines: cut(paylines, shownPaylines) },
    pending,
  };
}

/** A member's charges, newest first; one more than asked for where there are more. */
export async function listCharges(
  { sql }: Sql,
  memberId: string,
  { before, limit }: Page,
): Promise<readonly ChargeLine[]> {
  const { rows } = await sql.query<{ line: ChargeLine }>(
    `SELECT ${CHARGE_LINE} AS line
     FROM (SELECT * FROM charges WHERE member_id = $1 AND ($2::bigint IS NULL OR sequence < $2) ORDER BY sequence DESC LIMIT $3) c ${STANDING}
     ORDER BY c.sequence DESC`,
    [memberId, before, limit + 1],
  );
  return rows.map(({ line }) => line);
}

/** A member's paylines, newest first; one more than asked for where there are more. */
export async function listPaylines(
  { sql }: Sql,
  memberId: string,
  { before, limit }: Page,
): Promise<readonly PaylineLine[]> {
  const { rows } = await sql.query<{ line: PaylineLine }>(
    `SELECT ${PAYLINE_LINE} AS line FROM paylines p
     WHERE p.member_id = $1 AND ($2::bigint IS NULL OR p.id < $2) ORDER BY p.id DESC LIMIT $3`,
    [memberId, before, limit + 1],
  );
  return rows.map(({ line }) => line);
}

/** A charge as it stands now. Throws where there is none. */
export async function readCharge({ sql }: Sql, chargeId: string): Promise<ChargeLine> {
  const { rows } = await sql.query<{ line: ChargeLine }>(
    `SELECT ${CHARGE_LINE} AS line FROM charges c ${STANDING} WHERE c.id = $1`,
    [chargeId],
  );
  if (!rows[0]) throw new Error(`charge ${chargeId} is gone`);
  return rows[0].line;
}

/** Charges by their ids as they stand now, each with whose it is, in no order. */
export async function readCharges(
  { sql }: Sql,
  ids: readonly string[],
): Promise<readonly { readonly member: string; readonly line: ChargeLine }[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query<{ member: string; line: ChargeLine }>(
    `SELECT c.member_id AS member, ${CHARGE_LINE} AS line FROM charges c ${STANDING} WHERE c.id = ANY ($1)`,
    [ids],
  );
  return rows;
}

/** What these charges are called. */
export async function readChargeLabels({ sql }: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql.query<{ id: string; label: string }>('SELECT id, label FROM charges WHERE id = ANY ($1)', [
    ids,
  ]);
  return new Map(rows.map(({ id, label }) => [id, label]));
}

/** Which of these charges are in the member's cart. */
export async function findCharges({ sql }: Sql, memberId: string, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql.query<{ id: string }>('SELECT id FROM charges WHERE member_id = $1 AND id = ANY ($2)', [
    memberId,
    ids,
  ]);
  return rows.map(({ id }) => id);
}

type Outcome = Exclude<CartChange['answer'], { readonly outcome: 'cart_moved' }>['outcome'];

/** Reads what is needed of the cart and changes it; where it has moved meanwhile, decides again on what it is now. */
async function changeCart<Expected extends Outcome>(
  db: Sql,
  merchant: string,
  member: string,
  needed: CartNeed,
  decide: (cart: Cart) => Omit<CartChange['given'], 'merchant' | 'member' | 'cartVersion' | 'cartNeeded'> & {
    readonly operations: readonly Operation[];
  },
): Promise<Expected> {
  let cart = await readCartPart(db, member, needed);
  for (;;) {
    const change = { ...decide(cart), merchant, member, cartVersion: cart.version, cartNeeded: needed };
    const answer = await call(db, 'change_cart', change);
    if (answer.outcome !== 'cart_moved') return answer.outcome as Expected;
    cart = asRead(answer.cart);
  }
}
