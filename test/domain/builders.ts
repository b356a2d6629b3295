import type { DisputeNews, Fact, GatewayFact, OwnFact } from '../../workflows/domain/fact';
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
/** What news of a refund says beside its money. */
interface RefundTold extends Told {
  readonly parent?: string;
  readonly refundId?: string;
  readonly feeReturned?: number;
  readonly reason?: string;
  readonly detail?: string;
}
/** What a reversal, its return or a correction says beside its money. */
interface ReversalTold extends Told {
  readonly parent?: string;
  readonly caseId?: string;
  readonly feeReturned?: number;
  readonly feeCharged?: number;
}
interface CaseTold extends Told, DisputeNews {
  readonly reason?: string;
  readonly lost?: boolean;
  readonly refunded?: number;
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
export const refunded = (
  reference = 'RF1',
  money: Money = ASKED,
  { parent = 'TX1', refundId, feeReturned = 0, ...told }: RefundTold = {},
) =>
  ({
    kind: 'payment_refunded',
    ...identity(reference, told),
    ...money,
    parent,
    feeReturned,
    reason: 'refund',
    ...(refundId !== undefined && { refundId }),
  }) satisfies GatewayFact;
export const refundPending = (
  reference = 'RF1',
  money: Money = ASKED,
  { parent = 'TX1', refundId, reason = 'echeck', ...told }: RefundTold = {},
) =>
  ({
    kind: 'refund_pending',
    ...identity(reference, { qualifier: reason, ...told }),
    ...money,
    parent,
    reason,
    ...(refundId !== undefined && { refundId }),
  }) satisfies GatewayFact;
export const refundFailed = (
  reference = 'RF1',
  money: Money = ASKED,
  { parent = 'TX1', refundId, reason = 'bounced', detail, ...told }: RefundTold = {},
) =>
  ({
    kind: 'refund_failed',
    ...identity(reference, told),
    ...money,
    parent,
    reason,
    detail: detail ?? null,
    ...(refundId !== undefined && { refundId }),
  }) satisfies GatewayFact;
export const reversed = (
  reference = 'RV1',
  money: Money = ASKED,
  { parent = 'TX1', caseId, feeReturned, ...told }: ReversalTold = {},
) =>
  ({
    kind: 'payment_reversed',
    ...identity(reference, told),
    ...money,
    parent,
    reason: 'unauthorized_claim',
    ...(caseId !== undefined && { caseId }),
    ...(feeReturned !== undefined && { feeReturned }),
  }) satisfies GatewayFact;
export const reversalCancelled = (
  reference = 'RC1',
  money: Money = ASKED,
  { parent = 'TX1', caseId, feeCharged, ...told }: ReversalTold = {},
) =>
  ({
    kind: 'reversal_cancelled',
    ...identity(reference, told),
    ...money,
    parent,
    reason: 'dispute_won',
    ...(caseId !== undefined && { caseId }),
    ...(feeCharged !== undefined && { feeCharged }),
  }) satisfies GatewayFact;
const ofCase = (reference: string, qualifier: string, occurredAt: string | null = NOON) => ({
  ...identity(reference, { qualifier, occurredAt }),
  amount: null,
  currency: null,
});
export const disputeOpened = (
  reference = 'TX1',
  caseId = 'PP-D-1',
  { occurredAt, reason = 'not_received', ...news }: CaseTold = {},
) => ({ kind: 'dispute_opened', ...ofCase(reference, caseId, occurredAt), reason, ...news }) satisfies GatewayFact;
export const disputeUpdated = (
  reference = 'TX1',
  caseId = 'PP-D-1',
  { occurredAt = NOON, reason = 'not_received', ...news }: CaseTold = {},
) =>
  ({
    kind: 'dispute_updated',
    ...ofCase(reference, `${caseId} ${occurredAt ?? ''}`, occurredAt),
    caseId,
    reason,
    ...news,
  }) satisfies GatewayFact;
export const disputeClosed = (
  reference = 'TX1',
  caseId = 'PP-D-1',
  { occurredAt, reason = 'resolved', lost, refunded }: CaseTold = {},
) =>
  ({
    kind: 'dispute_closed',
    ...ofCase(reference, caseId, occurredAt),
    reason,
    ...(lost !== undefined && { lost }),
    ...(refunded !== undefined && { refunded }),
  }) satisfies GatewayFact;
/** The gateway decided the case for the payer. */
export const lost = (told: CaseTold = {}, caseId = 'PP-D-1') =>
  disputeClosed('TX1', caseId, { reason: 'resolved_buyer_favour', lost: true, ...told });
export const refundFee = (reference = 'RF1', money: Money = eur(30), parent = 'TX1') =>
  ({ kind: 'refund_fee_charged', ...identity(reference), ...money, parent }) satisfies GatewayFact;
export const disputeFee = (amount = 1600, caseId = 'PP-D-1', kind = 'CHARGEBACK_FEE') =>
  ({
    kind: 'dispute_fee_charged',
    ...identity('TX1', { qualifier: `${caseId} ${kind}` }),
    ...eur(amount),
    caseId,
    reason: kind.toLowerCase(),
  }) satisfies GatewayFact;
export const disputeAdjusted = (
  reference = 'ADJ1',
  money: Money = eur(1500),
  { parent = 'TX1', ...told }: ReversalTold = {},
) =>
  ({
    kind: 'dispute_adjusted',
    ...identity(reference, told),
    ...money,
    parent,
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

export const refundRequested = (
  refundId = 'ref_1',
  money: Money = ASKED,
  over: {
    readonly parent?: string;
    readonly origin?: 'merchant' | 'policy';
    readonly charges?: readonly string[];
  } = {},
) =>
  ({
    kind: 'refund_requested',
    ...identity(refundId),
    occurredAt: NOON,
    ...money,
    parent: 'TX1',
    origin: 'merchant',
    charges: [],
    ...over,
  }) satisfies OwnFact;
export const refundSlow = (refundId = 'ref_1') =>
  ({ kind: 'refund_slow', ...identity(refundId), occurredAt: NOON, amount: null, currency: null }) satisfies OwnFact;
export const writtenOff = (money: Money, commandId = 'cmd_1') =>
  ({
    kind: 'suspense_written_off',
    ...identity('pay_1', { qualifier: commandId }),
    occurredAt: NOON,
    ...money,
    commandId,
  }) satisfies OwnFact;
export const disputeResolved = (
  dispute: string,
  outcome: 'lost' | 'withdrawn',
  { commandId = 'cmd_1', occurredAt = NOON }: { readonly commandId?: string; readonly occurredAt?: string } = {},
) =>
  ({
    kind: 'dispute_resolved',
    ...identity('TX1', { qualifier: commandId }),
    occurredAt,
    amount: null,
    currency: null,
    dispute,
    outcome,
    commandId,
  }) satisfies OwnFact;

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
