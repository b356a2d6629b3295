import { z } from 'zod';
import { readAmount } from '../paypal-standard/amounts';
import { viewDispute } from './dispute-view';
import { giveBack } from './giving-back';
import { moneyShape, readPositiveMoney } from './money';
import type { NextAnswers } from './next-answers';
import type { Capture, Orders, Refund } from './orders';
import { notFound, Problem } from './problem';
import type { RequestIds } from './request-ids';
import { readBody, type Call, type Reply } from './rest';
import { sumsOf } from './sums';
import type { TakingDeps } from './taking';
import { viewCapture, viewRefund, viewRefundBriefly } from './views';

export interface CapturesApiDeps extends TakingDeps {
  readonly orders: Orders;
  readonly requestIds: RequestIds<Refund>;
  readonly nextAnswers: NextAnswers;
}

const refundShape = z.object({
  amount: moneyShape.optional(),
  invoice_id: z.string().min(1).max(127).optional(),
  custom_id: z.string().min(1).max(127).optional(),
  note_to_payer: z.string().min(1).max(255).optional(),
});

/** `GET /v2/payments/captures/:id`. */
export function getCapture(call: Call<{ id: string }>, deps: CapturesApiDeps): Reply {
  return { status: 200, body: viewCapture(find(call, deps)) };
}

/** `GET /v2/payments/refunds/:id`. */
export function getRefund(call: Call<{ id: string }>, { orders }: CapturesApiDeps): Reply {
  const refund = orders.refund(call.params.id);
  if (refund?.capture.order.clientId !== call.clientId) throw notFound();
  return { status: 200, body: viewRefund(refund) };
}

/** `GET /v1/customer/disputes/:id`. */
export function getDispute(call: Call<{ id: string }>, { orders }: CapturesApiDeps): Reply {
  const dispute = orders.dispute(call.params.id);
  if (dispute?.capture.order.clientId !== call.clientId) throw notFound();
  return { status: 200, body: viewDispute(dispute) };
}

/** `POST /v2/payments/captures/:id/refund`: of a part, or of all that is left. */
export function refundCapture(call: Call<{ id: string }>, deps: CapturesApiDeps): Reply {
  const before = deps.requestIds.recall(call, 'refund');
  if (before !== undefined) return show(before, 200, call);
  const capture = find(call, deps);
  const asked = readBody(refundShape, call.body);
  const units = unitsToRefund(capture, asked.amount);
  const next = deps.nextAnswers.take('refund');
  if (next?.issue !== undefined) throw new Problem(statusOf(next.issue), next.issue);

  // After this point the money is given back.
  const refund = giveBack(
    capture,
    {
      units,
      feeReturned: readAmount(next?.feeReturned ?? '0', capture.amount.currency) ?? 0,
      invoiceId: asked.invoice_id ?? null,
      customId: asked.custom_id ?? null,
      note: asked.note_to_payer ?? null,
      ...(next?.refund !== undefined && { standing: next.refund }),
    },
    deps,
  );
  if (next?.isForgotten !== true) deps.requestIds.remember(call, 'refund', refund);
  return show(refund, 201, call);
}

/** A repetition that comes while the first is still under way is a conflict; every other no is a matter of what was asked. */
function statusOf(issue: string): 409 | 422 {
  return issue === 'PREVIOUS_REQUEST_IN_PROGRESS' ? 409 : 422;
}

function find(call: Call<{ id: string }>, { orders }: CapturesApiDeps): Capture {
  const capture = orders.capture(call.params.id);
  if (capture?.order.clientId !== call.clientId) throw notFound();
  return capture;
}

function show(refund: Refund, status: number, call: Call<object>): Reply {
  return { status, body: call.wantsAll ? viewRefund(refund) : viewRefundBriefly(refund) };
}

function unitsToRefund(capture: Capture, amount: z.output<typeof moneyShape> | undefined): number {
  const { left, held, lost } = sumsOf(capture);
  switch (capture.standing.status) {
    case 'PENDING':
      throw new Problem(422, 'PENDING_CAPTURE', { description: 'Cannot initiate a refund as the capture is pending.' });
    case 'DECLINED':
      throw new Problem(422, 'TRANSACTION_REFUSED', { description: 'No money was captured.' });
    case 'COMPLETED':
  }
  if (left <= 0 && held + lost > 0) throw new Problem(422, 'REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK');
  if (left <= 0)
    throw new Problem(422, 'CAPTURE_FULLY_REFUNDED', { description: 'The capture has already been fully refunded.' });
  if (amount === undefined) return left;
  const { units, currency } = readPositiveMoney(amount, '/amount');
  if (currency !== capture.amount.currency)
    throw new Problem(422, 'REFUND_CAPTURE_CURRENCY_MISMATCH', { field: '/amount/currency_code' });
  if (units > left) throw new Problem(422, 'REFUND_AMOUNT_EXCEEDED', { field: '/amount/value' });
  const isDisputed = capture.disputes.some(({ outcome }) => outcome === null);
  if (isDisputed && units < left)
    throw new Problem(422, 'TRANSACTION_DISPUTED', { description: 'Partial refunds cannot be offered at this time.' });
  return units;
}
