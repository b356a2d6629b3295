import type { Cart, Payment } from '../../demo/club';
import { formatDecimal, minorUnitDecimals } from '../../../workflows/domain/money';
import type { Currency } from '../../../workflows/domain/money';
import type { GatewayName } from '../../../workflows/domain/gateway';
import type { ClubPlan } from '../clubs';
import { call } from '../seed-call';
import type { Gateways } from './gateways';
import type { Teller } from './teller';

/** Where a season is told. */
export interface Stage {
  readonly baseUrl: string;
  readonly operatorKey: string;
  /** Where browsers find the API once it runs. */
  readonly publicUrl: string;
  readonly gateways: Gateways;
  /** What a member's browser holds. */
  readonly mintToken: (merchantId: string, memberId: string) => Promise<string>;
  readonly teller: Teller;
}

interface MemberWish {
  readonly name: string;
  readonly reference?: string;
  readonly email?: string;
  readonly phone?: string | undefined;
}

export interface Member {
  readonly id: string;
  readonly name: string;
  /** The club's own number of them. */
  readonly reference: string;
  /** By it the member does things without the club. */
  readonly token: string;
}

export type ChargeWish = readonly [label: string, category: string, amount: number, dueOn: string];

/** Whom of the simulator's people to play where all goes well, at the gateways through which the clubs are paid. */
const WHO_PAYS: Readonly<Partial<Record<GatewayName, string>>> = {
  'paypal-standard': 'anne',
  'paypal-checkout': 'anne',
  kkiapay: 'awa',
};

function whoPaysThrough(gateway: GatewayName): string {
  const payer = WHO_PAYS[gateway];
  if (payer === undefined) throw new Error(`nobody of the season pays through ${gateway}`);
  return payer;
}

/** A club of the demo, whose members and office do what they would do over HTTP. */
export class Club {
  private constructor(
    private readonly stage: Stage,
    readonly id: string,
    readonly secretKey: string,
    private readonly currency: Currency,
  ) {}

  static async found(stage: Stage, { merchant, accounts }: ClubPlan): Promise<Club> {
    const { baseUrl, operatorKey, publicUrl } = stage;
    const { id, secretKey } = await call<{ id: string; secretKey: string }>(
      baseUrl,
      operatorKey,
      'POST',
      '/v1/merchants',
      {
        ...merchant,
        returnOrigins: [new URL(publicUrl).origin],
      },
    );
    const club = new Club(stage, id, secretKey, merchant.currency);
    for (const [gateway, fields] of Object.entries(accounts))
      await club.#ask('PUT', `/v1/gateway-accounts/${gateway}`, { environment: 'simulator', ...fields });
    return club;
  }

  async enrol(wish: MemberWish): Promise<Member> {
    const { id } = await this.post<{ id: string }>('/v1/members', wish);
    return this.#recognise({ ...wish, id });
  }

  /** By a file. */
  async enrolAll(wishes: readonly Required<MemberWish>[]): Promise<readonly Member[]> {
    await this.#bring(
      'members',
      ['name', 'email', 'phone', 'reference'],
      wishes.map((wish) => ({ ...wish })),
    );
    const { data } = await this.get<{ data: readonly Member[] }>('/v1/members?limit=100');
    return Promise.all(data.map((member) => this.#recognise(member)));
  }

  async oweAll(wishes: readonly (readonly [Member, readonly ChargeWish[]])[]): Promise<void> {
    const rows = wishes.flatMap(([{ reference }, charges]) =>
      charges.map(([label, category, amount, dueOn]) => ({
        ...{ reference, label, category, dueOn },
        amount: formatDecimal({ amount, currency: this.currency }, minorUnitDecimals(this.currency)),
      })),
    );
    await this.#bring('charges', ['reference', 'label', 'category', 'amount', 'dueOn'], rows);
  }

  async owe({ id }: Member, ...charges: readonly ChargeWish[]): Promise<readonly string[]> {
    const made = [];
    for (const [label, category, amount, dueOn] of charges) {
      const charge = { label, category, amount, currency: this.currency, dueOn };
      made.push((await this.post<{ id: string }>(`/v1/members/${id}/charges`, charge)).id);
    }
    return made;
  }

  /** Without an amount: all that is due. */
  async open(
    member: Member,
    gateway: GatewayName,
    over: { amount?: number; charges?: readonly string[] } = {},
  ): Promise<Payment> {
    return this.#ask('POST', '/v1/payments', { member: member.id, gateway, ...over }, member.token);
  }

  async pay(
    member: Member,
    gateway: GatewayName,
    over: {
      amount?: number;
      charges?: readonly string[];
      as?: string;
      changed?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<string> {
    const { as = whoPaysThrough(gateway), changed, ...wish } = over;
    const payment = await this.open(member, gateway, wish);
    await this.stage.gateways.pay(payment, as, changed);
    return payment.id;
  }

  /** What the gateway calls the money that it took for a payment. */
  async captureOf(payment: string): Promise<string> {
    const { timeline } = await this.get<Payment>(`/v1/payments/${payment}`);
    const reference = timeline.find(({ kind }) => kind === 'payment_captured')?.gatewayReference;
    if (!reference) throw new Error(`${payment} was not paid`);
    return reference;
  }

  /** All that is due by now, or the most that is given, if there is something. */
  async payDue(member: Member, gateway: GatewayName, most?: number): Promise<void> {
    if (most === undefined) return this.#payIfDue(member, gateway);
    const { due } = await this.get<Cart>(`/v1/members/${member.id}/cart`);
    if (due > 0) await this.pay(member, gateway, { amount: Math.min(due, most) });
  }

  async #payIfDue(member: Member, gateway: GatewayName): Promise<void> {
    await this.pay(member, gateway).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.includes('nothing_due')) throw error;
    });
  }

  async cancel(member: Member, payment: string): Promise<void> {
    await this.#ask('POST', `/v1/payments/${payment}/cancel`, {}, member.token);
  }

  async refund(payment: string, wish: { amount?: number; note?: string }): Promise<void> {
    await this.post(`/v1/payments/${payment}/refunds`, wish);
  }

  async get<Answer>(path: string): Promise<Answer> {
    return this.#ask('GET', path);
  }

  async post<Answer>(path: string, body: unknown): Promise<Answer> {
    return this.#ask('POST', path, body);
  }

  /** As the member's own browser does. */
  async #recognise({ id, name, reference = '' }: Omit<MemberWish, 'phone'> & { readonly id: string }): Promise<Member> {
    return { id, name, reference, token: await this.stage.mintToken(this.id, id) };
  }

  async #bring(
    kind: 'members' | 'charges',
    columns: readonly string[],
    rows: readonly Readonly<Record<string, string | null | undefined>>[],
  ): Promise<void> {
    const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(';'));
    const answer = await fetch(new URL(`/v1/imports?kind=${kind}`, this.stage.baseUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${this.secretKey}`, 'content-type': 'text/csv' },
      body: [columns.join(';'), ...lines, ''].join('\n'),
    });
    const text = await answer.text();
    if (!answer.ok || (JSON.parse(text) as { refused: number }).refused > 0)
      throw new Error(`the ${kind} were not taken: ${text.slice(0, 500)}`);
  }

  async #ask<Answer>(method: string, path: string, body?: unknown, key = this.secretKey): Promise<Answer> {
    const answer = await call<Answer>(this.stage.baseUrl, key, method, path, body);
    await this.stage.teller.idle();
    return answer;
  }
}
