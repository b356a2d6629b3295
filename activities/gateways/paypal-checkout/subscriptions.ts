import { createHash } from 'node:crypto';
import { z } from 'zod';
import { GatewayFailure } from '../port';
import type {
  AgreementAnswer,
  AgreementCommand,
  AgreementLookup,
  AgreementOrder,
  AgreementPlan,
  AgreementVerbs,
  GatewayContext,
  OpenedAgreement,
  OpeningRefusalOf,
  StartedCheckout,
} from '../port';
import { describeMoney, type Money } from '../../../workflows/domain/money';
import { PAYPAL_CURRENCIES, writePaypalAmount } from '../paypal/money';
import { isVerdict, readBody, unreadableAnswer, word } from './answers';
import {
  changeSubscription,
  createPlan,
  createProduct,
  createSubscription,
  getSubscription,
  listTransactions,
  type Asker,
  type Reply,
} from './client';
import { approvalUrl, links, oneLine, readTime, resourceId } from './codec';
import type { PaypalCheckoutCredentials } from './credentials';
import { isBrowserUrl } from './hosts';
import { askerOf, missing } from './orders';
import type { PaypalPartner } from './partner';
import {
  amountChanged,
  priceOf,
  hasRhythm,
  isUnapproved,
  lossesOf,
  moneyOf,
  subscriptionResource,
  tellAgreement,
  transactionList,
  transactionResource,
  writePlan,
  writeRevision,
  writeSubscription,
  type Subscription,
  type Transaction,
} from './subscription-codec';

type Context = GatewayContext<PaypalCheckoutCredentials, PaypalPartner>;

/** Agreements as PayPal's subscriptions: a plan of the terms, and a subscription to it that the payer approves on PayPal's page. */
export const subscriptions: AgreementVerbs<PaypalCheckoutCredentials, PaypalPartner> = {
  prepare,
  open,
  lookUp,
  obey,
  atGatewayOnly: () => null,
  refuse,
};

function refuse({
  money,
  ...rhythm
}: Pick<AgreementOrder, 'money' | 'interval' | 'every' | 'instalments'>): OpeningRefusalOf | null {
  if (!PAYPAL_CURRENCIES.includes(money.currency))
    return { reason: 'currency_not_supported', detail: `PayPal does not take ${money.currency}` };
  if (money.amount <= 0 || writePaypalAmount(money) === null)
    return { reason: 'amount_not_supported', detail: `PayPal cannot take ${describeMoney(money)}` };
  return hasRhythm(rhythm)
    ? null
    : {
        reason: 'amount_not_supported',
        detail: 'PayPal collects every year at the least often, and at most 999 times where an end is agreed',
      };
}

/**
 * Makes the plan of these terms, and before it the product that all plans of the account are of. Gives the plan's id. A clear no
 * is a failure that is never tried again, with PayPal's word as its code.
 */
async function prepare(plan: AgreementPlan, context: Context): Promise<string> {
  const asker = askerOf(context);
  const body = writePlan(productIdOf(asker), plan);
  if (!body)
    throw clearNo('amount_not_supported', `making a PayPal plan: PayPal cannot write ${describeMoney(plan.money)}`);
  await ensureProduct(asker, oneLine(plan.description));
  const reply = await createPlan(asker, plan.idempotencyKey, body);
  if (!reply.accepted) throw verdictOf(reply);
  return readBody(reply.question, reply.body, z.object({ id: resourceId })).id;
}

/** PayPal takes ids of ours for products, and refuses one that is taken: then it is there. */
async function ensureProduct(asker: Asker, name: string): Promise<void> {
  const id = productIdOf(asker);
  const reply = await createProduct(asker, { id, name: name || id, type: 'SERVICE' });
  if (reply.accepted) return;
  const { name: problem, issue } = reply.problem;
  if (issue !== TAKEN && problem !== TAKEN) throw verdictOf(reply);
}
const TAKEN = 'DUPLICATE_RESOURCE_IDENTIFIER';

/** The same for the same PayPal account, and for no other. At most 50 characters. */
function productIdOf({ caller }: Asker): string {
  const identity = JSON.stringify([caller.clientId, caller.onBehalfOf]);
  return `QUITTANCE-${createHash('sha256').update(identity).digest('hex').slice(0, 32).toUpperCase()}`;
}

function verdictOf({ problem, failure }: Reply & { accepted: false }): GatewayFailure {
  const { status, name, issue } = problem;
  return isVerdict(status) ? clearNo(word(issue ?? name), failure.message) : failure;
}

function clearNo(code: string, message: string): GatewayFailure {
  return new GatewayFailure({ code, message, moved: 'no', retry: 'never' });
}

/** Creates the subscription that the payer approves at PayPal. PayPal recognises a repetition for 72 hours; one that nobody was sent to collects nothing. */
async function open(order: AgreementOrder, context: Context): Promise<StartedCheckout> {
  const today = new Date(context.now()).toISOString().slice(0, 10);
  const key = `subscription:${order.agreementId}`;
  const reply = await createSubscription(askerOf(context), key, writeSubscription(order, today));
  if (!reply.accepted) {
    const { status, name, issue, text } = reply.problem;
    if (!isVerdict(status)) throw reply.failure;
    return { opened: false, reason: word(issue ?? name), detail: text };
  }
  const made = readBody(reply.question, reply.body, subscriptionResource);
  const url = approvalUrl(made);
  if (url === null || !isBrowserUrl(context, url))
    throw unreadableAnswer(reply.question, `the subscription ${made.id} has no link for the payer`);
  return { opened: true, reference: made.id, nextAction: { kind: 'redirect', url } };
}

async function lookUp({ reference, createdAt }: OpenedAgreement, context: Context): Promise<AgreementLookup> {
  // Nobody was sent anywhere, so nobody can have agreed.
  if (reference === null) return { found: false, reason: 'subscription_not_created' };
  const asker = askerOf(context);
  const subscription = await fetchSubscription(asker, reference);
  if (!subscription) return { found: false, reason: 'subscription_unknown' };
  if (isUnapproved(subscription)) return { found: false, reason: word(subscription.status) };
  const transactions = await transactionsIn(asker, reference, lifeOf(subscription, createdAt, context.now()));
  return {
    found: true,
    reference,
    facts: [...tellAgreement(subscription).facts, ...lossesOf(transactions)],
    money: transactions.flatMap(moneyOf),
  };
}

/** How a subscription stands at PayPal now; null where PayPal says that there is none. */
async function fetchSubscription(asker: Asker, id: string): Promise<Subscription | null> {
  const reply = await getSubscription(asker, id);
  if (!reply.accepted) return missing(reply);
  const subscription = readBody(reply.question, reply.body, subscriptionResource);
  if (subscription.id !== id) throw unreadableAnswer(reply.question, 'the answer is about another subscription');
  return subscription;
}

/** Milliseconds since 1970, both inclusive. */
interface Period {
  readonly from: number;
  readonly to: number;
}

/** Since it was made, until now: by our clock and by PayPal's, whichever is the wider. */
function lifeOf({ create_time, billing_info }: Subscription, createdAt: string, now: number): Period {
  const at = (text: string | undefined, otherwise: number) => Date.parse(readTime(text) ?? '') || otherwise;
  return {
    from: Math.min(Date.parse(createdAt), at(create_time, now)),
    to: Math.max(now, at(billing_info?.last_payment?.time, now)),
  };
}

const DAY_MS = 86_400_000;

/** PayPal shows one page of a period and has no call for the next: of more than a page, each half is asked for. */
async function transactionsIn(asker: Asker, id: string, { from, to }: Period): Promise<readonly Transaction[]> {
  const reply = await listTransactions(asker, id, new Date(from).toISOString(), new Date(to).toISOString());
  if (!reply.accepted) throw reply.failure;
  const { transactions = [], total_pages: pages = 1 } = readBody(reply.question, reply.body, transactionList);
  // What cannot be read must not hide the rest: it is told by its own message.
  if (pages <= 1 || to - from < DAY_MS)
    return transactions.flatMap((one) => transactionResource.safeParse(one).data ?? []);
  const middle = Math.floor((from + to) / 2);
  const earlier = await transactionsIn(asker, id, { from, to: middle });
  const later = await transactionsIn(asker, id, { from: middle, to });
  const seen = new Set(earlier.map((one) => one.id));
  return [...earlier, ...later.filter((one) => !seen.has(one.id))];
}

async function obey(command: AgreementCommand, agreement: OpenedAgreement, context: Context): Promise<AgreementAnswer> {
  const { reference } = agreement;
  if (reference === null) return unknown(agreement.agreementId);
  const asker = askerOf(context);
  return command.kind === 'change_amount'
    ? changeAmount(reference, command.money, asker)
    : changeStanding(reference, command, asker);
}

// What PayPal calls each command, how a subscription then stands, and what PayPal reads as its reason where a person wrote none.
const STANDING_COMMANDS = {
  cancel: { verb: 'cancel', stands: ['CANCELLED', 'EXPIRED'], reason: 'Cancelled by the merchant' },
  suspend: { verb: 'suspend', stands: ['SUSPENDED'], reason: 'Suspended by the merchant' },
  resume: { verb: 'activate', stands: ['ACTIVE'], reason: 'Resumed by the merchant' },
} as const;

async function changeStanding(
  reference: string,
  { kind, note }: AgreementCommand & { kind: keyof typeof STANDING_COMMANDS },
  asker: Asker,
): Promise<AgreementAnswer> {
  const { verb, stands, reason } = STANDING_COMMANDS[kind];
  const reply = await changeSubscription(asker, reference, verb, { reason: oneLine(note ?? '') || reason });
  if (!reply.accepted && reply.problem.status !== 422) return refused(reply, reference);
  const now = await fetchSubscription(asker, reference);
  if (!now) return unknown(reference);
  // `SUBSCRIPTION_STATUS_INVALID` is said of one that stands as was wished as well: then it was done before.
  const isDone = reply.accepted || stands.some((status) => status === now.status);
  return isDone ? { outcome: 'done', facts: tellAgreement(now).facts } : refused(reply, reference);
}

async function changeAmount(reference: string, money: Money, asker: Asker): Promise<AgreementAnswer> {
  const body = writeRevision(money);
  if (!body)
    return {
      outcome: 'refused',
      reason: 'amount_not_supported',
      detail: `PayPal cannot write ${describeMoney(money)}`,
    };
  const reply = await changeSubscription(asker, reference, 'revise', body);
  if (!reply.accepted) return refused(reply, reference);
  const now = await fetchSubscription(asker, reference);
  if (!now) return unknown(reference);
  // PayPal answers with a link to approve whether or not it waits for that: the price tells.
  const url = approvalUrl(readBody(reply.question, reply.body, z.object({ links })));
  if (url !== null && priceOf(now)?.amount !== money.amount) {
    if (!isBrowserUrl(asker.world, url))
      throw unreadableAnswer(reply.question, `the revision of ${reference} has no link for the payer`);
    return { outcome: 'approval_needed', nextAction: { kind: 'redirect', url } };
  }
  const told = amountChanged(reference, money, readTime(now.update_time ?? now.status_update_time));
  return { outcome: 'done', facts: [...tellAgreement(now).facts, told] };
}

function refused(reply: Reply & { accepted: false }, reference: string): AgreementAnswer {
  const { status, name, issue, text } = reply.problem;
  if (!isVerdict(status)) throw reply.failure;
  return status === 404 ? unknown(reference) : { outcome: 'refused', reason: word(issue ?? name), detail: text };
}

function unknown(reference: string): AgreementAnswer {
  return { outcome: 'refused', reason: 'subscription_unknown', detail: `PayPal knows no subscription ${reference}` };
}
