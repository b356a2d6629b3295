import { z } from 'zod';
import type { Message } from '../message';
import type { Outbox } from '../outbox';
import { readOrder } from '../read-order';
import { Refusal } from '../refusal';
import type { Account } from './accounts';
import { findPayer } from './payers';
import type { NextReverts } from './next-reverts';
import { payInWidget, revert, settle, whyNotReverted, type PaymentDeps } from './payments';
import type { Transaction } from './transactions';
import { webhookFields } from './webhooks';
import { callbackUrl, readWidgetOptions } from './widget-options';

const text = z.string().min(1).max(200);
const webAddress = z.url({ protocol: /^https?$/ });

const accountOrder = z.strictObject({
  privateKey: text.optional(),
  secret: text.optional(),
  webhookUrl: webAddress.nullable().optional(),
  webhookSecret: text.optional(),
  feesBorneByMerchant: z.boolean().optional(),
  balance: z.number().int().min(0).nullable().optional(),
});

const payOrder = z.strictObject({
  payer: z.string(),
  /** What the widget is opened with, as `nextAction.params` of a payment has it. */
  params: z.record(z.string(), z.unknown()),
});

const settlement = z.strictObject({
  status: text,
  failureCode: text.optional(),
  /** Fields of the status answer to write over. */
  over: z.record(z.string(), z.unknown()).optional(),
});

const forgeOrder = z.strictObject({
  /** Defaults to the address of the account of the transaction it is like. */
  webhookUrl: webAddress.optional(),
  /** Defaults to the account's own: whoever has seen one webhook knows it. */
  secret: z.string().max(200).optional(),
  /** A transaction whose webhook to start from; its fields are written over by `fields`. */
  like: z.string().optional(),
  fields: z.record(z.string(), z.unknown()).default({}),
});

const nextOrder = z.strictObject({
  call: z.literal('revert'),
  /** Refused with this word: INSUFFICIENT_FUND … */
  refusal: text.optional(),
  /** Which member of the answer says SUCCESS. */
  spelling: z.enum(['code', 'status']).optional(),
  /** SUCCESS is answered, and nothing is reverted until it is told to. */
  later: z.boolean().optional(),
});

/** What can be asked of the KKiaPay look-alike from outside, still unread. Refuses by throwing a `Refusal`. */
export interface KkiapayCommands {
  account(publicKey: string): Account;
  setAccount(publicKey: string, order: unknown): Account;
  /** Pays without a browser, with what `openKkiapayWidget` would be called with. */
  pay(order: unknown): { readonly transaction: Transaction; readonly callbackUrl: string | null };
  transactions(): Transaction[];
  /** By id or partnerId. */
  transaction(idOrPartnerId: string): Transaction;
  settle(idOrPartnerId: string, order: unknown): Transaction;
  /** Reverted in the merchant's dashboard. Nobody is told. */
  revert(idOrPartnerId: string): Transaction;
  /** What the next refund by API comes to. */
  orderNext(order: unknown): void;
  forge(order: unknown): Message;
}

export interface KkiapayCommandsDeps extends PaymentDeps {
  readonly outbox: Outbox;
  readonly nextReverts: NextReverts;
}

export function createKkiapayCommands(deps: KkiapayCommandsDeps): KkiapayCommands {
  const { accounts, transactions, webhooks, outbox, nextReverts } = deps;

  const transactionOf = (idOrPartnerId: string): Transaction => {
    const transaction = transactions.find(idOrPartnerId);
    if (transaction) return transaction;
    throw new Refusal(404, 'not_found', `there is no transaction with the id or partnerId "${idOrPartnerId}"`);
  };

  return {
    account: (publicKey) => accounts.of(publicKey),
    setAccount(publicKey, order) {
      const { privateKey, secret, webhookUrl, webhookSecret, feesBorneByMerchant, balance } = readOrder(
        accountOrder,
        order,
      );
      if ((privateKey === undefined) !== (secret === undefined))
        throw new Refusal(400, 'invalid_request', 'privateKey and secret are set together');
      const { webhook } = accounts.of(publicKey);
      const url = webhookUrl === undefined ? (webhook?.url ?? null) : webhookUrl;
      return accounts.change(publicKey, {
        ...(privateKey !== undefined && secret !== undefined && { keys: { privateKey, secret } }),
        ...(feesBorneByMerchant !== undefined && { feesBorneByMerchant }),
        ...(balance !== undefined && { balance }),
        webhook: url === null ? null : { url, secret: webhookSecret ?? webhook?.secret ?? '' },
      });
    },
    pay(order) {
      const { payer: payerKey, params } = readOrder(payOrder, order);
      const payer = findPayer(payerKey);
      if (!payer) throw new Refusal(404, 'not_found', `there is no payer called "${payerKey}"`);
      const reading = readWidgetOptions(params);
      if (!reading.ok) throw new Refusal(400, 'invalid_form', reading.problems.join('; '));
      const transaction = payInWidget(reading.order, payer, deps);
      const goesBack = payer.returns && transaction.status !== 'FAILED';
      return { transaction, callbackUrl: goesBack ? callbackUrl(reading.order, transaction.id) : null };
    },
    transactions: () => transactions.list(),
    transaction: transactionOf,
    settle(idOrPartnerId, order) {
      const transaction = transactionOf(idOrPartnerId);
      settle(transaction, readOrder(settlement, order), deps);
      return transaction;
    },
    revert(idOrPartnerId) {
      const transaction = transactionOf(idOrPartnerId);
      const why = whyNotReverted(transaction, deps);
      if (why !== null) throw new Refusal(409, 'not_possible', `${transaction.id} is not given back: ${why}`);
      revert(transaction, deps);
      return transaction;
    },
    orderNext(order) {
      const { refusal, spelling, later } = readOrder(nextOrder, order);
      nextReverts.order({
        ...(refusal !== undefined && { refusal }),
        ...(spelling !== undefined && { spelling }),
        ...(later !== undefined && { isLater: later }),
      });
    },
    forge(order) {
      const { webhookUrl, secret, like, fields } = readOrder(forgeOrder, order);
      const model = like === undefined ? null : transactionOf(like);
      const webhook = model === null ? null : accounts.of(model.order.publicKey).webhook;
      const url = webhookUrl ?? webhook?.url;
      if (url === undefined)
        throw new Refusal(400, 'invalid_request', 'webhookUrl: say where to send it, or which transaction to be like');
      const forged = { ...(model !== null && webhookFields(model)), ...fields };
      return outbox.sendNow(webhooks.forge({ url, secret: secret ?? webhook?.secret ?? '' }, model?.id ?? '', forged));
    },
  };
}
