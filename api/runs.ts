import type { Client } from '@temporalio/client';
import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { NextAction } from '../workflows/domain/gateway';
import { describeMoney } from '../workflows/domain/money';
import type { PaymentTerms, ResolutionAction } from '../workflows/domain/payment';
import type * as workflows from '../workflows';
import {
  cancelPayment,
  notificationReceived,
  notificationWorkflowId,
  paymentWorkflowId,
  resolvePayment,
  searchAttributes,
} from '../workflows/messages';
import type { CommandOutcome } from '../workflows/domain/turn';
import type { PaymentStart } from '../workflows/messages';

export interface Command {
  readonly id: string;
  readonly paymentId: string;
  readonly order: { readonly kind: 'cancel' } | { readonly kind: 'resolve'; readonly action: ResolutionAction };
}

/** What Temporal is told about payments. Each may be repeated: ids make a repeat harmless. */
export interface Runs {
  /** Starts the first run. With the checkout in the payer's hands it sleeps until the deadline, unless something happens earlier; without, it opens it. */
  start(terms: PaymentTerms, handed: NextAction['kind'] | null): Promise<void>;
  /** Tells a payment's run, or the message's own, that a stored message waits. */
  notify(notificationId: string, paymentId: string | null): Promise<void>;
  /** Sends a stored command and waits for its outcome. */
  command(command: Command): Promise<CommandOutcome>;
}

export function createRuns(client: Client, taskQueue: string): Runs {
  return {
    async start(terms, handed) {
      const id = paymentWorkflowId(terms.id);
      // A prompt's payer may never answer, and is asked about while the phone rings.
      const maySleep = handed !== null && handed !== 'prompt';
      try {
        await client.workflow.start<typeof workflows.payment>('payment', {
          workflowId: id,
          taskQueue,
          args: [{ terms, handed }],
          ...(maySleep && { startDelay: Math.max(0, Date.parse(terms.expiresAt) - Date.now()) }),
          workflowIdReusePolicy: 'REJECT_DUPLICATE', // a later run is never started like a first one
          typedSearchAttributes: new TypedSearchAttributes([
            { key: searchAttributes.status, value: handed === null ? 'created' : 'awaiting_payer' },
            { key: searchAttributes.gateway, value: terms.gateway },
            { key: searchAttributes.merchant, value: terms.merchantId },
            { key: searchAttributes.member, value: terms.memberId },
          ]),
          staticSummary: `${describeMoney(terms)} by ${terms.gateway}`,
          staticDetails: `Waits for the payer until ${terms.expiresAt}. Member ${terms.memberId}, merchant ${terms.merchantId}, account ${terms.accountId}.`,
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    async notify(notificationId, paymentId) {
      if (paymentId !== null) {
        const args: [PaymentStart] = [{ paymentId }];
        await client.workflow.signalWithStart('payment', {
          workflowId: paymentWorkflowId(paymentId),
          taskQueue,
          args,
          signal: notificationReceived,
          signalArgs: [{ notificationId }],
          staticSummary: `more about ${paymentId}`,
        });
        return;
      }
      try {
        await client.workflow.start<typeof workflows.notification>('notification', {
          workflowId: notificationWorkflowId(notificationId),
          taskQueue,
          args: [{ notificationId }],
          staticSummary: 'a message that names no payment',
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    async command({ id, paymentId, order }) {
      const args: [PaymentStart] = [{ paymentId }];
      const startWorkflowOperation = new WithStartWorkflowOperation<(start: PaymentStart) => Promise<unknown>>('payment', {
        workflowId: paymentWorkflowId(paymentId),
        taskQueue,
        args,
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: `more about ${paymentId}`,
      });
      return order.kind === 'cancel'
        ? client.workflow.executeUpdateWithStart(cancelPayment, { updateId: id, args: [{ commandId: id }], startWorkflowOperation })
        : client.workflow.executeUpdateWithStart(resolvePayment, {
            updateId: id,
            args: [{ commandId: id, action: order.action }],
            startWorkflowOperation,
          });
    },
  };
}
