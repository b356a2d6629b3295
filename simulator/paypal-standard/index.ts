import { Router } from 'express';
import type { LookAlikeDeps } from '../look-alike';
import { describeDuration } from '../duration';
import type { Fields } from '../form-encoding';
import type { Message } from '../message';
import { Newest } from '../newest';
import { Refusal } from '../refusal';
import { readBody } from '../request-body';
import { Accounts } from './accounts';
import { ApiUsers } from './api-users';
import { findBuyer } from './buyers';
import { readCheckoutForm } from './checkout-form';
import { Checkouts } from './checkouts';
import { happen, type EventOrder } from './events';
import { Messenger } from './messenger';
import { nvpRoute, type RefundAnswers } from './nvp';
import { pay, type PayOutcome } from './pay';
import { Payments, type Payment } from './payments';
import { payerRoutes } from './payer-routes';
import { resendSchedule } from './resend-schedule';
import { webscr } from './webscr';

/** The PayPal Standard look-alike: its HTTP side, and the hands of the control page. */
export interface PayPalStandard {
  readonly router: Router;
  readonly accounts: Accounts;
  readonly apiUsers: ApiUsers;
  readonly messenger: Messenger;
  payments(): Payment[];
  /** By transaction id or invoice; throws a `Refusal` when there is none. */
  payment(txnIdOrInvoice: string): Payment;
  /** Pays without a browser. Throws a `Refusal` when the form is not in order. */
  payForm(fields: Fields, buyerKey: string): PayOutcome;
  happen(payment: Payment, order: EventOrder): Message | null;
  clear(): void;
}

const REFUND_ANSWERS_KEPT = 10_000;
const DAY_MS = 24 * 60 * 60 * 1000;

export function createPayPalStandard({
  base,
  clock,
  outbox,
  misbehaviour,
  resendSpeed,
  laterEvents,
}: LookAlikeDeps): PayPalStandard {
  const accounts = new Accounts();
  const apiUsers = new ApiUsers();
  const refundAnswers: RefundAnswers = new Newest(REFUND_ANSWERS_KEPT);
  const checkouts = new Checkouts();
  const payments = new Payments();
  const messenger = new Messenger(clock, outbox, accounts, resendSchedule(resendSpeed));
  const laterSpeed = laterEvents === 'by_themselves' ? resendSpeed : null;
  const payDeps = { clock, accounts, payments, messenger, outbox, laterSpeed };

  const payAs = (form: Parameters<typeof pay>[0], buyerKey: string): PayOutcome => {
    const buyer = findBuyer(buyerKey);
    if (!buyer) throw new Refusal(404, 'not_found', `there is no buyer called "${buyerKey}"`);
    return pay(form, buyer, payDeps);
  };
  const timeNote =
    laterSpeed === null
      ? 'What comes later comes when you say so.'
      : `A day of PayPal’s takes ${describeDuration(DAY_MS / laterSpeed)} here.`;

  const router = Router();
  router.use(webscr({ base, accounts, checkouts, payments, messenger, misbehaviour }));
  router.post(
    '/nvp',
    readBody,
    nvpRoute({
      base,
      clock,
      accounts,
      apiUsers,
      payments,
      misbehaviour,
      refundAnswers,
      refund: (payment, order) => happen(payment, order, payDeps),
    }),
  );
  router.use(payerRoutes({ base, checkouts, misbehaviour, pay: payAs, timeNote }));

  return {
    router,
    accounts,
    apiUsers,
    messenger,
    payments: () => payments.list(),
    payment(txnIdOrInvoice) {
      const payment = payments.find(txnIdOrInvoice);
      if (!payment)
        throw new Refusal(
          404,
          'not_found',
          `there is no payment with the transaction id or invoice "${txnIdOrInvoice}"`,
        );
      return payment;
    },
    payForm(fields, buyerKey) {
      const reading = readCheckoutForm(fields);
      if (!reading.ok) throw new Refusal(400, 'invalid_form', reading.problems.join('; '));
      const outcome = payAs(reading.form, buyerKey);
      if (outcome.kind === 'refused') throw new Refusal(409, 'invoice_used', outcome.reason);
      return outcome;
    },
    happen: (payment, order) => happen(payment, order, { clock, messenger, outbox }),
    clear() {
      for (const store of [accounts, apiUsers, refundAnswers, checkouts, payments, messenger]) store.clear();
    },
  };
}
