import { z } from 'zod';
import type { Payment } from '../../demo/club';
import { Simulator } from '../../demo/simulator';

const paid = z.object({ txnId: z.string() });
const approved = z.object({ returnUrl: z.string() });
const ended = z.object({ callbackUrl: z.string() });
const messages = z.object({
  data: z.array(
    z.object({ id: z.string(), notifyUrl: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
  ),
});

/** Where the simulator's messages, and its payers' browsers, are led in the place of the API that they are meant for and that does not run yet. */
export interface Errands {
  readonly baseUrl: string;
  /** Ends once what was brought has come to its end. */
  readonly idle: () => Promise<void>;
}

/**
 * The simulator's people, who pay as they would in a browser. Its own messages are all lost meanwhile: they are carried by hand, so that each
 * arrives at its moment.
 */
export class Gateways {
  readonly #simulator: Simulator;
  readonly #errands: Errands;
  readonly #carried = new Set<string>();

  constructor(
    private readonly simulatorUrl: string,
    errands: Errands,
  ) {
    this.#simulator = Simulator.at(simulatorUrl);
    this.#errands = errands;
  }

  async loseMessages(): Promise<void> {
    await this.#simulator.tell('POST', 'delivery', { drop: true }, z.unknown());
  }

  async deliverAgain(): Promise<void> {
    await this.#simulator.tell('POST', 'delivery', {}, z.unknown());
  }

  /** Somebody of the simulator's people pays; what the gateway says of it, or the payer who comes back, reaches the API. */
  async pay(
    { nextAction }: Pick<Payment, 'nextAction'>,
    as: string,
    over: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    switch (nextAction?.kind) {
      case 'form': {
        const { txnId } = await this.#simulator.tell(
          'POST',
          'pay',
          { buyer: as, fields: { ...nextAction.fields, ...over } },
          paid,
        );
        return this.#carry(txnId);
      }
      case 'redirect': {
        const orderId = new URL(nextAction.url).searchParams.get('token');
        const { returnUrl } = await this.#simulator.tell(
          'POST',
          'paypal-checkout/pay',
          { buyer: as, orderId },
          approved,
        );
        return this.#comeBack(returnUrl);
      }
      case 'widget': {
        const { callbackUrl } = await this.#simulator.tell(
          'POST',
          'kkiapay/pay',
          { payer: as, params: nextAction.params },
          ended,
        );
        return this.#comeBack(callbackUrl);
      }
      case 'prompt':
      case undefined:
        throw new Error(`nobody can pay by ${nextAction?.kind ?? 'nothing'}`);
    }
  }

  /** Something happens to money that was taken: at PayPal Standard by its transaction, at PayPal Checkout by its capture. */
  async happen(gateway: 'paypal-standard' | 'paypal-checkout', reference: string, what: object): Promise<void> {
    const path = gateway === 'paypal-standard' ? `payments/${reference}` : `paypal-checkout/captures/${reference}`;
    await this.#simulator.tell('POST', `${path}/events`, what, z.unknown());
    await this.#carry(reference);
  }

  /** Brings what the gateway has to say about something, oldest first, and nothing twice. */
  async #carry(about: string): Promise<void> {
    const url = new URL(`control/messages?about=${encodeURIComponent(about)}`, `${this.simulatorUrl}/`);
    const { data } = messages.parse(await (await fetch(url)).json());
    for (const { id, notifyUrl, headers, body } of data.reverse()) {
      if (this.#carried.has(id)) continue;
      this.#carried.add(id);
      const { status } = await fetch(this.#here(notifyUrl), {
        method: 'POST',
        headers,
        body: Buffer.from(body, 'latin1'),
      });
      if (status >= 300) throw new Error(`a message about ${about} was answered ${status}`);
      await this.#errands.idle();
    }
  }

  async #comeBack(url: string): Promise<void> {
    await (await fetch(this.#here(url), { redirect: 'manual' })).arrayBuffer();
    await this.#errands.idle();
  }

  #here(address: string): URL {
    const { pathname, search } = new URL(address);
    return new URL(`${pathname}${search}`, this.#errands.baseUrl);
  }
}
