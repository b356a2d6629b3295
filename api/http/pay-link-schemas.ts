import { z } from 'zod';
import { amount, id, minor, moment, text, wantedId, webUrl } from './schemas';

export const codeParams = z.object({ code: z.string() });
export const newPayLink = z.strictObject({
  member: wantedId('mem'),
  charges: z
    .array(wantedId('chg'))
    .min(1)
    .max(100)
    .optional()
    .describe('what is asked for: what is open of them when somebody pays'),
  amount: amount.optional().describe('asked for instead; with `charges` no more than is open of them'),
  editable: z.boolean().default(false).describe('whether the payer may pay another amount'),
  expiresAt: moment
    .refine((at) => new Date(at).getTime() > Date.now(), 'must lie in the future')
    .optional()
    .describe('without: until it is withdrawn'),
  returnUrl: webUrl.optional().describe('where the payer goes on from our page, at one of the returnOrigins'),
});
export const payLink = z.object({
  code: text(64),
  url: z.url().describe('the page for the payer; whoever has it can pay, and can do nothing else'),
  member: id('mem'),
  charges: z.array(id('chg')),
  amount: minor.nullable(),
  editable: z.boolean(),
  expiresAt: moment.nullable(),
  returnUrl: z.string().nullable(),
  payment: id('pay').nullable().describe('what was opened by it last'),
  createdAt: moment,
});
