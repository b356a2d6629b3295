import { Router } from 'express';
import type { LookAlikeDeps } from '../look-alike';
import { describeDuration } from '../duration';
import { Refusal } from '../refusal';
import { Accounts } from './accounts';
import { apiRoutes } from './api-routes';
import { findPayer } from './payers';
import { payInWidget, settle, SLOW_NETWORK_MS, type PaymentDeps, type Settlement } from './payments';
import { Transactions, type Transaction } from './transactions';
import { Webhooks } from './webhooks';
import { callbackUrl, readWidgetOptions } from './widget-options';
import { widgetRoutes } from './widget-routes';

/** The KKiaPay look-alike: its HTTP side, and the hands of the control page. */
export interface Kkiapay {
  readonly router: Router;
  readonly accounts: Accounts;
  readonly webhooks: Webhooks;
  transactions(): Transaction[];
  /** By id or partnerId; throws a `Refusal` when there is none. */
  transaction(idOrPartnerId: string): Transaction;
  /** Pays without a browser, with what `openKkiapayWidget` would be called with. */
  pay(options: unknown, payerKey: string): { readonly transaction: Transaction; readonly callbackUrl: string | null };
  settle(transaction: Transaction, settlement: Settlement): void;
  clear(): void;
}

export function createKkiapay({ base, clock, outbox, misbehaviour, resendSpeed, laterEvents }: LookAlikeDeps): Kkiapay {
  const accounts = new Accounts();
  const transactions = new Transactions();
  const webhooks = new Webhooks(accounts, outbox, resendSpeed);
  const laterSpeed = laterEvents === 'by_themselves' ? resendSpeed : null;
  const payments: PaymentDeps = { clock, accounts, transactions, webhooks, laterSpeed };
  const timeNote =
    laterSpeed === null
      ? 'What comes later comes when you say so.'
      : `Two hours of the network’s time take ${describeDuration(SLOW_NETWORK_MS / laterSpeed)} here.`;

  const router = Router();
  router.use(apiRoutes({ base, misbehaviour, accounts, transactions, payments }));
  router.use(
    widgetRoutes({ base, misbehaviour, timeNote, pay: (order, payer) => payInWidget(order, payer, payments) }),
  );

  return {
    router,
    accounts,
    webhooks,
    transactions: () => transactions.list(),
    transaction(idOrPartnerId) {
      const transaction = transactions.find(idOrPartnerId);
      if (!transaction)
        throw new Refusal(404, 'not_found', `there is no transaction with the id or partnerId "${idOrPartnerId}"`);
      return transaction;
    },
    pay(options, payerKey) {
      const payer = findPayer(payerKey);
      if (!payer) throw new Refusal(404, 'not_found', `there is no payer called "${payerKey}"`);
      const reading = readWidgetOptions(options);
      if (!reading.ok) throw new Refusal(400, 'invalid_form', reading.problems.join('; '));
      const transaction = payInWidget(reading.order, payer, payments);
      const goesBack = payer.returns && transaction.status !== 'FAILED';
      return { transaction, callbackUrl: goesBack ? callbackUrl(reading.order, transaction.id) : null };
    },
    settle: (transaction, settlement) => {
      settle(transaction, settlement, payments);
    },
    clear() {
      accounts.clear();
      transactions.clear();
    },
  };
}
