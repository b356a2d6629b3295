import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { NextAction } from './domain/gateway';
import type { PaymentTerms, ResolutionAction } from './domain/payment';
import type { CommandOutcome } from './domain/turn';

/** The task queue of a deployment that names no other. */
export const TASK_QUEUE = 'quittance';

/** Workflow ids: one per payment for all its runs, one per message that names no payment. */
export const paymentWorkflowId = (paymentId: string) => `payment-${paymentId}`;
export const notificationWorkflowId = (notificationId: string) => `notification-${notificationId}`;

/**
 * How a run begins: with the terms of a payment just created (and how it was handed to its payer, or null where the gateway
 * must be asked first), or with a payment that the run loads first. `unverified`: the messages that the run before had been
 * told of and leaves to this one.
 */
export type PaymentStart =
  | { readonly terms: PaymentTerms; readonly handed: NextAction['kind'] | null }
  | { readonly paymentId: string; readonly unverified?: readonly string[] };

/** A stored message waits to be verified. Carries its id and nothing of its content. */
export const notificationReceived = defineSignal<[{ readonly notificationId: string }]>('notificationReceived');

/** A person's command, stored under `commandId` before it is sent; the update's id is the command's. */
export const cancelPayment = defineUpdate<CommandOutcome, [{ readonly commandId: string }]>('cancelPayment');
export const resolvePayment = defineUpdate<CommandOutcome, [{ readonly commandId: string; readonly action: ResolutionAction }]>(
  'resolvePayment',
);

/** What operators search by. Set at start; the first two once more when the run rests. */
export const searchAttributes = {
  status: defineSearchAttributeKey('PaymentStatus', SearchAttributeType.KEYWORD),
  attention: defineSearchAttributeKey('PaymentAttention', SearchAttributeType.KEYWORD),
  gateway: defineSearchAttributeKey('Gateway', SearchAttributeType.KEYWORD),
  merchant: defineSearchAttributeKey('MerchantId', SearchAttributeType.KEYWORD),
  member: defineSearchAttributeKey('MemberId', SearchAttributeType.KEYWORD),
} as const;
