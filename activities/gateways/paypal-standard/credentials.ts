import { z } from 'zod';

/** What a merchant tells us about their PayPal account. The environment belongs to the gateway account, not to these. */
export const paypalStandardCredentials = z.strictObject({
  receiverId: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9]{1,32}$/, 'receiverId must be 1 to 32 letters or digits')
    .describe("PayPal's merchant id of the account (Account settings, Business information). It never changes, unlike an e-mail address."),
  receiverEmails: z
    .array(
      z.email('receiverEmails must hold e-mail addresses').max(254, 'receiverEmails must hold e-mail addresses of at most 254 characters'),
    )
    .max(20, 'receiverEmails must hold at most 20 addresses')
    .default([])
    .describe('Addresses of the account. They count only for messages that do not name the merchant id.'),
  pdtIdentityToken: z
    .string()
    .trim()
    .min(1, 'pdtIdentityToken must not be empty')
    .max(200, 'pdtIdentityToken must have at most 200 characters')
    .optional()
    .describe('The identity token of Payment Data Transfer (Website payment preferences). Without it only IPN messages are used.'),
});

export type PaypalStandardCredentials = z.output<typeof paypalStandardCredentials>;
