import { z } from 'zod';
import type { GatewayAgreementFact } from '../../../workflows/domain/agreement';
import type { GatewayFact } from '../../../workflows/domain/fact';
import { isId } from '../../../workflows/domain/ids';
import {
  links,
  optional,
  readTime,
  resourceId,
  tellCapture,
  times,
  written,
  type Capture,
  type Refund,
  type Told,
} from './codec';

const ours = { custom: optional(z.string()), invoice_number: optional(z.string()) };

/** What a subscription collected, or an Express Checkout of old (Payments v1, "Show sale details"). */
export const saleResource = z.object({
  id: resourceId,
  state: z.string(),
  reason_code: optional(z.string()),
  amount: written,
  transaction_fee: written,
  billing_agreement_id: optional(resourceId),
  parent_payment: optional(resourceId),
  ...ours,
  ...times,
});

/** Money of a sale that was given or taken back (Payments v1, "Show refund details"). */
export const saleRefundResource = z.object({
  id: resourceId,
  state: z.string(),
  refund_reason_code: optional(z.string()),
  reason_code: optional(z.string()),
  amount: written,
  refund_from_transaction_fee: written,
  sale_id: optional(resourceId),
  links,
  ...ours,
  ...times,
});

/** What a sale may belong to (Payments v1, "Show payment details"); its refunds stand beside it. */
export const parentPaymentResource = z.object({
  transactions: z.array(z.object({ related_resources: z.array(z.object({ refund: z.unknown().optional() })) })),
});

type Sale = z.output<typeof saleResource>;
type SaleRefund = z.output<typeof saleRefundResource>;

/** What a sale says of its money, and of the agreement that collected it. */
export function tellSale(sale: Sale): Told {
  const told = tellCapture(captureOf(sale));
  const { billing_agreement_id: agreement } = sale;
  if (agreement === undefined) return told;
  return {
    ...told,
    references: [sale.id, agreement],
    agreement: {
      agreementId: agreementIdOf(sale.custom),
      reference: agreement,
      facts: lossesIn(told.facts, readTime(sale.create_time)),
    },
  };
}

/** A sale in the form of a capture, which says the same in other words. */
function captureOf(sale: Sale): Capture {
  const status = sale.state.toUpperCase();
  return {
    id: sale.id,
    status,
    status_details: { reason: sale.reason_code },
    amount: moneyOf(sale.amount),
    seller_receivable_breakdown: breakdownOf(status, moneyOf(sale.transaction_fee)),
    custom_id: sale.custom,
    invoice_id: sale.invoice_number,
    create_time: sale.create_time,
    update_time: sale.update_time,
  };
}

/** What PayPal kept of the money. What a subscription collected and was given back had come, whether PayPal still shows its fee or not. */
export function breakdownOf(status: string, fee: unknown): Capture['seller_receivable_breakdown'] {
  if (fee !== undefined && fee !== null) return { paypal_fee: fee };
  return status === 'REFUNDED' ? {} : undefined;
}

/**
 * Money of an instalment that did not come, told to its agreement. `triedAt`: when it was tried; that it failed may be known
 * days later, in another instalment's time.
 */
export function lossesIn(facts: readonly GatewayFact[], triedAt: string | null): readonly GatewayAgreementFact[] {
  return facts.flatMap((fact) =>
    fact.kind === 'payment_failed'
      ? {
          kind: 'collection_failed',
          gatewayReference: fact.gatewayReference,
          qualifier: '',
          occurredAt: triedAt ?? fact.occurredAt,
          reason: fact.reason,
          nextAttemptOn: null,
        }
      : [],
  );
}

/** A sale's refund in the form of a capture's. */
export function refundOf(refund: SaleRefund): Refund {
  const bySale = refund.links?.find(({ rel }) => rel === 'sale')?.href ?? '';
  const parent = refund.sale_id ?? /\/sale\/([A-Za-z0-9-]{1,64})$/.exec(bySale)?.[1];
  const fee = moneyOf(refund.refund_from_transaction_fee);
  return {
    id: refund.id,
    status: refund.state.toUpperCase(),
    status_details: { reason: refund.refund_reason_code ?? refund.reason_code },
    amount: moneyOf(withoutSign(refund.amount)),
    seller_payable_breakdown: { paypal_fee: fee },
    supplementary_data: parent === undefined ? undefined : { related_ids: { capture_id: parent } },
    custom_id: refund.custom,
    invoice_id: refund.invoice_number,
    create_time: refund.create_time,
    update_time: refund.update_time,
  };
}

/** Our agreement's id, if the text has its shape. */
export function agreementIdOf(echoed: string | undefined): string | null {
  return echoed !== undefined && isId('agr', echoed) ? echoed : null;
}

const sum = z.object({ total: z.string(), currency: z.string() });
const fee = z.object({ value: z.string(), currency: z.string() });

/** A sum in the form that captures have, or what stands in its place. */
function moneyOf(amount: unknown): unknown {
  const total = sum.safeParse(amount).data;
  if (total) return { currency_code: total.currency, value: total.total };
  const kept = fee.safeParse(amount).data;
  return kept ? { currency_code: kept.currency, value: kept.value } : amount;
}

/** What goes back is written below zero now and then (PayPal's sample of `PAYMENT.SALE.REVERSED`); the resource has the direction. */
function withoutSign(amount: unknown): unknown {
  const total = sum.safeParse(amount).data;
  return total ? { ...total, total: total.total.replace(/^-/, '') } : amount;
}
