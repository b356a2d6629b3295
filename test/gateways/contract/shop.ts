import { randomInt } from 'node:crypto';
import type { NextAction } from '../../../workflows/domain/gateway';
import { call, eventually, net } from '../../support/client';
import type { CartView, EntryView, NotificationView, PaymentView, Reply } from '../../support/client';
import { OPERATOR_KEY } from '../../support/world';
import type { World } from '../../support/world';
import type { Account, Driver } from './driver';
import type { Box } from './post-office';
import type { Wire } from './wire';

/** A payment as it is read over HTTP, whatever the gateway. */
export interface OpenPayment extends Omit<PaymentView, 'nextAction'> {
  readonly member: string;
  readonly nextAction: NextAction | null;
}

export interface ShopSettings {
  readonly world: World;
  readonly driver: Driver;
  readonly account: Account;
  readonly wire: Wire;
  /** Where the gateway's messages come to first; opened before the address behind it is known. */
  readonly box: (to: () => string) => Box;
  /** The merchant's, where it is not the driver's. */
  readonly currency?: string;
}

/** A merchant with one account at one gateway, and a member who owes the driver's price. */
export class Shop {
  private constructor(
    readonly world: World,
    readonly driver: Driver,
    readonly account: Account,
    readonly wire: Wire,
    readonly box: Box,
    private readonly secretKey: string,
    readonly currency: string,
    /** What was answered when the account was set. */
    readonly connected: unknown,
  ) {}

  static async open({ world, driver, account, wire, box, currency = driver.currency }: ShopSettings): Promise<Shop> {
    const merchant = await call<{ secretKey: string }>(world.baseUrl, OPERATOR_KEY, 'POST', '/v1/merchants', {
      name: 'Club',
      currency,
    });
    const { secretKey } = accepted(merchant);
    const put = await call<{ notificationUrl: string }>(
      world.baseUrl,
      secretKey,
      'PUT',
      `/v1/gateway-accounts/${driver.gateway}`,
      {
        environment: 'simulator',
        ...account.fields,
      },
    );
    const { notificationUrl } = accepted(put);
    const shop = new Shop(
      world,
      driver,
      account,
      wire,
      box(() => notificationUrl),
      secretKey,
      currency,
      put.body,
    );
    await driver.setUp(shop);
    wire.forget();
    return shop;
  }

  ask<Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply<Body>> {
    return call<Body>(this.world.baseUrl, this.secretKey, method, path, body, headers);
  }

  /** Asks the simulator for something, or tells it what happens. */
  async control<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    return accepted(await call<Body>(this.world.simulator.url, null, method, `/control${path}`, body));
  }

  async member(amount = this.driver.amount): Promise<string> {
    const { id } = accepted(
      await this.ask<{ id: string }>('POST', '/v1/members', { name: 'Anne Martin', email: 'anne@example.org' }),
    );
    accepted(
      await this.ask('POST', `/v1/members/${id}/charges`, {
        label: 'Annual fee',
        category: 'fee',
        amount,
        currency: this.currency,
      }),
    );
    return id;
  }

  order(member: string, over: Record<string, unknown> = {}): Record<string, unknown> {
    return { member, gateway: this.driver.gateway, ...this.driver.order(this), ...over };
  }

  /** A payment that was just created; its checkout may still be opened. */
  async create(over: Record<string, unknown> = {}): Promise<OpenPayment> {
    const created = await this.ask<OpenPayment>('POST', '/v1/payments', this.order(await this.member(), over));
    if (created.status !== 201) throw new Error(`no payment: ${created.status} ${JSON.stringify(created.body)}`);
    return created.body;
  }

  /** A payment that its payer can pay. */
  async pay(over: Record<string, unknown> = {}): Promise<OpenPayment> {
    const created = await this.create(over);
    return created.status === 'created' ? this.untilStatus(created, 'awaiting_payer') : created;
  }

  async payment({ id }: Pick<OpenPayment, 'id'>): Promise<OpenPayment> {
    return accepted(await this.ask<OpenPayment>('GET', `/v1/payments/${id}`));
  }
  async cart(member: string): Promise<CartView> {
    return accepted(await this.ask<CartView>('GET', `/v1/members/${member}/cart`));
  }
  async entries(): Promise<readonly EntryView[]> {
    return accepted(await this.ask<{ data: EntryView[] }>('GET', '/v1/ledger/entries?limit=100')).data;
  }
  async notifications(): Promise<readonly NotificationView[]> {
    return accepted(await this.ask<{ data: NotificationView[] }>('GET', '/v1/notifications?limit=100')).data;
  }

  untilStatus(payment: Pick<OpenPayment, 'id'>, ...statuses: string[]): Promise<OpenPayment> {
    return patiently(
      () => this.payment(payment),
      ({ status }) => statuses.includes(status),
    );
  }
  /** Until it is paid, or the call that was planned to fail has failed. */
  async untilPaidOrFailed(payment: Pick<OpenPayment, 'id'>): Promise<void> {
    await patiently(
      () => this.payment(payment),
      ({ status }) => status === 'paid' || this.wire.hasFailed(),
    );
  }
  /** Until every message has come to its end; gives these, newest first. */
  untilSettled(count: number): Promise<readonly NotificationView[]> {
    return patiently(
      () => this.notifications(),
      (all) => all.length >= count && all.every(({ state }) => state !== 'received'),
    );
  }

  /** What is true of a payment and of the books, without what is by nature another for each payment. */
  async state(payment: OpenPayment): Promise<unknown> {
    const [{ status, reason, captured, fee, refunded, disputed, attention, nextAction }, entries, cart] =
      await Promise.all([this.payment(payment), this.entries(), this.cart(payment.member)]);
    return {
      payment: { status, reason, captured, fee, refunded, disputed, attention: attention?.code ?? null, nextAction },
      entries: entries.map(({ kind }) => kind).sort(),
      balances: Object.fromEntries(accountsOf(entries).map((account) => [account, net(entries, account)])),
      cart: { due: cart.due, credit: cart.credit, paylines: cart.paylines.map(({ amount }) => amount) },
    };
  }
}

/** How a payment stands that was paid, and of which nothing else is true. */
export function paidOnce({ gateway, amount, fee }: Driver): unknown {
  const kept = fee > 0 ? { [`gateway_fees:${gateway}`]: fee } : {};
  return {
    payment: {
      status: 'paid',
      reason: null,
      captured: amount,
      fee,
      refunded: 0,
      disputed: 0,
      attention: null,
      nextAction: null,
    },
    entries: [...(fee > 0 ? ['fee_charged'] : []), 'payment_captured'],
    balances: { [`gateway_clearing:${gateway}`]: amount - fee, ...kept, 'income:fee': -amount },
    cart: { due: 0, credit: 0, paylines: [amount] },
  };
}

/** Looks now and then: many payments are looked at side by side. */
export function patiently<Value>(look: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> {
  return eventually(
    async () => {
      const value = await look();
      // Evenly spread, so that those who started together do not all look together.
      if (!isSo(value)) await new Promise((resolve) => setTimeout(resolve, 50 + randomInt(100)));
      return value;
    },
    isSo,
    PATIENCE_MS,
  );
}

/** Ends what hangs; a gateway that was silent is asked again by the workflow in its own time. */
const PATIENCE_MS = 180_000;

export function accepted<Body>({ status, body }: Reply<Body>): Body {
  if (status >= 300) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
  return body;
}

function accountsOf(entries: readonly EntryView[]): string[] {
  return [...new Set(entries.flatMap(({ postings }) => postings.map(({ account }) => account)))].sort();
}
