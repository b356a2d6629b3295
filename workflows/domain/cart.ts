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

/** A payline of which a part is still credit; `sequence` as above. */
export interface CreditedPayline {
  readonly id: string;
  readonly credit: number;
  readonly sequence: number;
}

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
): { payline: string; amount: number }[] {
  const parts: { payline: string; amount: number }[] = [];
  let left = amount;
  for (const payline of [...paylines].sort((a, b) => a.sequence - b.sequence)) {
    const part = Math.min(left, payline.credit);
    if (part <= 0) continue;
    parts.push({ payline: payline.id, amount: part });
    left -= part;
  }
  return parts;
}
