import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { GATEWAYS } from '../../activities/gateways/registry';
import {
  findOrAddAccount,
  isLiveAtTwin,
  keepInspection,
  listAccounts,
  readAccount,
  replaceCredentials,
} from '../../books/accounts';
import { readCurrency } from '../../books/merchants';
import type { AccountRow, SealedAccount } from '../../books/accounts';
import { differing, noteChange, withheld } from '../../books/audit';
import type { Author, Change } from '../../books/audit';
import { seenMessages } from '../../books/notifications';
import { holdConnection, voidInvitations } from '../../books/onboardings';
import { queueStaffLetters } from '../../books/letters';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import type { Database } from '../../prisma/client';
import { openCredentials, sealCredentials } from '../../vault/credentials';
import type { SealedCredentials } from '../../vault/credentials';
import type { Vault } from '../../vault/vault';
import { worldFor } from '../../activities/gateways/port';
import type { AccountCheck, Entered, GatewayWorld } from '../../activities/gateways/port';
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
  const sealedOf = ({ id, credentials }: AccountRow) => ({ accountId: id, credentials });
  const open = (account: AccountRow) => openCredentials(vault, sealedOf(account));
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

  /** What a merchant entered, with the account named where they named none and it is known here. */
  async function nameAccount(
    merchantId: string,
    gateway: GatewayName,
    environment: Environment,
    entered: Entered,
  ): Promise<Entered> {
    const { naming } = GATEWAYS[gateway];
    if (!naming) return entered;
    const accounts = (await listAccounts(db, merchantId)).filter(
      (account) => account.environment === environment && naming.from.includes(account.gateway),
    );
    const known = accounts.map((account) => [account.gateway, openIfPossible(sealedOf(account))]);
    return naming.name(entered, Object.fromEntries(known) as Parameters<typeof naming.name>[1]);
  }

  /** Keeps what a merchant entered. No invitation from before may put another account in its place. */
  async function save(
    author: Author,
    merchantId: string,
    gateway: GatewayName,
    environment: Environment,
    credentials: unknown,
  ): Promise<AccountRow> {
    await inTransaction(db, async (tx) => {
      await holdConnection(tx, merchantId, gateway);
      await voidInvitations(tx, merchantId, gateway);
      await write(tx, author, merchantId, gateway, environment, credentials);
    }).catch(refuseLiveAtTwin);
    return readAccount(db, merchantId, gateway);
  }

  /** Credentials are sealed for the id of their row, so the row is made first. Its caller holds the connection. */
  async function write(
    tx: Sql,
    author: Author,
    merchantId: string,
    gateway: GatewayName,
    environment: Environment,
    entered: unknown,
  ): Promise<void> {
    const fresh = newId('acc');
    const pathToken = randomBytes(24).toString('base64url');
    const account = await findOrAddAccount(tx, {
      id: fresh,
      merchantId,
      gateway,
      environment,
      pathToken,
      ...seal(fresh, entered),
    });
    const change = { merchantId, object: objectOf(gateway) };
    const after = { environment, enabled: false };
    if (account.accountId === fresh) {
      const names = withheld(Object.keys(entered as object));
      await noteChange(tx, author, { ...change, action: 'gateway_account.created', after: { ...after, ...names } });
      return;
    }
    const former = account.environment === environment ? openIfPossible(account) : null;
    const credentials = former === null ? entered : GATEWAYS[gateway].keepLearned(entered, former);
    await replace(tx, account, environment, credentials);
    await noteChange(tx, author, {
      ...change,
      action: 'gateway_account.changed',
      before: { environment: account.environment, enabled: account.enabled },
      after: { ...after, ...withheld(namesOfDiffering(former, credentials)) },
    });
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
  async function inspect(author: Author, account: AccountRow, trusted: boolean): Promise<AccountRow> {
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
    const known = { ...credentials, ...(learned as object) };
    const isKept = await inTransaction(db, async (tx) => {
      const kept = await keepInspection(
        tx,
        { accountId: account.id, credentials: account.credentials },
        {
          ...(taught ? seal(account.id, known) : { credentials: account.credentials, keyId: vault.keyId }),
          checks,
          enabled: verdict.enabled,
          disabledReason: verdict.reason,
        },
      );
      if (kept === null) return false;
      await noteChange(tx, author, ...found(account, kept, verdict, namesOfDiffering(credentials, known)));
      if (kept.wasEnabled && !verdict.enabled) await tellDisabled(tx, account, verdict);
      return true;
    });
    const now = await readAccount(db, account.merchantId, account.gateway);
    return isKept ? now : inspect(author, now, trusted);
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

  return { nameAccount, save, write, inspect, view };
}
export type AccountDesk = ReturnType<typeof createAccountDesk>;

/** What is said of a live account of a merchant for trying out. */
export function liveAtTwin(): Problem {
  return new Problem('test_merchant', 'this merchant is for trying out; the live account belongs to the one beside it');
}

function refuseLiveAtTwin(failure: unknown): never {
  throw isLiveAtTwin(failure) ? liveAtTwin() : failure;
}

/** A gateway account, which goes by its gateway. */
const objectOf = (gateway: GatewayName): Change['object'] => ({ kind: 'gateway_account', id: gateway });

/** Which of these credentials differ from those before, all of them where those are not known. */
function namesOfDiffering(former: unknown, credentials: unknown): readonly string[] {
  const before = (former ?? {}) as Readonly<Record<string, unknown>>;
  const after = credentials as Readonly<Record<string, unknown>>;
  return Object.keys(differing(before, after, Object.keys({ ...before, ...after }))?.after ?? {});
}

/** What an inspection changed, if anything: whether the account may be used, and what the gateway told of it. */
function found(
  { merchantId, gateway }: AccountRow,
  { wasEnabled }: { readonly wasEnabled: boolean },
  { enabled, failed }: Verdict,
  learned: readonly string[],
): readonly Change[] {
  const change = { merchantId, object: objectOf(gateway) };
  if (enabled === wasEnabled)
    return learned.length === 0 ? [] : [{ ...change, action: 'gateway_account.changed', after: withheld(learned) }];
  return [
    {
      ...change,
      action: enabled ? 'gateway_account.enabled' : 'gateway_account.disabled',
      before: { enabled: wasEnabled },
      after: { enabled, ...(failed !== null && { failed }), ...withheld(learned) },
    },
  ];
}

/** Others who answer for the merchant's money hear of it too, and not only who has asked. */
async function tellDisabled(tx: Sql, { merchantId, gateway }: AccountRow, { reason }: Verdict): Promise<void> {
  await queueStaffLetters(tx, merchantId, {
    kind: 'account_disabled',
    data: { gateway: GATEWAYS[gateway].title, reason },
  });
}

interface Verdict {
  readonly enabled: boolean;
  readonly reason: string | null;
  /** The check by which it is not. */
  readonly failed: string | null;
}

/** Only what surely works is used; `trusted`: it did, and being unable to ask now is no reason to stop. */
function judge(checks: readonly AccountCheck[], trusted: boolean): Verdict {
  const required = checks.filter((check) => check.required);
  const failed =
    required.find(({ ok }) => ok === false) ?? (trusted ? undefined : required.find(({ ok }) => ok === null));
  return failed
    ? { enabled: false, reason: `${failed.name}: ${failed.detail}`, failed: failed.name }
    : { enabled: true, reason: null, failed: null };
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
