import { z } from 'zod';
import type { GatewayFact } from '../../../workflows/domain/fact';
import type { AgreementNews, CheckoutOrder, Payer } from '../port';
import type { Remark } from '../../../workflows/domain/remark';
import { isId } from '../../../workflows/domain/ids';
import type { Currency, Money } from '../../../workflows/domain/money';
import { remark } from '../../../workflows/domain/remark';
import { unreachable } from '../../../workflows/domain/unreachable';
import { readPaypalAmount, writePaypalAmount } from '../paypal/money';
import { word } from './answers';

// Unknown fields are ignored everywhere. What decides about money must read; what only helps may be missing or odd.
export const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);
export const resourceId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
const money = z.object({ currency_code: z.string(), value: z.string() });
// A sum that cannot be read must not hide the rest: whoever uses it decides what that means.
export const written = z.unknown().optional();
/** A breakdown that is none stands for its fee, so that it is not taken for absent. */
const feesIn = <Shape extends { paypal_fee: typeof written }>(shape: Shape) =>
  z
    .object(shape)
    .nullish()
    .catch(({ value }) => ({ paypal_fee: value }) as z.output<z.ZodObject<Shape>>);
export const links = optional(z.array(z.object({ rel: z.string(), href: z.string() })));
const statusDetails = optional(z.object({ reason: optional(z.string()) }));
const merchant = optional(z.object({ merchant_id: optional(z.string()) }));
const related = optional(
  z.object({ related_ids: optional(z.object({ order_id: optional(resourceId), capture_id: optional(resourceId) })) }),
);
const ours = { custom_id: optional(z.string()), invoice_id: optional(z.string()) };
export const times = { create_time: optional(z.string()), update_time: optional(z.string()) };

/** A capture (Payments v2, "Show captured payment details"), as its own resource, in an order, or in a webhook. */
export const captureResource = z.object({
  id: resourceId,
  status: z.string(),
  status_details: statusDetails,
  amount: written,
  payee: merchant,
  /** Absent while the capture is pending. */
  seller_receivable_breakdown: feesIn({ paypal_fee: written, paypal_fee_in_receivable_currency: written }),
  supplementary_data: related,
  ...ours,
  ...times,
});

/** Money given back (Payments v2, "Show refund details"). A reversal's webhook carries one as well. */
export const refundResource = z.object({
  id: resourceId,
  status: z.string(),
  status_details: statusDetails,
  amount: written,
  seller_payable_breakdown: feesIn({ paypal_fee: written }),
  supplementary_data: related,
  links,
  ...ours,
  ...times,
});

const person = optional(
  z.object({
    email_address: optional(z.string()),
    name: optional(z.object({ given_name: optional(z.string()), surname: optional(z.string()) })),
  }),
);

/** An order (Orders v2, "Show order details"). */
export const orderResource = z.object({
  id: resourceId,
  status: z.string(),
  purchase_units: z
    .array(
      z.object({
        payee: merchant,
        payments: z
          .object({ captures: z.array(z.unknown()).optional(), refunds: optional(z.array(z.unknown())) })
          .optional(),
        ...ours,
      }),
    )
    .optional(),
  payer: person,
  payment_source: optional(z.object({ paypal: person })),
  links,
});

export type Capture = z.output<typeof captureResource>;
export type Refund = z.output<typeof refundResource>;
export type Order = z.output<typeof orderResource>;

/** What a resource says, in our words. Whether it may be believed is decided elsewhere. */
export interface Told {
  /** Our payment id, if the resource echoes something of its shape. */
  readonly paymentId: string | null;
  /** The money's own id first, then its parent's or its order's. */
  readonly references: readonly string[];
  readonly facts: readonly GatewayFact[];
  /** What a person should know and the facts do not say. */
  readonly remarks: readonly Remark[];
  /** Asking for the resource might tell more: a captured sum without its fee. */
  readonly mayTellMore: boolean;
  /** PayPal's merchant id of who is paid, where it is named. */
  readonly payee: string | null;
  /** The agreement that collected it, and what it tells of that. */
  readonly agreement?: AgreementNews;
}

export function tellCapture(capture: Capture): Told {
  const order = capture.supplementary_data?.related_ids?.order_id;
  return {
    paymentId: paymentIdOf(capture.custom_id, capture.invoice_id),
    references: [capture.id, ...(order === undefined ? [] : [order])],
    payee: capture.payee?.merchant_id ?? null,
    ...captureFacts(capture),
  };
}

/**
 * What an order says of its money. Refunds listed in it are left out: an order shows refunds and reversals alike, and only
 * their own webhooks tell which is which. Read here, a reversal would be booked as a refund, and then once more.
 */
export function tellOrder(order: Order): Told {
  const units = order.purchase_units ?? [];
  const shown = units
    .flatMap(({ payments }) => payments?.captures ?? [])
    .map((capture) => captureResource.safeParse(capture).data);
  const told = shown.filter((capture) => capture !== undefined).map(tellCapture);
  return {
    paymentId: paymentIdOf(
      ...units.flatMap(({ custom_id, invoice_id }) => [custom_id, invoice_id]),
      ...told.map(({ paymentId }) => paymentId),
    ),
    references: [...new Set([...told.map(({ references }) => references[0] ?? order.id), order.id])],
    facts: told.flatMap(({ facts }) => facts),
    remarks: [
      ...(told.length < shown.length ? [remark('unreadable_capture', order.id)] : []),
      ...told.flatMap(({ remarks }) => remarks),
    ],
    mayTellMore: told.some(({ mayTellMore }) => mayTellMore),
    payee: units.find(({ payee }) => payee?.merchant_id)?.payee?.merchant_id ?? null,
  };
}

/** What brought the resource of a refund: only the signed type of a message tells who wanted the money back. */
export type Wish = 'refund' | 'reversal';

export function tellRefund(refund: Refund, wish: Wish): Told {
  const parent = captureOf(refund);
  const common = {
    paymentId: paymentIdOf(refund.custom_id, refund.invoice_id),
    references: [refund.id, ...(parent === null ? [] : [parent])],
    mayTellMore: false,
    payee: null,
  };
  const nothing = (word: string, wrote: string | null = null): Told => ({
    ...common,
    facts: [],
    remarks: [remark(word, refund.id, wrote)],
  });
  const reason = word(refund.status_details?.reason ?? '');
  const refundId = refundIdOf(refund);
  // Told as a reversal because of a refund, or with the number of one of ours, it is that refund.
  const isReversal = wish === 'reversal' && reason !== 'refund' && refundId === null;
  const standing = REFUND_STANDINGS.get(refund.status);
  if (standing === undefined || (isReversal && standing !== 'done')) return nothing('unknown_status', refund.status);
  if (parent === null) return nothing('no_parent_transaction');
  const gross = readMoney(refund.amount);
  if (gross === null) return nothing('unreadable_amount', textOf(refund.amount));
  if (gross.amount === 0) return nothing('zero_amount');
  const movement = {
    gatewayReference: refund.id,
    qualifier: '',
    occurredAt: readTime(refund.update_time ?? refund.create_time),
    ...gross,
    parent,
  };
  const only = (fact: GatewayFact, remarks: readonly Remark[] = []): Told => ({ ...common, facts: [fact], remarks });
  switch (standing) {
    case 'pending': {
      const why = reason || 'pending';
      return only({ ...movement, refundId, kind: 'refund_pending', qualifier: why, reason: why });
    }
    case 'failed':
      return only({
        ...movement,
        refundId,
        kind: 'refund_failed',
        reason: reason || word(refund.status),
        detail: null, // PayPal writes no sentence about it
      });
    case 'done': {
      const fee = readFee(refund.seller_payable_breakdown?.paypal_fee, refund.id, gross.currency);
      const [feeReturned, remarks] = typeof fee === 'number' ? [fee, []] : [0, [fee]];
      return isReversal
        ? only({ ...movement, kind: 'payment_reversed', reason: reason || 'reversed', feeReturned }, remarks)
        : only({ ...movement, refundId, kind: 'payment_refunded', reason: reason || 'refund', feeReturned }, remarks);
    }
    default:
      return unreachable(standing);
  }
}
// Payments v2, "Show refund details", `status`.
const REFUND_STANDINGS: ReadonlyMap<string, 'done' | 'pending' | 'failed'> = new Map([
  ['COMPLETED', 'done'],
  ['PENDING', 'pending'],
  ['FAILED', 'failed'],
  ['CANCELLED', 'failed'],
]);

/** Our refund's id, which travels as the refund's own invoice number; null where the refund is none of ours. */
export function refundIdOf({ invoice_id: echoed }: Pick<Refund, 'invoice_id'>): string | null {
  return echoed !== undefined && isId('ref', echoed) ? echoed : null;
}

/** Who is said to have paid. */
export function payerOf({ payer, payment_source }: Order): Payer | null {
  const who = { ...payment_source?.paypal, ...payer };
  const name = printable([who.name?.given_name, who.name?.surname].filter(Boolean).join(' '));
  const email = printable(who.email_address ?? '');
  return name === null && email === null ? null : { name, email };
}

/** Where the payer approves the order: `payer-action` where a payment source was named, `approve` otherwise. */
export function approvalUrl({ links: all = [] }: Pick<Order, 'links'>): string | null {
  return all.find(({ rel }) => rel === 'payer-action')?.href ?? all.find(({ rel }) => rel === 'approve')?.href ?? null;
}

/** The order that is created (Orders v2, "Create order"); null when PayPal cannot write the amount. */
export function writeOrder(order: CheckoutOrder): object | null {
  const value = writePaypalAmount(order.money);
  if (value === null) return null;
  const description = oneLine(order.description) || order.paymentId;
  return {
    intent: 'CAPTURE',
    purchase_units: [
      {
        reference_id: order.paymentId,
        custom_id: order.paymentId,
        // Unique per merchant: PayPal itself refuses to take money twice for one payment.
        invoice_id: order.paymentId,
        description,
        amount: { currency_code: order.money.currency, value },
      },
    ],
    payment_source: {
      paypal: {
        experience_context: {
          brand_name: description,
          user_action: 'PAY_NOW',
          shipping_preference: 'NO_SHIPPING',
          return_url: order.returnUrl,
          cancel_url: order.cancelUrl,
        },
      },
    },
  };
}

/** PayPal's form of a refund's amount; null when it cannot be written. */
export function writeMoney(sum: Money): { currency_code: string; value: string } | null {
  const value = writePaypalAmount(sum);
  return value === null ? null : { currency_code: sum.currency, value };
}

/** At most so many characters on one line. */
export function oneLine(text: string, length = 127): string {
  let line = '';
  for (const letter of text.replace(/[\p{Cc}\s]+/gu, ' ').trim()) {
    if (line.length + letter.length > length) break;
    line += letter;
  }
  return line.trim();
}

type Meaning = Pick<Told, 'facts' | 'remarks' | 'mayTellMore'>;

/** By the capture's own status, never by that of its order or of an HTTP answer: a completed order may hold a declined capture. */
function captureFacts(capture: Capture): Meaning {
  const { status } = capture;
  const gross = readMoney(capture.amount);
  if (gross === null) return nothing(capture, 'unreadable_amount', textOf(capture.amount));
  if (gross.amount === 0) return nothing(capture, 'zero_amount');
  const movement = { gatewayReference: capture.id, qualifier: '', ...gross };
  const reason = word(capture.status_details?.reason ?? '');
  switch (status) {
    case 'COMPLETED':
      return taken(capture, {
        ...movement,
        kind: 'payment_captured',
        occurredAt: readTime(capture.update_time ?? capture.create_time),
      });
    // What was given back since are other resources; here it counts that the money came. Its last change was the refund.
    case 'PARTIALLY_REFUNDED':
      return taken(capture, { ...movement, kind: 'payment_captured', occurredAt: readTime(capture.create_time) });
    // Given back whole it may have been while PayPal still held it: only what PayPal kept of it shows that it came.
    case 'REFUNDED':
      if (capture.seller_receivable_breakdown)
        return taken(capture, { ...movement, kind: 'payment_captured', occurredAt: readTime(capture.create_time) });
      return {
        ...only({ ...movement, kind: 'payment_failed', reason: 'refunded', occurredAt: readTime(capture.update_time) }),
        mayTellMore: true,
      };
    case 'PENDING': {
      const why = reason || 'pending';
      const occurredAt = readTime(capture.create_time);
      return only({ ...movement, kind: 'payment_pending', qualifier: why, reason: why, occurredAt });
    }
    case 'DECLINED':
    case 'DENIED': // a sale's word for it
    case 'FAILED':
    case 'REVERSED': // not in PayPal's list of today; whatever else it means, no money of it is here
      return only({
        ...movement,
        kind: 'payment_failed',
        reason: reason || word(status),
        occurredAt: readTime(capture.update_time),
      });
    default:
      return nothing(capture, 'unknown_status', status);
  }
}

function taken(
  { seller_receivable_breakdown: breakdown }: Capture,
  captured: GatewayFact & { kind: 'payment_captured' },
): Meaning {
  if (!breakdown) return { ...only(captured), mayTellMore: true };
  const { gatewayReference, currency } = captured;
  const fee = readFee(breakdown.paypal_fee ?? breakdown.paypal_fee_in_receivable_currency, gatewayReference, currency);
  if (typeof fee !== 'number') return { ...only(captured), remarks: [fee] };
  return fee === 0
    ? only(captured)
    : { ...only(captured), facts: [captured, { ...captured, kind: 'fee_charged', amount: fee }] };
}

/**
 * A fee in minor units of its money's currency, 0 where there is none; a remark where it is none that can be booked. Kept in
 * another currency, after a conversion, it is none: the books of this payment hold no money of that currency to take it from.
 */
function readFee(fee: unknown, reference: string, currency: Currency): number | Remark {
  if (fee === undefined || fee === null) return 0;
  const read = readSigned(fee);
  const fault = read === null ? 'fee_unreadable' : read.amount < 0 ? 'fee_negative' : 'fee_in_other_currency';
  const isBookable = read !== null && read.amount >= 0 && (read.currency === currency || read.amount === 0);
  return isBookable ? read.amount : remark(fault, reference, textOf(fee));
}

/** The capture that the money goes back from: behind the link `up`, or named beside it. */
function captureOf({ links: all = [], supplementary_data }: Refund): string | null {
  const up = all.find(({ rel }) => rel === 'up')?.href ?? '';
  return /\/captures\/([A-Za-z0-9-]{1,64})$/.exec(up)?.[1] ?? supplementary_data?.related_ids?.capture_id ?? null;
}

/** An amount below zero is none of PayPal's: the resource has the direction. */
export function readMoney(sum: unknown): Money | null {
  const read = readSigned(sum);
  return read === null || read.amount < 0 ? null : read;
}

function readSigned(sum: unknown): Money | null {
  const read = money.safeParse(sum).data;
  return read ? readPaypalAmount(read.value, read.currency_code) : null;
}

/** A sum as PayPal wrote it, for a person. */
export function textOf(sum: unknown): string {
  const read = money.safeParse(sum).data;
  if (read) return `${read.value} ${read.currency_code}`;
  return sum === undefined ? '' : JSON.stringify(sum);
}

export function readTime(text: string | undefined): string | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

export function paymentIdOf(...echoed: readonly (string | null | undefined)[]): string | null {
  return echoed.find((text): text is string => typeof text === 'string' && isId('pay', text)) ?? null;
}

/** Text that a database and a page can hold: no control characters, no half surrogate pairs, not endless. */
function printable(text: string): string | null {
  return oneLine(text.replace(/\p{Cs}/gu, '\ufffd'), 254) || null;
}

function only(fact: GatewayFact): Meaning {
  return { facts: [fact], remarks: [], mayTellMore: false };
}

function nothing({ id }: Capture, word: string, wrote: string | null = null): Meaning {
  return { facts: [], remarks: [remark(word, id, wrote)], mayTellMore: false };
}
