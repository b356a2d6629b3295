import type { Pool } from 'pg';
import { GATEWAYS } from '../../activities/gateways/registry';
import { handedBy, loadPayment, loadPayments, toRow } from '../../books/facts';
import type { LoadedPayment } from '../../books/facts';
import type { Cart } from '../../books/cart';
import type { Database } from '../../prisma/client';
import type { Opening } from '../../activities/gateways/port';
import type { Environment, GatewayName, MethodCapabilities, Starter } from '../../workflows/domain/gateway';
import { isId } from '../../workflows/domain/ids';
import { describeMoney, MAX_AMOUNT } from '../../workflows/domain/money';
import type { Money } from '../../workflows/domain/money';
import type { LatePaymentPolicy, PaymentTerms } from '../../workflows/domain/payment';
import { checkoutOpened, summarize } from '../../workflows/domain/payment';
import type { Caller } from '../http/auth';
import { planCheckout } from '../desks/checkout';
import type { CheckoutDependencies } from '../desks/checkout';
import { LEASE } from '../../outbox/deliveries';
import type { Deliveries } from '../../outbox/deliveries';
import { newId } from '../../platform/ids';
import { checkOrigin } from '../http/origins';
import { readCursor, toPage } from '../http/paging';
import { notFound, Problem } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import { viewPayment } from '../http/views';
import type { ViewSettings } from '../http/views';

export interface PaymentDependencies extends CheckoutDependencies {
  readonly db: Database;
  readonly deliveries: Deliveries;
  readonly view: ViewSettings;
}

/** How long an answer waits for Temporal to hear of a new payment, before it is left to the sweeper. */
const START_PATIENCE_MS = 1_000;
/** How long an answer waits for the gateway to open a checkout; whoever waits longer should look again, not hang. */
const OPENING_PATIENCE_MS = 5_000;
/** How long a prompt that nobody answered may still be approved, though we have closed its payment: networks end theirs within minutes. */
const PROMPT_WINDOW = '15 minutes';

export function paymentRoutes(deps: PaymentDependencies) {
  const { db, deliveries, view } = deps;

  return [
    route({
      method: 'post',
      path: '/v1/payments',
      summary: 'Open a payment and learn what the payer does next',
      access: ['merchant', 'member'],
      body: schemas.newPayment,
      answers: { 201: schemas.payment },
      refusals: [
        'nothing_due',
        'payment_pending',
        'gateway_not_configured',
        'gateway_not_enabled',
        'amount_not_supported',
        'currency_not_supported',
        'method_not_supported',
        'phone_not_supported',
        'prompt_open',
        'origin_not_registered',
      ],
      idempotent: true,
      async handle({ caller, body, once, amend }) {
        if (caller.kind === 'member' && caller.memberId !== body.member) throw notFound('member');
        let opened: LoadedPayment | undefined;
        const answer = await once(async (tx) => {
          opened = await openPayment(deps, tx.sql, caller, body);
          return viewPayment(opened, view);
        });
        // Of requests racing with one key only one is committed; what the others opened is gone and must not be started.
        if (opened?.terms.id === answer.id)
          await Promise.race([deliveries.started(opened.terms, handedBy(opened)), pause(START_PATIENCE_MS)]);
        if (answer.status !== 'created') return { status: 201, body: answer };
        const handed = viewPayment(await untilOpened(db, answer.id), view);
        await amend(handed);
        return { status: 201, body: handed };
      },
    }),
    route({
      method: 'get',
      path: '/v1/payments',
      summary: 'List payments, newest first',
      access: ['merchant', 'member'],
      query: schemas.paymentFilter,
      answers: { 200: schemas.list(schemas.payment) },
      async handle({ caller, query }) {
        const before = readCursor(query);
        const found = await db.prisma.payment.findMany({
          select: { id: true, sequence: true },
          where: {
            merchantId: caller.merchantId,
            AND: [
              query.member === undefined ? {} : { memberId: query.member },
              caller.kind === 'member' ? { memberId: caller.memberId } : {},
            ],
            ...(query.status && { status: query.status }),
            ...(query.attention && { attention: query.attention === 'any' ? { not: null } : query.attention }),
            ...(query.gateway && { gateway: query.gateway }),
            ...(before !== null && { sequence: { lt: before } }),
          },
          orderBy: { sequence: 'desc' },
          take: query.limit + 1,
        });
        const page = toPage(
          found,
          query,
          (row) => row.sequence,
          (row) => row.id,
        );
        const loaded = await loadPayments(db, page.data);
        return { status: 200, body: { ...page, data: loaded.map((payment) => viewPayment(payment, view)) } };
      },
    }),
    route({
      method: 'get',
      path: '/v1/payments/:id',
      summary: 'Read a payment',
      access: ['merchant', 'member', 'watcher'],
      params: schemas.idParams,
      answers: { 200: schemas.payment },
      async handle({ caller, params }) {
        return { status: 200, body: viewPayment(await readPayment(db, caller, params.id), view) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/payments/:id/refunds',
      summary: 'List the refunds of a payment that were made here',
      access: ['merchant', 'member'],
      params: schemas.idParams,
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.refund) },
      async handle({ caller, params }) {
        await readPayment(db, caller, params.id);
        return { status: 200, body: { data: [], nextCursor: null } }; // none can be made before refunds exist
      },
    }),
  ];
}

/** The payment, if this caller may see it; else the same 404 as if there were none. */
export async function readPayment(db: Pick<Database, 'sql'>, caller: Caller, id: string): Promise<LoadedPayment> {
  if (caller.kind === 'operator') throw new Problem('forbidden', 'the operator key sees no payments');
  const payment = isId('pay', id) ? await loadPayment(db, id, caller.merchantId) : null;
  const mine =
    payment &&
    (caller.kind !== 'member' || payment.terms.memberId === caller.memberId) &&
    (caller.kind !== 'watcher' || payment.terms.id === caller.paymentId);
  if (!mine) throw notFound('payment');
  return payment;
}

/** The payment as it stands once the gateway has opened its checkout, or after a short patience without. */
async function untilOpened(db: Pick<Database, 'sql'>, id: string): Promise<LoadedPayment> {
  const end = Date.now() + OPENING_PATIENCE_MS;
  // Most are open within a tenth of a second; for the others looking often hurries nobody.
  for (let waitMs = 40; ; waitMs = Math.min(waitMs * 1.5, 400)) {
    const payment = await loadPayment(db, id);
    if (!payment) throw new Error(`payment ${id} is gone`);
    if (summarize(payment).status !== 'created' || Date.now() >= end) return payment;
    await pause(waitMs);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

interface Situation {
  readonly merchant: {
    readonly name: string;
    readonly currency: string;
    readonly latePayments: LatePaymentPolicy;
    readonly returnOrigins: readonly string[];
  };
  readonly member: { readonly name: string; readonly email: string | null } | null;
  readonly cart: Cart | null;
  /** What gateways hold of the member's money. */
  readonly pending: number;
  readonly account: {
    readonly id: string;
    readonly environment: Environment;
    readonly pathToken: string;
    readonly credentials: string;
    readonly enabled: boolean;
    readonly disabledReason: string | null;
  } | null;
}

type NewPayment = ReturnType<(typeof schemas.newPayment)['parse']>;

/** Checks, then opens the checkout or plans its opening, then writes payment, first fact and the run to start. */
async function openPayment(
  deps: PaymentDependencies,
  sql: Sql,
  caller: OpeningCaller,
  body: NewPayment,
): Promise<LoadedPayment> {
  const { merchant, member, cart, pending, account } = await readSituation(
    sql,
    caller.merchantId,
    body.member,
    body.gateway,
  );
  if (!cart || !member) throw notFound('member');
  if (body.charges) await checkCharges(sql, body.member, body.charges);
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
  const credentials = Buffer.from(account.credentials, 'base64');
  const { order, opening } = planCheckout(
    deps,
    body.gateway,
    { ...account, credentials },
    {
      paymentId: id,
      money: { amount, currency },
      method: body.method ?? null,
      startedBy: starterOf(caller, body),
      phone: body.phone ?? null,
      payer: member,
      description: merchant.name,
    },
  );
  if (!opening.ok) throw new Problem(opening.reason, opening.detail);
  // Afterwards: what this gateway can never take is the better answer, and a disabled account is mended without the member.
  if (!account.enabled)
    throw new Problem(
      'gateway_not_enabled',
      `this merchant's account at ${body.gateway} is disabled${account.disabledReason === null ? '' : `: ${account.disabledReason}`}`,
    );
  if (opening.asks === 'once') await refuseSecondPrompt(sql, account.id, opening);

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
  const payload = {
    ...terms,
    ...checkout,
    merchant: terms.merchantId,
    member: terms.memberId,
    account: terms.accountId,
    opening: opening.asks === 'nobody' ? null : { ...opening, order },
    opened: first && toRow(first),
  };
  const { rows } = await sql.query<{ at: Date }>({
    name: 'create_payment',
    text: `SELECT create_payment($1, $2, interval '${LEASE}') AS at`,
    values: [JSON.stringify(payload), credentials],
  });
  const createdAt = (rows[0]?.at ?? now).toISOString();
  return {
    terms,
    row: { ...terms, ...checkout, capturingSince: null, createdAt },
    facts: first ? [{ ...first, recordedAt: createdAt }] : [],
  };
}

type OpeningCaller = Extract<Caller, { kind: 'merchant' | 'member' }>;

/** A merchant who names a phone and how it is to be charged starts the payment in the member's place, where the gateway knows such a thing. */
function starterOf(caller: OpeningCaller, { gateway, method, phone }: NewPayment): Starter {
  const methods = Object.values<MethodCapabilities>(GATEWAYS[gateway].gateway.capabilities.methods);
  const possible = methods.some(({ startedBy }) => startedBy.includes('merchant'));
  return caller.kind === 'merchant' && possible && phone !== undefined && method !== undefined ? 'merchant' : 'member';
}

/** Two prompts on one phone may both be approved, so the second waits until the first is decided or over. */
async function refuseSecondPrompt(
  sql: Sql,
  accountId: string,
  { sameLine }: Extract<Opening, { asks: 'once' }>,
): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`prompt ${accountId} ${sameLine[0]}`]); // of two at once, one sees the other
  const { rows } = await sql.query<{ id: string }>(
    `SELECT p.id FROM payments p
     WHERE p.account_id = $1 AND p.opening->>'asks' = 'once' AND p.opening->'nextAction'->>'to' = ANY ($2)
       AND (p.status IN ('created', 'awaiting_payer', 'processing') OR (p.status IN ('cancelled', 'expired') AND p.created_at > now() - interval '${PROMPT_WINDOW}'))
       AND NOT EXISTS (SELECT FROM facts f WHERE f.payment_id = p.id AND f.kind = 'payment_failed') LIMIT 1`,
    [accountId, sameLine],
  );
  if (rows[0])
    throw new Problem('prompt_open', `payment ${rows[0].id} prompted this phone, and its prompt may still be approved`);
}

type Sql = Pick<Pool, 'query'>;

async function readSituation(sql: Sql, merchantId: string, memberId: string, gateway: GatewayName): Promise<Situation> {
  const { rows } = await sql.query<Situation>({
    name: 'read_situation',
    text: `SELECT jsonb_build_object('name', m.name, 'currency', m.currency, 'latePayments', m.late_payments, 'returnOrigins', m.return_origins) AS merchant,
                  (SELECT jsonb_build_object('name', b.name, 'email', b.email) FROM members b WHERE b.id = $2 AND b.merchant_id = m.id) AS member,
                  (SELECT read_cart(b.id) FROM members b WHERE b.id = $2 AND b.merchant_id = m.id) AS cart,
                  pending_of($2) AS pending,
                  (SELECT jsonb_build_object('id', a.id, 'environment', a.environment, 'pathToken', a.path_token, 'enabled', a.enabled, 'disabledReason', a.disabled_reason,
                     'credentials', encode(a.credentials, 'base64')) FROM gateway_accounts a WHERE a.merchant_id = m.id AND a.gateway = $3) AS account
           FROM merchants m WHERE m.id = $1`,
    values: [merchantId, memberId, gateway],
  });
  if (!rows[0]) throw notFound('merchant');
  return rows[0];
}

async function checkCharges(sql: Sql, memberId: string, charges: readonly string[]): Promise<void> {
  const { rows } = await sql.query<{ id: string }>('SELECT id FROM charges WHERE member_id = $1 AND id = ANY ($2)', [
    memberId,
    charges,
  ]);
  const missing = charges.find((id) => !rows.some((row) => row.id === id));
  if (missing !== undefined) throw notFound(`charge in this cart: ${missing}`);
}

/** What is to be paid: the amount given, else what is open of the charges named, else what is due and not on its way already. */
function priceOf(
  body: NewPayment,
  currency: string,
  cart: Cart,
  pending: number,
): { amount: number; currency: string } {
  if (body.currency !== undefined && body.currency !== currency)
    throw new Problem('currency_not_supported', `this merchant's books are in ${currency}, not ${body.currency}`);
  const wanted = body.charges && new Set(body.charges);
  const open = cart.charges
    .filter((charge) => !wanted || wanted.has(charge.id))
    .reduce((sum, charge) => sum + charge.open, 0);
  const amount = body.amount ?? (wanted ? open : open - pending);
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
