import { call, troubleOf } from '../shared/client';
import type { Credentials, Reply } from '../shared/client';
import { pause, watchPayment } from '../shared/live';
import type { Agreement, Beginning, Draft, Order, Payment } from '../shared/types';
import { forget, recall, remember } from './kept';

/** Pauses between the tries of one click; after the last the member is told, and may click again without paying twice. */
const PAUSES_MS = [1_000, 3_000, 8_000];

interface Listeners {
  /** The network fails, and it is tried again. */
  readonly onTrouble: () => void;
}

/** Opens one payment for this order, however often it is called before it succeeds. */
export function openPayment(credentials: Credentials, order: Order, listeners: Listeners): Promise<Payment> {
  const { charges, ...rest } = order;
  const opening: Opening<Payment> = {
    slot: 'draft',
    order,
    body: { ...rest, ...(charges.length > 0 && { charges }) },
    open: (more) => call(credentials, 'POST', '/v1/payments', more),
    read: async (id) => (await call(credentials, 'GET', `/v1/payments/${id}`)).body,
  };
  return openOnce(credentials, opening, listeners);
}

/** Begins one agreement of what is offered, in the same way. */
export function beginAgreement(credentials: Credentials, wish: Beginning, listeners: Listeners): Promise<Agreement> {
  const opening: Opening<Agreement> = {
    slot: 'beginning',
    order: wish,
    body: wish,
    open: (more) => call(credentials, 'POST', '/v1/agreements', more),
    read: async (id) => (await call(credentials, 'GET', `/v1/agreements/${id}`)).body,
  };
  return openOnce(credentials, opening, listeners);
}

interface Opening<Opened> {
  /** Where its draft is kept. */
  readonly slot: 'draft' | 'beginning';
  readonly order: object;
  readonly body: object;
  readonly open: (more: { readonly body: object; readonly idempotencyKey: string }) => Promise<Reply<Opened>>;
  readonly read: (id: string) => Promise<Opened>;
}

/** The Idempotency-Key stays the same until the order changes or what it asks for is there. */
async function openOnce<Opened extends Payment | Agreement>(
  credentials: Credentials,
  { slot, order, body, open, read }: Opening<Opened>,
  { onTrouble }: Listeners,
): Promise<Opened> {
  const draft = draftOf(slot, order, credentials);
  for (let tries = 0; ;) {
    try {
      const answer = await open({ body: { ...body, ...wayBack(draft) }, idempotencyKey: draft.key });
      const opened = answer.replayed ? await read(answer.body.id) : answer.body;
      // An answer from an earlier try that was lost may be about one that has ended since: then this is a new one.
      if (answer.replayed && opened.status !== 'created' && opened.nextAction === null) {
        renew(slot, draft);
        continue;
      }
      forget(slot);
      return opened;
    } catch (error) {
      const trouble = troubleOf(error);
      const pauseMs = PAUSES_MS[tries];
      if (trouble?.code === 'origin_not_registered' && draft.returns) {
        draft.returns = false;
        remember(slot, draft);
      } else if (trouble?.code === 'idempotency_key_reused' && pauseMs !== undefined) {
        tries += 1;
        renew(slot, draft);
      } else if (trouble?.isPassing && pauseMs !== undefined) {
        onTrouble();
        await pause(Math.max(pauseMs, trouble.retryAfterMs));
        tries += 1;
      } else {
        throw error;
      }
    }
  }
}

/** Who is signed in finds the way to the account on the page of the payment; a token is known to this tab alone, so the way back is asked for. */
function draftOf(slot: 'draft' | 'beginning', order: object, { kind }: Credentials): Draft {
  const kept = recall(slot);
  const same = JSON.stringify(order);
  if (kept?.order === same) return kept;
  const draft = { order: same, key: newKey(), returns: kind === 'token' };
  remember(slot, draft);
  return draft;
}

function renew(slot: 'draft' | 'beginning', draft: Draft): void {
  draft.key = newKey();
  remember(slot, draft);
}

/** `randomUUID` exists only where the page is secure; these bytes exist everywhere. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The way back is asked for as long as the merchant has not refused this address. */
function wayBack({ returns }: Draft): object {
  const here = `${location.origin}${location.pathname}`;
  return returns ? { returnUrl: here, cancelUrl: here } : {};
}

/** A gateway that has not opened a payment by then is slow; the payment goes on without anybody waiting. */
const OPENING_PATIENCE_MS = 30_000;

/**
 * Waits until the gateway has been asked to open this payment, and gives the payment as it stands then; null when that
 * takes too long. `onConnection` hears whether the network is there.
 */
export function untilOpened(
  credentials: Credentials,
  payment: Payment,
  { onConnection }: { readonly onConnection: (isThere: boolean) => void },
): Promise<Payment | null> {
  if (payment.status !== 'created') return Promise.resolve(payment);
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      stop();
    };
    const timer = setTimeout(() => {
      end();
      resolve(null);
    }, OPENING_PATIENCE_MS);
    const stop = watchPayment({
      id: payment.id,
      credentials,
      onPayment(now) {
        if (now.status === 'created') return;
        end();
        resolve(now);
      },
      onConnection,
      onRefused(refusal) {
        end();
        reject(refusal);
      },
    });
  });
}

const CLOSED: readonly string[] = ['cancelled', 'expired', 'failed'];

/**
 * Cancels a payment and tells whether it is over now; false: the cancellation is kept, and nobody can say yet what comes
 * of it. Throws the refusal where the payment cannot be cancelled any more.
 */
export async function cancelPayment(credentials: Credentials, { id }: Pick<Payment, 'id'>): Promise<boolean> {
  try {
    // One key per payment: cancelling is the same command however often it is given.
    await call(credentials, 'POST', `/v1/payments/${id}/cancel`, { body: {}, idempotencyKey: `cancel ${id}` });
  } catch (error) {
    if (!CLOSED.some((status) => troubleOf(error)?.code === `already_${status}`)) throw error;
  }
  // Asked anew: an answer to an earlier try may be old by now.
  const { body } = await call(credentials, 'GET', `/v1/payments/${id}`);
  return CLOSED.includes(body.status);
}
