import { GatewayFailure } from '../port';
import type { GatewayContext, RefundAnswer, RefundLookup, RefundOrder } from '../port';
import { sameMoney } from '../../../workflows/domain/money';
import { INSUFFICIENT_FUND } from '../../../workflows/domain/refund';
import { unreachable } from '../../../workflows/domain/unreachable';
import { requestRevert } from './client';
import { refundOf } from './codec';
import type { KkiapayCredentials } from './credentials';
import { look, type Seen } from './lookup';

type Context = GatewayContext<KkiapayCredentials>;

/**
 * Gives a mobile-money payment back: whole, once, without its fee (KKiaPay, admin SDK, "Refund a transaction"). There is
 * no idempotency key, so it is always looked at first: what was given back already, by an earlier call or from KKiaPay's
 * dashboard, has succeeded. KKiaPay's SUCCESS is believed once the transaction itself says REVERTED.
 */
export async function refund(order: RefundOrder, context: Context): Promise<RefundAnswer> {
  if (!order.whole)
    return refused('partial_refund_not_supported', 'KKiaPay gives a payment back whole or not at all, and once');
  if (order.method !== null && order.method !== 'mobile_money')
    return refused('method_not_refundable', `KKiaPay gives mobile money back, and this was paid by ${order.method}`);

  const seen = await look(order.capture, context).catch(forThisCallOnly(order));
  const settled = settle(order, seen);
  if (settled !== 'to_be_reverted') return settled.answer;

  // After this point money may move.
  const credentials = seen.answer === 'transaction' ? seen.credentials : context.credentials;
  const word = await requestRevert(order.capture, credentials, context);
  switch (word) {
    case 'SUCCESS':
      return confirm(order, context);
    case 'INSUFFICIENT_FUND':
      // It is the merchant's balance that is too low: nothing has moved, and the refund waits for it to be filled.
      return { status: 'pending', reference: null, reason: INSUFFICIENT_FUND };
    case 'TRANSACTION_NOT_ELIGIBLE':
      return eligibleNoMore(order, context);
    case 'INVALID_TRANSACTION_TYPE':
    case 'INVALID_TRANSACTION':
    case 'TRANSACTION_NOT_FOUND':
      return refused(word.toLowerCase(), `KKiaPay does not give this transaction back: ${word}`);
    default:
      throw new GatewayFailure({
        code: 'unknown_word',
        message: `asking KKiaPay to give back the transaction ${order.capture}: it answered ${word}, which says neither yes nor no`,
      });
  }
}

/**
 * What became of a refund. KKiaPay gives no reference of its own: what it has accepted goes by the transaction's, and is done
 * once the transaction says REVERTED.
 */
export async function lookUpRefund(order: RefundOrder, context: Context): Promise<RefundLookup> {
  const seen = await look(order.capture, context);
  switch (seen.answer) {
    case 'transaction': {
      const { standing } = seen.transaction;
      if (standing === 'reverted') return isOfAnother(order) ? { status: 'none' } : succeeded(order);
      if (standing === 'unknown') throw unclear(order, 'the transaction is in a state that nobody knows', 'no');
      return order.reference === null ? { status: 'none' } : notDoneYet(order);
    }
    case 'not_found':
    case 'not_a_payment':
    case 'of_another_merchant':
      if (order.reference === null) return { status: 'none' };
      throw unclear(order, 'it had accepted the refund, and shows no such payment', 'no');
    case 'other_transaction':
      throw unclear(order, 'it answered about another one', 'no');
    default:
      return unreachable(seen);
  }
}

/** A payment is given back once, so what is told of as another refund leaves nothing for this one. */
function isOfAnother({ capture, known }: RefundOrder): boolean {
  return known.some(({ reference }) => reference === capture);
}

/** What a look at the captured money says before anything is asked of KKiaPay. */
function settle(order: RefundOrder, seen: Seen): 'to_be_reverted' | { readonly answer: RefundAnswer } {
  switch (seen.answer) {
    case 'not_found':
      return { answer: refused('transaction_not_found', 'KKiaPay does not know this transaction') };
    case 'not_a_payment':
      return { answer: refused('not_a_payment', 'KKiaPay says that this is a payout, and no payment') };
    case 'of_another_merchant':
      return {
        answer: refused('invalid_transaction', 'KKiaPay says that this transaction belongs to another merchant'),
      };
    case 'other_transaction':
      throw unclear(order, 'it answered about another one', order.again ? 'perhaps' : 'no');
    case 'transaction': {
      const { standing, source, money } = seen.transaction;
      if (standing === 'reverted')
        return {
          answer: isOfAnother(order)
            ? refused('transaction_not_eligible', 'KKiaPay has given this transaction back already')
            : succeeded(order),
        };
      if (standing === 'unknown')
        throw unclear(order, 'the transaction is in a state that nobody knows', order.again ? 'perhaps' : 'no');
      if (standing !== 'success')
        return { answer: refused('transaction_not_eligible', `KKiaPay says that this transaction is ${standing}`) };
      if (source !== 'MOBILE_MONEY')
        return {
          answer: refused(
            'method_not_refundable',
            `KKiaPay gives mobile money back, and this was paid by ${source || 'something else'}`,
          ),
        };
      if (money === null || !sameMoney(money, order.money))
        return { answer: refused('partial_refund_not_supported', 'KKiaPay would give back another sum than this') };
      return 'to_be_reverted';
    }
    default:
      return unreachable(seen);
  }
}

/** KKiaPay said SUCCESS, so a look that fails or sees no change yet leaves the refund accepted and not done. */
async function confirm(order: RefundOrder, context: Context): Promise<RefundAnswer> {
  const isDone = await isReverted(order, context).catch((failure: unknown) => {
    if (failure instanceof GatewayFailure) return false;
    throw failure;
  });
  return isDone ? succeeded(order) : notDoneYet(order);
}

function notDoneYet({ capture }: RefundOrder): RefundAnswer {
  return { status: 'pending', reference: capture, reason: 'not_reverted_yet' };
}

/** Already given back, or not to be given back: KKiaPay has one word for both. What it had accepted is still on its way. */
async function eligibleNoMore(order: RefundOrder, context: Context): Promise<RefundAnswer> {
  if (await isReverted(order, context).catch(leaveOpen)) return succeeded(order);
  if (order.reference !== null) return notDoneYet(order);
  return refused('transaction_not_eligible', 'KKiaPay says that this transaction cannot be given back');
}

async function isReverted({ capture }: RefundOrder, context: Context): Promise<boolean> {
  const seen = await look(capture, context);
  return seen.answer === 'transaction' && seen.transaction.standing === 'reverted';
}

/** A look moves nothing, but before a repeated refund it leaves open what the earlier call has moved. */
function forThisCallOnly({ again }: RefundOrder): (failure: unknown) => never {
  return (failure) => {
    if (again) leaveOpen(failure);
    throw failure;
  };
}

function leaveOpen(failure: unknown): never {
  if (!(failure instanceof GatewayFailure)) throw failure;
  const { code, message, retry } = failure;
  throw new GatewayFailure({ code, message, retry, moved: 'perhaps', cause: failure });
}

function unclear({ capture }: RefundOrder, why: string, moved: 'no' | 'perhaps'): GatewayFailure {
  return new GatewayFailure({
    code: 'refund_unclear',
    message: `asking KKiaPay for the transaction ${capture}: ${why}`,
    moved,
  });
}

function succeeded({ refundId, capture, money }: RefundOrder): RefundAnswer {
  return { status: 'succeeded', fact: { ...refundOf(capture, money), refundId } };
}

function refused(reason: string, detail: string): RefundAnswer {
  return { status: 'refused', reason, detail };
}
