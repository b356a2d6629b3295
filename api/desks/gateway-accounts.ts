import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { GATEWAYS } from '../../activities/gateways/registry';
import { findOrAddAccount, isLiveAtTwin, keepInspection, readAccount, replaceCredentials } from '../../books/accounts';
import { readCurrency } from '../../books/merchants';
import type { AccountRow, SealedAccount } from '../../books/accounts';
import { seenMessages } from '../../books/notifications';
import { holdConnection, voidInvitations } from '../../books/onboardings';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import type { Database } from '../../prisma/client';
import { openCredentials, sealCredentials } from '../../vault/credentials';
import type { SealedCredentials } from '../../vault/credentials';
import type { Vault } from '../../vault/vault';
import { worldFor } from '../../activities/gateways/port';
import type { AccountCheck, GatewayWorld } from '../../activities/gateways/port';
import type { Environment, GatewayName } from '../../workflows/domain/gateway';
import { notificationUrl } from './checkout';
import { newId } from '../../platform/ids';
import { Problem } from '../http/problems';
import type * as schemas from '../http/schemas';

export interface AccountDeskDependencies {
  readonly db: Database;
  readonly vault: Vault;
  readonly gateways: GatewayWorld;
  readonly publicUrl: string;
}

/** How long a whole inspection may take: a person waits for it. */
const INSPECTION_PATIENCE_MS = 25_000;

/** Keeps gateway accounts: seals credentials, asks the gateway about them, and lets only those be used that surely work. */
export function createAccountDesk({ db, vault, gateways, publicUrl }: AccountDeskDependencies) {
  const open = ({ id, credentials }: AccountRow) => openCredentials(vault, { accountId: id, credentials });
  const seal = (accountId: string, credentials: unknown) => ({
    credentials: sealCredentials(vault, accountId, credentials),
    keyId: vault.keyId,
  });
  /** Null where the key is lost that sealed them: entering them anew is what mends that. */
  const openIfPossible = (account: SealedCredentials): unknown => {
    try {
      return openCredentials(vault, account);
    } catch {
      return null;
    }
  };
  const urlOf = (account: AccountRow) => notificationUrl(publicUrl, account.gateway, account.pathToken);

  /** Keeps what a merchant entered. No invitation from before may put another account in its place. */
  async function save(
    merchantId: string,
    gateway: GatewayName,
    environment: Environment,
    credentials: unknown,
  ): Promise<AccountRow> {
    await inTransaction(db, async (tx) => {
      await holdConnection(tx, merchantId, gateway);
      await voidInvitations(tx, merchantId, gateway);
      await write(tx, merchantId, gateway, environment, credentials);
    }).catch(refuseLiveAtTwin);
    return readAccount(db, merchantId, gateway);
  }

  /** Credentials are sealed for the id of their row, so the row is made first. Its caller holds the connection. */
  async function write(
    tx: Sql,
    merchantId: string,
    gateway: GatewayName,
    environment: Environment,
    credentials: unknown,
  ): Promise<void> {
    const fresh = newId('acc');
    const pathToken = randomBytes(24).toString('base64url');
    const account = await findOrAddAccount(tx, {
      id: fresh,
      merchantId,
      gateway,
      environment,
      pathToken,
      ...seal(fresh, credentials),
    });
    if (account.accountId === fresh) return;
    const former = account.environment === environment ? openIfPossible(account) : null;
    await replace(
      tx,
      account,
      environment,
      former === null ? credentials : GATEWAYS[gateway].keepLearned(credentials, former),
    );
  }

  /** What was found of the credentials before says nothing of these. */
  async function replace(
    tx: Sql,
    { accountId, environment: former }: Pick<SealedAccount, 'accountId' | 'environment'>,
    environment: Environment,
    credentials: unknown,
  ): Promise<void> {
    const sealed = { environment, ...seal(accountId, credentials) };
    const outcome = await replaceCredentials(tx, accountId, sealed, 'the credentials have not been checked yet');
    if (outcome === 'environment_has_books')
      throw new Problem(
        'environment_has_books',
        `this account has books in ${former}; use another merchant for ${environment}`,
      );
  }

  /** Asks the gateway about the account and keeps what it said. `trusted`: the credentials were found good before, so silence does not undo it. */
  async function inspect(account: AccountRow, trusted: boolean): Promise<AccountRow> {
    const currency = await readCurrency(db, account.merchantId);
    const credentials = open(account) as object;
    const { checks, learned } = await GATEWAYS[account.gateway].gateway.inspectAccount(
      { notificationUrl: urlOf(account), currency },
      {
        ...worldFor(account.gateway, gateways),
        credentials,
        environment: account.environment,
        signal: AbortSignal.timeout(INSPECTION_PATIENCE_MS),
      },
    );
    const verdict = judge(checks, trusted && account.enabled);
    // What was found of credentials that changed meanwhile is not true of those: a message taught us more, or they were entered anew.
    const taught = Object.keys(learned).length > 0;
    const isKept = await keepInspection(
      db,
      { accountId: account.id, credentials: account.credentials },
      {
        ...(taught
          ? seal(account.id, { ...credentials, ...(learned as object) })
          : { credentials: account.credentials, keyId: vault.keyId }),
        checks,
        enabled: verdict.enabled,
        disabledReason: verdict.reason,
      },
    );
    const now = await readAccount(db, account.merchantId, account.gateway);
    return isKept ? now : inspect(now, trusted);
  }

  async function view(account: AccountRow): Promise<z.input<typeof schemas.account>> {
    const { gateway, checks: asked } = account;
    const { channels, turningMessagesOn, capabilitiesOf, checkCredentials } = GATEWAYS[gateway];
    const credentials = open(account);
    const seen = await seenMessages(db, account.id);
    const proven = asked.map((check) =>
      seen.pdt && check.name === channels.pdt?.proves ? provenByReturn(check) : check,
    );
    const told = proven.some(({ name }) => name === 'notifications')
      ? []
      : [seen.told ? MESSAGE_SEEN : notSeenYet(turningMessagesOn)];
    return {
      gateway,
      environment: account.environment,
      enabled: account.enabled,
      disabledReason: account.disabledReason,
      notificationUrl: urlOf(account),
      returnUrl: `${publicUrl}/return/`,
      capabilities: capabilitiesOf(credentials),
      checks: [...proven, ...checkCredentials(credentials), ...told, checkAddress(publicUrl, account.environment)],
      checkedAt: account.checkedAt?.toISOString() ?? null,
    };
  }

  return { save, write, inspect, view };
}
export type AccountDesk = ReturnType<typeof createAccountDesk>;

/** What is said of a live account of a merchant for trying out. */
export function liveAtTwin(): Problem {
  return new Problem('test_merchant', 'this merchant is for trying out; the live account belongs to the one beside it');
}

function refuseLiveAtTwin(failure: unknown): never {
  throw isLiveAtTwin(failure) ? liveAtTwin() : failure;
}

/** Only what surely works is used; `trusted`: it did, and being unable to ask now is no reason to stop. */
function judge(checks: readonly AccountCheck[], trusted: boolean): { enabled: boolean; reason: string | null } {
  const required = checks.filter((check) => check.required);
  const failed =
    required.find(({ ok }) => ok === false) ?? (trusted ? undefined : required.find(({ ok }) => ok === null));
  return failed ? { enabled: false, reason: `${failed.name}: ${failed.detail}` } : { enabled: true, reason: null };
}

const MESSAGE_SEEN: AccountCheck = {
  name: 'notifications',
  ok: true,
  detail: 'a verified message has arrived',
  remedy: null,
  required: false,
};

function provenByReturn({ name }: AccountCheck): AccountCheck {
  return { name, ok: true, detail: 'proven by a verified return', remedy: null, required: false };
}

/** What cannot be asked is proven by the first message. */
function notSeenYet(remedy: string): AccountCheck {
  return {
    name: 'notifications',
    ok: null,
    detail: 'not seen yet: the first verified message proves it',
    remedy,
    required: false,
  };
}

/** Gateways live outside and speak HTTPS; whether they reach us is proven only by their first message. */
function checkAddress(publicUrl: string, environment: Environment): AccountCheck {
  const { protocol, hostname } = new URL(publicUrl);
  const isLocal =
    /^(localhost|.*\.(localhost|local|internal)|127\..*|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|\[::1\])$/.test(
      hostname,
    );
  const common = { name: 'notification_url', required: false };
  if (environment === 'simulator')
    return { ...common, ok: true, detail: 'the simulator needs no public address', remedy: null };
  if (protocol === 'https:' && !isLocal)
    return {
      ...common,
      ok: true,
      detail: 'a public HTTPS address; the first message proves that it is reached',
      remedy: null,
    };
  return {
    ...common,
    ok: null,
    detail: `${publicUrl} is ${isLocal ? 'an address of this machine or network' : 'not HTTPS'}: the gateway cannot send messages there`,
    remedy: 'Set PUBLIC_URL to an https:// address that can be reached from outside.',
  };
}
