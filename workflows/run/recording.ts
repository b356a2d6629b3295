import { hands } from '../activity-options';
import { keyOf } from '../domain/fact';
import type { Fact } from '../domain/fact';
import { conflict, evolve } from '../domain/payment';
import type { Payment } from '../domain/payment';
import type { Turn } from '../domain/turn';
import { unreachable } from '../domain/unreachable';

/** A turn that is recorded, and the payment as it stands then. `refused`: its guard held, and nothing was recorded. */
export interface Step {
  readonly turn: Turn;
  readonly payment: Payment;
  readonly refused: boolean;
}

/**
 * Has a turn decided and records it. An attempt of this run may have been lost after it had written (its worker died, or
 * something came while it ended): then more stands than this one remembers, and the turn is decided anew on all of it.
 */
export async function record(payment: Payment, decideOn: (payment: Payment) => Turn, at: () => string): Promise<Step> {
  /** Keys of facts that our records contradict: each is recorded as the contradiction it is. */
  const contradicted = new Set<string>();
  let current = payment;
  for (;;) {
    const turn = decideOn(current);
    if (turn.reload) return { turn, payment: await hands.loadPayment(current.terms.id), refused: false };
    const facts = turn.facts.map((fact) => (contradicted.has(keyOf(fact)) ? conflict(null, fact, at()) : fact));
    const written = await write(current, { ...turn, facts });
    switch (written.outcome) {
      case 'recorded':
        return { turn, payment: written.payment, refused: false };
      case 'unverified':
        return { turn, payment: current, refused: true };
      case 'stale':
        current = await hands.loadPayment(current.terms.id);
        break;
      case 'conflict':
        for (const index of written.conflicts) contradicted.add(keyOf(turn.facts[index] ?? noSuchFact(index)));
        break;
      default:
        return unreachable(written);
    }
  }
}

type Written =
  | { readonly outcome: 'recorded'; readonly payment: Payment }
  | { readonly outcome: 'unverified' | 'stale' }
  | { readonly outcome: 'conflict'; readonly conflicts: readonly number[] };

/** One recording with the facts, the first message and the first command; one more for each further one. */
async function write(payment: Payment, { facts, messages, commands, guard }: Turn): Promise<Written> {
  const next = facts.reduce(evolve, payment);
  const recordings = Math.max(facts.length > 0 || guard ? 1 : 0, messages.length, commands.length);
  for (let place = 0; place < recordings; place++) {
    const isFirst = place === 0;
    const message = messages[place];
    const recorded = await hands.recordFacts({
      on: payment.terms,
      known: (isFirst ? payment : next).facts.length,
      facts: isFirst ? facts : [],
      ...(isFirst && guard && { guard: 'no_unverified' as const }),
      ...(message && { notification: { about: undefined, ...message } }),
      ...(commands[place] && { command: commands[place] }),
    });
    if (recorded.outcome !== 'recorded') return recorded;
  }
  return { outcome: 'recorded', payment: next };
}

function noSuchFact(index: number): Fact {
  throw new Error(`a conflict about fact ${index}, which was not told`);
}
