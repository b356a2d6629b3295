import type { z } from 'zod';
import type * as schemas from '../../api/http/schemas';
import type { GatewayName } from '../../workflows/domain/gateway';
import { pause } from '../local/piece';
import { call } from '../local/seed-call';
import { DemoFailure } from './failure';

export type Payment = z.output<typeof schemas.payment>;
export type Cart = z.output<typeof schemas.cart>;
export type Charge = z.output<typeof schemas.charge>;
export type Refund = z.output<typeof schemas.refund>;
export type Entry = z.output<typeof schemas.entry>;
export type Balance = z.output<typeof schemas.balance>;
export type CheckoutOptions = z.output<typeof schemas.checkoutOptions>;
type Account = z.output<typeof schemas.account>;
export interface ConnectedAccount {
  readonly gateway: GatewayName;
  /** As they were entered. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly notificationUrl: string;
}

/** An API that runs, and the key that makes merchants there. */
export interface Place {
  readonly baseUrl: string;
  readonly operatorKey: string;
}

/** Without an amount: all that is due. With a phone and a method the merchant starts the payment on the member's phone. */
export interface Wish {
  readonly amount?: number;
  readonly method?: string;
  readonly phone?: string;
}

/** A booking takes a fraction of a second; this only ends what hangs. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

/** A merchant of its own with one member, spoken to as any integrator would: over HTTP, with its secret key. */
export class Club {
  readonly accounts: ConnectedAccount[] = [];

  private constructor(
    private readonly baseUrl: string,
    private readonly secretKey: string,
    private readonly member: string,
    readonly memberName: string,
    readonly currency: string,
  ) {}

  static async found(
    { baseUrl, operatorKey }: Place,
    { name, currency, memberName }: { name: string; currency: string; memberName: string },
  ): Promise<Club> {
    const { secretKey } = await call<{ secretKey: string }>(baseUrl, operatorKey, 'POST', '/v1/merchants', {
      name,
      currency,
    });
    const { id } = await call<{ id: string }>(baseUrl, secretKey, 'POST', '/v1/members', { name: memberName });
    return new Club(baseUrl, secretKey, id, memberName, currency);
  }

  async connect(gateway: GatewayName, fields: ConnectedAccount['fields']): Promise<void> {
    const { enabled, disabledReason, notificationUrl } = await call<Account>(
      this.baseUrl,
      this.secretKey,
      'PUT',
      `/v1/gateway-accounts/${gateway}`,
      { environment: 'simulator', ...fields },
    );
    if (!enabled)
      throw new DemoFailure(`The account at ${gateway} cannot be used: ${disabledReason ?? 'no reason was given'}`);
    this.accounts.push({ gateway, fields, notificationUrl });
  }

  async charge(label: string, category: string, amount: number): Promise<void> {
    await this.post(`/v1/members/${this.member}/charges`, { label, category, amount, currency: this.currency });
  }

  options(): Promise<CheckoutOptions> {
    return this.get(`/v1/members/${this.member}/checkout-options`);
  }

  /** Opens a payment and waits until the payer is reached. */
  async openPayment(gateway: GatewayName, wish: Wish = {}): Promise<Payment> {
    return this.until(
      'awaiting_payer',
      await this.post<Payment>('/v1/payments', { member: this.member, gateway, ...wish }),
    );
  }

  /** A person says that the money in suspense is the member's after all. */
  accept(payment: Payment, note: string): Promise<Payment> {
    return this.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept', note });
  }

  /** Gives money back; a refund that is refused fails the demo with the API's own words. */
  refund(
    { id }: Payment,
    wish: { readonly amount?: number; readonly cancelCharges?: readonly string[] },
  ): Promise<Refund> {
    return this.post(`/v1/payments/${id}/refunds`, wish);
  }

  /** A charge is owed no more. */
  cancelCharge(charge: string): Promise<Charge> {
    return this.post(`/v1/members/${this.member}/charges/${charge}/cancellation`, {});
  }

  cart(): Promise<Cart> {
    return this.get(`/v1/members/${this.member}/cart`);
  }

  /** Oldest first. */
  async entries(): Promise<Entry[]> {
    return (await this.get<{ data: Entry[] }>('/v1/ledger/entries?limit=100')).data.reverse();
  }

  async balances(): Promise<Balance[]> {
    return (await this.get<{ data: Balance[] }>('/v1/ledger/balances')).data;
  }

  /** Looks until the payment has come to this status. */
  until(status: Payment['status'], { id }: Payment): Promise<Payment> {
    return this.lookUntil(id, `be ${status}`, (payment) => payment.status === status);
  }

  /** Looks until the payment's timeline tells of something of this kind. */
  untilTold(kind: string, { id }: Payment): Promise<Payment> {
    return this.lookUntil(id, `tell of ${kind}`, ({ timeline }) => timeline.some((row) => row.kind === kind));
  }

  private async lookUntil(id: string, should: string, isSo: (payment: Payment) => boolean): Promise<Payment> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const payment = await this.get<Payment>(`/v1/payments/${id}`);
      if (isSo(payment)) return payment;
      if (Date.now() > deadline)
        throw new DemoFailure(
          `${id} should ${should} and is ${payment.status} after ${PATIENCE_MS / 1000} s. Does a worker run, and does the gateway's message reach ${this.baseUrl}? ${payment.temporalUrl}`,
        );
      await pause(POLL_MS);
    }
  }

  private get<Answer>(path: string): Promise<Answer> {
    return call<Answer>(this.baseUrl, this.secretKey, 'GET', path);
  }
  private post<Answer>(path: string, body: unknown): Promise<Answer> {
    return call<Answer>(this.baseUrl, this.secretKey, 'POST', path, body);
  }
}
