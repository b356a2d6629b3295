import { z } from 'zod';
import type { Message } from '../message';
import { Refusal } from '../refusal';
import { readAmount, writeAmount } from './amounts';
import { happen, tell, type EventDeps } from './events';
import { giveBack, settleRefund } from './giving-back';
import { CAME, CASE_TYPES, PENDING_REFUNDS, type Case, type Movement, type Payment } from './payments';
import { isRefund, sumsOf } from './sums';

const word = z.string().min(1).max(60);
const amount = z.string().min(1).max(20);
const caseId = z.string().optional();

/**
 * What happens to a payment after the money came, in the words of a person. Amounts are PayPal's decimal text, without sign; what
 * is left out is all that is left or held, and no fee. Without an id, a refund or a case is the newest.
 */
export const storyOrder = z.discriminatedUnion('kind', [
  /** The seller gives back at PayPal's pages. `status` PENDING: it is on its way, and nothing is told yet. */
  z.strictObject({
    kind: z.literal('refund'),
    amount: amount.optional(),
    fee: amount.optional(),
    status: z.enum(['COMPLETED', 'PENDING']).optional(),
    reason: z.enum(PENDING_REFUNDS).optional(),
    /** PayPal calls some refunds a reversal, whose reason is `refund`. */
    told: z.enum(['as_refund', 'as_reversal']).optional(),
  }),
  /** A refund on its way ends; or one that had arrived fails after all. */
  z.strictObject({
    kind: z.literal('settle_refund'),
    status: z.enum(['COMPLETED', 'FAILED']),
    refundId: z.string().optional(),
  }),
  /** Money is taken back, and held. */
  z.strictObject({
    kind: z.literal('reverse'),
    amount: amount.optional(),
    fee: amount.optional(),
    reason: word.optional(),
  }),
  z.strictObject({ kind: z.literal('dispute'), caseType: word.optional(), reason: word.optional() }),
  /** The same case once more, with the next type. */
  z.strictObject({ kind: z.literal('escalate'), caseType: word.optional(), reason: word.optional(), caseId }),
  /** The seller's: what is held comes back, also without a case; without an open one also what was lost. `fee` is charged again. */
  z.strictObject({ kind: z.literal('win'), amount: amount.optional(), fee: amount.optional(), caseId }),
  /** The buyer's: what is held is kept, or only `amount` of it; where nothing is held, it is taken. */
  z.strictObject({ kind: z.literal('lose'), amount: amount.optional(), caseId }),
  z.strictObject({ kind: z.literal('withdraw'), caseId }),
]);
export type StoryOrder = z.output<typeof storyOrder>;

/** Lets it happen. The last message that tells of it; null where PayPal tells nothing, or has no address to tell it. */
export function play(payment: Payment, story: StoryOrder, deps: EventDeps): Message | null {
  switch (story.kind) {
    case 'refund':
      return refund(payment, story, deps);
    case 'settle_refund': {
      const movement = findRefund(payment, story.refundId);
      const canBounce = movement.state === 'Completed' && story.status === 'FAILED';
      refuseUnless(movement.state === 'Pending' || canBounce, payment, `has no refund on its way ${movement.txnId}`);
      return settleRefund(payment, movement, story.status === 'COMPLETED' ? 'Completed' : 'Failed', deps);
    }
    case 'reverse': {
      const units = unitsOfLeft(payment, story.amount);
      const isByBank = openCase(payment, undefined)?.type === 'chargeback';
      return move('Reversed', units, story.reason ?? (isByBank ? 'chargeback' : 'buyer-complaint'), story.fee);
    }
    case 'dispute': {
      refuseUnless(CAME.has(payment.standing.status), payment, NOT_PAID);
      return happen(payment, { status: 'new_case', caseType: story.caseType, reasonCode: story.reason }, deps);
    }
    case 'escalate': {
      const found = needCase(payment, story.caseId);
      found.type = story.caseType ?? nextType(found.type);
      found.reasonCode = story.reason ?? found.reasonCode;
      const { id, type, reasonCode, at } = found;
      return tell(payment, { kind: 'case', caseId: id, caseType: type, reasonCode, openedAt: at }, deps);
    }
    case 'win': {
      const { held, lost } = sumsOf(payment);
      const found = openCase(payment, story.caseId);
      const usual = held || (found === undefined ? lost : 0);
      const units = story.amount === undefined ? usual : read(story.amount, 'amount', payment);
      refuseUnless(units > 0 || found !== undefined, payment, 'has no open case, and nothing of it is held');
      end(found ?? payment.cases.findLast(({ outcome }) => outcome === 'lost'), 'won');
      const reasonCode = found?.type === 'chargeback' ? 'chargeback_reimbursement' : 'other';
      return units === 0 ? null : move('Canceled_Reversal', units, reasonCode, story.fee);
    }
    case 'lose': {
      const { held, left } = sumsOf(payment);
      const most = held || left;
      const found = openCase(payment, story.caseId);
      const units = story.amount === undefined ? most : read(story.amount, 'amount', payment);
      refuseUnless(units > 0 && units <= most, payment, `has ${text(most, payment)} that can be lost`);
      end(found, 'lost');
      if (held > units) move('Canceled_Reversal', held - units, 'other');
      return move('adjustment', units, found?.type === 'chargeback' ? 'chargeback_settlement' : 'other');
    }
    case 'withdraw': {
      const { held } = sumsOf(payment);
      end(needCase(payment, story.caseId), 'withdrawn');
      return held === 0 ? null : move('Canceled_Reversal', held, 'other');
    }
  }

  function move(status: string, units: number, reasonCode: string, fee?: string): Message | null {
    return happen(payment, { status, reasonCode, amount: text(units, payment), fee }, deps);
  }
}

const NOT_PAID = 'is not completed';

function refund(payment: Payment, story: Extract<StoryOrder, { kind: 'refund' }>, deps: EventDeps): Message | null {
  const units = unitsOfLeft(payment, story.amount);
  const feeReturned = story.fee === undefined ? 0 : read(story.fee, 'fee', payment);
  if (story.told === 'as_reversal') {
    const order = { amount: text(units, payment), fee: text(feeReturned, payment) };
    return happen(payment, { status: 'Reversed', reasonCode: 'refund', ...order }, deps);
  }
  const pendingReason = story.status === 'PENDING' ? (story.reason ?? 'echeck') : null;
  return giveBack(payment, { units, feeReturned, pendingReason }, deps).message;
}

/** What is asked for of what the seller still has; without an amount all of it. */
function unitsOfLeft(payment: Payment, asked: string | undefined): number {
  refuseUnless(CAME.has(payment.standing.status), payment, NOT_PAID);
  const { left } = sumsOf(payment);
  const units = asked === undefined ? left : read(asked, 'amount', payment);
  if (units > 0 && units <= left) return units;
  throw new Refusal(409, 'nothing_left', `${text(left, payment)} is left of ${payment.txnId}`);
}

function findRefund({ txnId, movements }: Payment, id: string | undefined): Movement {
  const refunds = movements.filter(isRefund);
  const found = id === undefined ? refunds.at(-1) : refunds.find((movement) => movement.txnId === id);
  if (found) return found;
  throw new Refusal(404, 'not_found', `${txnId} has no refund ${id ?? ''}`.trim());
}

/** The open case with this id, or the newest; undefined where none is open. */
function openCase({ cases }: Payment, id: string | undefined): Case | undefined {
  return cases.findLast((one) => one.outcome === null && (id === undefined || one.id === id));
}

function needCase(payment: Payment, id: string | undefined): Case {
  const found = openCase(payment, id);
  if (found) return found;
  throw new Refusal(409, 'not_possible', `${payment.txnId} has no open case ${id ?? ''}`.trim());
}

function end(found: Case | undefined, outcome: NonNullable<Case['outcome']>): void {
  if (found) found.outcome = outcome;
}

function nextType(type: string): string {
  const at = CASE_TYPES.findIndex((one) => one === type);
  return CASE_TYPES[at + 1] ?? type;
}

function refuseUnless(is: boolean, { txnId }: Payment, otherwise: string): void {
  if (!is) throw new Refusal(409, 'not_possible', `${txnId} ${otherwise}`);
}

function read(asked: string, name: string, { form: { currency } }: Payment): number {
  const units = readAmount(asked, currency);
  if (units === null || units < 0)
    throw new Refusal(400, 'invalid_request', `${name} "${asked}" is not an amount of ${currency}`);
  return units;
}

function text(units: number, { form }: Payment): string {
  return writeAmount(units, form.currency);
}
