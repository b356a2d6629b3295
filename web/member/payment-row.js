import { formatDay, make } from './dom.js';
import { formatMoney } from './money.js';
import { hasReceipt } from './receipt.js';
import { describeRefund, describeStanding, gatewayLabel } from './standing-words.js';

/** @import { Payment, Refund } from './types' */

/**
 * @typedef {(payment: Payment, button: HTMLButtonElement) => void} Act
 */

/**
 * One of the member's payments with what can be done about it now. `on`: `goOn`, `cancel` and `payInAnotherWay` with the
 * payment and the button that was pressed, and `showReceipt`. `hasOtherWay`: another gateway takes such a payment. `refunds`:
 * what is given back of it, or was to be.
 * @param {Payment} payment
 * @param {{
 *   refunds: readonly Refund[],
 *   merchant: string,
 *   isNewest: boolean,
 *   hasOtherWay: boolean,
 *   on: Readonly<Record<'goOn' | 'cancel' | 'payInAnotherWay' | 'showReceipt', Act>>,
 * }} shown
 */
export function paymentRow(payment, { refunds, merchant, isNewest, hasOtherWay, on }) {
  const { label, title, text, tone, tellsGiven } = describeStanding(payment, { place: 'list', merchant });
  const { id, status, reason, nextAction } = payment;
  const isOpen = nextAction !== null;
  const isPrompt = nextAction?.kind === 'prompt';
  const button = (/** @type {string} */ name, /** @type {Act} */ act, look = 'small quiet') => {
    const made = make('button', { type: 'button', className: look }, name);
    made.onclick = () => act(payment, made);
    return made;
  };
  const actions = [
    isOpen && !isPrompt && button('Continue paying', on.goOn, 'small'),
    isPrompt &&
      make('a', { className: 'button small quiet', href: `/return/${encodeURIComponent(id)}` }, 'See how it stands'),
    (isOpen || status === 'created') && button('Cancel', on.cancel),
    ((isOpen && hasOtherWay) || (status === 'failed' && isNewest)) &&
      button(hasOtherWay ? 'Pay in another way' : 'Try again', on.payInAnotherWay),
    hasReceipt(payment) && button('Receipt', on.showReceipt),
  ].filter((action) => action !== false);
  const isOneThatCame = refunds.length === 1 && refunds[0]?.status === 'succeeded';
  const lines = tellsGiven && isOneThatCame ? [] : refunds; // a line would say the same again
  const wantsWords = isPrompt || status === 'disputed' || (reason !== null && (isOpen || status === 'failed'));
  return make(
    'li',
    { dataset: { payment: id, status } },
    make('span', {}, formatDay(payment.createdAt)),
    make('span', { className: 'figure' }, formatMoney(payment.amount, payment.currency)),
    make('span', {}, make('span', { className: 'badge', dataset: { tone } }, label)),
    make('span', { className: 'figure note' }, gatewayLabel(payment.gateway)),
    MONEY_BACK.includes(status) ? make('p', { className: 'note' }, `${title}.`) : null,
    wantsWords ? make('p', { className: 'note' }, text) : null,
    lines.length > 0
      ? make('ul', { className: 'lines refunds' }, ...lines.map((refund) => refundLine(refund, merchant)))
      : null,
    actions.length > 0 ? make('div', { className: 'actions' }, ...actions) : null,
  );
}

/** Where the badge alone would leave open how much it is about. */
const MONEY_BACK = ['partially_refunded', 'refunded', 'charged_back', 'disputed'];

/**
 * @param {Refund} refund
 * @param {string} merchant
 */
function refundLine({ id, status, amount, currency, createdAt, settledAt }, merchant) {
  const { text, tone } = describeRefund(status, merchant);
  return make(
    'li',
    { dataset: { refund: id, status, tone } },
    make('span', {}, `${formatMoney(amount, currency)} ${text}`),
    make('span', { className: 'figure' }, formatDay(settledAt ?? createdAt)),
  );
}
