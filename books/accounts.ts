import type { Database } from '../prisma/client';
import type { GatewayAccount } from '../prisma/generated/client';
import type { AccountCheck, Environment, GatewayName } from '../workflows/domain/gateway';
import type { Sql } from './sql';

/** What of an account a gateway is asked with, as it lies in the database. */
export interface SealedAccount {
  readonly accountId: string;
  readonly gateway: GatewayName;
  readonly environment: Environment;
  readonly credentials: Buffer;
  /** The credentials that the payment in question was opened with, or null. */
  readonly openedWith: Buffer | null;
}

/** A gateway account's row: what its columns of text and JSON hold is known here. */
export type AccountRow = Omit<GatewayAccount, 'gateway' | 'environment' | 'checks'> & {
  readonly gateway: GatewayName;
  readonly environment: Environment;
  /** What the gateway said when it was last asked about the account. */
  readonly checks: readonly AccountCheck[];
};

/** The columns take no other words: the domain of one refuses them, and the others are written by {@link keepInspection} and {@link findOrAddAccount}. */
export const toAccountRow = (row: GatewayAccount): AccountRow => row as unknown as AccountRow;

/** The merchant's account at this gateway, or null. */
export async function findAccount(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
  gateway: GatewayName,
): Promise<AccountRow | null> {
  const row = await prisma.gatewayAccount.findUnique({ where: { merchantId_gateway: { merchantId, gateway } } });
  return row && toAccountRow(row);
}

/** The merchant's account at this gateway. Throws where there is none. */
export async function readAccount(
  db: Pick<Database, 'prisma'>,
  merchantId: string,
  gateway: GatewayName,
): Promise<AccountRow> {
  const account = await findAccount(db, merchantId, gateway);
  if (!account) throw new Error(`${merchantId} has no account at ${gateway}`);
  return account;
}

/** All accounts of a merchant, in the order they were made. */
export async function listAccounts(
  { prisma }: Pick<Database, 'prisma'>,
  merchantId: string,
): Promise<readonly AccountRow[]> {
  const rows = await prisma.gatewayAccount.findMany({ where: { merchantId }, orderBy: { createdAt: 'asc' } });
  return rows.map(toAccountRow);
}

/** At which gateways the merchant has an account that can be used, in no order. */
export async function findEnabledGateways({ sql }: Sql, merchantId: string): Promise<readonly GatewayName[]> {
  const { rows } = await sql.query<{ gateway: GatewayName }>(
    'SELECT gateway FROM gateway_accounts WHERE merchant_id = $1 AND enabled',
    [merchantId],
  );
  return rows.map(({ gateway }) => gateway);
}

/** Credentials as they are written: sealed, with the name of the key that sealed them. */
export interface Sealed {
  readonly credentials: Uint8Array;
  readonly keyId: string;
}

/** The account behind the unguessable part of a notification URL, or null. */
export async function findAccountByPath({ sql }: Sql, gateway: GatewayName, token: string): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM gateway_accounts WHERE path_token = $1 AND gateway = $2',
    [token, gateway],
  );
  return rows[0]?.id ?? null;
}

/** The account's credentials, sealed. Throws where there is no such account. */
export async function readCredentials({ sql }: Sql, accountId: string): Promise<Buffer> {
  const { rows } = await sql.query<{ credentials: Buffer }>({
    name: 'door_credentials',
    text: 'SELECT credentials FROM gateway_accounts WHERE id = $1',
    values: [accountId],
  });
  if (!rows[0]) throw new Error(`account ${accountId} is gone`);
  return rows[0].credentials;
}

/** The credentials of these accounts, sealed, by the account's id. */
export async function readCredentialsOf(
  { sql }: Sql,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const { rows } = await sql.query<{ id: string; credentials: Buffer }>(
    'SELECT id, credentials FROM gateway_accounts WHERE id = ANY ($1)',
    [accountIds],
  );
  return new Map(rows.map(({ id, credentials }) => [id, credentials]));
}

/** Whether any account is at the simulator. */
export async function isAnySimulated({ sql }: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ some: boolean }>({
    name: 'find_simulated_account',
    text: `SELECT EXISTS (SELECT FROM gateway_accounts WHERE environment = 'simulator') AS some`,
  });
  return rows[0]?.some ?? false;
}

export interface NewAccount extends Sealed {
  readonly id: string;
  readonly merchantId: string;
  readonly gateway: GatewayName;
  readonly environment: Environment;
  readonly pathToken: string;
}

/** Whether a statement failed because a merchant for trying out takes no live account. */
export function isLiveAtTwin(error: unknown): boolean {
  return (error as { constraint?: unknown } | null)?.constraint === 'test_merchant';
}

/** Makes the account, unless the merchant has one at this gateway; gives the one that stands now. */
export async function findOrAddAccount(
  { sql }: Sql,
  { id, merchantId, gateway, environment, pathToken, credentials, keyId }: NewAccount,
): Promise<Pick<SealedAccount, 'accountId' | 'environment' | 'credentials'> & { readonly enabled: boolean }> {
  await sql.query(
    `INSERT INTO gateway_accounts (id, merchant_id, gateway, environment, path_token, credentials, key_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (merchant_id, gateway) DO NOTHING`,
    [id, merchantId, gateway, environment, pathToken, credentials, keyId],
  );
  const { rows } = await sql.query<
    Pick<SealedAccount, 'accountId' | 'environment' | 'credentials'> & { readonly enabled: boolean }
  >(
    'SELECT id AS "accountId", environment, credentials, enabled FROM gateway_accounts WHERE merchant_id = $1 AND gateway = $2',
    [merchantId, gateway],
  );
  if (!rows[0]) throw new Error(`the account of ${merchantId} at ${gateway} is gone`);
  return rows[0];
}

/**
 * Puts other credentials in an account's place, for which nothing is proven yet. `environment_has_books`: the account has
 * books in another environment, and nothing was written.
 */
export async function replaceCredentials(
  { sql }: Sql,
  accountId: string,
  { environment, credentials, keyId }: Sealed & { readonly environment: Environment },
  disabledReason: string,
): Promise<'replaced' | 'environment_has_books'> {
  try {
    await sql.query(
      `UPDATE gateway_accounts SET environment = $2, credentials = $3, key_id = $4, updated_at = now(), enabled = false, disabled_reason = $5
       WHERE id = $1`,
      [accountId, environment, credentials, keyId, disabledReason],
    );
    return 'replaced';
  } catch (error) {
    if ((error as { constraint?: unknown }).constraint !== 'environment_has_books') throw error;
    return 'environment_has_books';
  }
}

/** The account `a` that is updated, as it was before. */
const FORMER =
  'FROM (SELECT id, enabled FROM gateway_accounts WHERE id = $1 FOR NO KEY UPDATE) former WHERE a.id = former.id';

/** Keeps what was found of credentials; gives whether the account was enabled. Null: they changed meanwhile, so it is not true of those that stand now. */
export async function keepInspection(
  { sql }: Sql,
  { accountId, credentials }: Pick<SealedAccount, 'accountId'> & Pick<Sealed, 'credentials'>,
  found: Sealed & {
    readonly checks: readonly AccountCheck[];
    readonly enabled: boolean;
    readonly disabledReason: string | null;
  },
): Promise<{ readonly wasEnabled: boolean } | null> {
  const { rows } = await sql.query<{ wasEnabled: boolean }>(
    `UPDATE gateway_accounts a SET credentials = $3, key_id = $4, checks = $5, checked_at = now(), enabled = $6, disabled_reason = $7
     ${FORMER} AND a.credentials = $2 RETURNING former.enabled AS "wasEnabled"`,
    [
      accountId,
      credentials,
      found.credentials,
      found.keyId,
      JSON.stringify(found.checks),
      found.enabled,
      found.disabledReason,
    ],
  );
  return rows[0] ?? null;
}

/** Keeps what a message taught of an account. False: its credentials changed meanwhile, and nothing was written. */
export async function keepLearned(
  { sql }: Sql,
  { accountId, credentials }: Pick<SealedAccount, 'accountId' | 'credentials'>,
  taught: Sealed,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    'UPDATE gateway_accounts SET credentials = $3, key_id = $4, updated_at = now() WHERE id = $1 AND credentials = $2',
    [accountId, credentials, taught.credentials, taught.keyId],
  );
  return rowCount === 1;
}

/** No new payment is opened with the account; money that is under way through it is still followed. Gives whether it was enabled. */
export async function disableAccount({ sql }: Sql, accountId: string, reason: string): Promise<boolean> {
  const { rows } = await sql.query<{ wasEnabled: boolean }>(
    `UPDATE gateway_accounts a SET enabled = false, disabled_reason = $2 ${FORMER} RETURNING former.enabled AS "wasEnabled"`,
    [accountId, reason],
  );
  return rows[0]?.wasEnabled ?? false;
}
