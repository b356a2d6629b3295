import { z } from 'zod';
import { IMPORT_KINDS } from '../../books/imports';
import { SCOPES } from '../../books/keys';
import { MEMBER_LOCALES } from '../../books/members';
import { isCountry } from '../../workflows/domain/country';
import { CHANNELS, ENVIRONMENTS, GATEWAY_NAMES } from '../../workflows/domain/gateway';
import { isId } from '../../workflows/domain/ids';
import type { IdPrefix } from '../../workflows/domain/ids';
import { ENTRY_KINDS } from '../../workflows/domain/ledger';
import { isCurrency, MAX_AMOUNT } from '../../workflows/domain/money';
import {
  ATTENTION_CODES,
  LATE_PAYMENT_POLICIES,
  PAYMENT_STATUSES,
  RESOLUTION_ACTIONS,
} from '../../workflows/domain/payment';
import { PAYLINE_KINDS } from '../../workflows/domain/booking';
import { DISPUTE_STATUSES } from '../../workflows/domain/dispute';
import { DISPUTE_STAGES } from '../../workflows/domain/fact';
import { REFUND_ORIGINS, REFUND_STATUSES } from '../../workflows/domain/refund';
import { REFUND_FEES } from '../../workflows/domain/refund-plan';
import { PAYMENT_ACTIONS } from '../../workflows/domain/remedies';
import { period } from './period-schemas';
import { isTimeZone } from './time-zones';

/** The words of the contract as zod schemas: what validates requests also writes the OpenAPI document. */

export const id = (prefix: IdPrefix) =>
  z
    .string()
    .max(64)
    .meta({ example: `${prefix}_…` });
/** In a body or as a filter, an id of the wrong shape is a wrong field; in a path it is simply not found. */
export const wantedId = (prefix: IdPrefix) =>
  z
    .string()
    .refine((text) => isId(prefix, text), `not an id of the form ${prefix}_…`)
    .meta({ example: `${prefix}_…` });

/** Neither control characters and line separators, nor halves of a character (lone surrogates), which PostgreSQL's JSON refuses. */
const NO_CONTROL = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => NO_CONTROL.test(value), 'no control characters')
    .refine((value) => value.trim() !== '', 'must not be blank');

export const amount = z
  .int()
  .min(1)
  .max(MAX_AMOUNT)
  .describe("integer in the currency's ISO 4217 minor unit")
  .meta({ example: 5000 });
export const currency = z
  .string()
  .refine(isCurrency, 'not an ISO 4217 currency code in capitals')
  .meta({ example: 'EUR' });
export const moment = z.iso.datetime();
const nullable = { name: z.string().nullable(), email: z.string().nullable() };
/** The same in a query. */
const wantedAmount = z
  .string()
  .regex(/^[1-9]\d{0,11}$/, 'a positive integer in minor units')
  .transform(Number);
export const minor = z.int();
export const webUrl = z
  .url({ protocol: /^https?$/ })
  .max(1024)
  .refine((url) => NO_CONTROL.test(url) && !/\s/.test(url), 'no spaces and no control characters');

/** Whatever stands in a path that is no id of ours is not found, so nothing is refused here. */
export const idParams = z.object({ id: z.string() });
export const gatewayParams = z.object({ gateway: z.string() });
export const gatewayName = z.enum(GATEWAY_NAMES);

export const paging = {
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('at most so many rows'),
  cursor: z.string().max(200).optional().describe('the `nextCursor` of the page before'),
};
/** What two filters of several lists say of themselves. */
const OF_MEMBER = 'only those of this member';
const OF_PAYMENT = 'only those of this payment';
/** Of a filter: any of these values, separated by commas. */
export const severalOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z
    .string()
    .max(1000)
    .transform((text, { addIssue }): Values[number][] => {
      const known = (value: string): value is Values[number] => values.includes(value);
      const [wanted, wrong] = [text.split(','), text.split(',').filter((value) => !known(value))];
      if (wrong.length > 0) addIssue({ code: 'custom', message: `each must be one of ${values.join(', ')}` });
      return wanted.filter(known);
    })
    .describe(`one of these, or several separated by commas: ${values.join(', ')}`);
export const list = (item: z.ZodType) => z.object({ data: z.array(item), nextCursor: z.string().nullable() });
/** The filter by which the sums of a whole list are asked for. */
const summary = z.literal('1').optional().describe('with the sums of all that the filter shows');
/** The filters by which amounts are asked for, and by what a person knows of money. */
const amounts = {
  minAmount: wantedAmount.optional().describe('minor units'),
  maxAmount: wantedAmount.optional().describe('minor units'),
};
const soughtMoney = text(200)
  .optional()
  .describe(
    'beginnings of words of the name, or of e-mail, phone or reference of the member; an id or how it begins; what a gateway calls it; an exact amount such as 47.11 or 47,11',
  );
/** What a list adds when they are. */
export const summarizedList = (item: z.ZodType, sums: z.ZodObject) =>
  list(item).extend({
    summary: sums
      .extend({ exact: z.boolean().describe('false: at least so much') })
      .optional()
      .describe('of the whole filter, with `summary=1`; minor units of the currency of the books'),
  });

/** As on a letter. */
const postalAddress = z
  .string()
  .max(500)
  .refine((value) => NO_CONTROL.test(value.replaceAll('\n', ' ')), 'no control characters but line breaks')
  .refine((value) => value.trim() !== '', 'must not be blank')
  .describe('as on a letter, line by line');

/** What a merchant says of itself. */
const ofMerchant = {
  country: z.string().refine(isCountry, 'not a country (ISO 3166-1, two capital letters)'),
  timeZone: z
    .string()
    .refine(isTimeZone, 'not a time zone of the IANA database, such as Europe/Paris')
    .describe('by whose day the books are kept; by default Europe/Paris for EUR in France, else UTC'),
  locale: z.enum(MEMBER_LOCALES).describe('the language of pages and letters to members who have none of their own'),
  registration: text(100).describe('by which the state knows the merchant: SIREN, RNA, IFU, …'),
  slug: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'small letters, digits and single hyphens between them')
    .describe('its name in addresses; made of the name where none is given'),
  requireSecondFactor: z.boolean().describe('whether its owners and treasurers need a second factor'),
};
export const newMerchant = z.strictObject({
  name: text(200),
  currency,
  country: ofMerchant.country.optional(),
  timeZone: ofMerchant.timeZone.optional(),
  locale: ofMerchant.locale.optional(),
  address: postalAddress.optional(),
  registration: ofMerchant.registration.optional(),
  slug: ofMerchant.slug.optional(),
  requireSecondFactor: ofMerchant.requireSecondFactor.optional(),
  chartOfAccounts: z.enum(['generic', 'fr-association', 'ohada']).default('generic'),
  latePayments: z.enum(LATE_PAYMENT_POLICIES).default('credit'),
  returnOrigins: z
    .array(
      webUrl.refine(
        (url) => URL.canParse(url) && new URL(url).origin === url.replace(/\/$/, '') && !url.includes('*'), // a wildcard would match nothing
        'an origin such as https://club.example, without a path',
      ),
    )
    .max(20)
    .default([]),
  thankYouUrl: webUrl.optional(),
});
export const merchantChange = z.strictObject({
  name: newMerchant.shape.name.optional(),
  latePayments: z.enum(LATE_PAYMENT_POLICIES).optional(),
  refundFees: z.enum(REFUND_FEES).optional().describe('who bears the fee that a gateway keeps on a refund'),
  returnOrigins: newMerchant.shape.returnOrigins.unwrap().optional(),
  thankYouUrl: webUrl
    .nullable()
    .optional()
    .describe('where a payer goes on from our page after a payment without a returnUrl, at one of the returnOrigins'),
  country: ofMerchant.country.nullable().optional(),
  timeZone: ofMerchant.timeZone.optional(),
  locale: ofMerchant.locale.optional(),
  address: postalAddress.nullable().optional(),
  registration: ofMerchant.registration.nullable().optional(),
  slug: ofMerchant.slug.optional(),
  requireSecondFactor: ofMerchant.requireSecondFactor.optional(),
});
export const merchant = z.object({
  id: id('mer'),
  name: z.string(),
  currency,
  country: z.string().nullable(),
  chartOfAccounts: z.string(),
  latePayments: z.enum(LATE_PAYMENT_POLICIES),
  refundFees: z.enum(REFUND_FEES),
  timeZone: z.string(),
  returnOrigins: z.array(z.string()),
  thankYouUrl: z.string().nullable(),
  locale: z.enum(MEMBER_LOCALES),
  address: z.string().nullable(),
  registration: z.string().nullable(),
  slug: z.string(),
  requireSecondFactor: z.boolean(),
  testOf: id('mer').nullable().describe('the merchant whose trials this one holds'),
  createdAt: moment,
});
export const merchantWithKey = merchant.extend({ secretKey: z.string().describe('shown here only') });
export const twin = z.object({ id: id('mer'), testOf: id('mer') });
export const newTwin = twin.extend({ secretKey: z.string().describe('shown here only') });

export const scope = z.enum(SCOPES);
const scopes = z.array(scope).describe('none includes another but `admin`, which includes all');
export const newKey = z.strictObject({
  name: text(200),
  scopes: scopes.min(1).refine((all) => new Set(all).size === all.length, 'each scope once'),
  expiresAt: moment
    .refine((at) => new Date(at).getTime() > Date.now(), 'must lie in the future')
    .optional()
    .describe('without: until it is revoked'),
});
export const key = z.object({
  id: id('key'),
  name: z.string(),
  scopes,
  last4: z.string().nullable().describe('the last characters of the secret; null where they were not kept'),
  lastUsedAt: moment.nullable().describe('to the minute'),
  expiresAt: moment.nullable(),
});
export const keyWithSecret = z.object({ ...key.shape, secretKey: z.string().describe('shown here only') });

export const newMember = z.strictObject({
  name: text(200),
  email: z.email().max(254).optional(),
  phone: z
    .string()
    .regex(/^\+?[0-9 ()./-]{4,32}$/, 'a phone number')
    .optional(),
  reference: text(200).optional().describe("the merchant's own id of this member"),
  locale: z.enum(MEMBER_LOCALES).optional().describe('the language of their pages and letters'),
  address: postalAddress.optional(),
});
export const memberChange = z.strictObject({
  name: newMember.shape.name.optional(),
  email: newMember.shape.email.nullable(),
  phone: newMember.shape.phone.nullable(),
  reference: newMember.shape.reference.nullable(),
  locale: newMember.shape.locale.nullable(),
  address: newMember.shape.address.nullable(),
});
export const member = z.object({
  id: id('mem'),
  ...nullable,
  name: z.string(),
  phone: z.string().nullable(),
  reference: z.string().nullable(),
  locale: z.enum(MEMBER_LOCALES).nullable(),
  address: z.string().nullable(),
  createdAt: moment,
  erasedAt: moment.nullable().describe('since when nothing personal is kept; their money stays'),
});
export const listedMember = member.extend({
  balance: minor.describe('of the cart; below zero they owe it'),
});
export const memberFilter = z.strictObject({
  q: text(200)
    .optional()
    .describe('beginnings of words of the name, or of e-mail, phone or reference; case and accents do not count'),
  owes: z.literal('1').optional().describe('only who owes something'),
  ...paging,
});
export const importQuery = z.strictObject({
  kind: z.enum(IMPORT_KINDS).describe('what the rows of the file are'),
  dryRun: z.literal('1').optional().describe('says what would be made, and makes nothing'),
});
export const importResult = z.object({
  id: id('imp').nullable().describe('null of a dry run'),
  rows: z.array(
    z.object({
      line: z.int(),
      outcome: z.enum(['created', 'unchanged', 'refused']),
      message: z.string().nullable().describe('why, naming the column'),
    }),
  ),
  created: z.int(),
  refused: z.int(),
});
export const takenBack = z.object({ id: id('imp'), cancelled: z.int().describe('charges that are owed no more') });
export const newToken = z.strictObject({ expiresInMs: z.int().min(1_000).max(86_400_000).default(3_600_000) });
export const memberToken = z.object({ token: z.string(), expiresAt: moment });

export const newCharge = z.strictObject({
  label: text(200),
  category: z
    .string()
    .max(64)
    .refine(
      (value) => NO_CONTROL.test(value) && !value.includes(':') && value.trim() !== '',
      '1 to 64 characters without control characters or `:`',
    ),
  amount,
  currency,
  dueOn: z.iso
    .date()
    .refine((day) => day >= '0001-01-01', 'there was no year 0')
    .optional(),
});
export const charge = z.object({
  id: id('chg'),
  label: z.string(),
  category: z.string(),
  amount: minor,
  paid: minor,
  status: z.enum(['open', 'partly_paid', 'paid', 'cancelled']),
  cancelledAt: moment.nullable(),
  dueOn: z.iso.date().optional(),
});
export const payline = z.object({
  id: z.string(),
  payment: id('pay').nullable(),
  kind: z.enum(PAYLINE_KINDS),
  amount: minor.describe('below zero: given or taken back'),
  at: moment,
});
export const cart = z.object({
  member: id('mem'),
  merchantName: z.string(),
  currency,
  balance: minor.describe('sum of paylines − sum of charges that are not cancelled'),
  due: minor,
  credit: minor,
  pending: minor.describe('what gateways hold of the member: on its way, and in no payline yet'),
  charges: z.array(charge).describe('all that are open, and the newest 200 of the others; oldest first'),
  paylines: z.array(payline).describe('the newest 200; oldest first'),
  more: z
    .object({ charges: z.string().nullable(), paylines: z.string().nullable() })
    .describe(
      'cursors of /v1/members/{id}/charges and /v1/members/{id}/paylines for what is older; that list shows the open charges among them once more',
    ),
});

export const newPayment = z.strictObject({
  member: wantedId('mem'),
  gateway: gatewayName,
  method: text(64).optional(),
  amount: amount.optional().describe('defaults to the balance due, or to what is open of `charges`'),
  currency: currency.optional(),
  charges: z.array(wantedId('chg')).min(1).max(100).optional().describe('pay these first'),
  returnUrl: webUrl.optional(),
  cancelUrl: webUrl.optional(),
  phone: newMember.shape.phone,
  expiresInMs: z
    .int()
    .min(1_000)
    .max(30 * 86_400_000)
    .default(86_400_000)
    .describe(
      "cut to what the gateway's checkout lives (PayPal Checkout: 2 h 50 min); the answer's `expiresAt` says so",
    ),
});
export const nextAction = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('form'),
    action: z.url(),
    method: z.literal('POST'),
    fields: z.record(z.string(), z.string()),
  }),
  z.object({ kind: z.literal('redirect'), url: z.url() }),
  z.object({ kind: z.literal('widget'), script: z.url(), params: z.record(z.string(), z.unknown()) }),
  z.object({ kind: z.literal('prompt'), to: z.string(), patienceMs: z.int() }),
]);
export const timelineRow = z.object({
  kind: z.string(),
  amount: minor.nullable(),
  currency: currency.nullable(),
  gatewayReference: z.string().nullable(),
  reason: z.string().nullable(),
  occurredAt: moment.nullable(),
  recordedAt: moment,
});
export const attention = z.object({ code: z.enum(ATTENTION_CODES), detail: z.string(), since: moment.nullable() });
/** A payment as its facts tell it. */
export const paymentAsTold = z.object({
  id: id('pay'),
  member: id('mem'),
  gateway: gatewayName,
  method: z.string().nullable(),
  status: z.enum(PAYMENT_STATUSES),
  reason: z.string().nullable(),
  amount: minor,
  currency,
  captured: minor,
  fee: minor,
  refunded: minor,
  disputed: minor.describe('taken back and undecided now'),
  chargedBack: minor.describe('taken back for good'),
  refundable: minor.describe('the most that one refund can give back now'),
  nextAction: nextAction.nullable(),
  attention: attention.nullable().describe('the most urgent of `attentions`'),
  attentions: z.array(attention),
  charges: z.array(id('chg')),
  agreement: id('agr').nullable().describe('the agreement that it was collected under'),
  createdAt: moment,
  expiresAt: moment,
  timeline: z.array(timelineRow),
  workflowId: z.string(),
  temporalUrl: z.string(),
});
/** Something that this caller may do now, or why not. */
export const paymentAction = z.object({
  kind: z.enum(PAYMENT_ACTIONS),
  allowed: z.boolean(),
  code: z.string().nullable().describe('the code with which it would be refused'),
  detail: z.string().nullable(),
});
/** A payment with what surrounds it and what the caller can do about it now. */
export const payment = paymentAsTold.extend({
  environment: z.enum(ENVIRONMENTS),
  memberName: z.string().nullable().describe("null to the holder of a payment's own token"),
  actions: z.array(paymentAction).describe('what this caller may do now, by the rules that the commands refuse by'),
});
export const paymentFilter = z.strictObject({
  status: severalOf(PAYMENT_STATUSES).optional(),
  attention: severalOf(['any', ...ATTENTION_CODES]).optional(),
  member: wantedId('mem').optional().describe(OF_MEMBER),
  gateway: severalOf(GATEWAY_NAMES).optional(),
  ...period,
  ...amounts,
  q: soughtMoney,
  summary,
  ...paging,
});
export const paymentMoment = z.strictObject({
  facts: z
    .string()
    .regex(/^\d{1,4}$/, 'a number of rows of the timeline')
    .transform(Number)
    .optional()
    .describe('as it stood after so many rows of its timeline'),
});
export const paidCharges = z.object({
  data: z.array(
    z.object({
      id: id('chg'),
      label: z.string(),
      category: z.string(),
      amount: minor.describe('what this payment pays of it now'),
    }),
  ),
  credit: minor.describe('what of it is kept for later'),
  nextCursor: z.null(),
});
export const paymentSums = z.object({ count: z.int(), captured: minor, fee: minor, refunded: minor });
export const newRefund = z.strictObject({
  amount: amount
    .optional()
    .describe('minor units; defaults to all that is refundable, or to what was paid of `cancelCharges`'),
  note: text(1000).optional().describe('stays here'),
  noteToPayer: text(255).optional().describe('sent where the gateway can'),
  cancelCharges: z.array(wantedId('chg')).min(1).max(100).optional().describe('owed no more once the money is back'),
});
export const unmatchedRefund = z.strictObject({ note: text(1000).optional() });
export const refund = z.object({
  id: id('ref'),
  payment: id('pay').nullable(),
  notification: id('ntf').nullable(),
  member: id('mem').nullable(),
  gateway: gatewayName,
  amount: minor,
  currency,
  status: z.enum(REFUND_STATUSES),
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  feeReturned: minor,
  gatewayReference: z.string().nullable(),
  origin: z.enum(REFUND_ORIGINS),
  note: z.string().nullable(),
  cancelledCharges: z.array(id('chg')),
  createdAt: moment,
  settledAt: moment.nullable(),
});
export const refundFilter = z.strictObject({
  status: severalOf(REFUND_STATUSES).optional(),
  gateway: severalOf(GATEWAY_NAMES).optional(),
  member: wantedId('mem').optional().describe(OF_MEMBER),
  ...period,
  ...amounts,
  q: soughtMoney,
  summary,
  ...paging,
});
export const refundSums = z.object({ count: z.int(), refunded: minor.describe('what was given back of them') });
export const refundNote = z.strictObject({ note: text(1000).optional() });
export const previewFilter = z.strictObject({
  amount: wantedAmount.optional().describe('minor units; defaults as that of the refund'),
  cancelCharges: z
    .string()
    .max(4_000)
    .transform((list) => list.split(',').filter((part) => part !== ''))
    .pipe(z.array(wantedId('chg')).max(100))
    .optional()
    .describe('charge ids, separated by commas'),
});
export const posting = z.object({ account: z.string(), side: z.enum(['debit', 'credit']), amount: minor, currency });
export const refundPreview = z.object({
  possible: z.boolean(),
  code: z.string().nullable().describe('the code with which the refund would be refused'),
  detail: z.string().nullable(),
  amount: minor,
  currency,
  refundable: minor,
  payerReceives: minor,
  feeCharged: minor,
  feeReturned: minor.nullable().describe('null: only the gateway knows'),
  feeLost: minor.nullable(),
  chargesDueAgain: z.array(z.object({ id: id('chg'), label: z.string(), amount: minor })),
  creditReduced: minor,
  entries: z.array(z.object({ kind: z.string(), postings: z.array(posting) })),
});

export const dispute = z.object({
  id: id('dis'),
  payment: id('pay'),
  member: id('mem'),
  gateway: gatewayName,
  gatewayReference: z.string(),
  stage: z.enum(DISPUTE_STAGES),
  reason: z.string(),
  amount: minor.nullable().describe('what is claimed; null where the gateway does not say'),
  held: minor.describe('taken back and undecided now'),
  lost: minor,
  currency,
  status: z.enum(DISPUTE_STATUSES),
  answerBy: moment.nullable(),
  gatewayUrl: z.string().nullable(),
  fee: minor,
  openedAt: moment,
  closedAt: moment.nullable(),
});
export const disputeFilter = z.strictObject({
  status: severalOf(DISPUTE_STATUSES).optional(),
  gateway: severalOf(GATEWAY_NAMES).optional(),
  ...period,
  ...amounts,
  payment: wantedId('pay').optional().describe(OF_PAYMENT),
  member: wantedId('mem').optional().describe(OF_MEMBER),
  ...paging,
});
export const disputeResolution = z.strictObject({
  outcome: z.enum(['lost', 'withdrawn']),
  note: text(1000).optional(),
});
export const chargeParams = z.object({ id: z.string(), charge: z.string() });
export const resolution = z.strictObject({ action: z.enum(RESOLUTION_ACTIONS), note: text(1000).optional() });
export const nothing = z.strictObject({});

export const NOTIFICATION_STATES = ['received', 'applied', 'duplicate', 'invalid', 'unmatched', 'attention'] as const;
export const notification = z.object({
  id: id('ntf'),
  gateway: gatewayName,
  channel: z.enum(CHANNELS),
  state: z.enum(NOTIFICATION_STATES),
  reason: z.string().nullable(),
  kind: z.string().nullable(),
  payment: id('pay').nullable(),
  member: id('mem').nullable(),
  amount: minor.nullable(),
  currency: currency.nullable(),
  gatewayReference: z.string().nullable(),
  payer: z.object(nullable).nullable(),
  note: z.string().nullable().describe('what a person wrote who put it away'),
  attempts: z.int(),
  receivedAt: moment,
});
export const notificationFilter = z.strictObject({
  state: severalOf(NOTIFICATION_STATES).optional(),
  gateway: severalOf(GATEWAY_NAMES).optional(),
  ...period,
  q: text(200).optional().describe('an id, or what a gateway calls the money'),
  payment: wantedId('pay').optional().describe(OF_PAYMENT),
  ...paging,
});
export const dismissal = z.strictObject({ note: text(500).optional() });
export const attachment = z.strictObject({ member: wantedId('mem') });

export const optionFilter = z.strictObject({
  amount: z
    .string()
    .regex(/^[1-9]\d{0,11}$/, 'a positive integer in minor units')
    .transform(Number)
    .optional()
    .describe('minor units; defaults to the balance due less what is on its way'),
  currency: currency.optional().describe('defaults to that of the books'),
});
export const checkoutOptions = z.object({
  amount: minor,
  currency,
  data: z.array(
    z.object({
      gateway: gatewayName,
      available: z.boolean(),
      reason: z.string().nullable().describe('the code with which opening a payment would be refused'),
      detail: z.string().nullable(),
      environment: z.enum(ENVIRONMENTS).nullable(),
      methods: z.array(
        z.object({
          method: z.string(),
          refund: z.enum(['none', 'full', 'partial']),
          feesReturned: z.enum(['none', 'some']),
        }),
      ),
    }),
  ),
  nextCursor: z.null(),
});

export const newAccount = z.looseObject({ environment: z.enum(ENVIRONMENTS) });
export const accountCheck = z.object({
  name: z.string(),
  ok: z.boolean().nullable().describe('null: it cannot be known yet'),
  detail: z.string(),
  remedy: z.string().nullable().describe('what to do about it'),
  required: z.boolean().describe('the account is not used while this is not true'),
});
export const account = z.object({
  gateway: gatewayName,
  environment: z.enum(ENVIRONMENTS),
  enabled: z.boolean(),
  disabledReason: z.string().nullable().describe('why it is not used for new payments'),
  notificationUrl: z.url(),
  returnUrl: z.string(),
  capabilities: z.unknown().describe('what this account can do, as data'),
  checks: z.array(accountCheck),
  checkedAt: moment.nullable(),
});
/** One of a list, for all who may see that a gateway works. */
export const accountCard = account.extend({
  notificationUrl: z.url().nullable().describe('null for desk and accountant, who are shown no checks either'),
});

export const newConnection = z.strictObject({
  returnUrl: webUrl
    .optional()
    .describe('where the person goes on from our page: at one of the returnOrigins, or in our own office'),
});
export const connection = z.object({
  url: z.url().describe('where the merchant logs in and agrees'),
  trackingId: id('onb'),
});

export const entryFilter = z.strictObject({
  payment: wantedId('pay').optional().describe(OF_PAYMENT),
  ...period,
  ...paging,
});
export const entry = z.object({
  id: id('ent'),
  kind: z.enum(ENTRY_KINDS),
  payment: id('pay').nullable(),
  occurredAt: moment.nullable(),
  recordedAt: moment,
  postings: z.array(posting),
});
export const balance = z.object({
  account: z.string(),
  currency,
  debit: minor,
  credit: minor,
  balance: minor.describe('debit − credit'),
});
export const noFilter = z.strictObject({ ...paging });
