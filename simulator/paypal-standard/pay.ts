import type { Clock } from '../clock';
import { copyOf, type Message, type Parcel } from '../message';
import type { Outbox } from '../outbox';
import type { Accounts } from './accounts';
import { feeOn, writeAmount } from './amounts';
import { nameOf, type Buyer, type Paying, type Standing } from './buyers';
import type { CheckoutForm } from './checkout-form';
import { happen } from './events';
import { pdtFields, type Happening } from './message-fields';
import { DEFAULT_CHARSET, type Messenger, type Overrides } from './messenger';
import { subjectOf, type Payment, type Payments } from './payments';
import { newTxnId, newVerifySign } from './random-ids';

export type PayOutcome =
  | { readonly kind: 'paid'; readonly payment: Payment }
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

export interface PayDeps {
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly payments: Payments;
  readonly messenger: Messenger;
  readonly outbox: Outbox;
  /** How many times faster than in life PayPal's days pass; null: what comes later comes by hand only. */
  readonly laterSpeed: number | null;
}

/** A test buyer pays a form, or cannot. Messages leave at once; what comes later is set going. */
export function pay(form: CheckoutForm, buyer: Buyer, deps: PayDeps): PayOutcome {
  const { plan } = buyer;
  if (plan.kind === 'declined') return declinedFor(buyer);
  const refusal = whyRefused(form, deps);
  if (refusal !== null) return { kind: 'refused', reason: refusal };

  const txnId = newTxnId();
  const returns = plan.returns && form.returnUrl !== null;
  const returnUrl = returns ? withPdtQuery(form.returnUrl, txnId, lastOf(plan), form) : null;
  const at = deps.clock.now();
  return { kind: 'paid', payment: take({ txnId, form, buyer, plan, at, returnUrl, instalment: null }, {}, deps) };
}

/** What is known of a payment before the money is taken. */
export interface Taking extends Pick<Payment, 'txnId' | 'form' | 'buyer' | 'at' | 'returnUrl' | 'instalment'> {
  readonly plan: Paying;
}

/** How the taking is told. */
export interface Telling {
  /** What is to be told first. */
  readonly before?: readonly Parcel[];
  readonly over?: Overrides | undefined;
}

/** Takes the money as the buyer's plan says, and tells it. */
export function take({ plan, ...known }: Taking, { before = [], over }: Telling, deps: PayDeps): Payment {
  const { txnId, form, instalment } = known;
  const last = lastOf(plan);
  const payment: Payment = {
    ...known,
    paymentType: plan.paymentType,
    charset: charsetOf(plan, form),
    fee: feeOn(form.total, form.currency),
    standing: last,
    cases: [],
    movements: [],
    pdt: null,
  };
  // After this point the money is taken.
  deps.payments.add(payment);
  if (instalment === null)
    payment.pdt = { fields: pdtFields(deps.messenger.fieldsOf(payment, asHappening(payment, last))), fetches: 0 };
  sendFirstMessages([...before, ...firstMessages(payment, plan, over, deps)], plan, deps);
  if (plan.later !== null && deps.laterSpeed !== null) {
    const { afterMs, standing } = plan.later;
    deps.clock.after(afterMs / deps.laterSpeed, () => {
      const isAsItWas = deps.payments.get(txnId) === payment && payment.standing.status === last.status;
      if (isAsItWas) happen(payment, asOrder(standing), deps);
    });
  }
  return payment;
}

export function declinedFor(buyer: Buyer): Extract<PayOutcome, { kind: 'declined' }> {
  return {
    kind: 'declined',
    reason: `The card of ${nameOf(buyer)} was declined. Nothing was paid, nothing was sent.`,
  };
}

/** The charset of the messages about what this buyer pays. */
export function charsetOf(plan: Paying, form: Pick<CheckoutForm, 'charset'>): string {
  return plan.charset ?? form.charset ?? DEFAULT_CHARSET;
}

function lastOf({ first }: Paying): Standing {
  return first.at(-1) ?? first[0];
}

/** Why PayPal would not take a payment for this form, or null. */
export function whyRefused(
  form: Pick<CheckoutForm, 'business' | 'invoice'>,
  { accounts, payments }: Pick<PayDeps, 'accounts' | 'payments'>,
): string | null {
  if (!accounts.of(form.business).blockUsedInvoices || !payments.isInvoiceUsed(form.business, form.invoice))
    return null;
  return `This invoice has already been paid: "${form.invoice}" of ${form.business}.`;
}

function firstMessages(payment: Payment, plan: Paying, over: Overrides | undefined, { messenger }: PayDeps): Parcel[] {
  return plan.first.flatMap((standing) => {
    const fields = messenger.fieldsOf(payment, asHappening(payment, standing), over);
    const { status, pendingReason } = standing;
    const label = pendingReason === null ? status : `${status} (${pendingReason})`;
    return messenger.write(subjectOf(payment), payment.form.notifyUrl, fields, label) ?? [];
  });
}

/** Sends them as often, and in the order, that the buyer's plan says. */
export function sendFirstMessages(parcels: readonly Parcel[], plan: Paying, { outbox }: PayDeps): void {
  switch (plan.messages) {
    case 'once':
      for (const parcel of parcels) outbox.send(parcel);
      return;
    case 'lost':
      for (const parcel of parcels) outbox.lose(parcel);
      return;
    case 'thrice_newest_first': {
      const newestFirst = parcels.toReversed();
      const originals: Message[] = newestFirst.map((parcel) => outbox.send(parcel));
      for (let again = 1; again < 3; again++) for (const original of originals) outbox.send(copyOf(original));
    }
  }
}

function asHappening({ form, fee }: Payment, standing: Standing): Happening {
  return { kind: 'payment', standing, gross: form.total, fee: standing.status === 'Completed' ? fee : null };
}

function asOrder({ status, pendingReason, reasonCode }: Standing) {
  return {
    status,
    ...(pendingReason === null ? {} : { pendingReason }),
    ...(reasonCode === null ? {} : { reasonCode }),
  };
}

/** Where Auto Return sends the browser: the merchant's address with what PDT needs. None of it proves anything. */
function withPdtQuery(returnUrl: string, txnId: string, standing: Standing, form: CheckoutForm): string {
  const query = new URLSearchParams({
    tx: txnId,
    st: standing.status,
    amt: writeAmount(form.total, form.currency),
    cc: form.currency,
    cm: form.custom,
    item_number: form.lines[0].number,
    sig: newVerifySign(),
  });
  const [address = '', fragment] = returnUrl.split('#', 2);
  return `${address}${address.includes('?') ? '&' : '?'}${query.toString()}${fragment === undefined ? '' : `#${fragment}`}`;
}
