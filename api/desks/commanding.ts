import { noteChange } from '../../books/audit';
import type { Author, Change } from '../../books/audit';
import { readCommand, storeCommand } from '../../books/commands';
import type { Order } from '../../books/commands';
import type { Sql } from '../../books/sql';
import { LEASE_MS } from '../../outbox/deliveries';
import type { Runs } from '../../outbox/runs';
import { newId } from '../../platform/ids';
import { decide } from '../../workflows/domain/payment';
import type { Payment } from '../../workflows/domain/payment';
import type { CommandOutcome } from '../../workflows/domain/turn';
import { unreachable } from '../../workflows/domain/unreachable';
import { rejection } from '../http/rejections';
import type { Once } from '../http/routing';

/** How long a person waits for an outcome before being told that it will come. */
const OUTCOME_PATIENCE_MS = 5_000;

interface Desk {
  readonly db: Sql;
  readonly runs: Runs;
}

/** Sends a stored command, and says how it ended where that is known soon; null: it will be obeyed, and its outcome is stored. */
export async function sendCommand({ db, runs }: Desk, commandId: string): Promise<CommandOutcome | null> {
  const stored = await readCommand(db, commandId);
  if (!stored) throw new Error(`command ${commandId} is gone`);
  if (stored.outcome) return stored.outcome;
  const tell = async () => {
    const answer = await runs.command(stored);
    if (answer.outcome === 'accepted') return answer;
    // Where an answer was lost on its way the command was told once more, and the next run finds it done: what was decided first counts.
    return (await readCommand(db, commandId))?.outcome ?? answer;
  };
  const sent = tell().catch(() => null); // Temporal is away: the sweeper sends it again
  return Promise.race([sent, new Promise<null>((resolve) => setTimeout(resolve, OUTCOME_PATIENCE_MS, null).unref())]);
}

/** A request that commands, and who sends it. */
export interface Commanding extends Once {
  readonly caller: { readonly merchantId: string };
  readonly author: Author;
}

/** What is asked of a payment as it stands; a refund is admitted first, by its own desk. */
type GivenOrder = Exclude<Order, { kind: 'refund' }>;

/**
 * Stores a command once, with who asked, sends it, and throws what the run refuses. `prepare` says which, or throws what is plainly
 * impossible; the run decides everything else. True: it is obeyed; false: it will be.
 */
export async function giveCommand(
  desk: Desk,
  { caller, author, once, forget }: Commanding,
  note: string | undefined,
  prepare: (tx: Sql) => Promise<{ readonly paymentId: string; readonly order: GivenOrder }>,
): Promise<boolean> {
  const commandId = await once(async (tx) => {
    const command = { id: newId('cmd'), ...(await prepare(tx)) };
    await storeCommand(tx, command, note === undefined ? {} : { note }, LEASE_MS);
    await noteChange(tx, author, { merchantId: caller.merchantId, ...asAsked(command.paymentId, command.order) });
    return command.id;
  });
  const outcome = await sendCommand(desk, commandId);
  if (outcome?.outcome === 'rejected') {
    await forget();
    throw rejection(outcome.reason);
  }
  return outcome !== null;
}

/** What needs no more than its name. */
export type SimpleOrder = Extract<Order, { kind: 'cancel' | 'resolve' }>;

/** The order for a payment as it is recorded; throws what is plainly impossible. Its run decides anew. */
export function admit(
  payment: Payment,
  order: SimpleOrder,
): { readonly paymentId: string; readonly order: SimpleOrder } {
  const decision = decide(payment, { kind: order.kind, commandId: 'precheck', at: new Date().toISOString() });
  if (decision.outcome === 'rejected') throw rejection(decision.reason);
  return { paymentId: payment.terms.id, order };
}

/** A command as the audit trail has it: what was asked, of what. What became of it is in the payment's facts. */
function asAsked(payment: string, order: GivenOrder): Omit<Change, 'merchantId'> {
  switch (order.kind) {
    case 'cancel':
      return { action: 'payment.cancel_requested', object: { kind: 'payment', id: payment } };
    case 'resolve':
      return {
        action: 'payment.resolution_requested',
        object: { kind: 'payment', id: payment },
        after: { action: 'accept' },
      };
    case 'retry_refund':
      return { action: 'refund.retry_requested', object: { kind: 'refund', id: order.refundId } };
    case 'give_up_refund':
      return { action: 'refund.cancel_requested', object: { kind: 'refund', id: order.refundId } };
    case 'resolve_dispute':
      return {
        action: 'dispute.resolution_requested',
        object: { kind: 'dispute', id: order.disputeId },
        after: { outcome: order.outcome },
      };
    default:
      return unreachable(order);
  }
}
