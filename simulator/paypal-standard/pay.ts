import type { Clock } from '../clock';
import { copyOf, type Message } from '../message';
import type { Outbox } from '../outbox';
import type { Accounts } from './accounts';
import { feeOn, writeAmount } from './amounts';
import { nameOf, type Buyer, type Standing } from './buyers';
import type { CheckoutForm } from './checkout-form';
import { happen } from './events';
import { pdtFields, type Happening } from './message-fields';
import { DEFAULT_CHARSET, type Messenger } from './messenger';
import type { Payment, Payments } from './payments';
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
  if (plan.kind === 'declined')
    return {
      kind: 'declined',
      reason: `The card of ${nameOf(buyer)} was declined. Nothing was paid, nothing was sent.`,
    };
  const refusal = whyRefused(form, deps);
  if (refusal !== null) return { kind: 'refused', reason: refusal };

  // After this point the money is taken.
  const now = deps.clock.now();
  const txnId = newTxnId();
  const last = plan.first.at(-1) ?? plan.first[0];
  const payment: Payment = {
    txnId,
    form,
    buyer,
    paymentType: plan.paymentType,
    charset: plan.charset ?? form.charset ?? DEFAULT_CHARSET,
    at: now,
    fee: feeOn(form.total, form.currency),
    returnUrl: plan.returns && form.returnUrl !== null ? withPdtQuery(form.returnUrl, txnId, last, form) : null,
    standing: last,
    cases: [],
    movements: [],
    pdt: null,
  };
  deps.payments.add(payment);
  payment.pdt = { fields: pdtFields(deps.messenger.fieldsOf(payment, asHappening(payment, last))), fetches: 0 };
  sendFirstMessages(payment, deps);
  if (plan.later !== null && deps.laterSpeed !== null) {
    const { afterMs, standing } = plan.later;
    deps.clock.after(afterMs / deps.laterSpeed, () => {
      const isAsItWas = deps.payments.get(txnId) === payment && payment.standing.status === last.status;
      if (isAsItWas) happen(payment, asOrder(standing), deps);
    });
  }
  return { kind: 'paid', payment };
}

/** Why PayPal would not take a payment for this form, or null. */
export function whyRefused(
  form: CheckoutForm,
  { accounts, payments }: Pick<PayDeps, 'accounts' | 'payments'>,
): string | null {
  if (!accounts.of(form.business).blockUsedInvoices || !payments.isInvoiceUsed(form.business, form.invoice))
    return null;
  return `This invoice has already been paid: "${form.invoice}" of ${form.business}.`;
}

function sendFirstMessages(payment: Payment, { messenger, outbox }: PayDeps): void {
  const { plan } = payment.buyer;
  if (plan.kind !== 'pays') return;
  const parcels = plan.first.flatMap((standing) => {
    const fields = messenger.fieldsOf(payment, asHappening(payment, standing));
    return (
      messenger.write(
        payment,
        fields,
        standing.pendingReason === null ? standing.status : `${standing.status} (${standing.pendingReason})`,
      ) ?? []
    );
  });
  switch (plan.messages) {
    case 'once':
      for (const parcel of parcels) outbox.send(parcel);
      return;
    case 'lost':
      for (const parcel of parcels) outbox.lose(parcel);
      return;
    case 'thrice_newest_first': {
      const newestFirst = parcels.reverse();
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
