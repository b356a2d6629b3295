import type { GatewayLabels, Standing } from '../../words/standing';
import type { CheckoutOptions, Payment } from '../shared/types';
import { money, t } from './words';

const known = (): GatewayLabels =>
  JSON.parse(document.getElementById('page')?.dataset['gateways'] ?? '{}') as GatewayLabels;
let labels: GatewayLabels | null = null;

/** Every gateway of this release, in the order in which a member is offered them. */
export const gatewayNames = (): readonly string[] => Object.keys((labels ??= known()));

export const gatewayLabel = (gateway: string): string => (labels ??= known())[gateway]?.label ?? gateway;

/** The gateway's name where it can be chosen among `others`: two of the same label are told apart. */
export function gatewayLabelAmong(gateway: string, others: readonly string[]): string {
  const isAlone = others.every((other) => other === gateway || gatewayLabel(other) !== gatewayLabel(gateway));
  return isAlone ? gatewayLabel(gateway) : ((labels ??= known())[gateway]?.apart ?? gatewayLabel(gateway));
}

/** What the words about a payment depend on. */
export function standingOf(payment: Payment): Standing {
  return {
    ...payment,
    nextAction: payment.nextAction as Standing['nextAction'],
    gatewayLabel: gatewayLabel(payment.gateway),
  };
}

/** A gateway that the merchant uses. `why` it cannot be chosen; null: it can. */
export interface GatewayRow {
  readonly gateway: string;
  readonly label: string;
  readonly why: string | null;
}

/** The gateways that may be chosen, the best first. Before anybody has told which, all; with nothing due and no amount, each may be right yet. */
export function availableAmong(options: CheckoutOptions | null): readonly string[] {
  const all = gatewayNames();
  if (options === null) return all;
  return all.filter((name) =>
    options.data.some((option) => option.gateway === name && (option.available || option.reason === 'nothing_due')),
  );
}

/** What the merchant uses: what may be chosen, and what may not with the reason. */
export function gatewayRows(options: CheckoutOptions | null): readonly GatewayRow[] {
  const names = availableAmong(options);
  const chosen = names.map((gateway) => ({ gateway, label: gatewayLabelAmong(gateway, names), why: null }));
  if (options === null) return chosen;
  const leftOut = options.data
    .filter(({ gateway, reason }) => !names.includes(gateway) && reason !== 'gateway_not_configured')
    .map(({ gateway, reason }) => ({ gateway, label: gatewayLabel(gateway), why: whyNot(reason, options) }));
  return [...chosen, ...leftOut];
}

/** Why a gateway cannot be chosen, by the code with which the API would refuse: the rest of a sentence that begins with its name. */
function whyNot(reason: string | null, { amount, currency }: CheckoutOptions): string {
  switch (reason) {
    case 'currency_not_supported':
      return t('gateways.currency', { currency });
    case 'amount_not_supported':
      return t('gateways.amount', { money: money(amount, currency) });
    case 'method_not_supported':
      return t('gateways.method');
    default:
      return t('gateways.unavailable');
  }
}
