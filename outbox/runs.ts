import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { UpdateDefinition } from '@temporalio/common';
import type { StoredAgreementCommand } from '../books/agreement-commands';
import type { StoredCommand } from '../books/commands';
import type { EndpointOfMerchant } from '../books/webhooks';
import type { AgreementCommandEnd, AgreementTerms } from '../workflows/domain/agreement';
import type { NextAction } from '../workflows/domain/gateway';
import { isId } from '../workflows/domain/ids';
import { describeMoney } from '../workflows/domain/money';
import { summarize } from '../workflows/domain/payment';
import type { AttentionCode, Payment, PaymentStatus, PaymentTerms } from '../workflows/domain/payment';
import type * as workflows from '../workflows';
import {
  agreementWorkflowId,
  backgroundQueueOf,
  cancelPayment,
  deliveriesWorkflowId,
  giveUpRefund,
  lookAgain,
  notificationReceived,
  notificationWorkflowId,
  obeyAgreement,
  paymentWorkflowId,
  refundPayment,
  resolveDispute,
  resolvePayment,
  retryRefund,
  searchAttributes,
  STORY,
  taskQueueOf,
  unmatchedRefundWorkflowId,
} from '../workflows/messages';
import type { CommandOutcome } from '../workflows/domain/turn';
import { unreachable } from '../workflows/domain/unreachable';
import type { AgreementStart, DeliveriesStart, PaymentStart, UnmatchedRefundStart } from '../workflows/messages';

export type Command = Pick<StoredCommand, 'id' | 'paymentId' | 'order'>;

/** What Temporal is told about payments. Each may be repeated: ids make a repeat harmless. */
export interface Runs {
  /** Starts the first run. With the checkout in the payer's hands it sleeps until the deadline, unless something happens earlier; without, it opens it. */
  start(terms: PaymentTerms, handed: NextAction['kind'] | null): Promise<void>;
  /** Tells a payment's run, or the message's own, that a stored message waits. */
  notify(notificationId: string, paymentId: string | null): Promise<void>;
  /** Has a payment's run look at what is recorded of it, where none is at work. */
  wake(paymentId: string): Promise<void>;
  /** Has a payment's run, at work or not, ask the gateway once more. */
  look(paymentId: string): Promise<void>;
  /** Has the run of an endpoint that failed, at work or not, look at what waits for it. */
  retryDeliveries(endpoint: EndpointOfMerchant): Promise<void>;
  /** Begins a refund of money of nobody's, once. */
  refundUnmatched(refund: UnmatchedRefundStart): Promise<void>;
  /** Has an agreement's run begin, or go on. */
  startAgreement(agreementId: string, shown?: AgreementShown): Promise<void>;
  /** Has an agreement's run ask the gateway how it stands. */
  lookAtAgreement(agreementId: string): Promise<void>;
  /** Sends a stored command to an agreement's run and waits for its outcome. */
  commandAgreement(command: Pick<StoredAgreementCommand, 'id' | 'agreementId'>): Promise<AgreementCommandEnd>;
  /** Sends a stored command and waits for its outcome. */
  command(command: Command): Promise<CommandOutcome>;
}

/** Runs that nobody goes on with: a release before this one started them, or they failed. */
export interface LostRuns {
  /** The story that runs are renewed to. */
  readonly story: number;
  /**
   * Workflow ids of runs that are open on a queue of an older story, where no worker of this release looks, and of those that failed
   * within the last day, but not within `failedForMs`, and have no run after them; the newest `most` of each.
   */
  leftBehind(most: number, failedForMs: number): Promise<readonly string[]>;
  /** Puts a run of this story, begun from the record, in the place of a payment's that is lost; leaves any other run alone. `asleep`: until the payer's deadline. */
  renewPayment(payment: Payment, asleep: boolean): Promise<void>;
  /** The same for the run of a message that names no payment, and of an endpoint that failed. */
  renewMessage(notificationId: string): Promise<void>;
  renewDeliveries(endpoint: EndpointOfMerchant): Promise<void>;
  renewAgreement(agreementId: string): Promise<void>;
}

/** What an operator finds an agreement's run by. */
export type AgreementShown = Pick<
  AgreementTerms,
  'gateway' | 'merchantId' | 'memberId' | 'amount' | 'currency' | 'interval'
>;

/** Ends the older run and starts the new one in one step. Nothing is undone by it: a run begun from the record goes on where that ends. */
const IN_ITS_PLACE = {
  workflowIdConflictPolicy: 'TERMINATE_EXISTING',
  workflowIdReusePolicy: 'ALLOW_DUPLICATE',
} as const;

/** `taskQueue`: what the queues of all stories of this deployment begin with. */
export function createRuns(
  client: Client,
  { taskQueue: base, story = STORY }: { taskQueue: string; story?: number },
): Runs & LostRuns {
  // A refund of money of nobody's stays with the payments: a merchant waits for it, and nobody without a key can cause one.
  const taskQueue = taskQueueOf(base, story);
  const backgroundQueue = backgroundQueueOf(base, story);

  /** Whether the newest run failed, or is open on a queue where no worker of ours looks. */
  async function isLeftBehind(workflowId: string): Promise<boolean> {
    try {
      const run = await client.workflow.getHandle(workflowId).describe();
      const isElsewhere = run.status.name === 'RUNNING' && ![taskQueue, backgroundQueue].includes(run.taskQueue);
      return run.status.name === 'FAILED' || isElsewhere;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  const queuesOf = (last: number): readonly string[] =>
    Array.from({ length: last }, (_, index) => [
      taskQueueOf(base, index + 1),
      backgroundQueueOf(base, index + 1),
    ]).flat();

  /** Failed runs that have a run after them: they stay listed for a day, and need not be asked about again. */
  const replaced = new Set<string>();

  async function list(
    query: string,
    most: number,
  ): Promise<readonly Pick<WorkflowExecutionInfo, 'workflowId' | 'runId'>[]> {
    const found: WorkflowExecutionInfo[] = [];
    for await (const run of client.workflow.list({ query, pageSize: most })) {
      if (found.push(run) >= most) break;
    }
    return found;
  }

  /** The run that is told more about a payment: the one at work, or one begun from the record. */
  function runOf(paymentId: string) {
    const args: [PaymentStart] = [{ paymentId }];
    return { workflowId: paymentWorkflowId(paymentId), taskQueue, args, staticSummary: `more about ${paymentId}` };
  }

  /** The run that is told more about an agreement: the one at work, or one begun from the record. */
  function agreementRunOf(agreementId: string) {
    const args: [AgreementStart] = [{ agreementId }];
    return { workflowId: agreementWorkflowId(agreementId), taskQueue, args, staticSummary: `agreement ${agreementId}` };
  }

  function retryingOf({ endpointId, merchantId }: EndpointOfMerchant) {
    const args: [DeliveriesStart] = [{ endpointId }];
    return {
      workflowId: deliveriesWorkflowId(endpointId),
      taskQueue: backgroundQueue,
      args,
      typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributes.merchant, value: merchantId }]),
      staticSummary: `webhooks that ${endpointId} did not take`,
    };
  }

  return {
    story,

    async start(terms, handed) {
      const id = paymentWorkflowId(terms.id);
      // A prompt's payer may never answer, and is asked about while the phone rings.
      const maySleep = handed !== null && handed !== 'prompt';
      try {
        await client.workflow.start<typeof workflows.payment>('payment', {
          workflowId: id,
          taskQueue,
          args: [{ terms, handed }],
          ...(maySleep && untilDeadline(terms)),
          workflowIdReusePolicy: 'REJECT_DUPLICATE', // a later run is never started like a first one
          ...shownAs(terms, handed === null ? 'created' : 'awaiting_payer', null),
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    async notify(notificationId, paymentId) {
      if (paymentId !== null && isId('agr', paymentId)) {
        await client.workflow.signalWithStart('agreement', {
          ...agreementRunOf(paymentId),
          signal: notificationReceived,
          signalArgs: [{ notificationId }],
        });
        return;
      }
      if (paymentId !== null) {
        await client.workflow.signalWithStart('payment', {
          ...runOf(paymentId),
          signal: notificationReceived,
          signalArgs: [{ notificationId }],
        });
        return;
      }
      try {
        await client.workflow.start<typeof workflows.notification>('notification', {
          workflowId: notificationWorkflowId(notificationId),
          taskQueue: backgroundQueue,
          args: [{ notificationId }],
          staticSummary: OF_NO_PAYMENT,
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    async command({ id: commandId, paymentId, order }) {
      const startWorkflowOperation = new WithStartWorkflowOperation<(start: PaymentStart) => Promise<unknown>>(
        'payment',
        { ...runOf(paymentId), workflowIdConflictPolicy: 'USE_EXISTING' },
      );
      const obey = <Input extends { readonly commandId: string }>(
        update: UpdateDefinition<CommandOutcome, [Input]>,
        input: Input,
      ): Promise<CommandOutcome> =>
        client.workflow.executeUpdateWithStart(update, { updateId: commandId, args: [input], startWorkflowOperation });
      switch (order.kind) {
        case 'cancel':
          return obey(cancelPayment, { commandId });
        case 'resolve':
          return obey(resolvePayment, { commandId });
        case 'refund': {
          const { refundId, capture, amount, charges } = order;
          return obey(refundPayment, { commandId, refundId, capture, amount, charges });
        }
        case 'retry_refund':
          return obey(retryRefund, { commandId, refundId: order.refundId });
        case 'give_up_refund':
          return obey(giveUpRefund, { commandId, refundId: order.refundId });
        case 'resolve_dispute':
          return obey(resolveDispute, { commandId, disputeId: order.disputeId, outcome: order.outcome });
        default:
          return unreachable(order);
      }
    },

    async startAgreement(agreementId, shown) {
      await client.workflow.start<typeof workflows.agreement>('agreement', {
        ...agreementRunOf(agreementId),
        workflowIdConflictPolicy: 'USE_EXISTING',
        ...(shown && {
          typedSearchAttributes: new TypedSearchAttributes([
            { key: searchAttributes.gateway, value: shown.gateway },
            { key: searchAttributes.merchant, value: shown.merchantId },
            { key: searchAttributes.member, value: shown.memberId },
          ]),
          staticSummary: `${describeMoney(shown)} every ${shown.interval} by ${shown.gateway}`,
        }),
      });
    },

    async lookAtAgreement(agreementId) {
      await client.workflow.signalWithStart('agreement', {
        ...agreementRunOf(agreementId),
        signal: lookAgain,
        signalArgs: [],
      });
    },

    async commandAgreement({ id: commandId, agreementId }) {
      const startWorkflowOperation = new WithStartWorkflowOperation<(start: AgreementStart) => Promise<unknown>>(
        'agreement',
        { ...agreementRunOf(agreementId), workflowIdConflictPolicy: 'USE_EXISTING' },
      );
      const args: [{ readonly commandId: string }] = [{ commandId }];
      return client.workflow.executeUpdateWithStart(obeyAgreement, {
        updateId: commandId,
        args,
        startWorkflowOperation,
      });
    },

    async wake(paymentId) {
      await client.workflow.start<typeof workflows.payment>('payment', {
        ...runOf(paymentId),
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
    },

    async look(paymentId) {
      await client.workflow.signalWithStart('payment', { ...runOf(paymentId), signal: lookAgain, signalArgs: [] });
    },

    async retryDeliveries(endpoint) {
      await client.workflow.signalWithStart('deliveries', {
        ...retryingOf(endpoint),
        signal: lookAgain,
        signalArgs: [],
      });
    },

    async refundUnmatched(refund) {
      try {
        await client.workflow.start<typeof workflows.unmatchedRefund>('unmatchedRefund', {
          workflowId: unmatchedRefundWorkflowId(refund.refundId),
          taskQueue,
          args: [refund],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          staticSummary: `gives back ${refund.capture}, which names no payment`,
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    async leftBehind(most, failedForMs) {
      const older = queuesOf(story - 1);
      const open = older.length === 0 ? [] : await list(`ExecutionStatus = "Running" AND ${isOn(older)}`, most);
      const ago = (ms: number) => JSON.stringify(new Date(Date.now() - ms).toISOString());
      const within = `CloseTime > ${ago(FAILED_WITHIN_MS)} AND CloseTime < ${ago(failedForMs)}`;
      const failed = await list(`ExecutionStatus = "Failed" AND ${within} AND ${isOn(queuesOf(story))}`, most);
      const found = new Set(open.map(({ workflowId }) => workflowId));
      for (const { workflowId, runId } of failed) {
        if (replaced.has(runId) || found.has(workflowId)) continue;
        if (await isLeftBehind(workflowId)) found.add(workflowId);
        else replaced.add(runId);
      }
      return [...found];
    },

    async renewPayment(payment, asleep) {
      const { terms } = payment;
      const workflowId = paymentWorkflowId(terms.id);
      if (!(await isLeftBehind(workflowId))) return;
      const { status, attention } = summarize(payment);
      await client.workflow.start<typeof workflows.payment>('payment', {
        workflowId,
        taskQueue,
        args: [{ paymentId: terms.id }],
        ...(asleep && untilDeadline(terms)),
        ...IN_ITS_PLACE,
        ...shownAs(terms, status, attention?.code ?? null),
      });
    },

    async renewMessage(notificationId) {
      const workflowId = notificationWorkflowId(notificationId);
      if (!(await isLeftBehind(workflowId))) return;
      await client.workflow.start<typeof workflows.notification>('notification', {
        workflowId,
        taskQueue: backgroundQueue,
        args: [{ notificationId }],
        ...IN_ITS_PLACE,
        staticSummary: OF_NO_PAYMENT,
      });
    },

    async renewAgreement(agreementId) {
      const run = agreementRunOf(agreementId);
      if (await isLeftBehind(run.workflowId))
        await client.workflow.start<typeof workflows.agreement>('agreement', { ...run, ...IN_ITS_PLACE });
    },

    async renewDeliveries(endpoint) {
      const run = retryingOf(endpoint);
      if (await isLeftBehind(run.workflowId))
        await client.workflow.start<typeof workflows.deliveries>('deliveries', { ...run, ...IN_ITS_PLACE });
    },
  };
}

/** A run that failed longer ago was seen by a person, or is of a payment that nothing is expected of. */
const FAILED_WITHIN_MS = 86_400_000;

const isOn = (queues: readonly string[]) => `TaskQueue IN (${queues.map((queue) => JSON.stringify(queue)).join(', ')})`;

const OF_NO_PAYMENT = 'a message that names no payment';

/** Until the payer's deadline, unless something happens earlier. */
function untilDeadline({ expiresAt }: PaymentTerms) {
  return { startDelay: Math.max(0, Date.parse(expiresAt) - Date.now()) };
}

/** What an operator finds a run by, and reads of it. */
function shownAs(terms: PaymentTerms, status: PaymentStatus, attention: AttentionCode | null) {
  return {
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.status, value: status },
      ...(attention === null ? [] : [{ key: searchAttributes.attention, value: attention }]),
      { key: searchAttributes.gateway, value: terms.gateway },
      { key: searchAttributes.merchant, value: terms.merchantId },
      { key: searchAttributes.member, value: terms.memberId },
    ]),
    staticSummary: `${describeMoney(terms)} by ${terms.gateway}`,
    staticDetails: `Waits for the payer until ${terms.expiresAt}. Member ${terms.memberId}, merchant ${terms.merchantId}, account ${terms.accountId}.`,
  };
}
