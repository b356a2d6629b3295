import { z } from 'zod';

/** What a merchant tells us about their PayPal REST app. The environment belongs to the gateway account, not to these. */
export const paypalCheckoutCredentials = z.strictObject({
  clientId: z
    .string()
    .trim()
    .regex(/^[!-9;-~]{1,200}$/, 'clientId must be 1 to 200 visible characters without a colon')
    .describe(
      'Client ID of the REST app (developer.paypal.com, Apps & Credentials), of the same environment as the account.',
    ),
  clientSecret: z
    .string()
    .trim()
    .regex(/^[!-~]{1,200}$/, 'clientSecret must be 1 to 200 visible characters')
    .describe('Secret of the same REST app.'),
  merchantId: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9]{1,32}$/, 'merchantId must be 1 to 32 letters or digits')
    .optional()
    .describe("PayPal's merchant id of the account. Found out by itself where PayPal tells it."),
  webhookId: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'webhookId must be 1 to 64 letters, digits or hyphens')
    .optional()
    .describe('Id of the webhook that posts to the notification URL. Made and kept by itself where PayPal allows it.'),
});

/**
 * The same as it is stored. An account that was connected through the platform as PayPal's partner has no keys of its own,
 * and that absence is what makes it one: the keys are required of whoever enters them, so nobody can enter a connected account.
 */
export const storedPaypalCheckoutCredentials = paypalCheckoutCredentials.partial({
  clientId: true,
  clientSecret: true,
});

export type PaypalCheckoutCredentials = z.output<typeof storedPaypalCheckoutCredentials>;
