import { formatAmount } from './money.js';
import { GATEWAYS, GO_ON, MORE_PRECISELY, REFUNDS, STATUSES, WHY_NOT } from './words.js';

/** @import { Payment, Place, Refund, Standing } from './types' */

/** @param {string} gateway */
export function gatewayLabel(gateway) {
  return GATEWAYS[gateway]?.label ?? gateway;
}

/**
 * The gateway's name where it can be chosen among `others`: two of the same label are told apart.
 * @param {string} gateway
 * @param {readonly string[]} others
 */
export function gatewayLabelAmong(gateway, others) {
  const isAlone = others.every((other) => other === gateway || gatewayLabel(other) !== gatewayLabel(gateway));
  return isAlone ? gatewayLabel(gateway) : (GATEWAYS[gateway]?.apart ?? gatewayLabel(gateway));
}

/**
 * Why a gateway cannot be chosen, as the rest of a sentence that begins with its name.
 * @param {string} reason
 * @param {{ currency: string, money: string }} about
 */
export function whyNot(reason, { currency, money }) {
  return (WHY_NOT[reason] ?? WHY_NOT.any).replaceAll('{currency}', () => currency).replaceAll('{money}', () => money);
}

/**
 * The words for where a payment stands; the server writes the same ones into its pages. Whether a prompt is unanswered only a page with a clock knows. `tellsGiven`: the title says how much was given back.
 * @param {Standing} standing
 * @param {{ place: Place, merchant: string }} where
 */
export function describeStanding(standing, { place, merchant }) {
  const { status, reason, gateway, nextAction, currency } = standing;
  const words = {
    ...STATUSES[status],
    ...MORE_PRECISELY[`${place}.${status}`],
    ...MORE_PRECISELY[`${status} by ${nextAction?.kind ?? ''}`],
    ...MORE_PRECISELY[`${status} ${whatBecameOf(standing)}`],
    ...(standing.disputed > 0 && MORE_PRECISELY[`${status} held`]),
    ...(standing.isUnanswered && MORE_PRECISELY[`${status} unanswered`]),
    ...(reason !== null && { ...MORE_PRECISELY[`${status}.*`], ...MORE_PRECISELY[`${status}.${reason}`] }),
  };
  const phone = nextAction?.kind === 'prompt' ? nextAction.to : '';
  const fill = (/** @type {string} */ text) =>
    text
      .replaceAll('{merchant}', () => merchant)
      .replaceAll('{gateway}', () => gatewayLabel(gateway))
      .replaceAll('{phone}', () => phone)
      .replaceAll('{currency}', () => currency)
      .replaceAll('{whole}', () => formatAmount(standing.captured, currency))
      .replaceAll('{given}', () => formatAmount(standing.refunded, currency))
      .replaceAll('{taken}', () => formatAmount(standing.chargedBack, currency))
      .replaceAll('{held}', () => formatAmount(standing.disputed, currency));
  return { ...words, title: fill(words.title), text: fill(words.text), tellsGiven: words.title.includes('{given}') };
}

/** @param {Standing} standing */
const whatBecameOf = ({ refunded, chargedBack }) =>
  [refunded > 0 && 'given', chargedBack > 0 && 'taken'].filter((word) => word !== false).join(' and ');

/**
 * What became of money that is given back, as the rest of a sentence that begins with the sum.
 * @param {Refund['status']} status
 * @param {string} merchant
 */
export function describeRefund(status, merchant) {
  const { text, tone } = REFUNDS[status];
  return { text: text.replaceAll('{merchant}', () => merchant), tone };
}

/** @param {Pick<Payment, 'status'>} payment */
export const isSettled = (payment) => STATUSES[payment.status].settled;

/**
 * The payer's last try was declined, and the payer may act again.
 * @param {Standing} standing
 */
export function mayTryAgain({ status, reason, nextAction }) {
  const wasDeclined = reason !== null && reason !== 'capturing';
  return status === 'awaiting_payer' && wasDeclined && nextAction !== null && nextAction.kind !== 'prompt';
}

/**
 * The label of the button that leads back to the gateway; null where none belongs.
 * @param {Standing} payment
 * @param {Place} place
 */
export function goOnLabel(payment, place) {
  const { nextAction, gateway } = payment;
  if (nextAction === null || nextAction.kind === 'prompt') return null;
  const again = mayTryAgain(payment);
  if (place === 'return' && !again) return null;
  return (again ? GO_ON.again : GO_ON.first).replaceAll('{gateway}', () => gatewayLabel(gateway));
}
