import { at, formatDay, make, say } from './dom.js';
import { formatMoney } from './money.js';
import { PAYLINES } from './words.js';

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
export function showCharges({ charges, paylines, due, currency, more }) {
  const isSomethingBack = paylines.some(({ amount }) => amount < 0);
  say(
    at('due-again'),
    due > 0 && isSomethingBack ? 'Money went back to you. What it had paid for may be due again.' : '',
  );
  const rows = charges.map((charge) =>
    make(
      'li',
      { dataset: { charge: charge.id, status: charge.status } },
      make('span', {}, charge.label),
      make(charge.status === 'cancelled' ? 's' : 'span', { className: 'figure' }, formatMoney(charge.amount, currency)),
      make('span', { className: 'note' }, aboutCharge(charge)),
      standingOf(charge, currency),
    ),
  );
  const older =
    more.charges === null ? [] : [make('li', { className: 'note' }, 'Older charges are settled and not shown.')];
  at('charges').replaceChildren(
    ...older,
    ...(rows.length > 0 ? rows : [make('li', { className: 'note' }, 'Nothing so far.')]),
  );
}

/** @param {Charge} charge */
function aboutCharge({ label, category, dueOn, cancelledAt }) {
  if (cancelledAt !== null) return `cancelled on ${formatDay(cancelledAt)}: you do not owe it`;
  if (dueOn !== undefined) return `due on ${formatDay(dueOn)}`;
  return category.toLowerCase() === label.toLowerCase() ? '' : category;
}

/**
 * @param {Charge} charge
 * @param {string} currency
 */
function standingOf(charge, currency) {
  const badge = (/** @type {string} */ tone, /** @type {string} */ text) =>
    make('span', { className: 'figure' }, make('span', { className: 'badge', dataset: { tone } }, text));
  switch (charge.status) {
    case 'cancelled':
      return badge('plain', 'cancelled');
    case 'paid':
      return badge('good', 'paid');
    case 'partly_paid':
      return make('span', { className: 'figure note' }, `${formatMoney(openOf(charge), currency)} open`);
    case 'open':
      return make('span', { className: 'figure note' }, 'open');
  }
}

/**
 * What is still to be paid of a charge.
 * @param {Charge} charge
 */
export const openOf = ({ status, amount, paid }) => (status === 'cancelled' ? 0 : amount - paid);

/** @param {Cart} cart */
export function showPaylines({ paylines, currency, more }) {
  at('received').hidden = paylines.length === 0;
  const isAnyBack = paylines.some(({ amount }) => amount < 0);
  say(at('received-title'), isAnyBack ? 'What you paid and got back' : 'What you have paid');
  const newestFirst = [...paylines].reverse();
  at('paylines').replaceChildren(
    ...newestFirst.map(({ id, kind, amount, at: moment }) =>
      make(
        'li',
        { dataset: { payline: id, kind } },
        make('span', {}, formatDay(moment)),
        make('span', { className: 'figure' }, formatMoney(amount, currency)),
        PAYLINES[kind] === '' ? null : make('span', { className: 'note' }, PAYLINES[kind]),
      ),
    ),
    ...(more.paylines === null ? [] : [make('li', { className: 'note' }, 'What is older is not shown.')]),
  );
}
