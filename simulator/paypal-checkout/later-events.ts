import { z } from 'zod';
import { readAmount, writeAmount } from '../paypal-standard/amounts';
import { Refusal } from '../refusal';
import { COMPLETED } from './buyers';
import { leftOf, type Capture, type Dispute, type Refund } from './orders';
import { giveBack, openDispute, resolveDispute, restate, settleRefund, type TakingDeps } from './taking';

const word = z.string().min(1).max(60);
const amount = z.string().min(1).max(20);

/** What can happen to a capture later. Amounts are PayPal's decimal text, without sign; what is left out is all that is left, and no fee. */
export const laterEventOrder = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('complete') }),
  z.strictObject({ kind: z.literal('deny'), reason: word.optional() }),
  /** The seller gives back at PayPal's pages. `status` PENDING: it is on its way. */
  z.strictObject({
    kind: z.literal('refund'),
    amount: amount.optional(),
    fee: amount.optional(),
    status: z.enum(['COMPLETED', 'PENDING']).optional(),
  }),
  /** PayPal takes back. */
  z.strictObject({ kind: z.literal('reverse'), amount: amount.optional(), fee: amount.optional() }),
  /** A pending refund ends. Without an id: the newest. */
  z.strictObject({
    kind: z.literal('settle_refund'),
    status: z.enum(['COMPLETED', 'FAILED', 'CANCELLED']),
    refundId: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('dispute'), reason: word.optional(), amount: amount.optional() }),
  /** Without an id: the newest. */
  z.strictObject({ kind: z.literal('resolve_dispute'), outcome: word.optional(), disputeId: z.string().optional() }),
]);
export type LaterEventOrder = z.output<typeof laterEventOrder>;

/** Lets something happen to a capture, and tells the app. Refuses what PayPal's own pages would not offer. */
export function happenLater(
  capture: Capture,
  order: LaterEventOrder,
  deps: TakingDeps,
): { refund: Refund | null; dispute: Dispute | null } {
  switch (order.kind) {
    case 'complete':
      refuseUnless(capture.standing.status === 'PENDING', capture, 'is not pending');
      restate(capture, COMPLETED, deps);
      return NOTHING_NEW;
    case 'deny':
      refuseUnless(capture.standing.status === 'PENDING', capture, 'is not pending');
      restate(capture, { status: 'DECLINED', reason: order.reason ?? null }, deps);
      return NOTHING_NEW;
    case 'refund':
    case 'reverse': {
      refuseUnless(capture.standing.status === 'COMPLETED', capture, 'is not completed');
      const left = leftOf(capture);
      const units = order.amount === undefined ? left : read(order.amount, 'amount', capture);
      if (units <= 0 || units > left) {
        throw new Refusal(
          409,
          'nothing_left',
          `${writeAmount(left, capture.amount.currency)} is left of ${capture.id}`,
        );
      }
      const feeReturned = order.fee === undefined ? 0 : read(order.fee, 'fee', capture);
      const status = order.kind === 'refund' ? (order.status ?? 'COMPLETED') : 'COMPLETED';
      const standing = { status, reason: status === 'PENDING' ? 'ECHECK' : null };
      const kind = order.kind === 'refund' ? 'refund' : 'reversal';
      return { refund: giveBack(capture, { kind, units, feeReturned, standing }, deps), dispute: null };
    }
    case 'settle_refund': {
      const refund = newest(capture.refunds, order.refundId, 'refund');
      refuseUnless(refund.standing.status === 'PENDING', capture, `has no pending refund ${refund.id}`);
      settleRefund(refund, order.status, deps);
      return { refund, dispute: null };
    }
    case 'dispute': {
      refuseUnless(capture.standing.status === 'COMPLETED', capture, 'is not completed');
      const units = order.amount === undefined ? capture.amount.units : read(order.amount, 'amount', capture);
      const reason = order.reason ?? 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED';
      return { refund: null, dispute: openDispute(capture, reason, units, deps) };
    }
    case 'resolve_dispute': {
      const dispute = newest(capture.disputes, order.disputeId, 'dispute');
      resolveDispute(dispute, order.outcome ?? 'RESOLVED_SELLER_FAVOUR', deps);
      return { refund: null, dispute };
    }
  }
}

const NOTHING_NEW = { refund: null, dispute: null };

function refuseUnless(is: boolean, { id }: Capture, otherwise: string): void {
  if (!is) throw new Refusal(409, 'not_possible', `${id} ${otherwise}`);
}

function newest<T extends { readonly id: string }>(all: readonly T[], id: string | undefined, what: string): T {
  const found = id === undefined ? all.at(-1) : all.find((one) => one.id === id);
  if (found === undefined) throw new Refusal(404, 'not_found', `there is no ${what} ${id ?? ''}`.trim());
  return found;
}

function read(text: string, name: string, { amount: { currency } }: Capture): number {
  const units = readAmount(text, currency);
  if (units === null || units < 0)
    throw new Refusal(400, 'invalid_request', `${name} "${text}" is not an amount of ${currency}`);
  return units;
}
