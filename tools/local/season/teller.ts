import { lookUp } from '../../../activities/asking';
import { openCheckout } from '../../../activities/opening';
import { refund } from '../../../activities/refunding';
import { capture } from '../../../activities/taking';
import { verifyNotification } from '../../../activities/verify';
import type { VerificationDependencies } from '../../../activities/verify';
import { loadPayment } from '../../../books/facts';
import { strike } from '../../../books/outbox';
import { record } from '../../../books/record';
import type { Deliveries } from '../../../outbox/deliveries';
import type { Runs } from '../../../outbox/runs';
import type { Database } from '../../../prisma/client';
import { evolve, pendingReferences } from '../../../workflows/domain/payment';
import type { Payment } from '../../../workflows/domain/payment';
import { reasonOf } from '../../../workflows/domain/remark';
import { NOTHING_REMEMBERED, tasksDue, turn } from '../../../workflows/domain/turn';
import type {
  Command,
  CommandEnd,
  CommandOutcome,
  Item,
  Memory,
  Run,
  Task,
  Turn,
} from '../../../workflows/domain/turn';
import { unreachable } from '../../../workflows/domain/unreachable';

export interface TellerDependencies extends Omit<VerificationDependencies, 'db' | 'throttle'> {
  readonly db: Database;
}

/**
 * Plays Temporal's part for an API in this process: each payment's turns are decided by the rules of its run, recorded by the books and
 * acted upon by the workers' own hands, one after the other. What its run would wait for is left to a worker.
 */
export interface Teller {
  readonly deliveries: Deliveries;
  readonly runs: Runs;
  /** Ends once all that was told so far has come to its end; throws what went wrong. */
  idle(): Promise<void>;
  /** The payer's time is over. */
  expire(paymentId: string): Promise<void>;
}

/** Nobody else may take what is told here before it has come to its end. */
const LEASE_MS = 600_000;

export function createTeller({ db, ...world }: TellerDependencies): Teller {
  const hands = { ...world, db, throttle: () => Promise.resolve(0) };
  const { signal } = new AbortController(); // nothing here is cut short
  let told: Promise<void> = Promise.resolve();
  const tell = (story: () => Promise<void>) => {
    told = told.then(story);
    told.catch(() => undefined); // the one that waits for it hears of it
  };

  /** Gives each item its turn, and what comes of it, until nothing is left to do. */
  async function play(paymentId: string, first: readonly Item[]): Promise<readonly CommandEnd[]> {
    const items = [...first];
    const ended: CommandEnd[] = [];
    let memory: Memory = NOTHING_REMEMBERED;
    let payment = await read(paymentId);
    const run = (): Run => ({ ...memory, payment, resumed: false, busy: new Set() });
    for (;;) {
      const due = tasksDue(run());
      memory = { ...memory, ...due.remember };
      for (const task of due.start) await act(task, payment, items);
      const item = items.shift();
      if (item === undefined) return ended;
      const decided = turn(run(), item, new Date().toISOString());
      await write(payment, decided);
      payment = decided.facts.reduce(evolve, payment);
      memory = { ...memory, ...decided.remember };
      items.unshift(...decided.then);
      ended.push(...decided.commands);
      for (const task of decided.start) await act(task, payment, items);
    }
  }

  async function act(task: Task, payment: Payment, items: Item[]): Promise<void> {
    const item = await perform(task, payment);
    if (item) items.push(item);
  }

  /** What the hands bring; null where nothing comes of it, or only what a worker waits for. */
  async function perform(task: Task, payment: Payment): Promise<Item | null> {
    const paymentId = payment.terms.id;
    const question = { paymentId, pending: pendingReferences(payment) };
    switch (task.kind) {
      case 'verification': {
        const { notificationId } = task;
        const verification = await verifyNotification(hands, { notificationId, paymentId, signal });
        const cause = { kind: 'message', notificationId } as const;
        switch (verification.outcome) {
          case 'facts':
            return { kind: 'verified', cause, facts: verification.facts };
          case 'approved':
            return { kind: 'approval', cause, reference: verification.reference };
          case 'settled':
            return null;
          default:
            return unreachable(verification);
        }
      }
      case 'opening':
        return { kind: 'opening', opening: await openCheckout(hands, paymentId, false, signal) };
      case 'capture': {
        const { approval, attempt, again } = task;
        const request = { ...question, reference: approval.reference, attempt, again };
        return { kind: 'capture', approval, attempt, end: await capture(hands, request, 0, signal) };
      }
      case 'lookup':
        return { kind: 'finding', finding: await lookUp(hands, question, signal) };
      case 'refund': {
        const { refundId, again } = task;
        return { kind: 'refund', refundId, end: await refund(hands, { of: paymentId, refundId, again }, signal) };
      }
      case 'watch':
      case 'refund_watch':
      case 'refund_check':
        return null;
      default:
        return unreachable(task);
    }
  }

  /** As a run writes a turn: the first recording holds the facts, and there is one for each message and command. */
  async function write(payment: Payment, { facts, messages, commands, guard }: Turn): Promise<void> {
    const recordings = Math.max(facts.length > 0 || guard ? 1 : 0, messages.length, commands.length);
    for (let place = 0; place < recordings; place++) {
      const [message, command] = [messages[place], commands[place]];
      const recorded = await record(db, {
        on: payment.terms,
        facts: place === 0 ? facts : [],
        ...(message && { notification: { about: undefined, ...message } }),
        ...(command && { command }),
      });
      if (recorded.outcome !== 'recorded') throw new Error(`${payment.terms.id}: ${JSON.stringify(recorded)}`);
    }
  }

  /** As the run of a message that names no payment. */
  async function playMessage(notificationId: string): Promise<void> {
    const verification = await verifyNotification(hands, { notificationId, paymentId: null, signal });
    if (verification.outcome !== 'facts') return;
    const { facts, account } = verification;
    const end = { id: notificationId, state: 'unmatched', remark: reasonOf(facts), about: facts[0] } as const;
    await record(db, { on: account, facts, notification: end });
  }

  async function read(paymentId: string): Promise<Payment> {
    const payment = await loadPayment(db, paymentId);
    if (!payment) throw new Error(`payment ${paymentId} is not recorded`);
    return payment;
  }

  const nobody = () => Promise.reject(new Error('this is not told here'));
  return {
    deliveries: {
      leaseMs: () => LEASE_MS,
      async started({ id }, handed) {
        if (handed === null) await play(id, []); // else its checkout is open already
      },
      notified(notificationId, paymentId) {
        tell(async () => {
          if (paymentId === null) await playMessage(notificationId);
          else await play(paymentId, [{ kind: 'notification', notificationId }]);
        });
      },
      close: () => Promise.resolve(),
    },
    runs: {
      start: nobody,
      notify: nobody,
      wake: nobody,
      look: nobody,
      retryDeliveries: nobody,
      refundUnmatched: nobody,
      startAgreement: nobody,
      lookAtAgreement: nobody,
      commandAgreement: nobody,
      async command({ id: commandId, paymentId, order }): Promise<CommandOutcome> {
        const input: Command = { ...order, commandId, at: new Date().toISOString() };
        const ended = await play(paymentId, [{ kind: 'command', input }]);
        await strike(db, [commandId]);
        const end = ended.find(({ id }) => id === commandId);
        if (!end) throw new Error(`command ${commandId} has no outcome`);
        return end.outcome;
      },
    },
    idle: () => told,
    async expire(paymentId) {
      await play(paymentId, [{ kind: 'deadline' }]);
    },
  };
}
