/** A charge with something left to pay. Amounts in minor units of the cart's one currency. */
export interface OpenCharge {
  readonly id: string;
  readonly category: string;
  readonly open: number;
  /** The day it is owed, or the day it was made when none was given; ISO date. */
  readonly dueOn: string;
  /** Order of insertion, which breaks ties. */
  readonly sequence: number;
}

/** A payline of which a part is still credit; `sequence` as above; `of`: the payment or the message that it belongs to. */
export interface CreditedPayline {
  readonly id: string;
  readonly of: string | null;
  readonly credit: number;
  readonly sequence: number;
}

/** A part of a payline that pays a part of a charge, as it stands: what was undone of it is not in `amount`. */
export interface LaidPart {
  readonly allocation: string;
  readonly payline: string;
  readonly of: string | null;
  readonly amount: number;
  /** The charge that it pays, with what else of that is open. */
  readonly charge: OpenCharge;
  readonly sequence: number;
}

/**
 * What of a cart must be known to change it. From it follows what is read: all parts that may be taken off; the open charges, and
 * the credit, that they and the money given reach, oldest first.
 */
export interface CartNeed {
  /** Money that is laid on what is open, and the charges that it pays before others. */
  readonly lays: number;
  readonly named: readonly string[];
  /** What is owed anew, and credit may pay. */
  readonly owes: number;
  /** The payment or message whose paylines may be taken off; null: none are. */
  readonly of: string | null;
  /** Charges that are owed no more. */
  readonly cancels: readonly string[];
}
export const NO_NEED: CartNeed = { lays: 0, named: [], owes: 0, of: null, cancels: [] };

/** What is needed where both are. All that is booked in one turn is of one payment. */
export function bothNeeds(one: CartNeed, other: CartNeed): CartNeed {
  return {
    lays: one.lays + other.lays,
    named: [...one.named, ...other.named],
    owes: one.owes + other.owes,
    of: one.of ?? other.of,
    cancels: [...one.cancels, ...other.cancels],
  };
}

/** Whether a cart that was read for `read` shows what is needed. */
export function covers(read: CartNeed, needed: CartNeed): boolean {
  const isIn = (ids: readonly string[]) => (id: string) => ids.includes(id);
  return (
    needed.lays <= read.lays &&
    needed.owes <= read.owes &&
    needed.named.every(isIn(read.named)) &&
    needed.cancels.every(isIn(read.cancels)) &&
    (needed.of === null || needed.of === read.of)
  );
}

/** A member's cart as money is laid on it, as far as it was needed: see {@link CartNeed}. */
export interface Cart {
  readonly charges: readonly OpenCharge[];
  readonly credits: readonly CreditedPayline[];
  readonly laid: readonly LaidPart[];
  /** How many paylines and allocations were laid on it since it was read; they are named by it until they have an id. */
  readonly made: number;
}
export const EMPTY_CART: Cart = { charges: [], credits: [], laid: [], made: 0 };

/** What was laid since the cart was read comes after all that was there. */
const AFTER_ALL_READ = 2 ** 52;
const nameOf = (made: number) => `new-${made}`;

/** A part of a payline that pays a part of a charge. */
export interface AllocationPart {
  readonly charge: string;
  readonly category: string;
  readonly amount: number;
}

/** How a sum falls on a cart. The parts and the credit always sum to the whole. */
export interface Allocation {
  readonly parts: readonly AllocationPart[];
  readonly credit: number;
}

/** A part that is taken off again: of an allocation, or of what of the payline was credit. */
export interface Undo {
  readonly payline: string;
  readonly of: string | null;
  readonly allocation: string | null;
  readonly charge: string | null;
  /** The income that it had become; null where it was credit. */
  readonly category: string | null;
  readonly amount: number;
}

/** Credit that pays a charge. */
export interface CreditUse {
  /** The name of the new allocation. */
  readonly name: string;
  readonly payline: string;
  readonly of: string | null;
  readonly charge: string;
  readonly category: string;
  readonly amount: number;
}

/**
 * Lays `amount` on the open charges: first those the member named, then the others, oldest first in each group; what is
 * left over is the member's credit.
 */
export function allocate(amount: number, charges: readonly OpenCharge[], named: readonly string[] = []): Allocation {
  const parts: AllocationPart[] = [];
  let left = amount;
  const isNamed = (charge: OpenCharge) => (named.includes(charge.id) ? 0 : 1);
  for (const charge of [...charges].sort((a, b) => isNamed(a) - isNamed(b) || oldestFirst(a, b))) {
    const part = Math.min(left, charge.open);
    if (part <= 0) continue;
    parts.push({ charge: charge.id, category: charge.category, amount: part });
    left -= part;
  }
  return { parts, credit: left };
}

function oldestFirst(a: OpenCharge, b: OpenCharge): number {
  return a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : a.sequence - b.sequence;
}

/** Which paylines' credit a new charge consumes, oldest payline first: one part per payline. */
export function consumeCredit(
  amount: number,
  paylines: readonly CreditedPayline[],
): { payline: string; of: string | null; amount: number }[] {
  const parts: { payline: string; of: string | null; amount: number }[] = [];
  let left = amount;
  for (const { id, of, credit } of [...paylines].sort((a, b) => a.sequence - b.sequence)) {
    const part = Math.min(left, credit);
    if (part <= 0) continue;
    parts.push({ payline: id, of, amount: part });
    left -= part;
  }
  return parts;
}

/** A payline as it was laid on the cart: its name there, and those of its allocations. */
export interface LaidPayline extends Allocation {
  readonly name: string;
  readonly parts: readonly (AllocationPart & { readonly name: string })[];
}

/** Lays a payline of `of` on the cart. */
export function lay(
  cart: Cart,
  of: string,
  amount: number,
  named: readonly string[] = [],
): { payline: LaidPayline; cart: Cart } {
  const { parts, credit } = allocate(amount, cart.charges, named);
  const name = nameOf(cart.made);
  const laidParts = parts.map((part, place) => ({ ...part, name: nameOf(cart.made + 1 + place) }));
  const laid = laidParts.map((part, place) => ({
    allocation: part.name,
    payline: name,
    of,
    amount: part.amount,
    charge: chargeOf(cart, part.charge),
    sequence: AFTER_ALL_READ + cart.made + 1 + place,
  }));
  return {
    payline: { name, parts: laidParts, credit },
    cart: {
      charges: laid.reduce((charges, part) => opened(charges, part.charge, -part.amount), cart.charges),
      credits: moreCredit(cart.credits, { id: name, of, credit: 0, sequence: AFTER_ALL_READ + cart.made }, credit),
      laid: [...cart.laid, ...laid],
      made: cart.made + 1 + parts.length,
    },
  };
}

/**
 * Takes `amount` off the paylines of `of`, and of no other: first what of them is still credit, then their allocations, the
 * newest first. A charge whose allocation is undone is due again. `short`: what these paylines do not hold.
 */
export function undo(cart: Cart, of: string, amount: number): { undos: Undo[]; cart: Cart; short: number } {
  const undos: Undo[] = [];
  let next = cart;
  let left = amount;
  for (const credited of [...cart.credits].filter((one) => one.of === of).sort((a, b) => b.sequence - a.sequence)) {
    const part = Math.min(left, credited.credit);
    if (part <= 0) continue;
    undos.push({ payline: credited.id, of, allocation: null, charge: null, category: null, amount: part });
    next = { ...next, credits: moreCredit(next.credits, credited, -part) };
    left -= part;
  }
  for (const laid of [...cart.laid].filter((one) => one.of === of).sort((a, b) => b.sequence - a.sequence)) {
    const part = Math.min(left, laid.amount);
    if (part <= 0) continue;
    undos.push(undoOf(laid, part));
    next = { ...next, laid: lessOf(next.laid, laid, part), charges: opened(next.charges, laid.charge, part) };
    left -= part;
  }
  return { undos, cart: next, short: left };
}

/** Charges that are owed no more: what was paid of them is credit again of the paylines that it came from. */
export function cancelCharges(cart: Cart, charges: readonly string[]): { undos: Undo[]; cart: Cart } {
  const paid = cart.laid.filter(({ charge }) => charges.includes(charge.id));
  const credits = paid.reduce(
    (all, { payline, of, sequence, amount }) => moreCredit(all, { id: payline, of, credit: 0, sequence }, amount),
    cart.credits,
  );
  return {
    undos: paid.map((laid) => undoOf(laid, laid.amount)),
    cart: {
      ...cart,
      charges: cart.charges.filter(({ id }) => !charges.includes(id)),
      credits,
      laid: cart.laid.filter(({ charge }) => !charges.includes(charge.id)),
    },
  };
}

/** No credit stays idle while something is open: the oldest charge is paid first, from the oldest payline. */
export function useCredit(cart: Cart): { uses: CreditUse[]; cart: Cart } {
  const uses: CreditUse[] = [];
  let next = cart;
  for (const charge of [...cart.charges].filter(({ open }) => open > 0).sort(oldestFirst)) {
    for (const part of consumeCredit(charge.open, next.credits)) {
      const credited = next.credits.find(({ id }) => id === part.payline);
      if (!credited) continue;
      const use = { ...part, name: nameOf(next.made), charge: charge.id, category: charge.category };
      const laid: LaidPart = {
        allocation: use.name,
        payline: part.payline,
        of: part.of,
        amount: part.amount,
        charge,
        sequence: AFTER_ALL_READ + next.made,
      };
      uses.push(use);
      next = {
        charges: opened(next.charges, charge, -part.amount),
        credits: moreCredit(next.credits, credited, -part.amount),
        laid: [...next.laid, laid],
        made: next.made + 1,
      };
    }
  }
  return { uses, cart: next };
}

function undoOf(laid: LaidPart, amount: number): Undo {
  const { payline, of, allocation, charge } = laid;
  return { payline, of, allocation, charge: charge.id, category: charge.category, amount };
}

/** The charges with `amount` more open of this one; a charge with nothing open is left out. */
function opened(charges: readonly OpenCharge[], charge: OpenCharge, amount: number): readonly OpenCharge[] {
  const open = (charges.find(({ id }) => id === charge.id)?.open ?? 0) + amount;
  const others = charges.filter(({ id }) => id !== charge.id);
  return open > 0 ? [...others, { ...charge, open }] : others;
}

function moreCredit(
  credits: readonly CreditedPayline[],
  payline: CreditedPayline,
  amount: number,
): readonly CreditedPayline[] {
  const credit = (credits.find(({ id }) => id === payline.id)?.credit ?? 0) + amount;
  const others = credits.filter(({ id }) => id !== payline.id);
  return credit > 0 ? [...others, { ...payline, credit }] : others;
}

function lessOf(laid: readonly LaidPart[], part: LaidPart, amount: number): readonly LaidPart[] {
  return laid
    .map((one) => (one.allocation === part.allocation ? { ...one, amount: one.amount - amount } : one))
    .filter((one) => one.amount > 0);
}

function chargeOf(cart: Cart, id: string): OpenCharge {
  const charge = cart.charges.find((one) => one.id === id) ?? cart.laid.find((one) => one.charge.id === id)?.charge;
  if (!charge) throw new Error(`charge ${id} is not in the cart`);
  return charge;
}
