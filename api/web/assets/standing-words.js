import { GATEWAYS, MORE_PRECISELY, STATUSES } from './words.js';

export function gatewayLabel(gateway) {
  return GATEWAYS[gateway] ?? gateway;
}

/** The words for where a payment stands; the server writes the same ones into its pages. */
export function describeStanding({ status, reason, gateway }, { place, merchant }) {
  const words = { ...STATUSES[status], ...MORE_PRECISELY[`${place}.${status}`], ...MORE_PRECISELY[`${status}.${reason ?? ''}`] };
  const fill = (text) => text.replaceAll('{merchant}', () => merchant).replaceAll('{gateway}', () => gatewayLabel(gateway));
  return { ...words, title: fill(words.title), text: fill(words.text) };
}

export const isSettled = (payment) => STATUSES[payment.status].settled;
