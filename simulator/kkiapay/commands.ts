import { z } from 'zod';
import type { Message } from '../message';
import type { Outbox } from '../outbox';
import { readOrder } from '../read-order';
import { Refusal } from '../refusal';
import type { Account } from './accounts';
import type { Kkiapay } from './index';
import type { Transaction } from './transactions';
import { webhookFields } from './webhooks';

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

/** What can be asked of the KKiaPay look-alike from outside, still unread. Refuses by throwing a `Refusal`. */
export interface KkiapayCommands {
  setAccount(publicKey: string, order: unknown): Account;
  pay(order: unknown): ReturnType<Kkiapay['pay']>;
  settle(idOrPartnerId: string, order: unknown): Transaction;
  forge(order: unknown): Message;
}

export function createKkiapayCommands({
  kkiapay,
  outbox,
}: {
  readonly kkiapay: Kkiapay;
  readonly outbox: Outbox;
}): KkiapayCommands {
  return {
    setAccount(publicKey, order) {
      const { privateKey, secret, webhookUrl, webhookSecret, feesBorneByMerchant, balance } = readOrder(
        accountOrder,
        order,
      );
      if ((privateKey === undefined) !== (secret === undefined))
        throw new Refusal(400, 'invalid_request', 'privateKey and secret are set together');
      const { webhook } = kkiapay.accounts.of(publicKey);
      const url = webhookUrl === undefined ? (webhook?.url ?? null) : webhookUrl;
      return kkiapay.accounts.change(publicKey, {
        ...(privateKey !== undefined && secret !== undefined && { keys: { privateKey, secret } }),
        ...(feesBorneByMerchant !== undefined && { feesBorneByMerchant }),
        ...(balance !== undefined && { balance }),
        webhook: url === null ? null : { url, secret: webhookSecret ?? webhook?.secret ?? '' },
      });
    },
    pay(order) {
      const { payer, params } = readOrder(payOrder, order);
      return kkiapay.pay(params, payer);
    },
    settle(idOrPartnerId, order) {
      const transaction = kkiapay.transaction(idOrPartnerId);
      kkiapay.settle(transaction, readOrder(settlement, order));
      return transaction;
    },
    forge(order) {
      const { webhookUrl, secret, like, fields } = readOrder(forgeOrder, order);
      const model = like === undefined ? null : kkiapay.transaction(like);
      const webhook = model === null ? null : kkiapay.accounts.of(model.order.publicKey).webhook;
      const url = webhookUrl ?? webhook?.url;
      if (url === undefined)
        throw new Refusal(400, 'invalid_request', 'webhookUrl: say where to send it, or which transaction to be like');
      const forged = { ...(model !== null && webhookFields(model)), ...fields };
      const [message] = outbox.sendNow(
        kkiapay.webhooks.forge({ url, secret: secret ?? webhook?.secret ?? '' }, model?.id ?? '', forged),
        1,
      );
      if (!message) throw new Error('nothing was sent');
      return message;
    },
  };
}
