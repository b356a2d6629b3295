import { z } from 'zod';
import type { GatewayName } from '../../workflows/domain/gateway';
import { describeMoney } from '../../workflows/domain/money';
import { Club } from './club';
import type { Cart, Payment, Place, Wish } from './club';
import { DemoFailure } from './failure';
import { PAYERS } from './payers';
import { balancesTable, cartTable, entriesTable, optionsTable, paymentStory, title } from './print';
import { Simulator } from './simulator';

export type Say = (text: string) => void;

/** Tells, and checks, what a member pays and how it is booked. */
export class Telling {
  /** Known from the first payment on, which leads there. */
  #simulator: Simulator | null = null;

  private constructor(
    private readonly club: Club,
    private readonly say: Say,
  ) {}

  /** A new club with its accounts and one member. */
  static async of(
    place: Place,
    { gateways, ...club }: { name: string; currency: string; memberName: string; gateways: readonly GatewayName[] },
    say: Say,
  ): Promise<Telling> {
    const founded = await Club.found(place, club);
    for (const gateway of gateways) await founded.connect(gateway, PAYERS[gateway].newAccount());
    return new Telling(founded, say);
  }

  heading(text: string): void {
    this.say(title(text));
  }

  async options(): Promise<void> {
    this.say(optionsTable(await this.club.options()));
  }

  charge(label: string, category: string, amount: number): Promise<void> {
    return this.club.charge(label, category, amount);
  }

  async open(gateway: GatewayName, wish?: Wish): Promise<Payment> {
    const payment = await this.club.openPayment(gateway, wish);
    if (!this.#simulator) {
      this.#simulator = Simulator.behind(payment, PAYERS[gateway].path);
      for (const account of this.club.accounts)
        await PAYERS[account.gateway].enterNotificationUrl(this.#simulator, account);
    }
    return payment;
  }

  /** Somebody (`as`) of the simulator's people pays, and the money is booked. */
  async pay(payment: Payment, as: string): Promise<void> {
    await this.#leave(payment, as);
    this.say(paymentStory(await this.club.until('paid', payment)));
  }

  /** A try that comes to nothing and leaves the payment open. */
  async tryInVain(payment: Payment, as: string): Promise<void> {
    await this.#leave(payment, as);
    await this.club.untilTold('attempt_failed', payment);
  }

  /** What comes does not fit, and waits for a person. */
  async payMisfit(payment: Payment, as: string): Promise<void> {
    await this.#leave(payment, as);
    this.say(paymentStory(await this.club.until('needs_review', payment)));
  }

  async accept(payment: Payment, note: string): Promise<void> {
    await this.club.accept(payment, note);
    this.say(paymentStory(await this.club.until('paid', payment)));
  }

  /** Gives money back, and waits until the payment stands as it should. */
  async refund(
    payment: Payment,
    wish: { readonly amount?: number; readonly cancelCharges?: readonly string[] },
    then: Payment['status'],
  ): Promise<void> {
    await this.club.refund(payment, wish);
    this.say(paymentStory(await this.club.until(then, payment)));
  }

  /** Something happens at PayPal's own site, to the money of this payment. */
  async happens(payment: Payment, event: Readonly<Record<string, unknown>>, then: Payment['status']): Promise<void> {
    const { timeline } = await this.club.untilTold('payment_captured', payment);
    const capture = timeline.find(({ kind }) => kind === 'payment_captured')?.gatewayReference ?? '';
    await this.#simulator?.tell('POST', `paypal-checkout/captures/${capture}/events`, event, z.unknown());
    this.say(paymentStory(await this.club.until(then, payment)));
  }

  cancelCharge(charge: string): Promise<unknown> {
    return this.club.cancelCharge(charge);
  }

  /** The id of the member's charge of this category. */
  async chargeOf(category: string): Promise<string> {
    const found = (await this.club.cart()).charges.find((charge) => charge.category === category);
    if (!found) throw new DemoFailure(`There is no charge of the category ${category}.`);
    return found.id;
  }

  async cart(expected: Pick<Cart, 'due' | 'credit'> & { readonly paylines: number }): Promise<void> {
    const cart = await this.club.cart();
    this.say(cartTable(cart, this.club.memberName));
    const found = { due: cart.due, credit: cart.credit, paylines: cart.paylines.length };
    if (JSON.stringify(found) !== JSON.stringify(expected))
      throw new DemoFailure(
        `The cart is not what it should be: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}.`,
      );
  }

  async books(): Promise<void> {
    this.say(entriesTable(await this.club.entries()));
    const balances = await this.club.balances();
    this.say(`\n${balancesTable(balances)}`);
    const off = balances.reduce((sum, { balance }) => sum + balance, 0);
    if (off !== 0)
      throw new DemoFailure(`The books are off by ${describeMoney({ amount: off, currency: this.club.currency })}.`);
  }

  /** The payer goes to the gateway with what the payment gave them. */
  #leave(payment: Payment, as: string): Promise<void> {
    const payer = PAYERS[payment.gateway];
    return payer.pay(this.#simulator ?? Simulator.behind(payment, payer.path), payment, as);
  }
}
