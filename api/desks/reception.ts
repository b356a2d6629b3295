import { createHash } from 'node:crypto';
import { GATEWAYS } from '../../activities/gateways/registry';
import { readCredentials } from '../../books/accounts';
import { keepMessage } from '../../books/notifications';
import type { Sql } from '../../books/sql';
import { openCredentials } from '../../vault/credentials';
import { sealPayer } from '../../vault/payer';
import { sealRaw } from '../../vault/raw-message';
import type { Vault } from '../../vault/vault';
import type { GatewayName } from '../../workflows/domain/gateway';
import type { NotificationReading, RawNotification } from '../../activities/gateways/port';
import { claimOf, mostQuestions } from '../../workflows/domain/claim';
import { TURNS } from '../../workflows/domain/places';
import type { Deliveries } from '../../outbox/deliveries';
import { newId } from '../../platform/ids';
import { createCrowdControl } from './crowd';

/** A gateway account as the way in needs it. */
export interface Addressee {
  readonly accountId: string;
  readonly gateway: GatewayName;
}

/** 503: more messages of this kind wait than may; the gateway is to send it again. */
export type Reception =
  { readonly ok: true } | { readonly ok: false; readonly status: 400 | 401 | 503; readonly reason: string };

const TOO_MANY: Reception = { ok: false, status: 503, reason: 'too many messages wait to be verified; send again' };

interface InboxDependencies {
  readonly db: Sql;
  readonly vault: Vault;
  readonly deliveries: Deliveries;
  /** Whether an account has too many unverified messages for one more that names no payment; without it, no account has. */
  readonly isFull?: (accountId: string) => boolean;
}

/** Keeps a message from outside before anybody is told that we have it; whoever must act on it is told afterwards. */
export interface Inbox {
  /** Resolves only once the message is stored (or known already). `hintedPayment`: the page on which it came. Throws when it could not be stored. */
  receive(addressee: Addressee, raw: RawNotification, hintedPayment?: string): Promise<Reception>;
}

/** How long an account's credentials are remembered at the door; a secret that was changed is found out sooner, by its refusal. */
const CREDENTIALS_MEMORY_MS = 60_000;

/**
 * So many messages of one account are being stored at once, by this process: enough for several hundred a second, and few enough that
 * a flood waits for itself and leaves everybody else most of the connections to PostgreSQL.
 */
const MOST_AT_ONCE = 4;
/** As long as anybody waits for a connection to PostgreSQL. */
const PATIENCE_MS = 5_000;

export function createInbox({ db, vault, deliveries, isFull = () => false }: InboxDependencies): Inbox {
  const oneAccount = createCrowdControl({ most: MOST_AT_ONCE, patienceMs: PATIENCE_MS });
  const remembered = new Map<string, { credentials: unknown; until: number }>();

  async function credentialsOf(accountId: string, memory: 'fresh' | 'remembered'): Promise<unknown> {
    const known = remembered.get(accountId);
    if (memory === 'remembered' && known && known.until > Date.now()) return known.credentials;
    const credentials = openCredentials(vault, { accountId, credentials: await readCredentials(db, accountId) });
    remembered.set(accountId, { credentials, until: Date.now() + CREDENTIALS_MEMORY_MS });
    return credentials;
  }

  async function readAtTheDoor({ accountId, gateway }: Addressee, raw: RawNotification): Promise<NotificationReading> {
    const { readNotification } = GATEWAYS[gateway];
    const reading = readNotification(raw, await credentialsOf(accountId, 'remembered'));
    if (reading.ok || reading.status !== 401) return reading;
    return readNotification(raw, await credentialsOf(accountId, 'fresh'));
  }

  async function keep(
    addressee: Addressee,
    raw: RawNotification,
    hintedPayment: string | undefined,
  ): Promise<Reception> {
    const { accountId } = addressee;
    const reading = await readAtTheDoor(addressee, raw);
    if (!reading.ok) return reading;
    const { hint } = reading;
    const { agreementId = null, reference = null } = hint.agreement ?? {};
    const message = {
      id: newId('ntf'),
      accountId,
      channel: raw.channel,
      paymentId: hintedPayment ?? hint.paymentId,
      agreementId,
      claim: claimOf(raw.channel, { ...hint, references: [...hint.references, ...(reference ? [reference] : [])] }),
      askAgain: mostQuestions(raw.channel),
      accountFull: isFull(accountId),
      dedupeKey: dedupeKey(raw, hint.identity),
      sealed: sealRaw(vault, raw, accountId),
      payer: sealPayer(vault, hint.payer, accountId),
    };
    const received = await keepMessage(db, message, TURNS, deliveries.leaseMs());
    if (received.refused) return TOO_MANY;
    if (received.tell) deliveries.notified(received.id, received.payment);
    return { ok: true };
  }

  return {
    receive: async (addressee, raw, hintedPayment) =>
      (await oneAccount(addressee.accountId, () => keep(addressee, raw, hintedPayment))) ?? TOO_MANY,
  };
}

/** The same message is the same bytes, unless its gateway says what makes it one. */
function dedupeKey({ channel, body }: RawNotification, identity: string | null): Buffer {
  return createHash('sha256')
    .update(`${channel}\n`)
    .update(identity ?? body)
    .digest();
}
