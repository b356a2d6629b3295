import { GATEWAYS } from '../../activities/gateways/registry';
import { listAccounts } from '../../books/accounts';
import type { AccountRow } from '../../books/accounts';
import { dueOf, pendingOf } from '../../books/cart';
import { findMember } from '../../books/members';
import type { Database } from '../../prisma/client';
import { openCredentials } from '../../vault/credentials';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import type { GatewayName } from '../../workflows/domain/gateway';
import { isId } from '../../workflows/domain/ids';
import type { Money } from '../../workflows/domain/money';
import { refusalOf } from '../desks/checkout';
import type { CheckoutDependencies } from '../desks/checkout';
import { notFound } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import { nothingToAsk } from '../desks/opening';

export interface OptionDependencies extends CheckoutDependencies {
  readonly db: Database;
}

export function optionRoutes(deps: OptionDependencies) {
  const { db } = deps;
  return [
    route({
      operationId: 'listCheckoutOptions',
      method: 'get',
      path: '/v1/members/:id/checkout-options',
      summary: 'List the gateways through which this member may pay this amount, with the reason for each one left out',
      right: 'read_payments',
      params: schemas.idParams,
      query: schemas.optionFilter,
      answers: { 200: schemas.checkoutOptions },
      async handle({ caller, params, query }) {
        if (caller.kind === 'member' && caller.memberId !== params.id) throw notFound('member');
        const member = isId('mem', params.id) ? await findMember(db, caller.merchantId, params.id) : null;
        const due = member && (await dueOf(db, member.id));
        if (!member || due === null) throw notFound('member');
        const { currency, name } = member.merchant;
        const accounts = await listAccounts(db, caller.merchantId);
        const pending = { amount: await pendingOf(db, member.id), currency };
        const money = {
          amount: query.amount ?? Math.max(0, due - pending.amount),
          currency: query.currency ?? currency,
        };
        const [reason, detail] = nothingToAsk(due, pending);
        const options = GATEWAY_NAMES.map((gateway) => {
          const account = accounts.find((candidate) => candidate.gateway === gateway);
          const refusal = refusalOf(deps, gateway, account, money, { currency, name, ifNothing: { reason, detail } });
          return {
            gateway,
            available: refusal === null,
            reason: refusal?.reason ?? null,
            detail: refusal?.detail ?? null,
            environment: account?.environment ?? null,
            methods: account && refusal === null ? methodsFor(deps, gateway, account, money) : [],
          };
        });
        return { status: 200, body: { ...money, data: options, nextCursor: null } };
      },
    }),
  ];
}

/** As this account can: without API credentials PayPal Standard gives nothing back. */
function methodsFor(
  { vault }: OptionDependencies,
  gateway: GatewayName,
  account: AccountRow,
  { amount, currency }: Money,
) {
  const { methods } = GATEWAYS[gateway].capabilitiesOf(
    openCredentials(vault, { accountId: account.id, credentials: account.credentials }),
  );
  return Object.entries(methods)
    .filter(
      ([, can]) =>
        can.startedBy.includes('member') && can.currencies.includes(currency) && can.min <= amount && amount <= can.max,
    )
    .map(([method, { refund, feesReturned }]) => ({ method, refund, feesReturned }));
}
