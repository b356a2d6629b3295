import { claimOnlyCall, keepCheckout, readCheckout, releaseOnlyCall } from '../books/payments';
import type { CheckoutRow, PlannedOpening } from '../books/payments';
import { GatewayFailure } from './gateways/port';
import type { NextAction } from '../workflows/domain/gateway';
import type { StartedCheckout } from './gateways/port';
import type { CheckoutOpening } from '../workflows/domain/turn';
import { contextOf } from './accounts';
import type { CheckoutDependencies } from './checkouts';
import { notYet, toTemporalFailure } from './failures';
import { GATEWAYS } from './gateways/registry';

/** Asks the gateway to open the checkout of a payment, and keeps what the payer does next. Safe to repeat. `hurried`: the answer is not waited for long. */
export async function openCheckout(
  deps: CheckoutDependencies,
  paymentId: string,
  hurried: boolean,
  signal: AbortSignal,
): Promise<CheckoutOpening> {
  const row = await readCheckout(deps.db, paymentId);
  if (row.nextAction) return { outcome: 'opened', handed: row.nextAction.kind }; // by an attempt that was lost afterwards
  const plan = row.opening;
  if (!plan) throw new Error(`payment ${paymentId} has neither a checkout nor a plan for one`);
  // A call that reaches the payer's phone and must not be repeated is not begun where it would be cut short.
  if (plan.asks === 'once' && hurried)
    throw notYet('needs_patience', `${paymentId} is opened by a call that must not be cut short`);
  // Written before the call: a crash in it leaves the question open, and never two calls.
  if (plan.asks === 'once' && !(await claimOnlyCall(deps.db, paymentId)))
    return keep(deps, paymentId, unheard(plan.nextAction));

  const started = await startCheckout(deps, row, plan, signal);
  return started.opened ? keep(deps, paymentId, started) : { outcome: 'refused', reason: started.reason };
}

/** A call that must not be repeated, and whose answer is lost, may have reached the payer all the same. */
function unheard(nextAction: NextAction): StartedCheckout & { opened: true } {
  return { opened: true, nextAction, reference: null };
}

async function startCheckout(
  deps: CheckoutDependencies,
  row: CheckoutRow,
  plan: PlannedOpening,
  signal: AbortSignal,
): Promise<StartedCheckout> {
  const { startCheckout: start } = GATEWAYS[row.gateway].gateway;
  if (!start) throw new Error(`${row.gateway} opens no checkouts over the network`);
  try {
    return await start(plan.order, contextOf(deps, row, signal));
  } catch (failure) {
    if (failure instanceof GatewayFailure && failure.moved === 'no' && failure.retry === 'never')
      return { opened: false, reason: failure.code, detail: failure.message };
    if (plan.asks === 'repeatably') throw failure instanceof GatewayFailure ? toTemporalFailure(failure) : failure;
    if (!(failure instanceof GatewayFailure) || failure.moved === 'perhaps') return unheard(plan.nextAction);
    await releaseOnlyCall(deps.db, plan.order.paymentId); // it never left, so the next one is still the first
    throw toTemporalFailure(failure);
  }
}

/** A reference may come later than what the payer does next: its call was under way when its run was renewed. */
async function keep(
  { db }: CheckoutDependencies,
  paymentId: string,
  started: StartedCheckout & { opened: true },
): Promise<CheckoutOpening> {
  await keepCheckout(db, paymentId, started);
  return { outcome: 'opened', handed: started.nextAction.kind };
}
