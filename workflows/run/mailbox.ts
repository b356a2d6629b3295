import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Payment } from '../domain/payment';
import { NOTHING_REMEMBERED, tasksDue } from '../domain/turn';
import type { Command, CommandOutcome, Item, Memory, Run, Task, TaskKind } from '../domain/turn';
import {
  cancelPayment,
  giveUpRefund,
  lookAgain,
  notificationReceived,
  refundPayment,
  resolveDispute,
  resolvePayment,
  retryRefund,
} from '../messages';
import type { PaymentStart } from '../messages';
import type { Step } from './recording';
import { TASKS } from './tasks';

/** How long until money that the gateway refused to let us take is tried again: a merchant may have mended their account meanwhile. */
const REFUSED_CAPTURE_PAUSE_MS = 600_000;
/** Messages under verification that a run leaves to the next: a few hundred events there, of the thousands that it may have. */
const MOST_LEFT_BEHIND = 100;

/**
 * What waits for its turn in a payment's run, and what the hands are doing meanwhile. Handlers only take down what came; the
 * run acts on it in its own time.
 */
export function openMailbox(begun: PaymentStart) {
  const resumed = !('terms' in begun);
  const unverified = resumed ? (begun.unverified ?? []) : [];
  const queue: Item[] = unverified.map((notificationId) => ({ kind: 'notification', notificationId }));
  /** Announced to this run and without a verdict yet. */
  const heard = new Set<string>(unverified);
  const underWay = new Map<TaskKind, CancellationScope[]>();
  /** Who waits for the outcome of a command. */
  const answers = new Map<string, (outcome: CommandOutcome) => void>();
  let memory: Memory = NOTHING_REMEMBERED;
  let notBefore = 0;
  let retryAt: number | null = null;

  setHandler(notificationReceived, (message) => {
    const id = message.notificationId;
    if (typeof id !== 'string' || heard.has(id)) return; // told twice while the first is under way
    heard.add(id);
    queue.push({ kind: 'notification', notificationId: id });
  });
  setHandler(lookAgain, () => void queue.push({ kind: 'look' }));
  setHandler(cancelPayment, ({ commandId }) => command({ kind: 'cancel', commandId, at: now() }));
  setHandler(resolvePayment, ({ commandId }) => command({ kind: 'resolve', commandId, at: now() }));
  setHandler(refundPayment, (given) => command({ kind: 'refund', ...given, at: now() }));
  setHandler(retryRefund, (given) => command({ kind: 'retry_refund', ...given, at: now() }));
  setHandler(giveUpRefund, (given) => command({ kind: 'give_up_refund', ...given, at: now() }));
  setHandler(resolveDispute, (given) => command({ kind: 'resolve_dispute', ...given, at: now() }));
  // An operator who cancels the run wants what a member wants who cancels the payment.
  CancellationScope.current().cancelRequested.catch(
    () => void command({ kind: 'cancel', commandId: `run ${workflowInfo().runId}`, at: now() }),
  );

  async function command(input: Command): Promise<CommandOutcome> {
    let outcome: CommandOutcome | undefined;
    answers.set(input.commandId, (given) => (outcome = given));
    queue.push({ kind: 'command', input });
    await CancellationScope.nonCancellable(() => condition(() => outcome !== undefined));
    if (!outcome) throw new Error('a command was woken without its outcome');
    return outcome;
  }

  const busy = (): ReadonlySet<TaskKind> => new Set(underWay.keys());
  const isBusy = (rule: 'holdsRun' | 'holdsDeadline') => [...underWay.keys()].some((kind) => TASKS[kind][rule]);
  const isIdle = () => queue.length === 0 && !isBusy('holdsRun');

  function start<Kind extends TaskKind>(kind: Kind, task: Task & { kind: Kind }, payment: Payment): void {
    const rules = TASKS[kind];
    const scope = new CancellationScope();
    underWay.set(kind, [...(underWay.get(kind) ?? []), scope]);
    void scope
      .run(() => rules.perform(task, payment))
      .catch((failure: unknown) => {
        if (isCancellation(failure)) return rules.stopped(task);
        log.error(`a ${kind} broke`, { bug: failure, then: rules.compensation.then });
        return rules.broke(task);
      })
      .then((item) => {
        const others = underWay.get(kind)?.filter((other) => other !== scope) ?? [];
        if (others.length > 0) underWay.set(kind, others);
        else underWay.delete(kind);
        if ('notificationId' in task) heard.delete(task.notificationId); // from now on it may be announced again
        if (item) queue.push(item);
      });
  }

  return {
    isIdle,
    isBusyWith: (kind: TaskKind) => underWay.has(kind),
    /** The run as it stands, for whoever decides what comes next. */
    run: (payment: Payment): Run => ({ ...memory, payment, resumed, busy: busy() }),
    /** Begins what the payment as it stands wants done. */
    beginDue(payment: Payment): void {
      const due = tasksDue({ ...memory, payment, resumed, busy: busy() });
      memory = { ...memory, ...due.remember };
      for (const task of due.start) start(task.kind, task, payment);
    },
    /** Does what was decided, once it is recorded. */
    follow({ turn, payment, refused }: Step): void {
      for (const { id, outcome } of turn.commands) {
        answers.get(id)?.(outcome);
        answers.delete(id);
      }
      memory = { ...memory, ...turn.remember };
      queue.unshift(...turn.then);
      if (turn.stop) for (const scope of underWay.get(turn.stop) ?? []) scope.cancel();
      for (const task of turn.start) start(task.kind, task, payment);
      const waitMs = refused ? (turn.guard?.waitMs ?? null) : turn.waitMs;
      if (waitMs !== null) notBefore = Date.now() + waitMs;
    },
    /**
     * The next thing to act on, or null when there is reason to look again. `deadline`: when the payer's time is over (ms
     * since 1970), or null where none counts. `refused`: the order whose money the gateway would not let us take, or null.
     */
    async next(deadline: number | null, refused: string | null): Promise<Item | null> {
      const called = () => queue.length > 0;
      retryAt = refused === null ? null : (retryAt ?? Date.now() + REFUSED_CAPTURE_PAUSE_MS);
      if (isBusy('holdsDeadline')) await condition(() => called() || !isBusy('holdsDeadline'));
      else if (deadline === null || memory.closers.length > 0) await condition(called);
      else if (!called()) {
        const overAt = Math.max(deadline, notBefore);
        const wait = Math.min(overAt, retryAt ?? overAt) - Date.now();
        if (wait <= 0 || !(await condition(called, wait))) {
          if (refused === null || overAt <= Date.now()) return { kind: 'deadline' };
          retryAt = null;
          return { kind: 'approval', cause: { kind: 'retry' }, reference: refused };
        }
      }
      return queue.shift() ?? null;
    },
    /** What the run that goes on in this one's place is told, or null while something is under way that it could not begin again. */
    async leaveBehind(): Promise<readonly string[] | null> {
      const nothingElse = () =>
        queue.every((item) => item.kind === 'notification') &&
        memory.approvals.length + memory.closers.length + memory.aside.length === 0 &&
        [...underWay.keys()].every((kind) => TASKS[kind].repeatable);
      if (!nothingElse()) return null; // a command's handler finishes only once it is obeyed
      await condition(allHandlersFinished);
      return nothingElse() ? [...heard].slice(0, MOST_LEFT_BEHIND) : null;
    },
    /** Whether the run may end now: every handler has answered and nothing new came meanwhile. */
    async close(): Promise<boolean> {
      await condition(allHandlersFinished);
      return isIdle();
    },
  };
}
export type Mailbox = ReturnType<typeof openMailbox>;

/** The clock of the run, ISO 8601. */
export function now(): string {
  return new Date().toISOString();
}
