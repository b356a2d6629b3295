import { loadPayment, loadPayments } from '../../books/facts';
import type { LoadedPayment, RecordedPayment } from '../../books/facts';
import { readPaidNow } from '../../books/paid-charges';
import { listPayments, sumPayments } from '../../books/payment-list';
import type { Sql } from '../../books/sql';
import type { Deliveries } from '../../outbox/deliveries';
import type { Database } from '../../prisma/client';
import { isId } from '../../workflows/domain/ids';
import type { CheckoutDependencies } from '../desks/checkout';
import { openPayment } from '../desks/opening';
import { seekMoney } from '../desks/seeking';
import { showPayments } from '../desks/showing';
import type { RefundDesk } from '../desks/refunding';
import { startOpened, untilOpened } from '../desks/starting';
import { readCursor, toPage } from '../http/paging';
import { notFound } from '../http/problems';
import type { CallerWith } from '../http/rights';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import type { ViewSettings } from '../http/views';

export interface PaymentDependencies extends CheckoutDependencies {
  readonly db: Database;
  readonly deliveries: Deliveries;
  readonly refunds: RefundDesk;
  readonly view: ViewSettings;
}

export function paymentRoutes(deps: PaymentDependencies) {
  const { db } = deps;
  const { show, showAll } = showPayments(deps);

  return [
    route({
      operationId: 'openPayment',
      method: 'post',
      path: '/v1/payments',
      summary: 'Open a payment and learn what the payer does next',
      right: 'start_payments',
      body: schemas.newPayment,
      weight: 'opening',
      answers: { 201: schemas.payment },
      refusals: [
        'not_found',
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
        if (opened?.terms.id !== id) return { status: 201, body: await show(caller, await untilOpened(db, id)) };
        return { status: 201, body: await show(caller, await startOpened(deps, opened)) };
      },
    }),
    route({
      operationId: 'listPayments',
      method: 'get',
      path: '/v1/payments',
      summary: 'List payments, newest first',
      right: 'read_payments',
      query: schemas.paymentFilter,
      detail: `With \`summary=1\` the sums of all of them: exact where they are at most ten thousand, and however many where they are chosen by status,
        gateway and time alone; else \`exact\` is false, and there is more than these.`,
      answers: { 200: schemas.summarizedList(schemas.payment, schemas.paymentSums) },
      async handle({ caller, query }) {
        const { status, attention, gateway, from, to, minAmount, maxAmount, limit } = query;
        const memberIds = [query.member, caller.kind === 'member' ? caller.memberId : undefined].filter(
          (id) => id !== undefined,
        );
        const before = readCursor(query);
        const sought = await seekMoney(db, caller.merchantId, 'payments', query.q);
        const filter = { memberIds, status, attention, gateway, period: { from, to }, minAmount, maxAmount, sought };
        const [found, summary] = await Promise.all([
          listPayments(db, caller.merchantId, filter, { before, limit }),
          query.summary === undefined ? undefined : sumPayments(db, caller.merchantId, filter),
        ]);
        const page = toPage(
          found,
          query,
          (row) => row.sequence,
          (row) => row.id,
        );
        const loaded = await loadPayments(db, page.data);
        return { status: 200, body: { ...page, data: await showAll(caller, loaded), ...(summary && { summary }) } };
      },
    }),
    route({
      operationId: 'readPayment',
      method: 'get',
      path: '/v1/payments/:id',
      summary: 'Read a payment',
      detail:
        'With `facts=n` as it stood when the first n rows of its timeline were known, without what could be done then: `nextAction` is null, and `actions` are none.',
      right: 'watch_payment',
      params: schemas.idParams,
      query: schemas.paymentMoment,
      answers: { 200: schemas.payment },
      async handle({ caller, params, query }) {
        const payment = await readPayment(db, caller, params.id);
        if (query.facts === undefined) return { status: 200, body: await show(caller, payment) };
        const then = await show(caller, { ...payment, facts: payment.facts.slice(0, query.facts) });
        return { status: 200, body: { ...then, nextAction: null, actions: [] } };
      },
    }),
    route({
      operationId: 'listChargesOfPayment',
      method: 'get',
      path: '/v1/payments/:id/charges',
      summary: 'List the charges that a payment pays, oldest first, and what of it is kept for later',
      right: 'read_payments',
      params: schemas.idParams,
      answers: { 200: schemas.paidCharges },
      async handle({ caller, params }) {
        const { terms } = await readPayment(db, caller, params.id);
        const { charges, credit } = await readPaidNow(db, terms.id);
        return { status: 200, body: { data: [...charges], credit, nextCursor: null } };
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
