import type { z } from 'zod';
import { GATEWAYS } from '../../activities/gateways/registry';
import { noteChange } from '../../books/audit';
import { attach, leftOf } from '../../books/cart';
import { dismissMessage, findMessage, findSuspendedMoney, listMessages } from '../../books/notifications';
import type { ListedMessage } from '../../books/notifications';
import { findRefund, isRefundAdmitted } from '../../books/refunds';
import type { Sql } from '../../books/sql';
import type { Runs } from '../../outbox/runs';
import type { Database } from '../../prisma/client';
import { openCredentials } from '../../vault/credentials';
import { openPayer } from '../../vault/payer';
import { openRaw } from '../../vault/raw-message';
import type { Vault } from '../../vault/vault';
import type { Payer } from '../../workflows/domain/gateway';
import { isId } from '../../workflows/domain/ids';
import { untilSettled } from '../desks/refunding';
import type { RefundDesk } from '../desks/refunding';
import { seekMessages } from '../desks/seeking';
import { readCursor, toPage } from '../http/paging';
import { notFound, Problem } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import { viewMessage, viewRefund } from '../http/views';

export interface NotificationDependencies {
  readonly db: Database;
  readonly vault: Vault;
  readonly runs: Pick<Runs, 'refundUnmatched'>;
  readonly refunds: RefundDesk;
}

export function notificationRoutes({ db, vault, runs, refunds }: NotificationDependencies) {
  async function find(by: Sql, merchantId: string, id: string): Promise<ListedMessage> {
    const found = isId('ntf', id) ? await findMessage(by, merchantId, id) : null;
    if (!found) throw notFound('notification');
    return found;
  }

  const view = viewMessagesWith(vault);

  return [
    route({
      operationId: 'listNotifications',
      method: 'get',
      path: '/v1/notifications',
      summary: 'List what gateways sent, newest first',
      right: 'read_work',
      query: schemas.notificationFilter,
      answers: { 200: schemas.list(schemas.notification) },
      async handle({ caller, query }) {
        const { state, gateway, payment: paymentId, from, to, limit } = query;
        const before = readCursor(query);
        const ids = await seekMessages(db, caller.merchantId, query.q);
        const filter = { state, gateway, paymentId, period: { from, to }, ids };
        const rows = await listMessages(db, caller.merchantId, filter, { before, limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, view) };
      },
    }),
    route({
      operationId: 'attachNotification',
      method: 'post',
      path: '/v1/notifications/:id/attachment',
      summary: 'Give unmatched money to a member',
      right: 'settle_messages',
      params: schemas.idParams,
      body: schemas.attachment,
      answers: { 200: schemas.notification },
      refusals: ['not_unmatched', 'currency_mismatch', 'refund_in_flight'],
      idempotentFor: 'days',
      async handle({ caller, author, params, body, once }) {
        const answer = await once(async (tx) => {
          const row = await find(tx, caller.merchantId, params.id);
          const member = await db.prisma.member.findFirst({
            where: { id: body.member, merchantId: caller.merchantId },
            include: { merchant: true },
          });
          if (!member) throw notFound('member');
          const fact = row.state === 'unmatched' ? await findSuspendedMoney(db, row) : null;
          if (!fact?.amount || fact.currency === null)
            throw new Problem('not_unmatched', 'this notification is not unmatched money');
          if (await isRefundAdmitted(tx, row.id))
            throw new Problem('refund_in_flight', 'this money is being given back');
          const left = await leftOf(tx, row.accountId, fact.gatewayReference);
          if (left === null || left <= 0)
            throw new Problem('not_unmatched', 'this money was given back, so there is nothing to attach');
          if (fact.currency !== member.merchant.currency)
            throw new Problem(
              'currency_mismatch',
              `the money is ${fact.currency}, the cart ${member.merchant.currency}`,
            );
          const money = { amount: left, currency: fact.currency };
          const outcome = await attach(tx, {
            notificationId: row.id,
            merchantId: caller.merchantId,
            memberId: member.id,
            factId: Number(fact.id),
            money,
          });
          if (outcome === 'given_back')
            throw new Problem('not_unmatched', 'money of this notification was given back meanwhile');
          if (outcome === 'not_unmatched')
            throw new Problem('not_unmatched', 'this notification was attached meanwhile');
          await noteChange(tx, author, {
            merchantId: caller.merchantId,
            action: 'notification.attached',
            object: { kind: 'notification', id: row.id },
            after: { member: member.id, ...money },
          });
          return view({ ...row, state: 'applied', memberId: member.id });
        });
        return { status: 200, body: answer };
      },
    }),
    route({
      operationId: 'dismissNotification',
      method: 'post',
      path: '/v1/notifications/:id/dismissal',
      summary: 'Put a message away that asks for attention and holds no money',
      right: 'settle_messages',
      params: schemas.idParams,
      body: schemas.dismissal,
      answers: { 200: schemas.notification },
      refusals: ['not_dismissible'],
      idempotentFor: 'days',
      async handle({ caller, author, params, body, once }) {
        const answer = await once(async (tx) => {
          const row = await find(tx, caller.merchantId, params.id);
          const dismissal = await dismissMessage(tx, row.id, body.note ?? null);
          if (!dismissal)
            throw new Problem(
              'not_dismissible',
              `this notification is ${row.state}${row.kind === null ? '' : ', about money'}`,
            );
          await noteChange(tx, author, {
            merchantId: caller.merchantId,
            action: 'notification.dismissed',
            object: { kind: 'notification', id: row.id },
            before: { state: row.state, reason: row.reason },
          });
          return view({ ...row, state: 'applied', reason: 'dismissed', dismissal });
        });
        return { status: 200, body: answer };
      },
    }),
    route({
      operationId: 'refundNotification',
      method: 'post',
      path: '/v1/notifications/:id/refunds',
      summary: 'Give unmatched money back, attached to a member or not',
      right: 'give_back',
      params: schemas.idParams,
      body: schemas.unmatchedRefund,
      answers: { 201: schemas.refund },
      refusals: [
        'payment_disputed',
        'refund_in_flight',
        'nothing_to_refund',
        'refund_not_supported',
        'refund_at_gateway_only',
        'partial_refund_not_supported',
        'amount_not_supported',
      ],
      idempotentFor: 'good',
      async handle({ caller, author, params, body, once }) {
        const { merchantId } = caller;
        await find(db, merchantId, params.id);
        const admitted = await once((tx) =>
          refunds.returnUnmatched(tx, author, params.id, merchantId, body.note ?? null),
        );
        await runs.refundUnmatched(admitted).catch(() => undefined); // Temporal is away: the sweeper begins it
        await untilSettled(db, merchantId, admitted.refundId);
        const refund = await findRefund(db, merchantId, admitted.refundId);
        if (!refund) throw new Error(`refund ${admitted.refundId} is gone`);
        return { status: 201, body: viewRefund(refund) };
      },
    }),
  ];
}

/** How messages are shown, with who paid: it is sealed for their account. */
export function viewMessagesWith(vault: Vault) {
  /** Who paid, of a message that is verified. One that the release before received is read for it. */
  function payerOf({ accountId, gateway, credentials, channel, payer, sealed }: ListedMessage): Payer | null {
    if (payer !== null) return openPayer(vault, payer, accountId);
    if (sealed === null) return null;
    const raw = { channel, ...openRaw(vault, sealed, accountId) };
    const reading = GATEWAYS[gateway].readNotification(raw, openCredentials(vault, { accountId, credentials }));
    return reading.ok ? reading.hint.payer : null;
  }

  return (row: ListedMessage): z.input<typeof schemas.notification> => ({ ...viewMessage(row), payer: payerOf(row) });
}
