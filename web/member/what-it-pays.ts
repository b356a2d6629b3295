import type { Cart, Charge } from '../shared/types';

/** What is still to be paid of a charge. */
export const openOf = ({ status, amount, paid }: Charge): number => (status === 'cancelled' ? 0 : amount - paid);

/** A charge of which a payment would pay something. */
export interface PaidPart {
  readonly label: string;
  readonly amount: number;
  readonly isWhole: boolean;
}

/**
 * What an amount would pay: the chosen charges first, then the oldest. Null where that cannot be foretold: something is on its way already,
 * or some charges have a day and others have none, of which the page does not know the age.
 */
export function whatItPays(
  { charges, pending }: Pick<Cart, 'charges' | 'pending'>,
  chosen: readonly string[],
  amount: number,
): readonly PaidPart[] | null {
  const open = charges.filter((charge) => openOf(charge) > 0);
  const dated = open.filter(({ dueOn }) => dueOn !== undefined);
  if (pending > 0 || (dated.length > 0 && dated.length < open.length)) return null;
  const byAge = open.toSorted((a, b) => (a.dueOn ?? '').localeCompare(b.dueOn ?? ''));
  const isChosen = ({ id }: Charge) => chosen.includes(id);
  const parts: PaidPart[] = [];
  let left = amount;
  for (const charge of [...byAge.filter(isChosen), ...byAge.filter((other) => !isChosen(other))]) {
    const part = Math.min(left, openOf(charge));
    if (part <= 0) break;
    parts.push({ label: charge.label, amount: part, isWhole: part === openOf(charge) });
    left -= part;
  }
  return parts;
}
