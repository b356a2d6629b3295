import { handedBy, loadPayment, loadPayments } from '../../books/facts';
import type { LoadedPayment, RecordedPayment } from '../../books/facts';
import { listPayments } from '../../books/payments';
import type { Sql } from '../../books/sql';
import type { Deliveries } from '../../outbox/deliveries';
import type { Database } from '../../prisma/client';
import { isId } from '../../workflows/domain/ids';
import { summarize } from '../../workflows/domain/payment';
import type { CheckoutDependencies } from '../desks/checkout';
import { openPayment } from '../desks/opening';
import { readCursor, toPage } from '../http/paging';
import { notFound } from '../http/problems';
import type { CallerWith } from '../http/rights';
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
export function paymentRoutes(deps: PaymentDependencies) {
  const { db, deliveries, view } = deps;

  return [
    route({
      method: 'post',
      path: '/v1/payments',
      summary: 'Open a payment and learn what the payer does next',
      right: 'start_payments',
      body: schemas.newPayment,
      weight: 'opening',
      answers: { 201: schemas.payment },
      refusals: [
        'member_erased',
        'nothing_due',
        'payment_pending',
        'too_many_open_payments',
        'gateway_not_configured',
        'gateway_not_enabled',
        'amount_not_supported',
        'currency_not_supported',
        'method_not_supported',
        'phone_not_supported',
        'prompt_open',
        'origin_not_registered',
      ],
      idempotentFor: 'days',
      async handle({ caller, author, body, once }) {
        if (caller.kind === 'member' && caller.memberId !== body.member) throw notFound('member');
        let opened: RecordedPayment | undefined;
        const { id } = await once(async (tx) => {
          opened = await openPayment(deps, tx, { caller, author }, body);
          return { id: opened.terms.id };
        });
        // Of requests racing with one key only one is committed; what the others opened is gone and must not be started.
        if (opened?.terms.id !== id) return { status: 201, body: viewPayment(await untilOpened(db, id), view) };
        await Promise.race([deliveries.started(opened.terms, handedBy(opened)), pause(START_PATIENCE_MS)]);
        const isHanded = summarize(opened).status !== 'created';
        return { status: 201, body: viewPayment(isHanded ? opened : await untilOpened(db, id), view) };
      },
    }),
    route({
      method: 'get',
      path: '/v1/payments',
      summary: 'List payments, newest first',
      right: 'read_payments',
      query: schemas.paymentFilter,
      answers: { 200: schemas.list(schemas.payment) },
      async handle({ caller, query }) {
        const { status, attention, gateway, limit } = query;
        const memberIds = [query.member, caller.kind === 'member' ? caller.memberId : undefined].filter(
          (id) => id !== undefined,
        );
        const before = readCursor(query);
        const filter = { memberIds, status, attention, gateway };
        const found = await listPayments(db, caller.merchantId, filter, { before, limit });
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
      right: 'watch_payment',
      params: schemas.idParams,
      answers: { 200: schemas.payment },
      async handle({ caller, params }) {
        return { status: 200, body: viewPayment(await readPayment(db, caller, params.id), view) };
      },
    }),
  ];
}

/** The payment, if this caller may see it; else the same 404 as if there were none. */
export async function readPayment(db: Sql, caller: CallerWith<'watch_payment'>, id: string): Promise<LoadedPayment> {
  const payment = isId('pay', id) ? await loadPayment(db, id, caller.merchantId) : null;
  const mine =
    payment &&
    (caller.kind !== 'member' || payment.terms.memberId === caller.memberId) &&
    (caller.kind !== 'watcher' || payment.terms.id === caller.paymentId);
  if (!mine) throw notFound('payment');
  return payment;
}

/** The payment as it stands once the gateway has opened its checkout, or after a short patience without. */
async function untilOpened(db: Sql, id: string): Promise<LoadedPayment> {
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
