import { z } from 'zod';
import {
  AGREEMENT_ATTENTION_CODES,
  AGREEMENT_STATUSES,
  INSTALMENT_STATUSES,
  INTERVALS,
} from '../../workflows/domain/agreement';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import {
  amount,
  currency,
  gatewayName,
  id,
  list,
  minor,
  moment,
  newCharge,
  nextAction,
  paging,
  severalOf,
  timelineRow,
  wantedId,
  webUrl,
} from './schemas';

const interval = z.enum(INTERVALS);
const every = z.int().min(1).max(12).describe('once in so many intervals');
const instalments = z
  .int()
  .min(1)
  .max(1_000)
  .describe('how many are collected in all; without: until somebody ends it');
const rhythm = { interval, every };

export const range = z
  .strictObject({ min: amount, max: amount })
  .refine(({ min, max }) => min <= max, 'min must not be above max')
  .describe('between which the member chooses');
export const newOffer = z.strictObject({
  label: newCharge.shape.label.describe('what each charge is called, before its period'),
  category: newCharge.shape.category,
  interval,
  every: every.default(1),
  amount: z.union([amount, range]),
  instalments: instalments.optional(),
});
export const offerChange = z.strictObject({
  label: newOffer.shape.label.optional(),
  category: newOffer.shape.category.optional(),
  amount: newOffer.shape.amount.optional(),
  instalments: instalments.nullable().optional(),
});
export const offer = z.object({
  id: id('ofr'),
  label: z.string(),
  category: z.string(),
  ...rhythm,
  amount: z.union([minor, z.object({ min: minor, max: minor })]),
  currency,
  instalments: z.int().nullable(),
  createdAt: moment,
  withdrawnAt: moment.nullable().describe('since when nobody can begin it any more'),
});

export const newAgreement = z
  .strictObject({
    offer: wantedId('ofr').optional().describe('begins what is offered; a member begins nothing else'),
    member: wantedId('mem').optional().describe("required of a key and of staff; a member's own otherwise"),
    gateway: gatewayName.optional().describe('required without an offer; with one: the first that can'),
    amount: amount.optional().describe('of one instalment; with an offer of one amount it need not be given'),
    currency: currency.optional(),
    interval: interval.optional(),
    every: every.optional(),
    startsOn: z.iso.date().optional().describe('the day of the first instalment; without: when the payer agrees'),
    instalments: instalments.optional(),
    endsOn: z.iso.date().optional().describe('instalments are due until this day; instead of `instalments`'),
    label: newCharge.shape.label.optional(),
    category: newCharge.shape.category.optional(),
    returnUrl: webUrl.optional(),
    cancelUrl: webUrl.optional(),
    expiresInMs: z
      .int()
      .min(1_000)
      .max(30 * 86_400_000)
      .default(86_400_000)
      .describe('how long the payer may take to approve it'),
  })
  .superRefine((wish, { addIssue }) => {
    const wrong = (field: string, message: string): void => addIssue({ code: 'custom', path: [field], message });
    if (wish.offer === undefined) {
      for (const field of ['gateway', 'amount', 'interval', 'label', 'category'] as const)
        if (wish[field] === undefined) wrong(field, 'required without an offer');
    } else {
      for (const field of ['interval', 'every', 'instalments', 'endsOn', 'label', 'category'] as const)
        if (wish[field] !== undefined) wrong(field, 'the offer says it');
    }
    if (wish.instalments !== undefined && wish.endsOn !== undefined) wrong('endsOn', 'not with instalments');
    const begin = wish.startsOn ?? yesterday();
    if (begin < yesterday()) wrong('startsOn', 'must not lie in the past');
    if (wish.endsOn !== undefined && wish.endsOn < begin) wrong('endsOn', 'must not lie before the first instalment');
  });

/** Somewhere on earth it is still today then. */
function yesterday(): string {
  return new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
}

export const AGREEMENT_ACTIONS = ['cancel', 'suspension', 'resumption', 'change_amount', 'resolution'] as const;
export const agreementAttention = z.object({
  code: z.enum(AGREEMENT_ATTENTION_CODES),
  detail: z.string(),
  since: moment.nullable(),
});
export const instalmentCounts = z.object({ planned: z.int().nullable(), collected: z.int(), failed: z.int() });
/** An agreement as its facts tell it. */
export const agreementAsTold = z.object({
  id: id('agr'),
  member: id('mem'),
  offer: id('ofr').nullable(),
  gateway: gatewayName,
  amount: minor.describe('of one instalment, as it is agreed now'),
  currency,
  ...rhythm,
  label: z.string(),
  category: z.string(),
  status: z.enum(AGREEMENT_STATUSES),
  reason: z.string().nullable(),
  nextAction: nextAction.nullable(),
  startsOn: z.iso.date(),
  nextDueOn: z.iso.date().nullable(),
  endsOn: z.iso.date().nullable().describe('the day of the last instalment, where their number is agreed'),
  instalments: instalmentCounts,
  collected: minor.describe('all that came of its instalments'),
  gatewayReference: z.string().nullable(),
  createdAt: moment,
  approveBy: moment.describe('until when the payer may approve it'),
  cancelledAt: moment.nullable(),
  attention: agreementAttention.nullable(),
  timeline: z.array(timelineRow),
  workflowId: z.string(),
  temporalUrl: z.string(),
});
export const agreement = agreementAsTold.extend({
  memberName: z.string().nullable(),
  actions: z
    .array(
      z.object({
        kind: z.enum(AGREEMENT_ACTIONS),
        allowed: z.boolean(),
        code: z.string().nullable().describe('the code with which it would be refused'),
        detail: z.string().nullable(),
      }),
    )
    .describe('what this caller may do now'),
});
export const agreementList = list(agreement);
export const agreementFilter = z.strictObject({
  status: severalOf(AGREEMENT_STATUSES).optional(),
  member: wantedId('mem').optional().describe('only those of this member'),
  gateway: severalOf(GATEWAY_NAMES).optional(),
  attention: z.literal('any').optional().describe('only those that ask for a person'),
  ...paging,
});
export const instalment = z.object({
  number: z.int(),
  dueOn: z.iso.date(),
  status: z.enum(INSTALMENT_STATUSES),
  payment: id('pay').nullable(),
  charge: id('chg').nullable(),
  attempts: z.int().describe('how often the gateway tried, in vain or not'),
  reason: z.string().nullable(),
  nextAttemptOn: z.iso.date().nullable(),
});
export const instalmentList = list(instalment);
const note = newCharge.shape.label.optional().describe('why; the gateway is told');
export const agreementCommand = z.strictObject({ note });
export const agreementChange = z.strictObject({ amount });
export const agreementResolution = z.strictObject({ action: z.literal('accept'), note });
