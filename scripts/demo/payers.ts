import type { GatewayName } from '../../workflows/domain/gateway';
import type { Payment } from './club';
import { DemoFailure } from './failure';

/** How a payer, played without a browser, pays at the simulator through one gateway. */
export interface Payer {
  /** As people call the gateway. */
  readonly title: string;
  /** The merchant's account there; the simulator takes any. */
  readonly account: Readonly<Record<string, unknown>>;
  /** Pays what was asked, or `instead`, in the gateway's decimal text: a payer can change every field of a form. */
  pay(payment: Payment, instead?: string): Promise<void>;
}

/** Every gateway of this release; one without a payer does not compile. */
export const PAYERS: Readonly<Record<GatewayName, Payer>> = {
  'paypal-standard': {
    title: 'PayPal Standard',
    account: { receiverId: 'DEMOCLUB00001', receiverEmails: ['treasurer@club.example'], pdtIdentityToken: 'demo-identity-token' },
    pay: payForm,
  },
};

const FORM_PATH = '/paypal/cgi-bin/webscr';

async function payForm({ id, nextAction }: Payment, instead?: string): Promise<void> {
  if (nextAction?.kind !== 'form') throw new DemoFailure(`${id} should have a form to pay with, and has ${nextAction?.kind ?? 'nothing'}.`);
  const url = nextAction.action.replace(FORM_PATH, '/control/pay');
  const fields = { ...nextAction.fields, ...(instead !== undefined && { amount: instead }) };
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ buyer: 'anne', fields }),
  }).catch((error: unknown) => {
    throw new DemoFailure(`The simulator does not answer at ${url}: is it running?`, { cause: error });
  });
  const said = await answer.text();
  if (!answer.ok || (JSON.parse(said) as { outcome?: unknown }).outcome !== 'paid')
    throw new DemoFailure(`The simulator did not take the payment (${url} answered ${answer.status}): ${said.slice(0, 300)}`);
}
