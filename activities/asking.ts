import { readCheckout } from '../books/payments';
import type { GatewayFact } from '../workflows/domain/fact';
import type { Lookup, OpenedCheckout } from './gateways/port';
import { toldFacts } from '../workflows/domain/remark';
import type { Finding } from '../workflows/domain/turn';
import { unreachable } from '../workflows/domain/unreachable';
import { contextOf } from './accounts';
import { checkoutOf } from './checkouts';
import type { CheckoutDependencies, CheckoutQuestion } from './checkouts';
import { asTemporalFailure, notYet } from './failures';
import { GATEWAYS } from './gateways/registry';

/**
 * Asks the gateway how a payment stands. Throws while it gives no answer, so that the durable call asks again: a payment
 * whose gateway is silent is not called unpaid.
 */
export async function lookUp(
  deps: CheckoutDependencies,
  question: CheckoutQuestion,
  signal: AbortSignal,
): Promise<Finding> {
  const asked = await askAbout(deps, question, signal);
  if (!asked) return { outcome: 'nothing' };
  const { lookup, checkout } = asked;
  // A prompt that nobody answered is as unpaid as a page that nobody opened.
  if (lookup.found === 'undecided' && checkout.handed === 'prompt') return { outcome: 'nothing' };
  return findingOf(lookup, checkout);
}

/** Asks once whether the gateway has decided; throws an expected wait while it has not. One durable call keeps asking. */
export async function watch(
  deps: CheckoutDependencies,
  question: CheckoutQuestion,
  signal: AbortSignal,
): Promise<Finding> {
  const asked = await askAbout(deps, question, signal);
  if (!asked) return { outcome: 'nothing' };
  const finding = asked.lookup.found === false ? null : findingOf(asked.lookup, asked.checkout);
  const decided =
    finding?.outcome === 'facts' ? finding.facts.some((fact) => decides(fact, question.pending)) : finding !== null;
  if (!decided || !finding) throw notYet('undecided', `${asked.checkout.paymentId}: the gateway has not decided yet`);
  return finding;
}

/** Whether the fact ends the waiting: for the money that is held, or for any where nothing is known to be. */
function decides({ kind, gatewayReference }: GatewayFact, pending: readonly string[]): boolean {
  return (
    kind !== 'payment_pending' &&
    kind !== 'remark_noted' &&
    (pending.length === 0 || pending.includes(gatewayReference))
  );
}

async function askAbout(
  deps: CheckoutDependencies,
  { paymentId, pending }: CheckoutQuestion,
  signal: AbortSignal,
): Promise<{ lookup: Lookup; checkout: OpenedCheckout } | null> {
  const row = await readCheckout(deps.db, paymentId);
  const { gateway, capabilitiesOf } = GATEWAYS[row.gateway];
  const context = contextOf(deps, row, signal);
  if (capabilitiesOf(context.credentials).lookup === 'none') return null;
  const checkout = checkoutOf(row, paymentId, pending);
  const lookup = await gateway.fetchFacts({ by: 'payment', checkout }, context).catch(asTemporalFailure);
  // Opened with a former account of the merchant's, which had nothing to ask with.
  return lookup.found === 'unaskable' ? null : { lookup, checkout };
}

function findingOf(lookup: Lookup, { paymentId }: OpenedCheckout): Finding {
  switch (lookup.found) {
    case true: {
      // What could not be used is never lost: without a fact to lay it beside, it is noted of the payment itself.
      const facts = toldFacts(lookup, paymentId);
      return facts.length > 0 ? { outcome: 'facts', facts } : { outcome: 'nothing' };
    }
    case 'approved':
      return { outcome: 'approved', reference: lookup.reference };
    case false:
    case 'elsewhere':
    case 'account_revoked':
    case 'unaskable':
      return { outcome: 'nothing' };
    case 'undecided':
      throw notYet('undecided', `${paymentId}: the gateway has not decided yet`);
    case 'unknown':
      throw notYet(
        lookup.reason,
        `${paymentId}: the gateway's answer cannot be believed either way`,
        lookup.retryAfterMs,
      );
    default:
      return unreachable(lookup);
  }
}
