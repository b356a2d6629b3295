import { Router } from 'express';
import { describeDuration } from '../duration';
import { html } from '../html';
import type { LookAlike, LookAlikeDeps } from '../look-alike';
import { Refusal } from '../refusal';
import { Accounts } from './accounts';
import { apiRoutes } from './api-routes';
import { createKkiapayCommands } from './commands';
import { kkiapayControl } from './control';
import { kkiapaySection, kkiapayTestPayers } from './home-section';
import { NextReverts } from './next-reverts';
import { payInWidget, SLOW_NETWORK_MS, type PaymentDeps } from './payments';
import { PLACES } from './places';
import { Transactions } from './transactions';
import { WEBHOOK, Webhooks } from './webhooks';
import { widgetRoutes } from './widget-routes';

/** The KKiaPay look-alike: widget, prompts, status, refunds and webhooks. */
export function createKkiapay({
  base,
  clock,
  outbox,
  misbehaviour,
  resendSpeed,
  laterEvents,
}: LookAlikeDeps): LookAlike {
  const accounts = new Accounts();
  const transactions = new Transactions();
  const nextReverts = new NextReverts();
  const webhooks = new Webhooks(accounts, outbox, resendSpeed);
  const laterSpeed = laterEvents === 'by_themselves' ? resendSpeed : null;
  const payments: PaymentDeps = { clock, accounts, transactions, webhooks, laterSpeed };
  const timeNote =
    laterSpeed === null
      ? 'What comes later comes when you say so.'
      : `Two hours of the network’s time take ${describeDuration(SLOW_NETWORK_MS / laterSpeed)} here.`;

  const router = Router();
  router.use(apiRoutes({ base, misbehaviour, accounts, transactions, payments, nextReverts }));
  router.use(
    widgetRoutes({ base, misbehaviour, timeNote, pay: (order, payer) => payInWidget(order, payer, payments) }),
  );

  const commands = createKkiapayCommands({ ...payments, outbox, nextReverts });

  return {
    host: { path: '/kkiapay', router },
    control: { path: '/kkiapay', router: kkiapayControl({ commands, outbox }) },
    buttons: [
      { path: '/kkiapay/transactions/:id/settle', press: (id, fields) => commands.settle(id, fields).id },
      { path: '/kkiapay/transactions/:id/revert', press: (id) => commands.revert(id).id },
    ],
    home: {
      anchor: 'kkiapay',
      title: 'KKiaPay transactions',
      section: (messagesOf) => kkiapaySection(base, commands, messagesOf),
      testPeople: kkiapayTestPayers,
      addresses: [
        { label: 'KKiaPay', address: html`<code>${base}/kkiapay/k.js</code>, <code>${base}/kkiapay/api/v1</code>` },
      ],
    },
    places: [...Object.values(PLACES), WEBHOOK],
    resend() {
      throw new Refusal(400, 'invalid_request', 'KKiaPay resends nothing on demand; its bytes can be replayed');
    },
    subjectOf: (name) => transactions.find(name)?.id ?? null,
    clear() {
      for (const store of [accounts, transactions, nextReverts]) store.clear();
    },
  };
}
