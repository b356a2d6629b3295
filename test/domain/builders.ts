import type { Fact, GatewayFact, OwnFact } from '../../workflows/domain/fact';
import type { Money } from '../../workflows/domain/money';
import { checkoutOpened, evolve } from '../../workflows/domain/payment';
import type { Payment, PaymentTerms } from '../../workflows/domain/payment';

/** When nothing else is said: 50.00 EUR asked, at this hour of this day. */
export const NOON = '2026-03-02T12:00:00.000Z';
const ASKED: Money = { amount: 5000, currency: 'EUR' };

export const eur = (amount: number): Money => ({ amount, currency: 'EUR' });
export const usd = (amount: number): Money => ({ amount, currency: 'USD' });

export function terms(over: Partial<PaymentTerms> = {}): PaymentTerms {
  return {
    id: 'pay_1',
    merchantId: 'mer_1',
    memberId: 'mem_1',
    accountId: 'acc_1',
    gateway: 'paypal-standard',
    ...ASKED,
    expiresAt: '2026-03-03T12:00:00.000Z',
    latePayments: 'credit',
    charges: [],
    ...over,
  };
}

interface Told {
  readonly qualifier?: string;
  readonly occurredAt?: string | null;
}
const identity = (gatewayReference: string, { qualifier = '', occurredAt = NOON }: Told = {}) => ({
  gatewayReference,
  qualifier,
  occurredAt,
});

export const captured = (reference = 'TX1', money: Money = ASKED, told?: Told) =>
  ({ kind: 'payment_captured', ...identity(reference, told), ...money }) satisfies GatewayFact;
export const fee = (reference = 'TX1', money: Money = eur(195), told?: Told) =>
  ({ kind: 'fee_charged', ...identity(reference, told), ...money }) satisfies GatewayFact;
export const pending = (reference = 'TX1', reason = 'echeck', told?: Told) =>
  ({
    kind: 'payment_pending',
    ...identity(reference, { qualifier: reason, ...told }),
    ...ASKED,
    reason,
  }) satisfies GatewayFact;
export const failed = (reference = 'TX1', reason = 'denied', told?: Told) =>
  ({ kind: 'payment_failed', ...identity(reference, told), ...ASKED, reason }) satisfies GatewayFact;
export const attemptFailed = (reference = 'TX1', reason = 'declined', told?: Told) =>
  ({ kind: 'attempt_failed', ...identity(reference, told), ...ASKED, reason }) satisfies GatewayFact;
export const refunded = (reference = 'RF1', money: Money = ASKED, told?: Told) =>
  ({
    kind: 'payment_refunded',
    ...identity(reference, told),
    ...money,
    parent: 'TX1',
    feeReturned: 0,
    reason: 'refund',
  }) satisfies GatewayFact;
export const reversed = (reference = 'RV1', money: Money = ASKED, told?: Told) =>
  ({
    kind: 'payment_reversed',
    ...identity(reference, told),
    ...money,
    parent: 'TX1',
    reason: 'unauthorized_claim',
  }) satisfies GatewayFact;
export const reversalCancelled = (reference = 'RC1', money: Money = ASKED, told?: Told) =>
  ({
    kind: 'reversal_cancelled',
    ...identity(reference, told),
    ...money,
    parent: 'TX1',
    reason: 'dispute_won',
  }) satisfies GatewayFact;
export const disputeOpened = (reference = 'TX1', caseId = 'PP-D-1') =>
  ({
    kind: 'dispute_opened',
    ...identity(reference, { qualifier: caseId }),
    amount: null,
    currency: null,
    reason: 'not_received',
  }) satisfies GatewayFact;
export const disputeClosed = (reference = 'TX1', caseId = 'PP-D-1') =>
  ({
    kind: 'dispute_closed',
    ...identity(reference, { qualifier: caseId }),
    amount: null,
    currency: null,
    reason: 'resolved',
  }) satisfies GatewayFact;
export const disputeAdjusted = (reference = 'ADJ1', money: Money = eur(1500)) =>
  ({
    kind: 'dispute_adjusted',
    ...identity(reference),
    ...money,
    parent: 'TX1',
    reason: 'chargeback_fee',
  }) satisfies GatewayFact;

export const cancelled = (commandId = 'cmd_1') =>
  ({
    kind: 'payment_cancelled',
    ...identity('pay_1', { qualifier: commandId }),
    occurredAt: NOON,
    amount: null,
    currency: null,
  }) satisfies OwnFact;
export const expired = () =>
  ({
    kind: 'payment_expired',
    ...identity('pay_1', { qualifier: 'deadline' }),
    occurredAt: NOON,
    amount: null,
    currency: null,
  }) satisfies OwnFact;
export const accepted = (reference = 'TX1', money: Money = ASKED, commandId = 'cmd_1') =>
  ({ kind: 'suspense_accepted', ...identity(reference), occurredAt: NOON, ...money, commandId }) satisfies OwnFact;

export const noted = (reason: string, wrote: string | null, reference = 'TX1') =>
  ({
    kind: 'remark_noted',
    ...identity(reference, { qualifier: reason }),
    amount: null,
    currency: null,
    reason,
    wrote,
  }) satisfies GatewayFact;
export const captureRefusal = (attempt = 1, reason = 'invented_word', reference = 'ORDER1') =>
  ({
    kind: 'capture_refused',
    ...identity(reference, { qualifier: `${attempt} ${reason}` }),
    ...ASKED,
    reason,
  }) satisfies GatewayFact;
export const acknowledged = (qualifier: string, reference = 'TX1', commandId = 'cmd_1') =>
  ({
    kind: 'attention_acknowledged',
    ...identity(reference, { qualifier }),
    occurredAt: NOON,
    amount: null,
    currency: null,
    commandId,
  }) satisfies OwnFact;

/** A payment whose checkout was handed to the payer, and what was then recorded of it. */
export function paymentWith(facts: readonly Fact[] = [], over: Partial<PaymentTerms> = {}): Payment {
  const agreed = terms(over);
  return [checkoutOpened(agreed, 'form', NOON), ...facts].reduce<Payment>(evolve, { terms: agreed, facts: [] });
}
