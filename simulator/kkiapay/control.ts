import { Router } from 'express';
import { viewMessage } from '../control-views';
import type { Outbox } from '../outbox';
import type { Account } from './accounts';
import type { KkiapayCommands } from './commands';
import { PAYERS } from './payers';
import { statusAnswer } from './status-answer';
import type { Transaction } from './transactions';

export interface KkiapayControlDeps {
  readonly commands: KkiapayCommands;
  readonly outbox: Outbox;
}

/** KKiaPay's part of the control API. Bodies are parsed, and refusals answered, by whoever mounts it. */
export function kkiapayControl({ commands, outbox }: KkiapayControlDeps): Router {
  const router = Router();

  router.get('/payers', (_req, res) => {
    res.json({ data: PAYERS.map(({ key, name, phone, does }) => ({ key, name, phone, does })) });
  });
  router.post('/pay', (req, res) => {
    const { transaction, callbackUrl } = commands.pay(req.body);
    const { id, status, failureCode } = transaction;
    res.json({ outcome: OUTCOMES[status] ?? status, transactionId: id, callbackUrl, failureCode: failureCode || null });
  });

  router.get('/transactions', (_req, res) => {
    res.json({ data: commands.transactions().map(viewTransaction) });
  });
  router.get('/transactions/:id', (req, res) => {
    const transaction = commands.transaction(req.params.id);
    res.json({ ...viewTransaction(transaction), messages: outbox.list(transaction.id).map(viewMessage) });
  });
  router.post('/transactions/:id/settle', (req, res) => {
    res.json(viewTransaction(commands.settle(req.params.id, req.body)));
  });
  router.post('/transactions/:id/revert', (req, res) => {
    res.json(viewTransaction(commands.revert(req.params.id)));
  });
  router.post('/next', (req, res) => {
    commands.orderNext(req.body);
    res.status(204).end();
  });

  router
    .route('/accounts/:publicKey')
    .get((req, res) => {
      res.json(viewAccount(commands.account(req.params.publicKey)));
    })
    .put((req, res) => {
      res.json(viewAccount(commands.setAccount(req.params.publicKey, req.body)));
    });

  router.post('/forge', (req, res) => {
    res.status(201).json(viewMessage(commands.forge(req.body)));
  });

  return router;
}

const OUTCOMES: Readonly<Record<string, string>> = { SUCCESS: 'paid', FAILED: 'failed', PENDING: 'pending' };

/** A transaction as the control API shows it: KKiaPay's own answer, and what it does not say. */
function viewTransaction(transaction: Transaction) {
  const { id, order, by, payer, status, failureCode } = transaction;
  return {
    id,
    by,
    status,
    failureCode: failureCode || null,
    amount: order.amount,
    phone: payer.phone,
    partnerId: order.partnerId,
    publicKey: order.publicKey,
    answer: statusAnswer(transaction),
  };
}

/** The secrets stay where they are: the control API is open to whoever reaches it. */
function viewAccount({ publicKey, keys, webhook, feesBorneByMerchant, balance }: Account) {
  return { publicKey, hasKeys: keys !== null, webhookUrl: webhook?.url ?? null, feesBorneByMerchant, balance };
}
