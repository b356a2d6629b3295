import { z } from 'zod';
import { ROLES } from '../../books/people';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../staff/sign-in';
import { assertion } from './passkey-schemas';

const moment = z.iso.datetime();
export const role = z.enum(ROLES);
/** Addresses are compared in small letters, as the sign-in keeps them. */
const email = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase());

export const session = z.object({
  user: z.object({
    id: z.string().describe('`per_…`'),
    name: z.string(),
    email: z.string(),
    secondFactor: z.boolean(),
  }),
  merchants: z.array(z.object({ id: z.string(), name: z.string(), role })),
  merchant: z.string().nullable().describe('the merchant that this session works for; null: none'),
  role: role.nullable(),
  steppedUpUntil: moment.nullable(),
  operator: z.boolean().describe('the person looks after the platform'),
});
export const sessionMerchant = z.strictObject({ merchant: z.string().max(64) });

const secret = z.string().min(1).max(256);
export const stepUp = z.union(
  [z.strictObject({ password: secret }), z.strictObject({ code: secret }), z.strictObject({ passkey: assertion })],
  'one of `password`, `code` and `passkey`',
);
export const steppedUp = z.object({ steppedUpUntil: moment });
export const codeSent = z.object({ sentTo: z.string().describe('the address, without what would tell a stranger') });

export const listedSession = z.object({
  id: z.string(),
  createdAt: moment,
  lastSeenAt: moment.describe('to the minute'),
  userAgent: z.string().nullable(),
  current: z.boolean().describe('it is the one that asks'),
});

export const endedSession = z.object({ id: z.string() });

export const person = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role,
  secondFactor: z.boolean(),
  since: moment,
});
export const personChange = z.strictObject({ role });

export const newInvitation = z.strictObject({
  email,
  role,
  expiresAt: moment.optional().describe('at most 7 days from now, which is also the default'),
});
/** The address of somebody who is to be an owner. */
export const ownerToBe = z.strictObject({ email });
export const invitation = z.object({
  id: z.string(),
  email: z.string(),
  role,
  createdAt: moment,
  expiresAt: moment,
  mail: z.object({ state: z.enum(['queued', 'sent', 'refused']) }).describe('where its letter stands'),
});

export const acceptance = z.strictObject({
  token: z.string().min(1).max(200),
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u, 'no control characters')
    .optional()
    .describe('of somebody who has no account yet'),
  password: z
    .string()
    .min(SHORTEST_PASSWORD)
    .max(LONGEST_PASSWORD)
    .optional()
    .describe('of somebody who has no account yet; one that is there is never touched'),
});
export const accepted = z.object({ merchant: z.string(), role });

export const recovery = z.object({ email: z.string(), dueAt: moment.describe('when the address is invited as owner') });
