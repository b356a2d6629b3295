import { call, eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { approveAs, connectCheckout, control, kkiapayMerchant, payInWidget, visit } from '../support/gateways';
import { payAs } from '../support/paypal';
import type { World } from '../support/world';
import type { Step } from './runbook';

interface ShownPayment extends PaymentView {
  readonly attentions: readonly { readonly code: string }[];
}

/** One section of the runbook that is tried, with a merchant of its own. */
export class Trial {
  #payment: PaymentView | null = null;
  #member = '';

  private constructor(
    private readonly world: World,
    readonly merchant: Merchant,
  ) {}

  static async begin(world: World, steps: readonly Step[]): Promise<Trial> {
    if (steps.some((step) => step.verb === 'asked' && step.gateway === 'kkiapay'))
      return new Trial(world, await kkiapayMerchant(world));
    const merchant = await Merchant.create(world);
    await connectCheckout(merchant);
    return new Trial(world, merchant);
  }

  async take(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.step(step);
  }

  async until(code: string, shown: boolean): Promise<void> {
    await eventually(
      async () => (await this.merchant.get<ShownPayment>(`/v1/payments/${this.payment.id}`)).body.attentions,
      (attentions) => attentions.some((one) => one.code === code) === shown,
    );
  }

  private async step(step: Step): Promise<void> {
    switch (step.verb) {
      case 'asked':
        this.#member = await this.merchant.member([['fee', 5000]]);
        this.#payment = await this.merchant.pay(this.#member, { gateway: step.gateway, ...object(step.over) });
        return;
      case 'payer':
        return this.pay(step.name, object(step.over));
      case 'until':
        await untilStatus(this.merchant, this.payment.id, step.status);
        return;
      case 'simulator':
        await control(this.world, step.method, await this.filled(step.path), object(await this.filled(step.body)));
        return this.untilHeard();
      case 'api':
        return this.ask(step.method, await this.filled(step.path), object(await this.filled(step.body)));
    }
  }

  private async ask(method: string, where: string, body: object): Promise<void> {
    const { status, body: answer } = await call(this.world.baseUrl, this.merchant.secretKey, method, where, body);
    if (status >= 300) throw new Error(`${method} ${where} was refused: ${JSON.stringify(answer)}`);
  }

  private async pay(name: string, over: object): Promise<void> {
    switch (this.payment.nextAction?.kind) {
      case 'form': {
        const { nextAction } = this.payment;
        const fields = { ...nextAction.fields, ...over };
        await payAs(this.merchant, { ...this.payment, nextAction: { ...nextAction, fields } }, name);
        break;
      }
      case 'redirect':
        await this.goBack(await approveAs(this.merchant, this.payment, name));
        break;
      default:
        await this.goBack((await payInWidget(this.merchant, this.payment, name)).callbackUrl);
    }
    return this.untilHeard();
  }

  /** Where the gateway sends the payer's browser, unless they closed the tab. */
  private async goBack(url: string | null): Promise<void> {
    if (url !== null) await visit(url);
  }

  /** Until the gateway has nothing left to send, and what it sent has come to its end. */
  private async untilHeard(): Promise<void> {
    await control(this.world, 'GET', '/idle');
    await eventually(
      () => this.merchant.notifications(),
      (all) => all.every(({ state }) => state !== 'received'),
    );
  }

  get payment(): PaymentView {
    if (!this.#payment) throw new Error('the example asks for no payment');
    return this.#payment;
  }

  private async filled(text: string): Promise<string> {
    let filled = text;
    for (const [placeholder, name] of text.matchAll(/\{(payment|member|business|capture|refund|dispute)\}/g))
      filled = filled.replace(placeholder, await this.named(name ?? ''));
    return filled;
  }

  private async named(name: string): Promise<string> {
    const { id, nextAction } = this.payment;
    switch (name) {
      case 'member':
        return this.#member;
      case 'business':
        return nextAction?.fields['business'] ?? '';
      case 'capture': {
        const captureOf = ({ timeline }: PaymentView) =>
          timeline.find(({ kind }) => kind === 'payment_captured')?.gatewayReference ?? null;
        const paid = await eventually(
          () => this.merchant.payment(id),
          (payment) => captureOf(payment) !== null,
        );
        return captureOf(paid) ?? '';
      }
      case 'refund':
        return this.newest(`/v1/payments/${id}/refunds`);
      case 'dispute':
        return this.newest(`/v1/disputes?payment=${id}`);
      default:
        return id;
    }
  }

  private async newest(list: string): Promise<string> {
    const found = await eventually(
      async () => (await this.merchant.get<{ data: { id: string }[] }>(list)).body.data,
      (rows) => rows.length > 0,
    );
    return found[0]?.id ?? '';
  }
}

function object(json: string): Record<string, unknown> {
  return JSON.parse(json) as Record<string, unknown>;
}
