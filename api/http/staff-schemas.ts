import { z } from 'zod';
import { ROLES } from '../../books/people';

const moment = z.iso.datetime();
const role = z.enum(ROLES);

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
});
export const sessionMerchant = z.strictObject({ merchant: z.string().max(64) });

const secret = z.string().min(1).max(256);
export const stepUp = z.union(
  [z.strictObject({ password: secret }), z.strictObject({ code: secret })],
  'either `password` or `code`',
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
