import { z } from 'zod';
import { isWebAddress } from '../paypal-standard/checkout-form';
import { newTxnId } from '../paypal-standard/random-ids';
import { moneyShape, readMoney, readPositiveMoney, viewMoney, type Money } from './money';
import type { Order, Orders, Purchase } from './orders';
import { notFound, Problem } from './problem';
import type { RequestIds } from './request-ids';
import { readBody, type Call, type Reply } from './rest';
import type { Sellers } from './sellers';
import type { NextAnswers } from './next-answers';
import { takeMoney, type TakingDeps } from './taking';
import { link, payerLink, viewOrder, viewOrderBriefly } from './views';

export interface OrdersApiDeps extends TakingDeps {
  readonly orders: Orders;
  readonly sellers: Sellers;
  readonly requestIds: RequestIds<Order>;
  readonly nextAnswers: NextAnswers;
}

const short = (longest: number) => z.string().min(1).max(longest);

const breakdownShape = z.partialRecord(
  z.enum(['item_total', 'shipping', 'handling', 'tax_total', 'insurance', 'shipping_discount', 'discount']),
  moneyShape,
);

const unitShape = z.object({
  reference_id: short(256).default('default'),
  custom_id: short(127).optional(),
  invoice_id: short(127).optional(),
  description: short(127).optional(),
  soft_descriptor: short(22).optional(),
  amount: moneyShape.extend({ breakdown: breakdownShape.optional() }),
  payee: z.object({ merchant_id: short(13).optional(), email_address: short(254).optional() }).optional(),
  items: z
    .array(z.looseObject({ name: short(127), quantity: z.string().regex(/^[1-9]\d{0,9}$/), unit_amount: moneyShape }))
    .optional(),
});

export const webAddress = z.string().max(2048).refine(isWebAddress, 'not an absolute http or https address');
const contextShape = z.object({ return_url: webAddress.optional(), cancel_url: webAddress.optional() });

const orderShape = z.object({
  intent: z.enum(['CAPTURE', 'AUTHORIZE']),
  purchase_units: z.array(unitShape).min(1),
  payment_source: z.record(z.string(), z.object({ experience_context: contextShape.optional() })).optional(),
  /** The older place of the same. */
  application_context: contextShape.optional(),
});

type Unit = z.output<typeof unitShape>;

/** `POST /v2/checkout/orders`. */
export function createOrder(call: Call<object>, deps: OrdersApiDeps): Reply {
  const before = deps.requestIds.recall(call, 'order');
  if (before !== undefined) return show(before, 200, call, deps);
  const {
    intent,
    purchase_units: units,
    payment_source: sources,
    application_context: context,
  } = readBody(orderShape, call.body);
  if (intent === 'AUTHORIZE')
    throw new Problem(422, 'AUTHORIZATION_NOT_SUPPORTED', { description: 'The simulator plays CAPTURE only.' });
  const [unit, second] = units;
  if (unit === undefined || second !== undefined) {
    throw new Problem(422, 'MAX_NUMBER_OF_PURCHASE_UNITS_EXCEEDED', {
      description: 'The simulator plays one purchase unit.',
    });
  }
  const merchantId = unit.payee?.merchant_id ?? call.merchantId;
  refuseRestricted(merchantId, deps.sellers);
  const [source, settings] = Object.entries(sources ?? {})[0] ?? [null, null];
  const experience = settings?.experience_context ?? context;
  const now = deps.clock.now();
  const order: Order = {
    id: newTxnId(),
    clientId: call.clientId,
    merchantId,
    payeeEmail: deps.sellers.of(merchantId).email,
    origin: call.origin,
    purchase: readPurchase(unit),
    source,
    returnUrl: experience?.return_url ?? null,
    cancelUrl: experience?.cancel_url ?? null,
    agreement: null,
    createdAt: now,
    updatedAt: now,
    state: { kind: 'open' },
  };
  deps.orders.add(order);
  deps.requestIds.remember(call, 'order', order);
  return show(order, 201, call, deps);
}

/** `GET /v2/checkout/orders/:id`. */
export function getOrder(call: Call<{ id: string }>, deps: OrdersApiDeps): Reply {
  const order = find(call, deps);
  return { status: 200, body: viewOrder(order, deps.payerPage(order)) };
}

/** `POST /v2/checkout/orders/:id/capture`. That it is answered 201 does not say that money came. */
export function captureOrder(call: Call<{ id: string }>, deps: OrdersApiDeps): Reply {
  const before = deps.requestIds.recall(call, 'capture');
  if (before !== undefined) return show(before, 200, call, deps);
  const order = find(call, deps);
  const { state } = order;
  switch (state.kind) {
    case 'captured':
      throw new Problem(422, 'ORDER_ALREADY_CAPTURED', {
        description: "Order already captured. If 'intent=CAPTURE' only one capture per order is allowed.",
      });
    case 'open':
      throw new Problem(422, 'ORDER_NOT_APPROVED', {
        description: 'Payer has not yet approved the Order for payment.',
      });
    case 'card_declined':
      throw instrumentDeclined(order, deps);
    case 'approved':
  }
  refuseRestricted(order.merchantId, deps.sellers);
  if (deps.orders.isInvoiceUsed(order)) {
    throw new Problem(422, 'DUPLICATE_INVOICE_ID', { description: 'Duplicate Invoice ID detected.' });
  }
  const next = deps.nextAnswers.take('capture');
  if (state.card === 'will_be_declined' || next?.issue === 'INSTRUMENT_DECLINED') {
    order.state = { kind: 'card_declined', buyer: state.buyer };
    throw instrumentDeclined(order, deps);
  }
  if (next?.issue !== undefined) throw new Problem(422, next.issue);

  // After this point the money is taken, as far as it can be.
  takeMoney(order, state.buyer, next, deps);
  deps.requestIds.remember(call, 'capture', order);
  return show(order, 201, call, deps);
}

function find(call: Call<{ id: string }>, { orders }: OrdersApiDeps): Order {
  const order = orders.order(call.params.id);
  if (order?.clientId !== call.clientId) throw notFound();
  return order;
}

function show(order: Order, status: number, call: Call<object>, { payerPage }: OrdersApiDeps): Reply {
  const page = payerPage(order);
  return { status, body: call.wantsAll ? viewOrder(order, page) : viewOrderBriefly(order, page) };
}

function instrumentDeclined(order: Order, { payerPage }: OrdersApiDeps): Problem {
  return new Problem(422, 'INSTRUMENT_DECLINED', {
    description:
      'The instrument presented was either declined by the processor or bank, or it can’t be used for this payment.',
    links: [
      { ...payerLink(order, payerPage(order)), rel: 'redirect' },
      link(order.origin, `/v2/checkout/orders/${order.id}`, 'self'),
    ],
  });
}

/** A seller who cannot be paid sells nothing. */
export function refuseRestricted(merchantId: string, sellers: Sellers): void {
  const { paymentsReceivable, accountType } = sellers.of(merchantId);
  if (paymentsReceivable && accountType === 'BUSINESS') return;
  throw new Problem(422, 'PAYEE_ACCOUNT_RESTRICTED', { description: 'The merchant account is restricted.' });
}

function readPurchase(unit: Unit): Purchase {
  const at = '/purchase_units/0';
  const amount = readPositiveMoney(unit.amount, `${at}/amount`);
  const { breakdown } = unit.amount;
  if (breakdown !== undefined) {
    const sum = Object.entries(breakdown).reduce((total, [name, part]) => {
      const { units } = sameCurrency(readMoney(part, `${at}/amount/breakdown/${name}`), amount);
      return total + (name === 'discount' || name === 'shipping_discount' ? -units : units);
    }, 0);
    if (sum !== amount.units) throw new Problem(422, 'AMOUNT_MISMATCH', { field: `${at}/amount` });
  }
  if (unit.items !== undefined) {
    const total = breakdown?.item_total;
    if (total === undefined)
      throw new Problem(422, 'ITEM_TOTAL_REQUIRED', { field: `${at}/amount/breakdown/item_total` });
    const sum = unit.items.reduce((units, item, index) => {
      return (
        units +
        Number(item.quantity) *
          sameCurrency(readMoney(item.unit_amount, `${at}/items/${index}/unit_amount`), amount).units
      );
    }, 0);
    if (sum !== readMoney(total, `${at}/amount/breakdown/item_total`).units) {
      throw new Problem(422, 'ITEM_TOTAL_MISMATCH', {
        field: `${at}/items`,
        description: `The items come to ${viewMoney({ ...amount, units: sum }).value}.`,
      });
    }
  }
  return {
    amount,
    referenceId: unit.reference_id,
    customId: unit.custom_id ?? null,
    invoiceId: unit.invoice_id ?? null,
    description: unit.description ?? null,
    softDescriptor: unit.soft_descriptor ?? null,
    breakdown: breakdown ?? null,
    items: unit.items ?? null,
  };
}

function sameCurrency(part: Money, whole: Money): Money {
  if (part.currency === whole.currency) return part;
  throw new Problem(422, 'MULTIPLE_CURRENCIES_NOT_SUPPORTED', { field: '/purchase_units/0/amount' });
}
