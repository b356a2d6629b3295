import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { AgreementCommandEnd } from './domain/agreement';
import type { NextAction } from './domain/gateway';
import type { PaymentTerms } from './domain/payment';
import type { CommandOutcome } from './domain/turn';

/**
 * The number of the story that this release tells: what its runs do, in which order, and what they are told with which names.
 * A release takes the next number when it changes the order of a run's commands, or the name of a field in a start, a signal,
 * an update or the input of an activity; see docs/changing-workflows.md.
 */
export const STORY = 4;

/** What the task queues of a deployment that names no other begin with. */
export const TASK_QUEUE = 'quittance';

/** Each story has queues of its own, so that no worker is given a run of another story. The first one's bore no number. Here: what payers and merchants wait for. */
export const taskQueueOf = (base: string, story: number): string => (story === 1 ? base : `${base}-story-${story}`);
/** What nobody waits for, and strangers can cause: messages that name no payment. A queue is first come, first served, so these have their own. */
export const backgroundQueueOf = (base: string, story: number): string => `${taskQueueOf(base, story)}-background`;

/** Workflow ids: one per payment for all its runs, one per message that names no payment. */
export const paymentWorkflowId = (paymentId: string) => `payment-${paymentId}`;
export const agreementWorkflowId = (agreementId: string) => `agreement-${agreementId}`;
export const notificationWorkflowId = (notificationId: string) => `notification-${notificationId}`;

/** Whose run it is: a payment's, or a message's that names none; null: another's. */
export function subjectOf(
  workflowId: string,
): { readonly paymentId: string } | { readonly notificationId: string } | null {
  const [, kind, id] = /^(payment|notification)-(.+)$/.exec(workflowId) ?? [];
  if (kind === undefined || id === undefined) return null;
  return kind === 'payment' ? { paymentId: id } : { notificationId: id };
}

/** The agreement whose run it is; null: another's. */
export function agreementOfRun(workflowId: string): string | null {
  return /^agreement-(.+)$/.exec(workflowId)?.[1] ?? null;
}

/**
 * How a run begins: with the terms of a payment just created (and how it was handed to its payer, or null where the gateway
 * must be asked first), or with a payment that the run loads first. `unverified`: the messages that the run before had been
 * told of and leaves to this one.
 */
export type PaymentStart =
  | { readonly terms: PaymentTerms; readonly handed: NextAction['kind'] | null }
  | { readonly paymentId: string; readonly unverified?: readonly string[] };

/** How an agreement's run begins: from what is recorded of it. */
export interface AgreementStart {
  readonly agreementId: string;
}
/** A refund of money of nobody's: `notificationId` is the message that told of it; `amount` in minor units of `capture`. */
export interface UnmatchedRefundStart {
  readonly notificationId: string;
  readonly refundId: string;
  readonly capture: string;
  readonly amount: number;
}
export const unmatchedRefundWorkflowId = (refundId: string) => `refund-${refundId}`;

/** The run of a merchant's endpoint that did not take what it was sent. */
export interface DeliveriesStart {
  readonly endpointId: string;
}
export const deliveriesWorkflowId = (endpointId: string) => `deliveries-${endpointId}`;

/** A stored message waits to be verified. Carries its id and nothing of its content. */
export const notificationReceived = defineSignal<[{ readonly notificationId: string }]>('notificationReceived');
/** A payment's run is to ask the gateway once more about the money that is known; an endpoint's, to look at what waits now. */
export const lookAgain = defineSignal('lookAgain');

/** A person's command, stored under `commandId` before it is sent; the update's id is the command's. */
export const cancelPayment = defineUpdate<CommandOutcome, [{ readonly commandId: string }]>('cancelPayment');
export const resolvePayment = defineUpdate<CommandOutcome, [{ readonly commandId: string }]>('resolvePayment');
/** Gives back `amount` minor units of the capture `capture`; `charges` are owed no more once it is back. */
export const refundPayment = defineUpdate<CommandOutcome, [RefundCommand]>('refundPayment');
/** Asks about a pending refund now, or gives it up where nothing has moved. */
export const retryRefund = defineUpdate<CommandOutcome, [RefundReference]>('retryRefund');
export const giveUpRefund = defineUpdate<CommandOutcome, [RefundReference]>('giveUpRefund');
/** Says how a dispute ended that the gateway says no more about. */
export const resolveDispute = defineUpdate<CommandOutcome, [DisputeCommand]>('resolveDispute');

/** Has an agreement's run obey a stored command; the update's id is the command's. */
export const obeyAgreement = defineUpdate<AgreementCommandEnd, [{ readonly commandId: string }]>('obeyAgreement');

interface RefundReference {
  readonly commandId: string;
  readonly refundId: string;
}
interface RefundCommand extends RefundReference {
  readonly capture: string;
  readonly amount: number;
  readonly charges: readonly string[];
}
interface DisputeCommand {
  readonly commandId: string;
  readonly disputeId: string;
  readonly outcome: 'lost' | 'withdrawn';
}

/** What operators search by. Set at start; the first two once more when the run rests. */
export const searchAttributes = {
  status: defineSearchAttributeKey('PaymentStatus', SearchAttributeType.KEYWORD),
  attention: defineSearchAttributeKey('PaymentAttention', SearchAttributeType.KEYWORD),
  gateway: defineSearchAttributeKey('Gateway', SearchAttributeType.KEYWORD),
  merchant: defineSearchAttributeKey('MerchantId', SearchAttributeType.KEYWORD),
  member: defineSearchAttributeKey('MemberId', SearchAttributeType.KEYWORD),
} as const;
