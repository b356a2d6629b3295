import { z } from 'zod';
import { readAmount, writeAmount } from '../paypal-standard/amounts';
import { Refusal } from '../refusal';
import { COMPLETED } from './buyers';
import { chargeFee, heldUnder, moveOn, openDispute, resolveDispute } from './disputing';
import { giveBack, settleRefund, takeBack, TELLINGS } from './giving-back';
import { STAGES, type Capture, type Dispute, type Refund, type Stage } from './orders';
import { sumsOf } from './sums';
import { restate, type TakingDeps } from './taking';

const word = z.string().min(1).max(60);
const amount = z.string().min(1).max(20);
const stage = z.enum(STAGES);
const channel = z.enum(['INTERNAL', 'EXTERNAL']);
const disputeId = z.string().optional();

/**
 * What can happen to a capture later. Amounts are PayPal's decimal text, without sign; what is left out is all that is left,
 * and no fee. Without an id, a refund or a case is the newest.
 */
export const laterEventOrder = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('complete') }),
  z.strictObject({ kind: z.literal('deny'), reason: word.optional() }),
  /** The seller gives back at PayPal's pages. `status` PENDING: it is on its way. */
  z.strictObject({
    kind: z.literal('refund'),
    amount: amount.optional(),
    fee: amount.optional(),
    status: z.enum(['COMPLETED', 'PENDING']).optional(),
    told: z.enum(TELLINGS).optional(),
  }),
  /** A refund on its way ends; or one that had arrived fails after all. */
  z.strictObject({
    kind: z.literal('settle_refund'),
    status: z.enum(['COMPLETED', 'FAILED', 'CANCELLED']),
    refundId: z.string().optional(),
  }),
  /** PayPal takes back, and holds. It is the money of the open case, where there is one. */
  z.strictObject({ kind: z.literal('reverse'), amount: amount.optional(), fee: amount.optional() }),
  z.strictObject({
    kind: z.literal('dispute'),
    reason: word.optional(),
    amount: amount.optional(),
    stage: stage.optional(),
    channel: channel.optional(),
  }),
  /** To the next stage, unless another is named; or only another status, claim or channel. */
  z.strictObject({
    kind: z.literal('escalate'),
    stage: stage.optional(),
    channel: channel.optional(),
    status: word.optional(),
    amount: amount.optional(),
    disputeId,
  }),
  z.strictObject({
    kind: z.literal('dispute_fee'),
    amount,
    reason: word.optional(),
    currency: z.string().length(3).optional(),
    disputeId,
  }),
  /** The seller's: all that is held comes back. */
  z.strictObject({ kind: z.literal('win'), disputeId }),
  /** The buyer's: what is claimed is taken now, unless it is held already. `amount`: only so much is the buyer's. */
  z.strictObject({
    kind: z.literal('lose'),
    amount: amount.optional(),
    outcome: z.enum(['RESOLVED_BUYER_FAVOUR', 'ACCEPTED']).optional(),
    disputeId,
  }),
  z.strictObject({ kind: z.literal('withdraw'), disputeId }),
  /** Ends a case in any word, also one that had ended. No money is taken by it. */
  z.strictObject({
    kind: z.literal('resolve_dispute'),
    outcome: word.optional(),
    amount: amount.optional(),
    disputeId,
  }),
]);
export type LaterEventOrder = z.output<typeof laterEventOrder>;

/** What an event made or moved. */
export interface LaterOutcome {
  readonly refund: Refund | null;
  readonly dispute: Dispute | null;
}

/** Lets something happen to a capture, and tells the app. Refuses what PayPal's own pages would not offer. */
export function happenLater(capture: Capture, order: LaterEventOrder, deps: TakingDeps): LaterOutcome {
  const { currency } = capture.amount;
  switch (order.kind) {
    case 'complete':
      refuseUnless(capture.standing.status === 'PENDING', capture, 'is not pending');
      restate(capture, COMPLETED, deps);
      return NOTHING_NEW;
    case 'deny':
      refuseUnless(capture.standing.status === 'PENDING', capture, 'is not pending');
      restate(capture, { status: 'DECLINED', reason: order.reason ?? null }, deps);
      return NOTHING_NEW;
    case 'refund': {
      const units = unitsOfLeft(capture, order.amount);
      const feeReturned = order.fee === undefined ? 0 : read(order.fee, 'fee', currency);
      const status = order.status ?? 'COMPLETED';
      const standing = { status, reason: status === 'PENDING' ? 'ECHECK' : null };
      return { ...NOTHING_NEW, refund: giveBack(capture, { units, feeReturned, standing }, deps, order.told) };
    }
    case 'settle_refund': {
      const given = capture.refunds.filter(({ reversal }) => reversal === null);
      const refund = newest(given, order.refundId, 'refund');
      const { status } = refund.standing;
      const canBounce = status === 'COMPLETED' && order.status === 'FAILED';
      refuseUnless(status === 'PENDING' || canBounce, capture, `has no pending refund ${refund.id}`);
      settleRefund(refund, order.status, deps);
      return { ...NOTHING_NEW, refund };
    }
    case 'reverse': {
      const units = unitsOfLeft(capture, order.amount);
      const feeReturned = order.fee === undefined ? 0 : read(order.fee, 'fee', currency);
      const dispute = capture.disputes.findLast(({ outcome }) => outcome === null) ?? null;
      const refund = takeBack(capture, { units, feeReturned }, deps);
      dispute?.reversals.push(refund);
      return { refund, dispute };
    }
    case 'dispute': {
      refuseUnless(capture.standing.status === 'COMPLETED', capture, 'is not completed');
      const units = order.amount === undefined ? capture.amount.units : read(order.amount, 'amount', currency);
      const reason = order.reason ?? 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED';
      const asked = { reason, units, stage: order.stage ?? 'INQUIRY', channel: order.channel ?? 'INTERNAL' };
      return { ...NOTHING_NEW, dispute: openDispute(capture, asked, deps) };
    }
    case 'escalate': {
      const dispute = newestOpen(capture, order.disputeId);
      const isOnlyRestated = order.status !== undefined || order.amount !== undefined || order.channel !== undefined;
      const change = {
        stage: order.stage ?? (isOnlyRestated ? dispute.stage : nextStage(dispute.stage)),
        ...(order.channel !== undefined && { channel: order.channel }),
        ...(order.status !== undefined && { status: order.status }),
        ...(order.amount !== undefined && { units: read(order.amount, 'amount', currency) }),
      };
      moveOn(dispute, change, deps);
      return { ...NOTHING_NEW, dispute };
    }
    case 'dispute_fee': {
      const dispute = newest(capture.disputes, order.disputeId, 'dispute');
      const charged = order.currency ?? currency;
      const money = { units: read(order.amount, 'amount', charged), currency: charged };
      const usual = dispute.channel === 'EXTERNAL' ? 'CHARGEBACK_FEE' : 'DISPUTE_FEE';
      chargeFee(dispute, { money, reason: order.reason ?? usual }, deps);
      return { ...NOTHING_NEW, dispute };
    }
    case 'win': {
      const dispute = newestOpen(capture, order.disputeId);
      resolveDispute(dispute, 'RESOLVED_SELLER_FAVOUR', null, deps);
      return { ...NOTHING_NEW, dispute };
    }
    case 'lose':
      return lose(newestOpen(capture, order.disputeId), order, deps);
    case 'withdraw': {
      const dispute = newestOpen(capture, order.disputeId);
      resolveDispute(dispute, 'CANCELED_BY_BUYER', null, deps);
      return { ...NOTHING_NEW, dispute };
    }
    case 'resolve_dispute': {
      const dispute = newest(capture.disputes, order.disputeId, 'dispute');
      const refunded = order.amount === undefined ? null : read(order.amount, 'amount', currency);
      resolveDispute(dispute, order.outcome ?? 'RESOLVED_SELLER_FAVOUR', refunded, deps);
      return { ...NOTHING_NEW, dispute };
    }
  }
}

const NOTHING_NEW = { refund: null, dispute: null };

/** Whoever wins a case is paid: what is not held yet is taken first. */
function lose(dispute: Dispute, order: Extract<LaterEventOrder, { kind: 'lose' }>, deps: TakingDeps): LaterOutcome {
  const { capture } = dispute;
  const asked = order.amount === undefined ? null : read(order.amount, 'amount', capture.amount.currency);
  const held = heldUnder(dispute);
  const toTake = held > 0 ? 0 : Math.min(asked ?? dispute.units, sumsOf(capture).left);
  const refund = toTake > 0 ? takeBack(capture, { units: toTake }, deps) : null;
  if (refund !== null) dispute.reversals.push(refund);
  resolveDispute(dispute, order.outcome ?? 'RESOLVED_BUYER_FAVOUR', asked, deps);
  return { refund, dispute };
}

/** What is asked for of what the seller still has; without an amount all of it. */
function unitsOfLeft(capture: Capture, text: string | undefined): number {
  refuseUnless(capture.standing.status === 'COMPLETED', capture, 'is not completed');
  const { currency } = capture.amount;
  const { left } = sumsOf(capture);
  const units = text === undefined ? left : read(text, 'amount', currency);
  if (units > 0 && units <= left) return units;
  throw new Refusal(409, 'nothing_left', `${writeAmount(left, currency)} is left of ${capture.id}`);
}

function nextStage(from: Stage): Stage {
  return STAGES[STAGES.indexOf(from) + 1] ?? from;
}

function refuseUnless(is: boolean, { id }: Capture, otherwise: string): void {
  if (!is) throw new Refusal(409, 'not_possible', `${id} ${otherwise}`);
}

function newest<T extends { readonly id: string }>(all: readonly T[], id: string | undefined, what: string): T {
  const found = id === undefined ? all.at(-1) : all.find((one) => one.id === id);
  if (found === undefined) throw new Refusal(404, 'not_found', `there is no ${what} ${id ?? ''}`.trim());
  return found;
}

function newestOpen(capture: Capture, id: string | undefined): Dispute {
  const open = capture.disputes.filter(({ outcome }) => outcome === null);
  refuseUnless(open.length > 0, capture, 'has no open case');
  return newest(open, id, 'open case');
}

function read(text: string, name: string, currency: string): number {
  const units = readAmount(text, currency);
  if (units === null || units < 0)
    throw new Refusal(400, 'invalid_request', `${name} "${text}" is not an amount of ${currency}`);
  return units;
}
