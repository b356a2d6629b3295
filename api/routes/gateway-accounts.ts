import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { GATEWAYS } from '../../activities/gateways/registry';
import type { Database } from '../../prisma/client';
import type { GatewayAccount } from '../../prisma/generated/client';
import type { Vault } from '../../vault/vault';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import type { Environment, GatewayName } from '../../workflows/domain/gateway';
import { newId } from '../ids';
import { readCursor, toPage } from '../pages';
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

  /** Credentials are sealed for the id of their row, so the row is made first and found by whoever comes at the same moment. */
  async function save(merchantId: string, gateway: GatewayName, environment: Environment, credentials: unknown): Promise<GatewayAccount> {
    const seal = (id: string) => vault.seal(Buffer.from(JSON.stringify(credentials)), id);
    const fresh = newId('acc');
    const made = await db.sql.query(
      `INSERT INTO gateway_accounts (id, merchant_id, gateway, environment, path_token, credentials, key_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (merchant_id, gateway) DO NOTHING`,
      [fresh, merchantId, gateway, environment, randomBytes(24).toString('base64url'), seal(fresh), vault.keyId],
    );
    const account = await db.prisma.gatewayAccount.findUniqueOrThrow({ where: { merchantId_gateway: { merchantId, gateway } } });
    if (made.rowCount === 1) return account;
    await db.sql
      .query('UPDATE gateway_accounts SET environment = $2, credentials = $3, key_id = $4, updated_at = now() WHERE id = $1', [
        account.id,
        environment,
        seal(account.id),
        vault.keyId,
      ])
      .catch((error: unknown) => {
        if ((error as { constraint?: unknown }).constraint !== 'environment_has_books') throw error;
        throw new Problem(
          'environment_has_books',
          `this account has books in ${account.environment}; use another merchant for ${environment}`,
        );
      });
    return { ...account, environment };
  }

  return [
    route({
      method: 'put',
      path: '/v1/gateway-accounts/:gateway',
      summary: "Set the merchant's credentials at a gateway",
      access: ['merchant'],
      params: schemas.gatewayParams,
      body: schemas.newAccount,
      documentedBody: z.union(Object.values(GATEWAYS).map(({ credentials }) => credentials.extend(schemas.newAccount.shape))),
      answers: { 200: schemas.account },
      refusals: ['environment_has_books'],
      async handle({ caller, params, body }) {
        const gateway = findGateway(params.gateway);
        const { environment, ...fields } = body;
        const parsed = GATEWAYS[gateway].credentials.safeParse(fields);
        if (!parsed.success) throw invalid(parsed.error.issues, 'body');
        const account = await save(caller.merchantId, gateway, environment, parsed.data);
        return { status: 200, body: await view(account) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/gateway-accounts',
      summary: "List the merchant's accounts at gateways",
      access: ['merchant'],
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.account) },
      async handle({ caller, query }) {
        const before = readCursor(query);
        const accounts = await db.prisma.gatewayAccount.findMany({
          where: { merchantId: caller.merchantId },
          orderBy: { createdAt: 'asc' },
        });
        // A handful, and none ever goes: its place among them, counted from the oldest, is its sequence.
        const newestFirst = accounts.map((account, sequence) => ({ account, sequence })).reverse();
        const rest = newestFirst.filter(({ sequence }) => before === null || sequence < before);
        const page = toPage(
          rest,
          query,
          (row) => row.sequence,
          (row) => row.account,
        );
        return { status: 200, body: { ...page, data: await Promise.all(page.data.map(view)) } };
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
