import { readMessage } from '../../../activities/gateways/paypal-standard/codec';
import { parseForm } from '../../../activities/gateways/paypal-standard/form';
import { loadPayment } from '../../../books/facts';
import { endMessage } from '../../../books/notifications';
import { strike } from '../../../books/outbox';
import { record, type Recording } from '../../../books/record';
import { inTransaction } from '../../../books/sql';
import { admitRefund } from '../../../books/refunds';
import type { Database } from '../../../prisma/client';
import { newId } from '../../../platform/ids';
import { decide, type PaymentInput } from '../../../workflows/domain/payment';
import { IPN_HEADERS, messageBody, newTransactionId, type Receiver } from '../load/message';

/** A running API over the database, which tells nobody of what it keeps: here nobody verifies and nobody sweeps. */
export interface Place {
  readonly db: Database;
  readonly baseUrl: string;
  readonly operatorKey: string;
}

type MessageFields = Readonly<Record<string, string>>;

/** A merchant whose payments are made through the API, and booked as their runs would book them. */
export class Club {
  readonly #place: Place;
  readonly #shop: Receiver;
  readonly merchantId: string;
  readonly secretKey: string;
  accountId = '';
  #hook = '';

  private constructor(place: Place, shop: Receiver, { id, secretKey }: { id: string; secretKey: string }) {
    this.#place = place;
    this.#shop = shop;
    this.merchantId = id;
    this.secretKey = secretKey;
  }

  static async found(place: Place, name: string): Promise<Club> {
    const merchant = await post<{ id: string; secretKey: string }>(place, place.operatorKey, '/v1/merchants', {
      name,
      currency: 'EUR',
      country: 'FR',
    });
    return new Club(
      place,
      { receiverId: newTransactionId().slice(0, 13), receiverEmail: 'club@example.org' },
      merchant,
    );
  }

  /** Connects an account; nobody is there to ask about it, so it is called usable here. */
  async connect(): Promise<void> {
    const { receiverId, receiverEmail } = this.#shop;
    const account = await ask<{ notificationUrl: string }>(
      this.#place,
      this.secretKey,
      'PUT',
      '/v1/gateway-accounts/paypal-standard',
      { environment: 'simulator', receiverId, receiverEmails: [receiverEmail] },
    );
    this.#hook = new URL(account.notificationUrl).pathname;
    const { rows } = await this.#place.db.sql.query<{ id: string }>(
      'UPDATE gateway_accounts SET enabled = true, disabled_reason = NULL WHERE merchant_id = $1 RETURNING id',
      [this.merchantId],
    );
    if (!rows[0]) throw new Error(`${this.merchantId} has no account`);
    this.accountId = rows[0].id;
  }

  async newMember(): Promise<string> {
    return (await this.#post<{ id: string }>('/v1/members', { name: 'Anne Martin', email: 'anne@example.org' })).id;
  }

  async owe(member: string, amount: number): Promise<string> {
    const charge = { label: 'Membership 2027', category: 'membership', amount, currency: 'EUR', dueOn: '2027-01-31' };
    return (await this.#post<{ id: string }>(`/v1/members/${member}/charges`, charge)).id;
  }

  async cancelCharge(member: string, charge: string): Promise<void> {
    await this.#post(`/v1/members/${member}/charges/${charge}/cancellation`, {});
  }

  /** A payment whose checkout is open, and of which Temporal knows. */
  async open(member: string, amount: number): Promise<string> {
    const { id } = await this.#post<{ id: string }>('/v1/payments', { member, gateway: 'paypal-standard', amount });
    await strike(this.#place.db, [id]);
    return id;
  }

  /** One whose money came; gives its id and PayPal's of the money. */
  async pay(member: string, amount: number): Promise<{ payment: string; txnId: string }> {
    const payment = await this.open(member, amount);
    return { payment, txnId: await this.tell(payment, amount) };
  }

  /** Keeps a message about a payment and records what it says, as the payment's run does once PayPal has said VERIFIED; gives the txn_id. */
  async tell(payment: string, amount: number, over: MessageFields = {}): Promise<string> {
    const { body, txnId } = this.#message(payment, amount, over);
    const { facts } = readMessage(parseForm(Buffer.from(body)));
    const message = await this.#keep(body);
    if (message === null) return txnId; // it repeats what is known, and ended at the door
    const about = facts[0];
    await this.#act(payment, { kind: 'facts', facts, at: now() }, { id: message, state: 'applied', about });
    return txnId;
  }

  /** Money that names no payment: it waits in suspense. */
  async tellUnmatched(amount: number): Promise<void> {
    const { body } = this.#message(null, amount, {});
    const { facts } = readMessage(parseForm(Buffer.from(body)));
    const id = (await this.#keep(body)) ?? '';
    const { merchantId, accountId } = this;
    const on = { merchantId, accountId, gateway: 'paypal-standard' } as const;
    await record(this.#place.db, { on, facts, notification: { id, state: 'unmatched', about: facts[0] } });
  }

  /** A message that no rule understands, or that PayPal does not stand by. */
  async tellNonsense(state: 'invalid' | 'attention', reason: string): Promise<void> {
    const message = await this.#keep(this.#message(null, 100, {}).body);
    if (message !== null) await endMessage(this.#place.db, message, state, reason);
  }

  /** One that nobody has verified yet. */
  async leaveWaiting(payment: string, amount: number): Promise<void> {
    await this.#keep(this.#message(payment, amount, {}).body);
  }

  async expire(payment: string): Promise<void> {
    await this.#act(payment, { kind: 'expire', at: now() });
  }

  async loseDispute(payment: string): Promise<void> {
    const { rows } = await this.#place.db.sql.query<{ id: string }>('SELECT id FROM disputes WHERE payment_id = $1', [
      payment,
    ]);
    const disputeId = rows[0]?.id ?? '';
    await this.#act(payment, {
      kind: 'resolve_dispute',
      commandId: newId('cmd'),
      disputeId,
      outcome: 'lost',
      at: now(),
    });
  }

  /** A refund that the merchant asked for and the gateway has not answered. */
  async askBack(payment: string, capture: string, amount: number): Promise<void> {
    const { db } = this.#place;
    const terms = (await this.#load(payment)).terms;
    const { merchantId, accountId } = this;
    const refundId = newId('ref');
    await inTransaction(db, (tx) =>
      admitRefund(tx, {
        ...{ id: refundId, merchantId, accountId, paymentId: payment, notificationId: null, memberId: terms.memberId },
        ...{ capture, amount, currency: 'EUR', charges: [], note: null, noteToPayer: null },
      }),
    );
    const commandId = newId('cmd');
    await this.#act(payment, { kind: 'refund', commandId, refundId, capture, amount, charges: [], at: now() });
  }

  async #load(payment: string) {
    const loaded = await loadPayment(this.#place.db, payment);
    if (!loaded) throw new Error(`payment ${payment} is gone`);
    return loaded;
  }

  async #act(payment: string, input: PaymentInput, notification?: Recording['notification']): Promise<void> {
    const loaded = await this.#load(payment);
    const decision = decide(loaded, input);
    if (decision.outcome !== 'accepted') throw new Error(`${input.kind} of ${payment}: ${JSON.stringify(decision)}`);
    const recorded = await record(this.#place.db, {
      on: loaded.terms,
      facts: decision.facts,
      known: loaded.facts.length,
      ...(notification && { notification }),
    });
    if (recorded.outcome !== 'recorded') throw new Error(`${payment}: ${JSON.stringify(recorded)}`);
  }

  #message(paymentId: string | null, amount: number, over: MessageFields): { body: string; txnId: string } {
    const txnId = over['txn_id'] ?? newTransactionId();
    const gross = (amount / 100).toFixed(2);
    const body = messageBody(this.#shop, { paymentId, gross, currency: 'EUR', txnId });
    return {
      body: new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(body)), ...over }).toString(),
      txnId,
    };
  }

  /** Posts a message to the club's address; gives its id where it waits to be verified. */
  async #keep(body: string): Promise<string | null> {
    const url = new URL(this.#hook, this.#place.baseUrl);
    const { status } = await fetch(url, { method: 'POST', headers: IPN_HEADERS, body });
    if (status !== 200) throw new Error(`a message was answered ${status}`);
    const { rows } = await this.#place.db.sql.query<{ id: string }>(
      `SELECT subject_id AS id FROM outbox WHERE account_id = $1 ORDER BY id DESC LIMIT 1`,
      [this.accountId],
    );
    return rows[0]?.id ?? null;
  }

  async #post<Body>(path: string, body: unknown): Promise<Body> {
    return post(this.#place, this.secretKey, path, body);
  }
}

const now = (): string => new Date().toISOString();

function post<Body>(place: Place, key: string, path: string, body: unknown): Promise<Body> {
  return ask(place, key, 'POST', path, body);
}

async function ask<Body>(
  { baseUrl }: Place,
  key: string,
  method: 'POST' | 'PUT',
  path: string,
  body: unknown,
): Promise<Body> {
  const answer = await fetch(new URL(path, baseUrl), {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(path === '/v1/payments' && { 'idempotency-key': newId('cmd') }), // where a repetition would cost the payer
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as Body;
}
