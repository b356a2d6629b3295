import { z } from 'zod';

const nvpField = (name: string) =>
  z
    .string()
    .min(1, `nvp.${name} must not be empty`)
    .max(200, `nvp.${name} must have at most 200 characters`)
    .regex(/^\P{Cc}*$/u, `nvp.${name} must have no control characters`);

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
  nvp: z
    .strictObject({ username: nvpField('username'), password: nvpField('password'), signature: nvpField('signature') })
    .optional()
    .describe(
      'API credentials of the kind NVP/SOAP (Account settings, API access). Without them PayPal cannot be asked about a payment, nor told to refund one.',
    ),
});

export type PaypalStandardCredentials = z.output<typeof paypalStandardCredentials>;
export type NvpCredentials = NonNullable<PaypalStandardCredentials['nvp']>;
