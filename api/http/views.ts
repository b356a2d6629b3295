import type { z } from 'zod';
import type { ChargeLine } from '../../books/cart';
import type { RecordedPayment } from '../../books/facts';
import type { MemberRow } from '../../books/members';
import type { ListedMessage } from '../../books/notifications';
import type { ListedRefund } from '../../books/refunds';
import type { Dispute } from '../../prisma/generated/client';
import type { Recorded } from '../../workflows/domain/fact';
import { outsideReference, summarize } from '../../workflows/domain/payment';
import { paymentWorkflowId } from '../../workflows/messages';
import type * as schemas from './schemas';

export interface ViewSettings {
  readonly temporalUiUrl: string;
  readonly temporalNamespace: string;
}

/** A payment as the world sees it: derived from its facts at every reading. */
export function viewPayment(
  { row, terms, facts }: RecordedPayment,
  settings: ViewSettings,
): z.input<typeof schemas.paymentAsTold> {
  const { sums: _sums, refunds: _refunds, disputes: _disputes, ...summary } = summarize({ terms, facts });
  const workflowId = paymentWorkflowId(terms.id);
  return {
    id: terms.id,
    member: terms.memberId,
    gateway: terms.gateway,
    method: row.method,
    ...summary,
    attentions: [...summary.attentions],
    // Neither cancelled nor expired before it is known: whoever looks should see why.
    reason: summary.status === 'awaiting_payer' && row.capturingSince !== null ? 'capturing' : summary.reason,
    amount: terms.amount,
    currency: terms.currency,
    nextAction: summary.status === 'awaiting_payer' ? (row.nextAction as z.input<typeof schemas.nextAction>) : null,
    charges: [...terms.charges],
    agreement: row.agreement,
    createdAt: row.createdAt,
    expiresAt: terms.expiresAt,
    timeline: facts.map(viewFact),
    workflowId,
    temporalUrl: temporalUrlOf(workflowId, settings),
  };
}

/** Where an operator reads the runs of this workflow. */
export function temporalUrlOf(workflowId: string, { temporalUiUrl, temporalNamespace }: ViewSettings): string {
  return `${temporalUiUrl}/namespaces/${encodeURIComponent(temporalNamespace)}/workflows?query=${encodeURIComponent(`WorkflowId="${workflowId}"`)}`;
}

export function viewFact(fact: Recorded): z.input<typeof schemas.timelineRow> {
  return {
    kind: fact.kind,
    amount: fact.amount,
    currency: fact.currency,
    gatewayReference: outsideReference(fact),
    reason: 'reason' in fact ? fact.reason : null,
    occurredAt: fact.occurredAt,
    recordedAt: fact.recordedAt,
  };
}

export function viewMember(row: Omit<MemberRow, 'sequence'>): z.input<typeof schemas.member> {
  const { id, name, email, phone, reference, locale, address, createdAt, erasedAt } = row;
  return {
    ...{ id, name, email, phone, reference, locale, address },
    createdAt: createdAt.toISOString(),
    erasedAt: erasedAt?.toISOString() ?? null,
  };
}

export function viewRefund(row: ListedRefund): z.input<typeof schemas.refund> {
  return {
    id: row.id,
    payment: row.paymentId,
    notification: row.notificationId,
    member: row.memberId,
    gateway: row.account.gateway as z.input<typeof schemas.refund>['gateway'],
    amount: Number(row.amount),
    currency: row.currency,
    status: row.status as z.input<typeof schemas.refund>['status'],
    reason: row.reason,
    detail: row.detail,
    feeReturned: Number(row.feeReturned),
    gatewayReference: row.gatewayReference,
    origin: row.origin as z.input<typeof schemas.refund>['origin'],
    note: row.note,
    cancelledCharges: row.charges,
    createdAt: row.createdAt.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}

export function viewDispute(row: Dispute): z.input<typeof schemas.dispute> {
  return {
    id: row.id,
    payment: row.paymentId,
    member: row.memberId,
    gateway: row.gateway as z.input<typeof schemas.dispute>['gateway'],
    gatewayReference: row.gatewayReference,
    stage: row.stage as z.input<typeof schemas.dispute>['stage'],
    reason: row.reason,
    amount: row.amount === null ? null : Number(row.amount),
    held: Number(row.held),
    lost: Number(row.lost),
    currency: row.currency,
    status: row.status as z.input<typeof schemas.dispute>['status'],
    answerBy: row.answerBy?.toISOString() ?? null,
    gatewayUrl: row.gatewayUrl,
    fee: Number(row.fee),
    openedAt: row.openedAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}

export function viewCharge({ sequence: _sequence, dueOn, ...charge }: ChargeLine) {
  return { ...charge, status: standingOf(charge), ...(dueOn !== null && { dueOn }) };
}

function standingOf({ amount, paid, cancelledAt }: Pick<ChargeLine, 'amount' | 'paid' | 'cancelledAt'>) {
  if (cancelledAt !== null) return 'cancelled';
  return paid >= amount ? 'paid' : paid > 0 ? 'partly_paid' : 'open';
}

/** A message without who paid, which is sealed for its account. */
export function viewMessage(row: ListedMessage): Omit<z.input<typeof schemas.notification>, 'payer'> {
  return {
    id: row.id,
    gateway: row.gateway,
    channel: row.channel,
    state: row.state,
    reason: row.reason,
    kind: row.kind,
    payment: row.paymentId,
    member: row.memberId,
    amount: row.amount,
    currency: row.currency,
    gatewayReference: row.gatewayReference,
    note: row.dismissal?.note ?? null,
    attempts: row.attempts,
    receivedAt: row.receivedAt.toISOString(),
  };
}
