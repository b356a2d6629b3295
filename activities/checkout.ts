import type { Database } from '../prisma/client';
import type { GatewayFact } from '../workflows/domain/fact';
import { GatewayFailure } from '../workflows/domain/gateway';
import type { CheckoutOrder, GatewayName, Lookup, NextAction, OpenedCheckout, StartedCheckout } from '../workflows/domain/gateway';
import { toldFacts } from '../workflows/domain/remark';
import type { CaptureEnd, CheckoutOpening, Finding } from '../workflows/domain/turn';
import { unreachable } from '../workflows/domain/unreachable';
import { contextOf } from './accounts';
import type { AskingDependencies, SealedAccount } from './accounts';
import { notYet, toTemporalFailure } from './failures';
import { GATEWAYS } from './gateways/registry';

export interface CheckoutDependencies extends AskingDependencies {
  readonly db: Pick<Database, 'sql'>;
}

/** A payment as its gateway is asked about it. `pending`: references of money that the gateway holds. */
export interface CheckoutQuestion {
  readonly paymentId: string;
  readonly pending: readonly string[];
}

/** The gateway decided nothing by now: an expected wait, and a prompt's payer is not waited for beyond our own deadline. */
const STILL_PENDING = 'pending';
/** The gateway cannot be asked with what the payment was opened with. */
const NO_LOOKUP = 'no_lookup';

interface Row extends SealedAccount {
  readonly gateway: GatewayName;
  readonly amount: number;
  readonly currency: string;
  readonly method: string | null;
  readonly reference: string | null;
  readonly nextAction: NextAction | null;
  readonly opening: Planned | null;
  readonly createdAt: Date;
}
/** As the API planned it; the order is the one that the payer agreed to. */
type Planned =
  | { readonly asks: 'repeatably'; readonly order: CheckoutOrder }
  | { readonly asks: 'once'; readonly order: CheckoutOrder; readonly nextAction: NextAction };

/** Asks the gateway to open the checkout of a payment, and keeps what the payer does next. Safe to repeat. `hurried`: the answer is not waited for long. */
export async function openCheckout(
  deps: CheckoutDependencies,
  paymentId: string,
  hurried: boolean,
  signal: AbortSignal,
): Promise<CheckoutOpening> {
  const row = await readRow(deps, paymentId);
  if (row.nextAction) return { outcome: 'opened', handed: row.nextAction.kind }; // by an attempt that was lost afterwards
  const plan = row.opening;
  if (!plan) throw new Error(`payment ${paymentId} has neither a checkout nor a plan for one`);
  // A call that reaches the payer's phone and must not be repeated is not begun where it would be cut short.
  if (plan.asks === 'once' && hurried) throw notYet('needs_patience', `${paymentId} is opened by a call that must not be cut short`);
  if (plan.asks === 'once' && !(await claimOnlyCall(deps, paymentId))) return keep(deps, paymentId, unheard(plan.nextAction));

  const started = await startCheckout(deps, row, plan, signal);
  return started.opened ? keep(deps, paymentId, started) : { outcome: 'refused', reason: started.reason };
}

/** A call that must not be repeated, and whose answer is lost, may have reached the payer all the same. */
function unheard(nextAction: NextAction): StartedCheckout & { opened: true } {
  return { opened: true, nextAction, reference: null };
}

async function startCheckout(deps: CheckoutDependencies, row: Row, plan: Planned, signal: AbortSignal): Promise<StartedCheckout> {
  const { startCheckout: start } = GATEWAYS[row.gateway].gateway;
  if (!start) throw new Error(`${row.gateway} opens no checkouts over the network`);
  try {
    return await start(plan.order, contextOf(deps, row, signal));
  } catch (failure) {
    if (failure instanceof GatewayFailure && failure.moved === 'no' && failure.retry === 'never')
      return { opened: false, reason: failure.code, detail: failure.message };
    if (plan.asks === 'repeatably') throw failure instanceof GatewayFailure ? toTemporalFailure(failure) : failure;
    if (!(failure instanceof GatewayFailure) || failure.moved === 'perhaps') return unheard(plan.nextAction);
    await releaseOnlyCall(deps, plan.order.paymentId); // it never left, so the next one is still the first
    throw toTemporalFailure(failure);
  }
}

/** Whether this caller is the one that may call. Written before the call: a crash in it leaves the question open, and never two calls. */
async function claimOnlyCall({ db }: CheckoutDependencies, paymentId: string): Promise<boolean> {
  const { rowCount } = await db.sql.query('UPDATE payments SET asked_at = now() WHERE id = $1 AND asked_at IS NULL', [paymentId]);
  return rowCount === 1;
}

async function releaseOnlyCall({ db }: CheckoutDependencies, paymentId: string): Promise<void> {
  await db.sql.query('UPDATE payments SET asked_at = NULL WHERE id = $1', [paymentId]);
}

/** What was learned first stays. A reference may come later than that: its call was under way when its run was renewed. */
async function keep(
  { db }: CheckoutDependencies,
  paymentId: string,
  { nextAction, reference }: StartedCheckout & { opened: true },
): Promise<CheckoutOpening> {
  await db.sql.query(
    `UPDATE payments SET next_action = coalesce(next_action, $2), checkout_reference = coalesce(checkout_reference, $3)
     WHERE id = $1 AND (next_action IS NULL OR checkout_reference IS NULL)`,
    [paymentId, JSON.stringify(nextAction), reference],
  );
  return { outcome: 'opened', handed: nextAction.kind };
}

/**
 * Asks the gateway how a payment stands. Throws while it gives no answer, so that the durable call asks again: a payment
 * whose gateway is silent is not called unpaid.
 */
export async function lookUp(deps: CheckoutDependencies, question: CheckoutQuestion, signal: AbortSignal): Promise<Finding> {
  const asked = await askAbout(deps, question, signal);
  if (!asked) return { outcome: 'nothing' };
  const { lookup, checkout } = asked;
  // A prompt that nobody answered is as unpaid as a page that nobody opened.
  if (lookup.found === 'unknown' && lookup.reason === STILL_PENDING && checkout.handed === 'prompt') return { outcome: 'nothing' };
  return findingOf(lookup, checkout);
}

/** Asks once whether the gateway has decided; throws an expected wait while it has not. One durable call keeps asking. */
export async function watch(deps: CheckoutDependencies, question: CheckoutQuestion, signal: AbortSignal): Promise<Finding> {
  const asked = await askAbout(deps, question, signal);
  if (!asked) return { outcome: 'nothing' };
  const finding = asked.lookup.found === false ? null : findingOf(asked.lookup, asked.checkout);
  const decided = finding?.outcome === 'facts' ? finding.facts.some((fact) => decides(fact, question.pending)) : finding !== null;
  if (!decided || !finding) throw notYet('undecided', `${asked.checkout.paymentId}: the gateway has not decided yet`);
  return finding;
}

/** Whether the fact ends the waiting: for the money that is held, or for any where nothing is known to be. */
function decides({ kind, gatewayReference }: GatewayFact, pending: readonly string[]): boolean {
  return kind !== 'payment_pending' && kind !== 'remark_noted' && (pending.length === 0 || pending.includes(gatewayReference));
}

async function askAbout(
  deps: CheckoutDependencies,
  { paymentId, pending }: CheckoutQuestion,
  signal: AbortSignal,
): Promise<{ lookup: Lookup; checkout: OpenedCheckout } | null> {
  const row = await readRow(deps, paymentId);
  const { gateway, capabilitiesOf } = GATEWAYS[row.gateway];
  const context = contextOf(deps, row, signal);
  if (capabilitiesOf(context.credentials).lookup === 'none') return null;
  const checkout = checkoutOf(row, paymentId, pending);
  const lookup = await gateway.fetchFacts({ by: 'payment', checkout }, context).catch(explain);
  // Opened with a former account of the merchant's, which had nothing to ask with.
  return lookup.found === 'unknown' && lookup.reason === NO_LOOKUP ? null : { lookup, checkout };
}

function findingOf(lookup: Lookup, { paymentId }: OpenedCheckout): Finding {
  switch (lookup.found) {
    case true: {
      const facts = toldFacts(lookup);
      return facts.length > 0 ? { outcome: 'facts', facts } : { outcome: 'nothing' };
    }
    case 'approved':
      return { outcome: 'approved', reference: lookup.reference };
    case false:
    case 'elsewhere':
    case 'account_revoked':
      return { outcome: 'nothing' };
    case 'unknown':
      throw notYet(lookup.reason, `${paymentId}: the gateway's answer cannot be believed either way`, lookup.retryAfterMs);
    default:
      return unreachable(lookup);
  }
}

/**
 * Money that the payer approved under `reference`; `attempt` counts the approvals, and is the same for every repetition of one.
 * `again`: an earlier call of this attempt may have reached the gateway, which is looked at first.
 */
export interface CaptureRequest extends CheckoutQuestion {
  readonly reference: string;
  readonly attempt: number;
  readonly again: boolean;
}

/** A refusal in a word that we do not know may pass by itself; after so many a person is told. */
const REFUSALS_BEFORE_A_PERSON = 3;

/** Takes approved money. `tries`: how often this call was made before, 0 while it is made in a hurry. */
export async function capture(
  deps: CheckoutDependencies,
  { paymentId, pending, reference, attempt, again }: CaptureRequest,
  tries: number,
  signal: AbortSignal,
): Promise<CaptureEnd> {
  const row = await readRow(deps, paymentId);
  const { capture: take } = GATEWAYS[row.gateway].gateway;
  if (!take) throw new Error(`${row.gateway} takes approved money by itself`);
  if (tries > 0) await showCapturing(deps, paymentId);
  const checkout = checkoutOf(row, paymentId, pending);
  const idempotencyKey = `capture:${paymentId}:${attempt}`;
  const order = { checkout, reference, attempt, idempotencyKey, again: again || tries > 0 };
  const answer = await take(order, contextOf(deps, row, signal)).catch(explain);
  switch (answer.found) {
    case true:
      return { outcome: 'facts', facts: toldFacts(answer) };
    case false:
    case 'elsewhere':
    case 'account_revoked':
      return { outcome: 'not_approved', reason: answer.reason };
    case 'refused':
      if (tries < REFUSALS_BEFORE_A_PERSON) throw notYet(answer.reason, `${paymentId}: ${answer.detail}`);
      return { outcome: 'refused', reason: answer.reason };
    case 'approved':
      throw notYet('still_approved', `${paymentId}: approved and not taken yet`);
    case 'unknown':
      throw notYet(answer.reason, `${paymentId}: the gateway's answer to the capture cannot be believed either way`, answer.retryAfterMs);
    default:
      return unreachable(answer);
  }
}

/** What takes longer than a moment is shown, since the payment can neither be cancelled nor expire before it is known. */
async function showCapturing({ db }: CheckoutDependencies, paymentId: string): Promise<void> {
  await db.sql.query(
    "UPDATE payments SET capturing_since = now() WHERE id = $1 AND status = 'awaiting_payer' AND capturing_since IS NULL",
    [paymentId],
  );
}

function explain(failure: unknown): never {
  throw failure instanceof GatewayFailure ? toTemporalFailure(failure) : failure;
}

function checkoutOf(row: Row, paymentId: string, pending: readonly string[]): OpenedCheckout {
  const { amount, currency, method, reference, nextAction, createdAt } = row;
  return {
    paymentId,
    money: { amount, currency },
    method,
    handed: nextAction?.kind ?? null,
    reference,
    pending,
    createdAt: createdAt.toISOString(),
  };
}

async function readRow({ db }: CheckoutDependencies, paymentId: string): Promise<Row> {
  const { rows } = await db.sql.query<Row>({
    name: 'read_checkout',
    text: `SELECT p.gateway, p.amount, p.currency, p.method, p.checkout_reference AS reference, p.next_action AS "nextAction", p.opening, p.created_at AS "createdAt",
                  p.opened_with AS "openedWith", a.id AS "accountId", a.environment, a.credentials
           FROM payments p JOIN gateway_accounts a ON a.id = p.account_id WHERE p.id = $1`,
    values: [paymentId],
  });
  if (!rows[0]) throw new Error(`payment ${paymentId} is not recorded`);
  return rows[0];
}
