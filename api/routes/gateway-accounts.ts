import { z } from 'zod';
import { GATEWAYS } from '../../activities/gateways/registry';
import { findAccount, listAccounts } from '../../books/accounts';
import type { Database } from '../../prisma/client';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import type { GatewayName } from '../../workflows/domain/gateway';
import type { AccountDesk } from '../desks/gateway-accounts';
import type { OnboardingDesk } from '../desks/onboarding';
import { checkOrigin } from '../http/origins';
import { readCursor, toPage } from '../http/paging';
import { invalid, notFound } from '../http/problems';
import type { CallerWith } from '../http/rights';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';

export function accountRoutes({
  db,
  accounts,
  onboarding,
  publicUrl,
}: {
  db: Database;
  accounts: AccountDesk;
  onboarding: OnboardingDesk;
  publicUrl: string;
}) {
  return [
    route({
      operationId: 'setGatewayAccount',
      method: 'put',
      path: '/v1/gateway-accounts/:gateway',
      summary: "Set the merchant's credentials at a gateway",
      right: 'manage_accounts',
      params: schemas.gatewayParams,
      body: schemas.newAccount,
      documentedBody: z.union(
        GATEWAY_NAMES.map((name) => GATEWAYS[name].credentials.safeExtend(schemas.newAccount.shape)),
      ),
      answers: { 200: schemas.account },
      refusals: ['environment_has_books', 'test_merchant'],
      async handle({ caller, author, params, body }) {
        const gateway = findGateway(params.gateway);
        const { environment, ...fields } = body;
        const entered = await accounts.nameAccount(caller.merchantId, gateway, environment, fields);
        const parsed = GATEWAYS[gateway].credentials.safeParse(entered);
        if (!parsed.success) throw invalid(parsed.error.issues, 'body');
        const account = await accounts.save(author, caller.merchantId, gateway, environment, parsed.data);
        return { status: 200, body: await accounts.view(await accounts.inspect(author, account, false)) };
      },
    }),
    route({
      operationId: 'listGatewayAccounts',
      method: 'get',
      path: '/v1/gateway-accounts',
      summary: "List the merchant's accounts at gateways",
      right: 'read_accounts',
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.accountCard) },
      async handle({ caller, query }) {
        const before = readCursor(query);
        const found = await listAccounts(db, caller.merchantId);
        // A handful, and none ever goes: its place among them, counted from the oldest, is its sequence.
        const newestFirst = found.map((account, sequence) => ({ account, sequence })).reverse();
        const rest = newestFirst.filter(({ sequence }) => before === null || sequence < before);
        const page = toPage(
          rest,
          query,
          (row) => row.sequence,
          (row) => row.account,
        );
        const cards = await Promise.all(page.data.map(accounts.view));
        return { status: 200, body: { ...page, data: seesDetails(caller) ? cards : cards.map(withoutDetails) } };
      },
    }),
    route({
      operationId: 'checkGatewayAccount',
      method: 'post',
      path: '/v1/gateway-accounts/:gateway/check',
      summary: 'Check an account now',
      right: 'manage_accounts',
      params: schemas.gatewayParams,
      body: schemas.nothing,
      answers: { 200: schemas.account },
      async handle({ caller, author, params }) {
        const gateway = findGateway(params.gateway);
        const account = await findAccount(db, caller.merchantId, gateway);
        if (!account) throw notFound('gateway account');
        return { status: 200, body: await accounts.view(await accounts.inspect(author, account, true)) };
      },
    }),
    route({
      operationId: 'connectGatewayAccount',
      method: 'post',
      path: '/v1/gateway-accounts/:gateway/connect',
      summary: 'Make a link on which the merchant connects an account by logging in at the gateway',
      right: 'manage_accounts',
      params: schemas.gatewayParams,
      body: schemas.newConnection,
      answers: { 201: schemas.connection },
      refusals: ['onboarding_not_offered', 'gateway_refused', 'origin_not_registered', 'test_merchant'],
      async handle({ caller: { merchantId }, author, params, body }) {
        const gateway = findGateway(params.gateway);
        const { returnOrigins } = await db.prisma.merchant.findUniqueOrThrow({ where: { id: merchantId } });
        checkOrigin('returnUrl', body.returnUrl, [publicUrl, ...returnOrigins]);
        const connection = await onboarding.invite(author, merchantId, gateway, body.returnUrl ?? null);
        return { status: 201, body: connection };
      },
    }),
  ];
}

function findGateway(name: string): GatewayName {
  const gateway = GATEWAY_NAMES.find((known) => known === name);
  if (!gateway) throw notFound('gateway');
  return gateway;
}

/** Desk and accountant see that a gateway works, and not how it is connected. */
function seesDetails(caller: CallerWith<'read_accounts'>): boolean {
  return caller.kind !== 'staff' || caller.role === 'owner' || caller.role === 'treasurer';
}

function withoutDetails(card: z.input<typeof schemas.account>): z.input<typeof schemas.accountCard> {
  return { ...card, notificationUrl: null, checks: [] };
}
