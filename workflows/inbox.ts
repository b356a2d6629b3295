import { allHandlersFinished, CancellationScope, condition, log, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Capture, CheckoutOpening, Standing } from '../activities/checkout';
import type { GatewayFact } from './domain/fact';
import type { PaymentInput } from './domain/payment';
import { cancelPayment, notificationReceived, resolvePayment } from './messages';
import type { CommandAnswer, PaymentStart } from './messages';

/** What waits for its turn. */
export type Item =
  /** A message to verify. */
  | { readonly kind: 'notification'; readonly notificationId: string }
  /** What the gateway says happened; `notificationId` is the message that made us ask, or null. */
  | { readonly kind: 'verified'; readonly notificationId: string | null; readonly facts: readonly GatewayFact[] }
  /** A message was dealt with by an earlier run, or by an attempt of this one that was lost with what it knew. */
  | { readonly kind: 'settled_before' }
  /** The gateway opened the checkout, or refused to. */
  | { readonly kind: 'opening'; readonly opening: CheckoutOpening }
  /** The payer is said to have approved, and the money of `reference` can be taken. */
  | Approval
  /** Taking it ended; null when it broke. */
  | { readonly kind: 'capture'; readonly notificationId: string | null; readonly capture: Capture | null }
  /** What the gateway says of the payment before the payer's time is called over; null when asking broke. */
  | { readonly kind: 'standing'; readonly standing: Standing | null }
  /** Nothing more is to be learned by asking again and again. */
  | { readonly kind: 'watch_over' }
  | {
      readonly kind: 'command';
      readonly input: PaymentInput & { kind: 'cancel' | 'resolve' };
      readonly answer: (answer: CommandAnswer) => void;
    }
  | { readonly kind: 'deadline' };
export interface Approval {
  readonly kind: 'approval';
  readonly notificationId: string | null;
  readonly reference: string;
}

/** What a run has others do while it goes on; each ends with an item, or with nothing to say. */
export type Task = 'verification' | 'opening' | 'capture' | 'lookup' | 'watch';

/** Handlers only take down what came; the run acts on it in its own time. */
export function openInbox(start: PaymentStart) {
  const resumed = !('terms' in start);
  const unverified = (resumed && start.unverified) || [];
  const queue: Item[] = unverified.map((notificationId) => ({ kind: 'notification', notificationId }));
  /** Announced to this run and without a verdict yet. */
  const heard = new Set<string>(unverified);
  const underWay: Record<Task, number> = { verification: 0, opening: 0, capture: 0, lookup: 0, watch: 0 };
  /** Approvals that came while money was being taken: what that finds may have been too early for them. */
  const held: Approval[] = [];
  let notBefore = 0;

  setHandler(notificationReceived, (message) => {
    const id = message.notificationId;
    if (typeof id !== 'string' || heard.has(id)) return; // told twice while the first is under way
    heard.add(id);
    queue.push({ kind: 'notification', notificationId: id });
  });
  setHandler(cancelPayment, ({ commandId }) => command({ kind: 'cancel', commandId, at: now() }));
  setHandler(resolvePayment, ({ commandId, action }) => command({ kind: 'resolve', commandId, action, at: now() }));
  // An operator who cancels the run wants what a member wants who cancels the payment.
  CancellationScope.current().cancelRequested.catch(
    () => void command({ kind: 'cancel', commandId: `run ${workflowInfo().runId}`, at: now() }),
  );

  async function command(input: PaymentInput & { kind: 'cancel' | 'resolve' }): Promise<CommandAnswer> {
    let answer: CommandAnswer | undefined;
    queue.push({ kind: 'command', input, answer: (given) => (answer = given) });
    await CancellationScope.nonCancellable(() => condition(() => answer !== undefined));
    if (!answer) throw new Error('a command was woken without its answer');
    return answer;
  }

  /** What a run waits for before it ends: not for a late word, nor for a checkout that nobody wants any more. */
  const working = () => underWay.verification + underWay.capture + underWay.lookup;
  const isIdle = () => queue.length === 0 && working() === 0;

  return {
    /** Whether the run was begun from the record, so that a run before it may have had something under way. */
    resumed,
    isIdle,
    isBusyWith: (task: Task) => underWay[task] > 0,
    /** Does something aside. `broke`: what is to be done when it ends with a bug, which must not end the payment. */
    aside(task: Task, work: () => Promise<Item | null>, broke: () => Item | null): void {
      underWay[task] += 1;
      void work()
        .catch((bug: unknown) => {
          log.error(`a ${task} broke`, { bug });
          return broke();
        })
        .then((item) => {
          underWay[task] -= 1;
          if (item) queue.push(item);
        });
    },
    /** The verdict is there: from now on the message may be announced again. */
    forget(notificationId: string): void {
      heard.delete(notificationId);
    },
    hold(approval: Approval): void {
      held.push(approval);
    },
    /** The approvals that were held, to be settled or taken up again. */
    release: () => held.splice(0),
    takeUp(approvals: readonly Approval[]): void {
      queue.push(...approvals);
    },
    postpone(ms: number): void {
      notBefore = Date.now() + ms;
    },
    /**
     * The next thing to act on, or null when there is reason to look again. `deadline`: when the payer's time is over
     * (ms since 1970), or null where none counts; it does not pass while something is under way that may bring the money.
     */
    async next(deadline: number | null): Promise<Item | null> {
      const called = () => queue.length > 0;
      if (working() > 0) await condition(() => called() || working() === 0);
      else if (deadline === null) await condition(called);
      else if (!called()) {
        const wait = Math.max(deadline, notBefore) - Date.now();
        if (wait <= 0 || !(await condition(called, wait))) return { kind: 'deadline' };
      }
      return queue.shift() ?? null;
    },
    unverified: () => [...heard],
    /** Whether nothing is under way but verifications and watching, which another run can begin again. */
    async isUndecided(): Promise<boolean> {
      const nothingElse = () =>
        queue.every((item) => item.kind === 'notification') && underWay.opening + underWay.capture + underWay.lookup === 0;
      if (!nothingElse()) return false; // a command's handler finishes only once it is obeyed
      await condition(allHandlersFinished);
      return nothingElse();
    },
    /** Whether the run may end now: every handler has answered and nothing new came meanwhile. */
    async close(): Promise<boolean> {
      await condition(allHandlersFinished);
      return isIdle();
    },
  };
}
export type Inbox = ReturnType<typeof openInbox>;

export function now(): string {
  return new Date().toISOString();
}
