import { createHash } from 'node:crypto';
import { GATEWAYS } from '../activities/gateways/registry';
import type { Database } from '../prisma/client';
import { sealRaw } from '../vault/raw-message';
import type { Vault } from '../vault/vault';
import type { GatewayName, RawNotification } from '../workflows/domain/gateway';
import { LEASE, MOST_AT_ONCE } from './deliveries';
import type { Deliveries } from './deliveries';
import { newId } from './ids';

/** A gateway account as the way in needs it. */
export interface Addressee {
  readonly accountId: string;
  readonly gateway: GatewayName;
}

export type Reception = { readonly ok: true } | { readonly ok: false; readonly status: 400 | 401; readonly reason: string };

interface Received {
  readonly id: string;
  readonly payment: string | null;
  readonly fresh: boolean;
  readonly waiting: number;
}

/** Keeps a message from outside before anybody is told that we have it; whoever must act on it is told afterwards. */
export interface Inbox {
  /** Resolves only once the message is stored (or known already). `hintedPayment`: the page on which it came. Throws when it could not be stored. */
  receive(addressee: Addressee, raw: RawNotification, hintedPayment?: string): Promise<Reception>;
}

export function createInbox({ db, vault, deliveries }: { db: Pick<Database, 'sql'>; vault: Vault; deliveries: Deliveries }): Inbox {
  return {
    async receive({ accountId, gateway }, raw, hintedPayment) {
      const reading = GATEWAYS[gateway].readNotification(raw);
      if (!reading.ok) return reading;
      const { identity, paymentId, references, facts } = reading.hint;
      const claim = {
        id: newId('ntf'),
        account: accountId,
        channel: raw.channel,
        payment: hintedPayment ?? paymentId,
        references,
        facts: facts.map(({ gatewayReference, kind, qualifier, amount, currency }) => ({
          gatewayReference,
          kind,
          qualifier,
          amount,
          currency,
        })),
      };
      const { rows } = await db.sql.query<{ received: Received }>({
        name: 'receive_notification',
        text: `SELECT receive_notification($1, $2, $3, interval '${LEASE}') AS received`,
        values: [JSON.stringify(claim), dedupeKey(raw, identity), sealRaw(vault, raw, accountId)],
      });
      const received = rows[0]?.received;
      if (received?.fresh && received.waiting <= MOST_AT_ONCE) deliveries.notified(received.id, received.payment);
      return { ok: true };
    },
  };
}

/** The same message is the same bytes, unless its gateway says what makes it one. */
function dedupeKey({ channel, body }: RawNotification, identity: string | null): Buffer {
  return createHash('sha256')
    .update(`${channel}\n`)
    .update(identity ?? body)
    .digest();
}
