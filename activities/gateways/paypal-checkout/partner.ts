import { z } from 'zod';
import { ENVIRONMENTS } from '../../../workflows/domain/gateway';
import type { Partnership } from '../port';

const paypalPartner = z.object({
  partnerId: z
    .string()
    .min(1)
    .describe(
      "the platform's own merchant id as a PayPal partner; with the two below it lets merchants connect by a link",
    ),
  clientId: z.string().min(1).describe("client id of the platform's PayPal app"),
  environment: z
    .enum(ENVIRONMENTS)
    .default('live')
    .describe('where these partner credentials are valid: live, sandbox or simulator'),
  clientSecret: z.string().min(1).describe('its secret'),
});

/** The platform as PayPal's partner. */
export type PaypalPartner = z.output<typeof paypalPartner>;

export const paypalPartnership: Partnership<PaypalPartner> = {
  credentials: paypalPartner,
  variables: {
    partnerId: 'PAYPAL_PARTNER_ID',
    clientId: 'PAYPAL_PARTNER_CLIENT_ID',
    environment: 'PAYPAL_PARTNER_ENVIRONMENT',
    clientSecret: 'PAYPAL_PARTNER_CLIENT_SECRET',
  },
};
