import { COMPENSATIONS } from '../domain/compensations';
import type { Compensation } from '../domain/compensations';
import type { Payment } from '../domain/payment';
import { pendingReferences, sumsOf } from '../domain/payment';
import type { Item, Task, TaskKind } from '../domain/turn';
import { unreachable } from '../domain/unreachable';
import { hands } from '../activity-options';

/** What a kind of task is to the run that has it done. */
interface TaskRules<Kind extends TaskKind> {
  /** The run does not end before it has ended. */
  readonly holdsRun: boolean;
  /** The payer's time is not over while it may bring the money. */
  readonly holdsDeadline: boolean;
  /** A run that goes on in a new one may leave it behind: the new one begins it again. */
  readonly repeatable: boolean;
  /** What can go wrong with it, what is done about that, and who ends it; the documentation is made from it. */
  readonly compensation: Compensation;
  /** Does it; what it brings has its turn in the run, null where it has nothing to say. */
  perform(task: Task & { kind: Kind }, payment: Payment): Promise<Item | null>;
  /** What has its turn when it ended in a bug, which must not end the payment. */
  broke(task: Task & { kind: Kind }): Item | null;
  /** What has its turn when the run stopped it. */
  stopped(task: Task & { kind: Kind }): Item | null;
}

/** Every kind of task, total by its type: whoever adds one is asked for all of this. */
export const TASKS: { readonly [Kind in TaskKind]: TaskRules<Kind> } = {
  verification: {
    compensation: COMPENSATIONS.verification,
    holdsRun: true,
    holdsDeadline: true,
    repeatable: true,
    async perform({ notificationId }, { terms }) {
      const verification = await hands.verifyNotification({ notificationId, paymentId: terms.id });
      switch (verification.outcome) {
        case 'facts':
          return { kind: 'verified', cause: { kind: 'message', notificationId }, facts: verification.facts };
        case 'approved':
          return { kind: 'approval', cause: { kind: 'message', notificationId }, reference: verification.reference };
        case 'settled':
          return verification.state === 'settled' ? { kind: 'settled_before' } : null;
        default:
          return unreachable(verification);
      }
    },
    broke: () => null, // the message stays stored and is announced again
    stopped: () => null,
  },
  opening: {
    compensation: COMPENSATIONS.opening,
    holdsRun: false, // nobody waits for a checkout that nobody wants any more
    holdsDeadline: false,
    repeatable: false,
    perform: async (_task, { terms }) => ({ kind: 'opening', opening: await hands.openCheckout(terms.id) }),
    broke: () => ({ kind: 'opening', opening: { outcome: 'refused', reason: 'opening_failed' } }),
    stopped: () => null,
  },
  capture: {
    compensation: COMPENSATIONS.capture,
    holdsRun: true,
    holdsDeadline: false, // the deadline stops it, and asks what came of it
    repeatable: false,
    async perform({ approval, attempt, again }, payment) {
      const request = { ...questionAbout(payment), reference: approval.reference, attempt, again };
      return { kind: 'capture', approval, attempt, end: await hands.capturePayment(request) };
    },
    broke: ({ approval, attempt }) => ({ kind: 'capture', approval, attempt, end: { outcome: 'broke' } }),
    stopped: ({ approval, attempt }) => ({ kind: 'capture', approval, attempt, end: { outcome: 'stopped' } }),
  },
  lookup: {
    compensation: COMPENSATIONS.lookup,
    holdsRun: true,
    holdsDeadline: true,
    repeatable: false,
    perform: async (_task, payment) => ({
      kind: 'finding',
      finding: await hands.lookUpPayment(questionAboutAll(payment)),
    }),
    broke: () => ({ kind: 'finding', finding: null }),
    stopped: () => ({ kind: 'finding', finding: null }),
  },
  watch: {
    compensation: COMPENSATIONS.watch,
    holdsRun: false,
    holdsDeadline: false,
    repeatable: true,
    async perform(_task, payment) {
      const finding = await hands.watchPayment(questionAbout(payment));
      return finding.outcome === 'facts'
        ? { kind: 'verified', cause: { kind: 'watch' }, facts: finding.facts }
        : { kind: 'watch_over' };
    },
    broke: () => ({ kind: 'watch_over' }), // after days without a decision; a person finds the payment by its status
    stopped: () => ({ kind: 'watch_over' }),
  },
  refund: {
    compensation: COMPENSATIONS.refund,
    holdsRun: true,
    holdsDeadline: false,
    repeatable: true, // under the same key, or after a look
    async perform({ refundId, again }, { terms }) {
      const end = await hands.refundPayment({ of: terms.id, refundId, again });
      return { kind: 'refund', refundId, end };
    },
    broke: ({ refundId }) => ({ kind: 'refund', refundId, end: { outcome: 'broke' } }),
    stopped: () => null, // what stopped it asks on
  },
  refund_watch: {
    compensation: COMPENSATIONS.refund_watch,
    holdsRun: false, // the payment does not rest before its refund has an outcome
    holdsDeadline: false,
    repeatable: true,
    async perform({ refundId, slow, atOnce }, { terms }) {
      const question = { of: terms.id, refundId, atOnce };
      const end = slow ? await hands.watchRefundDaily(question) : await hands.watchRefund(question);
      return { kind: 'refund', refundId, end };
    },
    broke: ({ refundId }) => ({ kind: 'refund', refundId, end: { outcome: 'undecided' } }),
    stopped: () => null,
  },
  refund_check: {
    compensation: COMPENSATIONS.refund_check,
    holdsRun: true,
    holdsDeadline: false,
    repeatable: false,
    async perform({ refundId, commandId }, { terms }) {
      const end = await hands.checkRefund({ of: terms.id, refundId });
      return { kind: 'refund_check', refundId, commandId, end };
    },
    broke: ({ refundId, commandId }) => ({ kind: 'refund_check', refundId, commandId, end: { outcome: 'broke' } }),
    stopped: ({ refundId, commandId }) => ({ kind: 'refund_check', refundId, commandId, end: { outcome: 'broke' } }),
  },
};

function questionAbout(payment: Payment) {
  return { paymentId: payment.terms.id, pending: pendingReferences(payment) };
}

/** Of money that was taken, too: it may have been given back where nobody tells us. */
function questionAboutAll(payment: Payment) {
  const { paymentId, pending } = questionAbout(payment);
  return { paymentId, pending: [...new Set([...pending, ...sumsOf(payment).map(({ reference }) => reference)])] };
}
