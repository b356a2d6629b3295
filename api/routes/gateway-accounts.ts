import { randomBytes } from 'node:crypto';
import { GATEWAYS } from '../../activities/gateways/registry';
import type { Database } from '../../prisma/client';
import type { GatewayAccount } from '../../prisma/generated/client';
import type { Vault } from '../../vault/vault';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import type { GatewayName } from '../../workflows/domain/gateway';
import { newId } from '../ids';
import { invalid, notFound, Problem } from '../problems';
import { route } from '../routing';
import * as schemas from '../schemas';
import { notificationUrl } from './payments';

export function accountRoutes({ db, vault, publicUrl }: { db: Database; vault: Vault; publicUrl: string }) {
  const view = async (account: GatewayAccount) => ({
    gateway: account.gateway,
    environment: account.environment,
    enabled: account.enabled,
    notificationUrl: notificationUrl(publicUrl, account.gateway as GatewayName, account.pathToken),
    returnUrl: `${publicUrl}/return/`,
    checks: [await checkNotifications(account)],
  });

  /** IPN cannot be asked about: it is proven by the first verified message. */
  async function checkNotifications(account: GatewayAccount) {
    const seen = await db.prisma.notification.findFirst({
      where: { accountId: account.id, channel: 'ipn', state: { in: ['applied', 'duplicate', 'unmatched'] } },
    });
    return seen
      ? { name: 'notifications', ok: true, detail: 'a verified message has arrived' }
      : {
          name: 'notifications',
          ok: null,
          detail: 'not seen yet: turn IPN on in the PayPal account with the notification URL; the first verified message proves it',
        };
  }

  return [
    route({
      method: 'put',
      path: '/v1/gateway-accounts/:gateway',
      summary: "Set the merchant's credentials at a gateway",
      access: ['merchant'],
      params: schemas.gatewayParams,
      body: schemas.newAccount,
      answers: { 200: schemas.account },
      refusals: ['environment_has_books'],
      async handle({ caller, params, body }) {
        const gateway = findGateway(params.gateway);
        const { environment, ...fields } = body;
        const parsed = GATEWAYS[gateway].credentials.safeParse(fields);
        if (!parsed.success) throw invalid(parsed.error.issues, 'body');
        const existing = await db.prisma.gatewayAccount.findUnique({
          where: { merchantId_gateway: { merchantId: caller.merchantId, gateway } },
        });
        const id = existing?.id ?? newId('acc');
        const sealed = {
          environment,
          credentials: new Uint8Array(vault.seal(Buffer.from(JSON.stringify(parsed.data)), id)),
          keyId: vault.keyId,
          updatedAt: new Date(),
        };
        const account = await db.prisma.gatewayAccount
          .upsert({
            where: { merchantId_gateway: { merchantId: caller.merchantId, gateway } },
            create: { id, merchantId: caller.merchantId, gateway, pathToken: randomBytes(24).toString('base64url'), ...sealed },
            update: sealed,
          })
          .catch((error: unknown) => {
            if (!String(error).includes('has books in')) throw error;
            throw new Problem(
              'environment_has_books',
              `this account has books in ${existing?.environment ?? 'another environment'}; use another merchant for ${environment}`,
            );
          });
        return { status: 200, body: await view(account) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/gateway-accounts',
      summary: "List the merchant's accounts at gateways",
      access: ['merchant'],
      answers: { 200: schemas.list(schemas.account) },
      async handle({ caller }) {
        const accounts = await db.prisma.gatewayAccount.findMany({
          where: { merchantId: caller.merchantId },
          orderBy: { createdAt: 'desc' },
        });
        return { status: 200, body: { data: await Promise.all(accounts.map(view)), nextCursor: null } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/gateway-accounts/:gateway/check',
      summary: 'Check an account now',
      access: ['merchant'],
      params: schemas.gatewayParams,
      body: schemas.nothing,
      answers: { 200: schemas.account },
      async handle({ caller, params }) {
        const gateway = findGateway(params.gateway);
        const account = await db.prisma.gatewayAccount.findUnique({
          where: { merchantId_gateway: { merchantId: caller.merchantId, gateway } },
        });
        if (!account) throw notFound('gateway account');
        return { status: 200, body: await view(account) };
      },
    }),
  ];
}

function findGateway(name: string): GatewayName {
  const gateway = GATEWAY_NAMES.find((known) => known === name);
  if (!gateway) throw notFound('gateway');
  return gateway;
}
