import { z } from 'zod';
import { readAmount } from '../../paypal-standard/amounts';
import { giveBack } from '../giving-back';
import { readPositiveMoney } from '../money';
import type { NextAnswers } from '../next-answers';
import type { BillingAgreement, Capture, Orders, Refund } from '../orders';
import { OlderProblem } from '../problem';
import type { RequestIds } from '../request-ids';
import { readBody, type Call, type Reply } from '../rest';
import { sumsOf } from '../sums';
import type { TakingDeps } from '../taking';
import { viewSale, viewSaleRefund } from './sale-views';
import { isOf } from './subscriptions';

export interface SalesApiDeps extends TakingDeps {
  readonly orders: Orders;
  readonly requestIds: RequestIds<Refund>;
  readonly nextAnswers: NextAnswers;
}

const refundShape = z.object({
  amount: z.object({ total: z.string().min(1).max(32), currency: z.string().length(3) }).optional(),
  invoice_number: z.string().min(1).max(127).optional(),
  description: z.string().min(1).max(255).optional(),
});

/** `GET /v1/payments/sale/:id`. */
export function getSale(call: Call<{ id: string }>, deps: SalesApiDeps): Reply {
  const { sale, agreement } = find(call, deps);
  return { status: 200, body: viewSale(sale, agreement.id) };
}

/** `GET /v1/payments/refund/:id`. */
export function getSaleRefund(call: Call<{ id: string }>, { orders }: SalesApiDeps): Reply {
  const refund = orders.refund(call.params.id);
  if (refund === undefined || refund.capture.order.agreement === null || !isOf(refund.capture.order, call))
    throw unknown();
  return { status: 200, body: viewSaleRefund(refund) };
}

/** `POST /v1/payments/sale/:id/refund`: of a part, or of all that is left. */
export function refundSale(call: Call<{ id: string }>, deps: SalesApiDeps): Reply {
  const before = deps.requestIds.recall(call, 'refund');
  if (before !== undefined) return { status: 200, body: viewSaleRefund(before) };
  const { sale } = find(call, deps);
  const asked = readBody(refundShape, call.body);
  const units = unitsToRefund(sale, asked.amount);
  const next = deps.nextAnswers.take('refund');
  if (next?.issue !== undefined) throw new OlderProblem(400, next.issue, 'The request was refused.');

  // After this point the money is given back.
  const refund = giveBack(
    sale,
    {
      units,
      feeReturned: readAmount(next?.feeReturned ?? '0', sale.amount.currency) ?? 0,
      invoiceId: asked.invoice_number ?? null,
      note: asked.description ?? null,
      ...(next?.refund !== undefined && { standing: next.refund }),
    },
    deps,
  );
  if (next?.isForgotten !== true) deps.requestIds.remember(call, 'refund', refund);
  return { status: 201, body: viewSaleRefund(refund) };
}

function find(call: Call<{ id: string }>, { orders }: SalesApiDeps): { sale: Capture; agreement: BillingAgreement } {
  const sale = orders.capture(call.params.id);
  const agreement = sale?.order.agreement ?? null;
  if (sale === undefined || agreement === null || !isOf(sale.order, call)) throw unknown();
  return { sale, agreement };
}

function unknown(): OlderProblem {
  return new OlderProblem(404, 'INVALID_RESOURCE_ID', 'Requested resource ID was not found.');
}

function refused(why: string): OlderProblem {
  return new OlderProblem(400, 'TRANSACTION_REFUSED', `The request was refused. ${why}`);
}

function unitsToRefund(sale: Capture, amount: z.output<typeof refundShape>['amount']): number {
  if (sale.standing.status !== 'COMPLETED') throw refused('No money has arrived that could be given back.');
  const { left, held, lost } = sumsOf(sale);
  if (left <= 0 && held + lost > 0) throw refused('The money was taken back.');
  if (left <= 0)
    throw new OlderProblem(
      400,
      'TRANSACTION_ALREADY_REFUNDED',
      'Refund refused. Refund was already issued for transaction.',
    );
  if (amount === undefined) return left;
  const { units, currency } = readPositiveMoney({ currency_code: amount.currency, value: amount.total }, '/amount');
  if (currency !== sale.amount.currency) throw refused('The currency is not that of the sale.');
  if (units > left)
    throw new OlderProblem(
      400,
      'REFUND_EXCEEDED_TRANSACTION_AMOUNT',
      'Refund refused. Refund was attempted for an amount greater than the transaction.',
    );
  const isDisputed = sale.disputes.some(({ outcome }) => outcome === null);
  if (isDisputed && units < left) throw refused('While a case is open, all that is left is given back, or nothing.');
  return units;
}
