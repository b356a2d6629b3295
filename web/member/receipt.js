import { at, formatDay, make } from './dom.js';
import { formatMoney } from './money.js';
import { gatewayLabel } from './standing-words.js';

/** @import { Cart, Member, Payment } from './types' */

/**
 * Shows the receipt of a paid payment, ready to be printed.
 * @param {{ payment: Payment, cart: Cart, member: Member }} about
 */
export function showReceipt({ payment, cart, member }) {
  const captures = payment.timeline.filter((row) => row.kind === 'payment_captured');
  const named = cart.charges.filter((charge) => payment.charges.includes(charge.id)).map((charge) => charge.label);
  /** @type {[name: string, value: string][]} */
  const rows = [
    ['Received by', cart.merchantName],
    ['Paid by', member.name],
    ['On', captures.map((row) => formatDay(row.occurredAt ?? row.recordedAt)).join(', ')],
    ['For', named.length > 0 ? named.join(', ') : 'the cart'],
    ['Through', gatewayLabel(payment.gateway)],
    ...payment.timeline
      .filter((row) => row.kind === 'payer_fee_charged')
      .map(
        ({ amount, currency }) =>
          /** @type {[string, string]} */ ([
            'Fee',
            `${gatewayLabel(payment.gateway)} charged you ${formatMoney(amount ?? 0, currency ?? payment.currency)} on top`,
          ]),
      ),
    ['Reference there', captures.map((row) => row.gatewayReference).join(', ')],
    ['Payment', payment.id],
  ];
  const dialog = at('receipt');
  dialog.replaceChildren(
    make('h2', { id: 'receipt-title' }, 'Receipt'),
    make('p', { className: 'amount' }, formatMoney(payment.captured, payment.currency)),
    make('dl', {}, ...rows.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value)))),
    make(
      'div',
      { className: 'actions' },
      make('button', { type: 'button', onclick: () => window.print() }, 'Print'),
      make('button', { type: 'button', className: 'quiet', onclick: () => dialog.close() }, 'Close'),
    ),
  );
  dialog.showModal();
}

/**
 * What was paid and kept: for the rest, a receipt would say more than is so.
 * @param {Payment} payment
 */
export const hasReceipt = (payment) => payment.status === 'paid';
