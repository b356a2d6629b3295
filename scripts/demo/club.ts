import type { z } from 'zod';
import type * as schemas from '../../api/schemas';
import type { GatewayName } from '../../workflows/domain/gateway';
import { pause } from '../piece';
import { call } from '../seed';
import { DemoFailure } from './failure';

export type Payment = z.output<typeof schemas.payment>;
export type Cart = z.output<typeof schemas.cart>;
export type Charge = z.output<typeof schemas.charge>;
export type Entry = z.output<typeof schemas.entry>;
export type Balance = z.output<typeof schemas.balance>;

/** An API that runs, and the key that makes merchants there. */
export interface Place {
  readonly baseUrl: string;
  readonly operatorKey: string;
}

const CURRENCY = 'EUR';
/** A booking takes a fraction of a second; this only ends what hangs. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

/** A merchant of its own with one member, spoken to as any integrator would: over HTTP, with its secret key. */
export class Club {
  private constructor(
    private readonly baseUrl: string,
    private readonly secretKey: string,
    private readonly gateway: GatewayName,
    private readonly member: string,
  ) {}

  static async found(
    { baseUrl, operatorKey }: Place,
    { name, gateway, account }: { name: string; gateway: GatewayName; account: Readonly<Record<string, unknown>> },
  ): Promise<Club> {
    const { secretKey } = await call<{ secretKey: string }>(baseUrl, operatorKey, 'POST', '/v1/merchants', { name, currency: CURRENCY });
    await call(baseUrl, secretKey, 'PUT', `/v1/gateway-accounts/${gateway}`, { environment: 'simulator', ...account });
    const { id } = await call<{ id: string }>(baseUrl, secretKey, 'POST', '/v1/members', { name: 'Anne Martin' });
    return new Club(baseUrl, secretKey, gateway, id);
  }

  async charge(label: string, category: string, amount: number): Promise<void> {
    await this.post(`/v1/members/${this.member}/charges`, { label, category, amount, currency: CURRENCY });
  }

  /** Without an amount: all that is due. */
  openPayment(amount?: number): Promise<Payment> {
    return this.post('/v1/payments', { member: this.member, gateway: this.gateway, ...(amount !== undefined && { amount }) });
  }

  /** A person says that the money in suspense is the member's after all. */
  accept(payment: Payment, note: string): Promise<Payment> {
    return this.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept', note });
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
  async until(status: Payment['status'], { id }: Payment): Promise<Payment> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const payment = await this.get<Payment>(`/v1/payments/${id}`);
      if (payment.status === status) return payment;
      if (Date.now() > deadline)
        throw new DemoFailure(
          `${id} should be ${status} and is still ${payment.status} after ${PATIENCE_MS / 1000} s. Does a worker run, and does the gateway's message reach ${this.baseUrl}? ${payment.temporalUrl}`,
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
