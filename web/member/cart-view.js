import { at, formatDay, make } from './dom.js';
import { formatMoney } from './money.js';

/** @import { Cart, Charge } from './types' */

/** @param {Cart} cart */
export function balanceInWords({ due, credit, pending, currency }) {
  if (due > 0 && pending > 0)
    return `You owe ${formatMoney(due, currency)}, of which ${formatMoney(pending, currency)} is on its way`;
  if (due > 0) return `You owe ${formatMoney(due, currency)}`;
  if (credit > 0) return `You are ${formatMoney(credit, currency)} in advance`;
  return 'Nothing due';
}

/** @param {Cart} cart */
export function showCharges({ charges, currency }) {
  const rows = charges.map((charge) => {
    const open = charge.amount - charge.paid;
    return make(
      'li',
      {},
      make('span', {}, charge.label),
      make('span', { className: 'figure' }, formatMoney(charge.amount, currency)),
      make('span', { className: 'note' }, aboutCharge(charge)),
      open === 0
        ? make('span', { className: 'figure' }, make('span', { className: 'badge', dataset: { tone: 'good' } }, 'paid'))
        : make('span', { className: 'figure note' }, charge.paid > 0 ? `${formatMoney(open, currency)} open` : 'open'),
    );
  });
  at('charges').replaceChildren(...(rows.length > 0 ? rows : [make('li', { className: 'note' }, 'Nothing so far.')]));
}

/** @param {Charge} charge */
function aboutCharge({ label, category, dueOn }) {
  if (dueOn !== undefined) return `due on ${formatDay(dueOn)}`;
  return category.toLowerCase() === label.toLowerCase() ? '' : category;
}

/** @param {Cart} cart */
export function showPaylines({ paylines, currency }) {
  at('received').hidden = paylines.length === 0;
  const newestFirst = [...paylines].reverse();
  at('paylines').replaceChildren(
    ...newestFirst.map((payline) =>
      make(
        'li',
        { dataset: { payline: payline.id } },
        make('span', {}, formatDay(payline.at)),
        make('span', { className: 'figure' }, formatMoney(payline.amount, currency)),
      ),
    ),
  );
}
