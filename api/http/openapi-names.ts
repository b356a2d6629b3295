import { z } from 'zod';
import { SCOPES } from '../../books/keys';
import * as agreements from './agreement-schemas';
import { attentionItem, proposal } from './attention-schemas';
import { auditRow } from './audit-schemas';
import { event, eventType } from './event-schemas';
import { signedIn } from './member-sign-in-schemas';
import { passkey } from './passkey-schemas';
import { newPayLink, payLink } from './pay-link-schemas';
import { PROBLEMS } from './problems';
import type { ProblemCode } from './problems';
import { reminder } from './reminder-schemas';
import { savedView } from './saved-view-schemas';
import * as schemas from './schemas';
import * as staff from './staff-schemas';
import * as webhooks from './webhook-schemas';

const problemCode = z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]);
/** What every refusal looks like: RFC 9457, with a code for programs. */
export const problem = z.object({
  type: z.string().describe('where the code is explained'),
  title: z.string().describe('what the code means'),
  status: z.int(),
  code: problemCode,
  detail: z.string().describe('what is wrong with this request, in English'),
  errors: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .optional()
    .describe('with `invalid_request`: each wrong field'),
  may: z
    .object({ roles: z.array(z.string()), scopes: z.array(z.enum(SCOPES)) })
    .optional()
    .describe('with `forbidden`: each of these suffices'),
  refundable: z.int().optional().describe('with `amount_not_refundable`: what can be given back now, in minor units'),
});

/** A schema that the document tells once, under its name. `side`: whether requests hold it, or answers. */
interface Named {
  readonly schema: z.ZodType;
  readonly side: 'input' | 'output';
  readonly example: unknown;
}
const told = <Schema extends z.ZodType>(schema: Schema, example: z.output<Schema>): Named => ({
  schema,
  side: 'output',
  example,
});
const asked = <Schema extends z.ZodType>(schema: Schema, example: z.input<Schema>): Named => ({
  schema,
  side: 'input',
  example,
});

const MERCHANT = 'mer_6wsgk1d0rz4n2x8v';
const MEMBER = 'mem_3fq9c7t2m5yb1h8p';
const PAYMENT = 'pay_8k2jv6e4x0rq7n5w';
const FEE = 'chg_1t4z9m6c3sx8d2gb';
const REFUND = 'ref_5d0hw3n8y6kq2v9j';
const ENDPOINT = 'whe_7b3xp1f9r6mz4c0t';
const EVENT = 'evt_0r5m8kx2q7dv4w1n';
const OFFER = 'ofr_4c8v1n6t0xm3z7kd';
const AGREEMENT = 'agr_2k7w5y0q9rb4h1sd';
const OPENED_AT = '2027-01-31T09:12:04.000Z';
const PAID_AT = '2027-01-31T09:13:40.000Z';

// One club, one member, and what becomes of their fee.
const merchant: z.output<typeof schemas.merchant> = {
  id: MERCHANT,
  name: 'Rowing Club',
  currency: 'EUR',
  country: 'FR',
  chartOfAccounts: 'fr-association',
  latePayments: 'credit',
  refundFees: 'merchant',
  timeZone: 'Europe/Paris',
  returnOrigins: ['https://club.example'],
  thankYouUrl: 'https://club.example/thanks',
  locale: 'fr',
  address: '1 quai du Lac\n74000 Annecy',
  registration: 'W741234567',
  slug: 'rowing-club',
  requireSecondFactor: false,
  testOf: null,
  createdAt: '2027-01-02T10:00:00.000Z',
};
const key: z.output<typeof schemas.key> = {
  id: 'key_2m9c5q8z1x7d4k0v',
  name: 'Shop',
  scopes: ['read', 'payments'],
  last4: 'x7Qd',
  lastUsedAt: PAID_AT,
  expiresAt: null,
};
const charge: z.output<typeof schemas.charge> = {
  id: FEE,
  label: 'Membership 2027',
  category: 'fees',
  amount: 12000,
  paid: 12000,
  status: 'paid',
  cancelledAt: null,
  dueOn: '2027-01-31',
};
const payline: z.output<typeof schemas.payline> = {
  id: 'pl_4711',
  payment: PAYMENT,
  kind: 'payment',
  amount: 12000,
  at: PAID_AT,
};
const timelineRow: z.output<typeof schemas.timelineRow> = {
  kind: 'payment_captured',
  amount: 12000,
  currency: 'EUR',
  gatewayReference: '8XV41893JN217452K',
  reason: null,
  occurredAt: PAID_AT,
  recordedAt: '2027-01-31T09:13:42.118Z',
};
const attention: z.output<typeof schemas.attention> = {
  code: 'refund_failed',
  detail: 'The refund of 20.00 EUR failed.',
  since: '2027-02-03T08:00:00.000Z',
};
const posting: z.output<typeof schemas.posting> = {
  account: 'income:fees',
  side: 'credit',
  amount: 12000,
  currency: 'EUR',
};
const retry: z.output<typeof proposal> = {
  action: 'retry',
  label: 'Try the refund again',
  method: 'POST',
  path: `/v1/payments/${PAYMENT}/refunds`,
  body: { amount: 2000 },
  needs: [],
};
const endpoint: z.output<typeof webhooks.endpoint> = {
  id: ENDPOINT,
  url: 'https://shop.example/quittance',
  types: ['payment.paid', 'refund.succeeded'],
  description: 'the shop',
  enabled: true,
  disabledReason: null,
  createdAt: '2027-01-02T10:05:00.000Z',
};
const member: z.output<typeof schemas.member> = {
  id: MEMBER,
  name: 'Anne Martin',
  email: 'anne@club.example',
  phone: '+33 6 12 34 56 78',
  reference: '4711',
  locale: 'fr',
  address: null,
  createdAt: '2027-01-03T18:20:00.000Z',
  erasedAt: null,
};
const payment: z.output<typeof schemas.payment> = {
  id: PAYMENT,
  member: MEMBER,
  gateway: 'paypal-standard',
  method: null,
  status: 'paid',
  reason: null,
  amount: 12000,
  currency: 'EUR',
  captured: 12000,
  fee: 383,
  refunded: 0,
  disputed: 0,
  chargedBack: 0,
  refundable: 12000,
  nextAction: null,
  attention: null,
  attentions: [],
  charges: [FEE],
  agreement: null,
  createdAt: OPENED_AT,
  expiresAt: '2027-02-01T09:12:04.000Z',
  timeline: [timelineRow],
  workflowId: `payment-${PAYMENT}`,
  temporalUrl: `https://temporal.pay.example/namespaces/default/workflows?query=WorkflowId%3D%22payment-${PAYMENT}%22`,
  environment: 'live',
  memberName: member.name,
  actions: [
    { kind: 'cancel', allowed: false, code: 'already_paid', detail: 'the payment is paid' },
    { kind: 'refund', allowed: true, code: null, detail: null },
    { kind: 'resolution', allowed: false, code: 'nothing_to_resolve', detail: 'no sum is in suspense' },
  ],
};
const offer: z.output<typeof agreements.offer> = {
  id: OFFER,
  label: 'Membership',
  category: 'membership',
  interval: 'year',
  every: 1,
  amount: 12000,
  currency: 'EUR',
  instalments: null,
  createdAt: '2027-01-02T10:05:00.000Z',
  withdrawnAt: null,
};
const agreement: z.output<typeof agreements.agreement> = {
  id: AGREEMENT,
  member: MEMBER,
  offer: OFFER,
  gateway: 'paypal-checkout',
  amount: 12000,
  currency: 'EUR',
  interval: 'year',
  every: 1,
  label: offer.label,
  category: offer.category,
  status: 'active',
  reason: null,
  nextAction: null,
  startsOn: '2027-01-31',
  nextDueOn: '2028-01-31',
  endsOn: null,
  instalments: { planned: null, collected: 1, failed: 0 },
  collected: 12000,
  gatewayReference: 'I-BW452GLLEP1G',
  createdAt: OPENED_AT,
  approveBy: '2027-02-01T09:12:04.000Z',
  cancelledAt: null,
  attention: null,
  timeline: [
    { ...timelineRow, kind: 'agreement_active', amount: null, currency: null, gatewayReference: 'I-BW452GLLEP1G' },
  ],
  workflowId: `agreement-${AGREEMENT}`,
  temporalUrl: `https://temporal.pay.example/namespaces/default/workflows?query=WorkflowId%3D%22agreement-${AGREEMENT}%22`,
  memberName: member.name,
  actions: [{ kind: 'cancel', allowed: true, code: null, detail: null }],
};
const PDT_CHECK = { name: 'pdt', ok: true, detail: 'the identity token is right', remedy: null, required: false };
const { nextAction: _next, actions: _actions, memberName: _name, temporalUrl: _url, ...paymentInEvent } = payment;

/** The vocabulary of the document: what programs that are generated from it call their types. A name is never changed. */
export const NAMED = {
  Problem: told(problem, {
    type: '/docs/problems#nothing_due',
    title: PROBLEMS.nothing_due[1],
    status: PROBLEMS.nothing_due[0],
    code: 'nothing_due',
    detail: 'the cart owes nothing; give an amount to pay in advance',
  }),
  ProblemCode: told(problemCode, 'nothing_due'),

  Merchant: told(schemas.merchant, merchant),
  NewMerchant: asked(schemas.newMerchant, {
    name: 'Rowing Club',
    currency: 'EUR',
    country: 'FR',
    returnOrigins: ['https://club.example'],
  }),
  MerchantChange: asked(schemas.merchantChange, { thankYouUrl: 'https://club.example/thanks' }),
  MerchantWithKey: told(schemas.merchantWithKey, { ...merchant, secretKey: 'sk_…' }),
  Key: told(schemas.key, key),
  KeyWithSecret: told(schemas.keyWithSecret, { ...key, secretKey: 'sk_…' }),
  NewKey: asked(schemas.newKey, { name: 'Shop', scopes: ['read', 'payments'] }),
  Scope: told(schemas.scope, 'payments'),
  Person: told(staff.person, {
    id: 'per_9x2k4c7v1m5q8d0z',
    name: 'Claire Dubois',
    email: 'claire@club.example',
    role: 'treasurer',
    secondFactor: true,
    since: '2027-01-02T11:00:00.000Z',
  }),
  Invitation: told(staff.invitation, {
    id: 'inv_6c1z8q3d5v0k7m2x',
    email: 'paul@club.example',
    role: 'desk',
    createdAt: OPENED_AT,
    expiresAt: '2027-02-07T09:12:04.000Z',
    mail: { state: 'sent' },
  }),
  Role: told(staff.role, 'treasurer'),
  Session: told(staff.session, {
    user: { id: 'per_9x2k4c7v1m5q8d0z', name: 'Claire Dubois', email: 'claire@club.example', secondFactor: true },
    merchants: [{ id: MERCHANT, name: 'Rowing Club', role: 'treasurer' }],
    merchant: MERCHANT,
    role: 'treasurer',
    steppedUpUntil: null,
    operator: false,
  }),
  OwnerToBe: asked(staff.ownerToBe, { email: 'claire@club.example' }),
  Recovery: told(staff.recovery, { email: 'claire@club.example', dueAt: '2027-02-03T09:12:04.000Z' }),
  AuditRow: told(auditRow, {
    id: 'aud_4711',
    at: '2027-02-02T14:00:00.000Z',
    action: 'refund.requested',
    object: { kind: 'refund', id: REFUND },
    actor: { kind: 'person', id: 'per_9x2k4c7v1m5q8d0z' },
    actorName: 'Paul Petit',
    objectName: null,
    before: null,
    after: { payment: PAYMENT, amount: 2000 },
    source: { ip: '203.0.113.7', userAgent: 'Mozilla/5.0' },
  }),

  Member: told(schemas.member, member),
  ListedMember: told(schemas.listedMember, { ...member, balance: -12_000 }),
  NewMember: asked(schemas.newMember, { name: member.name, email: 'anne@club.example', reference: '4711' }),
  SignedInMember: told(signedIn, { member: MEMBER, members: [{ id: MEMBER, name: member.name }] }),
  MemberChange: asked(schemas.memberChange, { email: 'anne.martin@club.example' }),
  Cart: told(schemas.cart, {
    member: MEMBER,
    merchantName: 'Rowing Club',
    currency: 'EUR',
    balance: 0,
    due: 0,
    credit: 0,
    pending: 0,
    charges: [charge],
    paylines: [payline],
    more: { charges: null, paylines: null },
  }),
  Charge: told(schemas.charge, charge),
  NewCharge: asked(schemas.newCharge, {
    label: 'Membership 2027',
    category: 'fees',
    amount: 12000,
    currency: 'EUR',
    dueOn: '2027-01-31',
  }),
  Payline: told(schemas.payline, payline),
  PayLink: told(payLink, {
    code: 'kT3v9QmZx7Lw2RbN8sHd',
    url: 'https://pay.example/p/kT3v9QmZx7Lw2RbN8sHd',
    member: MEMBER,
    charges: [FEE],
    amount: null,
    editable: false,
    expiresAt: null,
    returnUrl: null,
    payment: PAYMENT,
    createdAt: OPENED_AT,
  }),
  NewPayLink: asked(newPayLink, { member: MEMBER, charges: [FEE] }),
  Reminder: told(reminder, {
    id: 'rem_8d4k0x6q2z7c1v5m',
    member: MEMBER,
    memberName: member.name,
    due: 12000,
    state: 'sent',
    reason: null,
    createdAt: '2027-01-30T08:00:00.000Z',
    decidedAt: '2027-01-30T08:00:02.000Z',
  }),

  Gateway: told(schemas.gatewayName, 'paypal-standard'),
  GatewayAccount: told(schemas.account, {
    gateway: 'paypal-standard',
    environment: 'live',
    enabled: true,
    disabledReason: null,
    notificationUrl: 'https://pay.example/hooks/paypal-standard/3f9c…/ipn',
    returnUrl: 'https://pay.example/return',
    capabilities: {},
    checks: [PDT_CHECK],
    checkedAt: OPENED_AT,
  }),
  GatewayAccountCheck: told(schemas.accountCheck, PDT_CHECK),

  Payment: told(schemas.payment, payment),
  NewPayment: asked(schemas.newPayment, {
    member: MEMBER,
    gateway: 'paypal-standard',
    returnUrl: 'https://club.example/thanks',
  }),
  NextAction: told(schemas.nextAction, {
    kind: 'redirect',
    url: 'https://www.paypal.com/checkoutnow?token=5O190127TN364715T',
  }),
  TimelineRow: told(schemas.timelineRow, timelineRow),
  Attention: told(schemas.attention, attention),
  PaymentAction: told(schemas.paymentAction, { kind: 'refund', allowed: true, code: null, detail: null }),
  Resolution: asked(schemas.resolution, { action: 'accept', note: 'she paid two fees at once' }),
  Refund: told(schemas.refund, {
    id: REFUND,
    payment: PAYMENT,
    notification: null,
    member: MEMBER,
    gateway: 'paypal-standard',
    amount: 2000,
    currency: 'EUR',
    status: 'succeeded',
    reason: null,
    detail: null,
    feeReturned: 0,
    gatewayReference: '1JU08902781691411',
    origin: 'merchant',
    note: 'the outing was cancelled',
    cancelledCharges: [],
    createdAt: '2027-02-02T14:00:00.000Z',
    settledAt: '2027-02-02T14:00:03.000Z',
  }),
  NewRefund: asked(schemas.newRefund, { amount: 2000, note: 'the outing was cancelled' }),
  Dispute: told(schemas.dispute, {
    id: 'dis_3v7m1x9k5c2q8z4d',
    payment: PAYMENT,
    member: MEMBER,
    gateway: 'paypal-standard',
    gatewayReference: 'PP-D-4012',
    stage: 'claim',
    reason: 'item_not_received',
    amount: 12000,
    held: 12000,
    lost: 0,
    currency: 'EUR',
    status: 'open',
    answerBy: '2027-02-20T00:00:00.000Z',
    gatewayUrl: 'https://www.paypal.com/resolutioncenter',
    fee: 0,
    openedAt: '2027-02-10T07:30:00.000Z',
    closedAt: null,
  }),
  DisputeResolution: asked(schemas.disputeResolution, { outcome: 'lost' }),
  Note: asked(schemas.refundNote, { note: 'as agreed by telephone' }),

  Notification: told(schemas.notification, {
    id: 'ntf_5q0d2v8z6k1m9c3x',
    gateway: 'paypal-standard',
    channel: 'ipn',
    state: 'applied',
    reason: null,
    kind: 'payment_captured',
    payment: PAYMENT,
    member: MEMBER,
    amount: 12000,
    currency: 'EUR',
    gatewayReference: '8XV41893JN217452K',
    payer: { name: 'Anne Martin', email: 'anne@club.example' },
    note: null,
    attempts: 1,
    receivedAt: '2027-01-31T09:13:41.000Z',
  }),
  AttentionItem: told(attentionItem, {
    id: `refund ${REFUND}`,
    kind: 'failed_refund',
    code: 'refund_failed',
    detail: attention.detail,
    since: '2027-02-03T08:00:00.000Z',
    gateway: 'paypal-standard',
    payment: PAYMENT,
    refund: REFUND,
    dispute: null,
    notification: null,
    endpoint: null,
    sums: [{ amount: 2000, currency: 'EUR' }],
    proposal: retry,
    others: [],
  }),
  Proposal: told(proposal, retry),

  Passkey: told(passkey, {
    id: 'psk_9m2x5q0z7c4k8v1d',
    name: 'My phone',
    createdAt: OPENED_AT,
    lastUsedAt: null,
  }),
  SavedView: told(savedView, {
    id: 'viw_3q8m1z6c0x5k2v9d',
    name: 'Large ones',
    list: 'payments',
    filter: { minAmount: '10000' },
    shared: true,
    mine: true,
    createdAt: OPENED_AT,
  }),

  LedgerEntry: told(schemas.entry, {
    id: 'ent_4c8x0m6z2q5k9v1d',
    kind: 'payment_captured',
    payment: PAYMENT,
    occurredAt: PAID_AT,
    recordedAt: '2027-01-31T09:13:42.118Z',
    postings: [{ account: 'gateway_clearing:paypal-standard', side: 'debit', amount: 12000, currency: 'EUR' }, posting],
  }),
  Posting: told(schemas.posting, posting),
  Balance: told(schemas.balance, {
    account: 'gateway_clearing:paypal-standard',
    currency: 'EUR',
    debit: 12000,
    credit: 383,
    balance: 11617,
  }),

  OfferRange: asked(agreements.range, { min: 1000, max: 10000 }),
  NewOffer: asked(agreements.newOffer, {
    label: 'Membership',
    category: 'membership',
    interval: 'year',
    amount: 12000,
  }),
  OfferChange: asked(agreements.offerChange, { amount: 13000 }),
  Offer: told(agreements.offer, offer),
  NewAgreement: asked(agreements.newAgreement, { offer: OFFER, member: MEMBER }),
  AgreementCommand: asked(agreements.agreementCommand, { note: 'moves away' }),
  AgreementChange: asked(agreements.agreementChange, { amount: 13000 }),
  AgreementResolution: asked(agreements.agreementResolution, { action: 'accept' }),
  Agreement: told(agreements.agreement, agreement),
  AgreementAttention: told(agreements.agreementAttention, {
    code: 'agreement_suspended',
    detail: 'nothing is collected any more; resume it, or ask the member for another way to pay',
    since: '2027-03-03T09:12:04.000Z',
  }),
  InstalmentCounts: told(agreements.instalmentCounts, { planned: null, collected: 1, failed: 0 }),
  Instalment: told(agreements.instalment, {
    number: 1,
    dueOn: '2027-01-31',
    status: 'collected',
    payment: PAYMENT,
    charge: FEE,
    attempts: 1,
    reason: null,
    nextAttemptOn: null,
  }),

  Event: told(event, {
    id: EVENT,
    type: 'payment.paid',
    createdAt: '2027-01-31T09:13:42.118Z',
    sequence: 318,
    merchant: MERCHANT,
    data: paymentInEvent,
  }),
  EventType: told(eventType, 'payment.paid'),
  WebhookEndpoint: told(webhooks.endpoint, endpoint),
  WebhookEndpointWithSecret: told(webhooks.endpointWithSecret, {
    ...endpoint,
    secret: 'whsec_c2VjcmV0IG9mIGFuIGV4YW1wbGUsIGFuZCBubyBvdGhlcg==',
  }),
  NewWebhookEndpoint: asked(webhooks.newEndpoint, { url: 'https://shop.example/quittance', types: ['payment.paid'] }),
  WebhookEndpointChange: asked(webhooks.endpointChange, { enabled: true }),
  Delivery: told(webhooks.delivery, {
    id: 'whd_2z6k9c3x5q8m0d7v',
    endpoint: ENDPOINT,
    event: EVENT,
    state: 'succeeded',
    attempts: [{ at: '2027-01-31T09:13:42.300Z', status: 200, milliseconds: 61, answer: 'ok', error: null }],
    createdAt: '2027-01-31T09:13:42.118Z',
  }),
} as const satisfies Readonly<Record<string, Named>>;

for (const [id, { schema }] of Object.entries(NAMED)) schema.register(z.globalRegistry, { ...schema.meta(), id });
