import { GATEWAYS } from '../../activities/gateways/registry';
import type { Author } from '../../books/audit';
import { findCharges } from '../../books/cart';
import type { RecordedPayment } from '../../books/facts';
import { createPayment, findOpenPrompt, readSituation } from '../../books/payments';
import type { Situation } from '../../books/payments';
import type { Sql } from '../../books/sql';
import { LEASE_MS } from '../../outbox/deliveries';
import type { Deliveries } from '../../outbox/deliveries';
import { newId } from '../../platform/ids';
import type { MethodCapabilities, Starter } from '../../workflows/domain/gateway';
import type { Opening } from '../../activities/gateways/port';
import { describeMoney, MAX_AMOUNT } from '../../workflows/domain/money';
import type { Money } from '../../workflows/domain/money';
import { checkoutOpened, summarize } from '../../workflows/domain/payment';
import type { PaymentTerms } from '../../workflows/domain/payment';
import type { Caller } from '../http/auth';
import { checkOrigin } from '../http/origins';
import { erased, notFound, Problem } from '../http/problems';
import type * as schemas from '../http/schemas';
import { planCheckout } from './checkout';
import type { CheckoutDependencies } from './checkout';

/** How long a prompt that nobody answered may still be approved, though we have closed its payment: networks end theirs within minutes. */
const PROMPT_WINDOW_MS = 900_000;

/** A member pays one thing at a time, and starts anew after a closed tab or two; each open payment is a run that is kept for a day. */
const MOST_OPEN_PER_MEMBER = 10;

type NewPayment = ReturnType<(typeof schemas.newPayment)['parse']>;

/** Checks, then opens the checkout or plans its opening, then writes payment, first fact and the run to start. */
export async function openPayment(
  deps: CheckoutDependencies & { readonly deliveries: Pick<Deliveries, 'leaseMs'> },
  db: Sql,
  { caller, author }: { readonly caller: OpeningCaller; readonly author: Author },
  body: NewPayment,
): Promise<RecordedPayment> {
  const situation = await readSituation(db, caller.merchantId, body.member, body.gateway, body.charges ?? []);
  if (!situation) throw notFound('merchant');
  const { merchant, member, cart, pending, account } = situation;
  if (!cart || !member) throw notFound('member');
  if (member.erased) throw erased();
  if (body.charges) await checkCharges(db, body.member, body.charges);
  const { amount, currency } = priceOf(body, merchant.currency, cart, pending);
  for (const field of ['returnUrl', 'cancelUrl'] as const) checkOrigin(field, body[field], merchant.returnOrigins);
  if (!account) throw new Problem('gateway_not_configured', `this merchant has no account at ${body.gateway}`);

  const { methods, checkoutLivesMs } = GATEWAYS[body.gateway].gateway.capabilities;
  if (body.method !== undefined && !Object.hasOwn(methods, body.method))
    throw new Problem(
      'method_not_supported',
      `${body.gateway} has no method ${body.method}; it has ${Object.keys(methods).join(', ')}`,
    );
  const id = newId('pay');
  const { order, opening } = planCheckout(deps, body.gateway, account, {
    paymentId: id,
    money: { amount, currency },
    method: body.method ?? null,
    startedBy: starterOf(caller, body),
    phone: body.phone ?? null,
    payer: caller.kind === 'payer' ? { name: null, email: null } : { name: member.name, email: member.email },
    description: merchant.name,
  });
  if (!opening.ok) throw new Problem(opening.reason, opening.detail);
  // Afterwards: what this gateway can never take is the better answer, and a disabled account is mended without the member.
  if (!account.enabled)
    throw new Problem(
      'gateway_not_enabled',
      `this merchant's account at ${body.gateway} is disabled${account.disabledReason === null ? '' : `: ${account.disabledReason}`}`,
    );
  if (opening.asks === 'once') await refuseSecondPrompt(db, account.id, opening);

  const now = new Date();
  const terms: PaymentTerms = {
    id,
    merchantId: caller.merchantId,
    memberId: body.member,
    accountId: account.id,
    gateway: body.gateway,
    amount,
    currency,
    expiresAt: new Date(now.getTime() + Math.min(body.expiresInMs, checkoutLivesMs ?? Infinity)).toISOString(),
    latePayments: merchant.latePayments,
    charges: body.charges ?? [],
  };
  const checkout = {
    method: body.method ?? null,
    nextAction: opening.asks === 'nobody' ? opening.nextAction : null,
    returnUrl: body.returnUrl ?? null,
    cancelUrl: body.cancelUrl ?? null,
  };
  const first = opening.asks === 'nobody' ? checkoutOpened(terms, opening.nextAction.kind, now.toISOString()) : null;
  const at = await createPayment(
    db,
    caller.kind === 'payer' ? { ...author, actor: { kind: 'payer', id } } : author,
    {
      terms,
      ...checkout,
      status: summarize({ terms, facts: first ? [first] : [] }).status,
      opening: opening.asks === 'nobody' ? null : { ...opening, order },
      opened: first,
      openedWith: account.credentials,
    },
    {
      leaseMs: opening.asks === 'nobody' ? deps.deliveries.leaseMs() : LEASE_MS,
      mostOpen: caller.kind === 'member' ? MOST_OPEN_PER_MEMBER : null,
    },
  );
  if (at === null)
    throw new Problem(
      'too_many_open_payments',
      `${MOST_OPEN_PER_MEMBER} payments of this member are open; pay or cancel one of them first`,
    );
  const createdAt = at.toISOString();
  return {
    terms,
    row: { ...terms, ...checkout, capturingSince: null, agreement: null, createdAt },
    facts: first ? [{ ...first, recordedAt: createdAt }] : [],
  };
}

/** Who pays by a link may be anybody: the gateway is told nothing of the member, since it would be read in the payer's browser. */
interface LinkPayer {
  readonly kind: 'payer';
  readonly merchantId: string;
}
type OpeningCaller = Extract<Caller, { kind: 'key' | 'staff' | 'member' }> | LinkPayer;

/** A merchant who names a phone and how it is to be charged starts the payment in the member's place, where the gateway knows such a thing. */
function starterOf(caller: OpeningCaller, { gateway, method, phone }: NewPayment): Starter {
  const methods = Object.values<MethodCapabilities>(GATEWAYS[gateway].gateway.capabilities.methods);
  const possible = methods.some(({ startedBy }) => startedBy.includes('merchant'));
  return caller.kind !== 'member' && possible && phone !== undefined && method !== undefined ? 'merchant' : 'member';
}

/** Two prompts on one phone may both be approved, so the second waits until the first is decided or over. */
async function refuseSecondPrompt(
  db: Sql,
  accountId: string,
  { sameLine }: Extract<Opening, { asks: 'once' }>,
): Promise<void> {
  const open = await findOpenPrompt(db, { accountId, phones: sameLine }, PROMPT_WINDOW_MS);
  if (open !== null)
    throw new Problem('prompt_open', `payment ${open} prompted this phone, and its prompt may still be approved`);
}

/** Refuses charges that are not in this member's cart. */
export async function checkCharges(db: Sql, memberId: string, charges: readonly string[]): Promise<void> {
  const found = await findCharges(db, memberId, charges);
  const missing = charges.find((id) => !found.includes(id));
  if (missing !== undefined) throw notFound(`charge in this cart: ${missing}`);
}

/** What is to be paid: the amount given, else what is open of the charges named, else what is due and not on its way already. */
function priceOf(
  body: NewPayment,
  currency: string,
  { due, dueOfNamed }: NonNullable<Situation['cart']>,
  pending: number,
): { amount: number; currency: string } {
  if (body.currency !== undefined && body.currency !== currency)
    throw new Problem('currency_not_supported', `this merchant's books are in ${currency}, not ${body.currency}`);
  const open = body.charges ? dueOfNamed : due;
  const amount = body.amount ?? (body.charges ? open : open - pending);
  if (amount <= 0) throw new Problem(...nothingToAsk(open, { amount: pending, currency }));
  if (amount > MAX_AMOUNT)
    throw new Problem('amount_not_supported', `${describeMoney({ amount, currency })} is more than one payment can be`);
  return { amount, currency };
}

/** Why nothing can be asked for without an amount: nothing is open, or all of it is on its way. */
export function nothingToAsk(open: number, pending: Money): ['nothing_due' | 'payment_pending', string] {
  return open === 0
    ? ['nothing_due', 'the cart owes nothing; give an `amount` to pay in advance']
    : [
        'payment_pending',
        `${describeMoney(pending)} of it is on its way already; give an \`amount\` to pay all the same`,
      ];
}
