import { sealCredentials } from '../../vault/credentials';
import { createVault } from '../../vault/vault';
import { newId } from '../books/bookkeeping';
import type { Books, Club } from '../books/bookkeeping';
import { ENCRYPTION_KEY } from '../support/world';
import type { RunningApi } from './api-alone';
import { newMerchant } from './asking';
import type { Asking } from './asking';

/** A merchant with an account at a gateway, whose books are written by hand and read over HTTP. */
export type Shop = Club & { readonly asks: Asking };

const CREDENTIALS: Readonly<Record<string, unknown>> = {
  'paypal-standard': { receiverId: 'CLUB', receiverEmails: [] },
  kkiapay: { publicKey: 'p', privateKey: 'tpk_p', secret: 'tsk_s', webhookSecret: 'w', merchantInitiated: true },
};

export async function openShop(
  db: Books,
  api: RunningApi,
  over: Record<string, unknown> = {},
  gateway = 'paypal-standard',
): Promise<Shop> {
  const { id: merchantId, ...asks } = await newMerchant(api, over);
  return { ...(await addAccount(db, merchantId, gateway)), asks };
}

export async function addAccount(db: Books, merchantId: string, gateway: string): Promise<Club> {
  const accountId = newId('acc');
  await db.sql.query(
    `INSERT INTO gateway_accounts (id, merchant_id, gateway, environment, path_token, credentials, key_id) VALUES ($1, $2, $3, 'simulator', $1, $4, 'key')`,
    [accountId, merchantId, gateway, sealCredentials(createVault(ENCRYPTION_KEY), accountId, CREDENTIALS[gateway])],
  );
  return { merchantId, accountId, gateway: gateway as Club['gateway'] };
}
