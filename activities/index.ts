import { Context } from '@temporalio/activity';
import { loadPayment } from '../books/facts';
import { isBehind, record } from '../books/record';
import type { Recorded, Recording } from '../books/record';
import { loadUnmatched } from '../books/unmatched';
import type { Payment } from '../workflows/domain/payment';
import type { RefundEnd } from '../workflows/domain/refunding';
import type { CaptureEnd, CheckoutOpening, Finding } from '../workflows/domain/turn';
import type { Agreement, AgreementCommandEnd } from '../workflows/domain/agreement';
import {
  endWithdrawnAgreement,
  expireAgreement,
  lookUpAgreement,
  obeyAgreementCommand,
  openAgreement,
  takeAgreementMessage,
} from './agreements';
import { lookUp, watch } from './asking';
import type { CheckoutDependencies, CheckoutQuestion } from './checkouts';
import { openCheckout } from './opening';
import { checkRefund, refund, watchRefund } from './refunding';
import type { RefundQuestion, RefundWatch } from './refunding';
import { capture } from './taking';
import type { CaptureRequest } from './taking';
import { verifyNotification } from './verify';
import type { Verification, VerificationDependencies } from './verify';

export interface ActivityDependencies extends VerificationDependencies, CheckoutDependencies {
  readonly db: VerificationDependencies['db'];
  /** Tells whoever watches this payment that its timeline grew. May be lost: watchers also look for themselves. */
  readonly announce: (paymentId: string) => void;
}

/** Every side effect of the workflows. */
export function createActivities(deps: ActivityDependencies) {
  return {
    /** The payment as recorded; a run that resumes one begins with it, and catches up with what an earlier release only recorded. */
    async loadPayment(paymentId: string): Promise<Payment> {
      const recorded = await loadPayment(deps.db, paymentId);
      if (!recorded) throw new Error(`payment ${paymentId} is not recorded`);
      if (isBehind(recorded)) await record(deps.db, { on: recorded.terms, facts: [] });
      return { terms: recorded.terms, facts: recorded.facts };
    },

    /** Money of nobody's as recorded, by the message that told of it. */
    async loadUnmatched(notificationId: string): Promise<Payment> {
      const recorded = await loadUnmatched(deps.db, notificationId);
      if (!recorded) throw new Error(`message ${notificationId} tells of no money of nobody's`);
      return { terms: recorded.terms, facts: recorded.facts };
    },

    /** Asks the gateway to open a payment's checkout, where that needs the network. */
    async openCheckout(paymentId: string): Promise<CheckoutOpening> {
      const { info, cancellationSignal } = Context.current();
      return openCheckout(deps, paymentId, info.isLocal, cancellationSignal);
    },

    /** Asks the gateway how a payment stands, before its time is called over. */
    async lookUpPayment(question: CheckoutQuestion): Promise<Finding> {
      return lookUp(deps, question, Context.current().cancellationSignal);
    },

    /** Asks the gateway until it has decided: fails, and is retried, while it has not. */
    async watchPayment(question: CheckoutQuestion): Promise<Finding> {
      return watch(deps, question, Context.current().cancellationSignal);
    },

    /** Takes money that the payer approved. */
    async capturePayment(request: CaptureRequest): Promise<CaptureEnd> {
      const { info, cancellationSignal } = Context.current();
      // Tried first inside a workflow task, and only after that as a durable activity: whatever comes later repeats something.
      return capture(deps, request, info.isLocal ? info.attempt - 1 : info.attempt, cancellationSignal);
    },

    /** Asks the gateway to give money back. */
    async refundPayment(request: RefundQuestion & { readonly again: boolean }): Promise<RefundEnd> {
      const { info, cancellationSignal } = Context.current();
      // Tried first inside a workflow task: whatever comes later repeats something.
      const again = request.again || !info.isLocal || info.attempt > 1;
      return refund(deps, { ...request, again }, cancellationSignal);
    },

    /** Asks the gateway until a refund is decided: fails, and is retried, while it is not. */
    async watchRefund(question: RefundWatch): Promise<RefundEnd> {
      const { info, cancellationSignal } = Context.current();
      return watchRefund(deps, { ...question, atOnce: question.atOnce || info.attempt > 1 }, cancellationSignal);
    },

    /** The same, of a refund that has been on its way for long. */
    async watchRefundDaily(question: RefundWatch): Promise<RefundEnd> {
      const { info, cancellationSignal } = Context.current();
      return watchRefund(deps, { ...question, atOnce: question.atOnce || info.attempt > 1 }, cancellationSignal);
    },

    /** Asks the gateway whether a refund has moved, before it is given up. */
    async checkRefund(question: RefundQuestion): Promise<RefundEnd> {
      return checkRefund(deps, question, Context.current().cancellationSignal);
    },

    /** Asks the gateway whether a stored message is true, and sends it on when it belongs elsewhere. */
    async verifyNotification(request: { notificationId: string; paymentId: string | null }): Promise<Verification> {
      return verifyNotification(deps, { ...request, signal: Context.current().cancellationSignal });
    },

    /** Hands an agreement to its payer; gives one that was handed over before as it stands. */
    async openAgreement(agreementId: string): Promise<Agreement> {
      return openAgreement(deps, agreementId, Context.current().cancellationSignal);
    },

    /** Verifies a stored message about an agreement, and takes in what it tells. */
    async takeAgreementMessage(message: { agreementId: string; notificationId: string }): Promise<Agreement> {
      return takeAgreementMessage(deps, message, Context.current().cancellationSignal);
    },

    /** Asks the gateway how an agreement stands, and takes in what nobody told. */
    async lookUpAgreement(agreementId: string): Promise<Agreement> {
      return lookUpAgreement(deps, agreementId, Context.current().cancellationSignal);
    },

    /** Has the gateway do what a person asked of an agreement. */
    async obeyAgreementCommand(commandId: string): Promise<{ agreement: Agreement; end: AgreementCommandEnd }> {
      return obeyAgreementCommand(deps, commandId, Context.current().cancellationSignal);
    },

    /** Ends at the gateway what was withdrawn here before its payer approved it there. */
    async endWithdrawnAgreement(agreementId: string): Promise<Agreement> {
      return endWithdrawnAgreement(deps, agreementId, Context.current().cancellationSignal);
    },

    /** Records that nobody approved an agreement in time. */
    async expireAgreement(agreementId: string): Promise<Agreement> {
      return expireAgreement(deps, agreementId);
    },

    /** Writes facts with their entries, payline and status in one transaction; safe to repeat. */
    async recordFacts(recording: Recording): Promise<Recorded> {
      const recorded = await record(deps.db, recording);
      if ('id' in recording.on) deps.announce(recording.on.id);
      return recorded;
    },
  };
}

export type Activities = ReturnType<typeof createActivities>;
