import { findPlan, keepPlan } from '../books/agreement-plans';
import { handOverInstalment, recordAgreement } from '../books/agreement-record';
import type { Beside } from '../books/agreement-record';
import { readAgreementCommand } from '../books/agreement-commands';
import type { AgreementOrder } from '../books/agreement-commands';
import { loadAgreement, readAgreementAccount, readPayer } from '../books/agreements';
import type { RecordedAgreement } from '../books/agreements';
import { addCharge, findCharges } from '../books/cart';
import type { Sql } from '../books/sql';
import { newId } from '../platform/ids';
import {
  chargeLabel,
  freshOf,
  hasEnded,
  instalmentChargeId,
  isOpen,
  numberOfMoney,
  summarizeAgreement,
} from '../workflows/domain/agreement';
import type {
  Agreement,
  AgreementCommandEnd,
  AgreementFact,
  AgreementTerms,
  GatewayAgreementFact,
} from '../workflows/domain/agreement';
import type { GatewayFact } from '../workflows/domain/fact';
import { BY_AGREEMENT } from '../workflows/domain/gateway';
import { checkoutOpened, summarize } from '../workflows/domain/payment';
import type { PaymentTerms } from '../workflows/domain/payment';
import { unreachable } from '../workflows/domain/unreachable';
import { contextOf } from './accounts';
import type { AskingDependencies } from './accounts';
import { asTemporalFailure, notYet } from './failures';
import { GatewayFailure } from './gateways/port';
import type { AgreementCommand, AgreementVerbs, GatewayContext, OpenedAgreement } from './gateways/port';
import { GATEWAYS } from './gateways/registry';
import { settle, verifyAgreementMessage } from './verify';
import type { VerificationDependencies } from './verify';

/** How long an instalment's payment waits for the verdict on money that its gateway holds, before its time is called over. */
const VERDICT_MS = 30 * 86_400_000;
/** Where other recordings overtake one again and again, the durable call begins anew. */
const MOST_OVERTAKEN = 20;

export interface AgreementDependencies extends AskingDependencies, VerificationDependencies {
  readonly db: VerificationDependencies['db'];
}

/** The agreement as recorded. Throws where there is none. */
export async function readAgreement(db: Sql, id: string): Promise<RecordedAgreement> {
  const agreement = await loadAgreement(db, id);
  if (!agreement) throw new Error(`agreement ${id} is not recorded`);
  return agreement;
}

/** Hands an agreement to its payer. Safe to repeat: the gateway recognises our order, and what was opened before is known. */
export async function openAgreement(deps: AgreementDependencies, id: string, signal: AbortSignal): Promise<Agreement> {
  const agreement = await readAgreement(deps.db, id);
  if (summarizeAgreement(agreement).status !== 'created') return agreement;
  const { terms, row } = agreement;
  const { verbs, context } = await gatewayOf(deps, terms, signal);
  const payer = await readPayer(deps.db, terms.memberId);
  const order = { ...termsOf(terms), ...row.opening, payer, agreementId: id, label: terms.label };
  const started = await prepare(deps.db, verbs, context, terms, order.description)
    .then((plan) => verbs.open({ ...order, plan }, context))
    .catch(refusedOpening);
  const own = { gatewayReference: id, qualifier: '', occurredAt: new Date().toISOString() };
  return started.opened
    ? write(deps.db, id, [{ ...own, kind: 'agreement_opened', handed: started.nextAction.kind }], started)
    : write(deps.db, id, [{ ...own, kind: 'opening_refused', reason: started.reason }]);
}

/** Terms that agreements share are prepared once, and kept. */
async function prepare(
  db: Sql,
  verbs: AgreementVerbs<unknown>,
  context: GatewayContext<unknown>,
  terms: AgreementTerms,
  description: string,
): Promise<string | null> {
  if (!verbs.prepare) return null;
  const { money, interval, every, instalments } = termsOf(terms);
  const name = [money.amount, money.currency, every, interval, instalments ?? 'endless', terms.label].join(' ');
  const known = await findPlan(db, terms.accountId, name);
  if (known !== null) return known;
  const plan = {
    money,
    interval,
    every,
    instalments,
    label: terms.label,
    description,
    idempotencyKey: `plan:${terms.id}`,
  };
  return keepPlan(db, terms.accountId, name, await verbs.prepare(plan, context));
}

function refusedOpening(failure: unknown) {
  if (failure instanceof GatewayFailure && failure.moved === 'no' && failure.retry === 'never')
    return { opened: false, reason: failure.code, detail: failure.message } as const;
  return asTemporalFailure(failure);
}

/** Takes in a stored message: verified, it changes the agreement, or its money goes on as a payment of its own. */
export async function takeAgreementMessage(
  deps: AgreementDependencies,
  { agreementId, notificationId }: { readonly agreementId: string; readonly notificationId: string },
  signal: AbortSignal,
): Promise<Agreement> {
  const lookup = await verifyAgreementMessage(deps, { notificationId, agreementId, signal });
  if (lookup === null) return readAgreement(deps.db, agreementId);
  const { agreement, remarks } = lookup;
  const [sum] = lookup.facts.filter(isMoneyOfInstalment);
  if (sum) {
    // Before the message goes on to the payment's run, which settles it.
    if (agreement && agreement.facts.length > 0) await write(deps.db, agreementId, agreement.facts);
    return handOver(deps, agreementId, sum, notificationId);
  }
  if (!agreement) {
    await settle(deps, notificationId, 'attention', remarks[0]?.word ?? 'nothing_understood');
    return readAgreement(deps.db, agreementId);
  }
  const { reference, facts } = agreement;
  const state = facts.length > 0 ? 'applied' : 'duplicate';
  return write(deps.db, agreementId, facts, { reference, notification: { id: notificationId, state, reason: null } });
}

/** Asks the gateway how the agreement stands, and takes in what nobody told us of. */
export async function lookUpAgreement(
  deps: AgreementDependencies,
  id: string,
  signal: AbortSignal,
): Promise<Agreement> {
  const { terms, row, facts } = await readAgreement(deps.db, id);
  const { verbs, context } = await gatewayOf(deps, terms, signal);
  const lookup = await verbs.lookUp(openedOf({ terms, facts }, row), context).catch(asTemporalFailure);
  if (lookup.found !== true) return readAgreement(deps.db, id);
  let agreement = await write(deps.db, id, lookup.facts, { reference: lookup.reference });
  const known = new Set(
    agreement.facts.filter(({ kind }) => kind === 'instalment_handed_over').map((fact) => fact.gatewayReference),
  );
  for (const sum of lookup.money.filter(isMoneyOfInstalment))
    if (!known.has(sum.gatewayReference)) {
      known.add(sum.gatewayReference);
      agreement = await handOver(deps, id, sum, null);
    }
  return agreement;
}

/** Has the gateway do what a person asked, once; a repetition finds the outcome, or asks anew for what may have been lost. */
export async function obeyAgreementCommand(
  deps: AgreementDependencies,
  commandId: string,
  signal: AbortSignal,
): Promise<{ readonly agreement: Agreement; readonly end: AgreementCommandEnd }> {
  const command = await readAgreementCommand(deps.db, commandId);
  if (!command) throw new Error(`command ${commandId} is not recorded`);
  const { agreementId, order } = command;
  const agreement = await readAgreement(deps.db, agreementId);
  if (command.outcome) return { agreement, end: command.outcome };
  const finish = async (end: AgreementCommandEnd, facts: readonly AgreementFact[] = [], beside: Beside = {}) => ({
    agreement: await write(deps.db, agreementId, facts, { ...beside, command: { id: commandId, outcome: end } }),
    end,
  });
  const { status } = summarizeAgreement(agreement);
  if (hasEnded(status))
    return finish({ outcome: 'rejected', reason: 'agreement_ended', detail: `the agreement is ${status}` });
  if (isOpen(status)) {
    if (order.kind !== 'cancel')
      return finish({ outcome: 'rejected', reason: 'agreement_not_active', detail: 'its payer has not approved it' });
    // Nobody approved it, so that the gateway has nothing to end; an approval that comes all the same is ended then.
    const withdrawn = { gatewayReference: agreementId, qualifier: '', occurredAt: new Date().toISOString() };
    return finish({ outcome: 'accepted' }, [{ ...withdrawn, kind: 'agreement_withdrawn' }], { nextAction: null });
  }
  const { verbs, context } = await gatewayOf(deps, agreement.terms, signal);
  const answer = await verbs
    .obey(asAsked(order, agreement.terms), openedOf(agreement, agreement.row), context)
    .catch(asTemporalFailure);
  switch (answer.outcome) {
    case 'done':
      return finish({ outcome: 'accepted' }, toldAnew(agreement, answer.facts, commandId), { nextAction: null });
    case 'approval_needed':
      return finish({ outcome: 'approval_needed' }, [], { nextAction: answer.nextAction });
    case 'refused':
      return finish({ outcome: 'rejected', reason: answer.reason, detail: answer.detail });
    default:
      return unreachable(answer);
  }
}

/** A gateway's clock may show whole seconds: what came to stand so twice within one is told apart by the command that did it. */
function toldAnew(
  agreement: Agreement,
  facts: readonly GatewayAgreementFact[],
  commandId: string,
): readonly AgreementFact[] {
  const newest = agreement.facts.findLast((fact) => fact.kind === 'standing_told');
  return facts.map((fact) => {
    const isKnown = freshOf(agreement, [fact]).length === 0;
    const isAgain = fact.kind === 'standing_told' && isKnown && newest?.standing !== fact.standing;
    return isAgain ? { ...fact, qualifier: `${fact.qualifier} ${commandId}` } : fact;
  });
}

/** Ends at the gateway what was withdrawn here before its payer approved it there; where that refuses, its money will ask for a person. */
export async function endWithdrawnAgreement(
  deps: AgreementDependencies,
  id: string,
  signal: AbortSignal,
): Promise<Agreement> {
  const agreement = await readAgreement(deps.db, id);
  const { verbs, context } = await gatewayOf(deps, agreement.terms, signal);
  const answer = await verbs
    .obey({ kind: 'cancel', note: null }, openedOf(agreement, agreement.row), context)
    .catch(asTemporalFailure);
  return answer.outcome === 'done' ? write(deps.db, id, answer.facts) : agreement;
}

/** The payer's time to approve it is over, and the gateway knew of no approval. */
export async function expireAgreement({ db }: AgreementDependencies, id: string): Promise<Agreement> {
  const agreement = await readAgreement(db, id);
  if (!isOpen(summarizeAgreement(agreement).status)) return agreement;
  const expired = { gatewayReference: id, qualifier: '', occurredAt: new Date().toISOString() };
  return write(db, id, [{ ...expired, kind: 'approval_expired' }], { nextAction: null });
}

type MoneyOfInstalment = GatewayFact & { readonly kind: 'payment_captured' | 'payment_pending' | 'payment_failed' };

function isMoneyOfInstalment(fact: GatewayFact): fact is MoneyOfInstalment {
  return fact.kind === 'payment_captured' || fact.kind === 'payment_pending' || fact.kind === 'payment_failed';
}

/** Makes an instalment's money a payment of its own, whose run verifies and books it. `message`: that told of it, and goes on to that run. */
async function handOver(
  { db }: AgreementDependencies,
  agreementId: string,
  sum: MoneyOfInstalment,
  message: string | null,
): Promise<Agreement> {
  for (let round = 0; round < MOST_OVERTAKEN; round++) {
    const before = await readAgreement(db, agreementId);
    const { terms } = before;
    const account = await readAgreementAccount(db, terms.accountId);
    const { amount, instalments } = summarizeAgreement(before);
    const now = new Date().toISOString();
    const number = numberOfMoney(terms, instalments, sum.occurredAt ?? now);
    const payment: PaymentTerms = {
      id: newId('pay'),
      merchantId: terms.merchantId,
      memberId: terms.memberId,
      accountId: terms.accountId,
      gateway: terms.gateway,
      amount,
      currency: terms.currency,
      expiresAt: new Date(Date.now() + VERDICT_MS).toISOString(),
      latePayments: account.latePayments,
      charges: [instalmentChargeId(agreementId, number)],
    };
    const opened = checkoutOpened(payment, 'redirect', now);
    const { gatewayReference, amount: came, currency } = sum;
    const identity = { gatewayReference, qualifier: '', occurredAt: sum.occurredAt ?? now };
    const paymentId = await handOverInstalment(db, before, {
      fact: { ...identity, kind: 'instalment_handed_over', amount: came, currency, number, paymentId: payment.id },
      terms: payment,
      status: summarize({ terms: payment, facts: [opened] }).status,
      method: BY_AGREEMENT,
      opened,
      receivers: account.credentials,
      message,
    });
    if (paymentId !== null) return readAgreement(db, agreementId);
  }
  throw notYet('overtaken', `${agreementId} is being recorded by others`);
}

/** Records facts on what stands now, however often others come before; a charge that nothing paid is owed from its failure on. */
async function write(
  db: AgreementDependencies['db'],
  id: string,
  facts: readonly AgreementFact[],
  beside: Beside = {},
): Promise<Agreement> {
  for (let round = 0; round < MOST_OVERTAKEN; round++) {
    const before = await readAgreement(db, id);
    await chargeFailed(db, before, facts);
    const after = await recordAgreement(db, before, facts, beside);
    if (after) return { terms: after.terms, facts: after.facts };
  }
  throw notYet('overtaken', `${id} is being recorded by others`);
}

/** What was not collected is owed all the same. Before the fact is recorded: what is cut short between them is done anew. */
async function chargeFailed(db: Sql, { terms, facts }: Agreement, told: readonly AgreementFact[]): Promise<void> {
  const failed = told.filter(({ kind }) => kind === 'collection_failed');
  if (failed.length === 0) return;
  const { amount, instalments, status } = summarizeAgreement({ terms, facts: [...facts, ...failed] });
  if (hasEnded(status)) return;
  for (const { number, dueOn: day, status: standing } of instalments) {
    if (standing !== 'failed') continue;
    const id = instalmentChargeId(terms.id, number);
    const { merchantId, memberId, category, currency } = terms;
    if ((await findCharges(db, memberId, [id])).length > 0) continue;
    await addCharge(db, {
      id,
      merchantId,
      memberId,
      label: chargeLabel(terms, day),
      category,
      amount,
      currency,
      dueOn: day,
    });
  }
}

async function gatewayOf(
  deps: AskingDependencies & { readonly db: Sql },
  { accountId, gateway }: AgreementTerms,
  signal: AbortSignal,
): Promise<{ readonly verbs: AgreementVerbs<unknown>; readonly context: GatewayContext<unknown> }> {
  const { agreements: verbs } = GATEWAYS[gateway].gateway;
  if (!verbs) throw new Error(`${gateway} has no agreements`);
  const account = await readAgreementAccount(deps.db, accountId);
  return { verbs, context: contextOf(deps, { ...account, openedWith: null }, signal) };
}

function termsOf({ amount, currency, interval, every, instalments }: AgreementTerms) {
  return { money: { amount, currency }, interval, every, instalments };
}

function openedOf(agreement: Agreement, row: RecordedAgreement['row']): OpenedAgreement {
  const { terms } = agreement;
  const { money, interval, every } = termsOf({ ...terms, amount: summarizeAgreement(agreement).amount });
  const { gatewayReference: reference, createdAt } = row;
  return { agreementId: terms.id, reference, money, interval, every, startsOn: terms.startsOn, createdAt };
}

function asAsked(order: AgreementOrder, { currency }: AgreementTerms): AgreementCommand {
  return order.kind === 'change_amount' ? { kind: order.kind, money: { amount: order.amount, currency } } : order;
}
