import type { Capabilities, GatewayName } from '../../../../workflows/domain/gateway';
import type { AnswerTo } from '../../api';

type Accounts = AnswerTo<'/v1/gateway-accounts'>['data'];

/** A gateway and the method by which a payer's phone is asked for money. */
export interface Promptable {
  readonly gateway: GatewayName;
  readonly method: string;
}

/** The gateway of this merchant that asks phones in this currency; null: none of them can. */
export function promptableIn(accounts: Accounts, currency: string): Promptable | null {
  const able = accounts.flatMap(({ gateway, enabled, capabilities }) => {
    const { methods = {} } = (capabilities ?? {}) as Partial<Capabilities>; // the API tells it as data
    return Object.entries(methods)
      .filter(
        ([, { startedBy, currencies }]) => enabled && startedBy.includes('merchant') && isAmong(currencies, currency),
      )
      .map(([method]) => ({ gateway, method }));
  });
  return able[0] ?? null;
}

const isAmong = (currencies: readonly string[], currency: string): boolean => currencies.includes(currency);
