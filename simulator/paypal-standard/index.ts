import { Router } from 'express';
import { describeDuration } from '../duration';
import { html } from '../html';
import type { LookAlike, LookAlikeDeps } from '../look-alike';
import { Newest } from '../newest';
import { Refusal } from '../refusal';
import { readBody } from '../request-body';
import { Accounts } from './accounts';
import { ApiUsers } from './api-users';
import { findBuyer, type Buyer } from './buyers';
import type { CheckoutForm } from './checkout-form';
import { Checkouts } from './checkouts';
import { createStandardCommands } from './commands';
import { standardControl } from './control';
import { giveBack } from './giving-back';
import { samplePayment, sampleSubscription, standardSection, standardTestBuyers } from './home-section';
import { IPN } from './ipn';
import { Messenger } from './messenger';
import { NextRefunds } from './next-refunds';
import { nvpRoute, type RefundAnswers } from './nvp';
import { pay } from './pay';
import { payerRoutes } from './payer-routes';
import { Payments, subjectOf } from './payments';
import { PLACES } from './places';
import { resendSchedule } from './resend-schedule';
import { subscribe } from './subscriptions/course';
import type { SubscriptionForm } from './subscriptions/form';
import { Subscriptions } from './subscriptions/subscriptions';
import { webscr } from './webscr';

const REFUND_ANSWERS_KEPT = 10_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The PayPal Standard look-alike: forms, IPN, PDT and NVP. */
export function createPayPalStandard(given: LookAlikeDeps): LookAlike {
  const { base, clock, outbox, misbehaviour, resendSpeed, laterEvents } = given;
  const accounts = new Accounts();
  const apiUsers = new ApiUsers();
  const refundAnswers: RefundAnswers = new Newest(REFUND_ANSWERS_KEPT);
  const nextRefunds = new NextRefunds();
  const checkouts = new Checkouts();
  const payments = new Payments();
  const subscriptions = new Subscriptions();
  const messenger = new Messenger(clock, outbox, accounts, resendSchedule(resendSpeed));
  const laterSpeed = laterEvents === 'by_themselves' ? resendSpeed : null;
  const payDeps = { clock, accounts, payments, subscriptions, messenger, outbox, laterSpeed };

  const payAs = (form: CheckoutForm, buyerKey: string) => pay(form, buyerOf(buyerKey), payDeps);
  const subscribeAs = (form: SubscriptionForm, buyerKey: string) => subscribe(form, buyerOf(buyerKey), payDeps);
  const timeNote =
    laterSpeed === null
      ? 'What comes later comes when you say so.'
      : `A day of PayPal’s takes ${describeDuration(DAY_MS / laterSpeed)} here.`;
  const commands = createStandardCommands({ ...payDeps, apiUsers, nextRefunds, refundAnswers, payAs, subscribeAs });

  const router = Router();
  router.use(webscr({ base, accounts, checkouts, payments, messenger, misbehaviour }));
  router.post(
    '/nvp',
    readBody,
    nvpRoute({
      ...payDeps,
      base,
      apiUsers,
      misbehaviour,
      refundAnswers,
      nextRefunds,
      refund: (payment, asked) => giveBack(payment, asked, payDeps).movement,
    }),
  );
  router.use(payerRoutes({ base, checkouts, misbehaviour, pay: payAs, subscribe: subscribeAs, timeNote }));

  return {
    host: { path: '/paypal', router },
    // The first gateway has the control API's own address.
    control: { path: '/', router: standardControl({ commands, outbox }) },
    buttons: [
      { path: '/payments/:id/events', press: (id, fields) => commands.happen(id, fields).payment.txnId },
      { path: '/subscriptions/:id/events', press: (id, fields) => commands.happenTo(id, fields).subscription.id },
      { path: '/messages/:id/forge', press: (like, fields) => commands.forge({ like, fields }).parcel.about },
    ],
    home: {
      anchor: 'payments',
      title: 'PayPal payments',
      section: (messagesOf) => standardSection(base, payments.list(), subscriptions.list(), messagesOf),
      testPeople: standardTestBuyers,
      addresses: [
        { label: 'PayPal form, post-back, PDT', address: html`<code>${base}/paypal/cgi-bin/webscr</code>` },
        { label: 'PayPal NVP', address: html`<code>${base}/paypal/nvp</code>` },
        { label: 'A payment without a merchant', address: html`<a href="${samplePayment(base)}">payer page</a>` },
        { label: 'A subscription without one', address: html`<a href="${sampleSubscription(base)}">payer page</a>` },
      ],
    },
    places: [...Object.values(PLACES), IPN],
    resend: (message) => messenger.resend(message),
    subjectOf(name) {
      const payment = payments.find(name);
      return payment === undefined ? (subscriptions.find(name)?.id ?? null) : subjectOf(payment);
    },
    clear() {
      for (const store of [
        accounts,
        apiUsers,
        refundAnswers,
        nextRefunds,
        checkouts,
        payments,
        subscriptions,
        messenger,
      ])
        store.clear();
    },
  };
}

function buyerOf(key: string): Buyer {
  const buyer = findBuyer(key);
  if (buyer) return buyer;
  throw new Refusal(404, 'not_found', `there is no buyer called "${key}"`);
}
