import { z } from 'zod';

const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/** How a merchant stands with PayPal and with a partner (Partner Referrals v1, "Show seller status"). */
export const merchantIntegration = z.object({
  merchant_id: z.string(),
  tracking_id: optional(z.string()),
  payments_receivable: optional(z.boolean()),
  primary_email_confirmed: optional(z.boolean()),
  oauth_integrations: optional(
    z.array(
      z.object({
        oauth_third_party: optional(
          z.array(z.object({ partner_client_id: z.string(), scopes: optional(z.array(z.string())) })),
        ),
      }),
    ),
  ),
});
export type MerchantIntegration = z.output<typeof merchantIntegration>;

/** Without these an app can neither take money for the merchant nor give it back. */
export const NEEDED_SCOPES: readonly string[] = ['realtimepayment', 'refund'].map(
  (name) => `https://uri.paypal.com/services/payments/${name}`,
);

/** The scopes that the merchant has granted to the app. */
export function grantedScopes(
  { oauth_integrations: integrations = [] }: MerchantIntegration,
  clientId: string,
): readonly string[] {
  return integrations
    .flatMap((integration) => integration.oauth_third_party ?? [])
    .filter((party) => party.partner_client_id === clientId)
    .flatMap((party) => party.scopes ?? []);
}

export function missingScopes(integration: MerchantIntegration, clientId: string): readonly string[] {
  const granted = grantedScopes(integration, clientId);
  return NEEDED_SCOPES.filter((scope) => !granted.includes(scope));
}
