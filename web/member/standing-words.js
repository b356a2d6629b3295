import { GATEWAYS, GO_ON, MORE_PRECISELY, STATUSES, WHY_NOT } from './words.js';

export function gatewayLabel(gateway) {
  return GATEWAYS[gateway]?.label ?? gateway;
}

/** The gateway's name where it can be chosen among `others`: two of the same label are told apart. */
export function gatewayLabelAmong(gateway, others) {
  const isAlone = others.every((other) => other === gateway || gatewayLabel(other) !== gatewayLabel(gateway));
  return isAlone ? gatewayLabel(gateway) : (GATEWAYS[gateway]?.apart ?? gatewayLabel(gateway));
}

/** Why a gateway cannot be chosen, as the rest of a sentence that begins with its name. */
export function whyNot(reason, { currency, money }) {
  return (WHY_NOT[reason] ?? WHY_NOT.any).replaceAll('{currency}', () => currency).replaceAll('{money}', () => money);
}

/** The words for where a payment stands; the server writes the same ones into its pages. Whether a prompt is unanswered only a page with a clock knows. */
export function describeStanding({ status, reason, gateway, nextAction, isUnanswered }, { place, merchant }) {
  const words = {
    ...STATUSES[status],
    ...MORE_PRECISELY[`${place}.${status}`],
    ...MORE_PRECISELY[`${status} by ${nextAction?.kind ?? ''}`],
    ...(isUnanswered && MORE_PRECISELY[`${status} unanswered`]),
    ...(reason !== null && { ...MORE_PRECISELY[`${status}.*`], ...MORE_PRECISELY[`${status}.${reason}`] }),
  };
  const fill = (text) =>
    text
      .replaceAll('{merchant}', () => merchant)
      .replaceAll('{gateway}', () => gatewayLabel(gateway))
      .replaceAll('{phone}', () => nextAction?.to ?? '');
  return { ...words, title: fill(words.title), text: fill(words.text) };
}

export const isSettled = (payment) => STATUSES[payment.status].settled;

/** The payer's last try was declined, and the payer may act again. */
export function mayTryAgain({ status, reason, nextAction }) {
  const wasDeclined = reason !== null && reason !== 'capturing';
  return status === 'awaiting_payer' && wasDeclined && nextAction !== null && nextAction.kind !== 'prompt';
}

/** The label of the button that leads back to the gateway; null where none belongs. */
export function goOnLabel(payment, place) {
  const { nextAction, gateway } = payment;
  if (nextAction === null || nextAction.kind === 'prompt') return null;
  const again = mayTryAgain(payment);
  if (place === 'return' && !again) return null;
  return (again ? GO_ON.again : GO_ON.first).replaceAll('{gateway}', () => gatewayLabel(gateway));
}
