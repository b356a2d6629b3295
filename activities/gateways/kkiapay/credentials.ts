import { z } from 'zod';

/** What a merchant tells us about their KKiaPay account. The environment belongs to the gateway account, not to these. */
export const kkiapayCredentials = z.strictObject({
  publicKey: key('publicKey').describe(
    'The public key (KKiaPay dashboard, Developers, API keys). The payer’s browser sees it.',
  ),
  privateKey: key('privateKey').describe('The private key of the same environment; sandbox keys begin with tpk_.'),
  secret: key('secret').describe('The secret key of the same environment; sandbox keys begin with tsk_.'),
  webhookSecret: key('webhookSecret').describe(
    'The hash secret that was typed beside the webhook’s address. Not the secret key: anybody who knows it can send us webhooks.',
  ),
  merchantInitiated: z
    .boolean('merchantInitiated must be true or false')
    .default(true)
    .describe(
      'Whether prompts are sent to payers’ phones. KKiaPay does not document the call for servers, so it can be turned off.',
    ),
});

export type KkiapayCredentials = z.output<typeof kkiapayCredentials>;

/** Visible ASCII: each of these travels in an HTTP header, where nothing else arrives as it was typed. */
function key(name: string) {
  return z
    .string()
    .trim()
    .min(1, `${name} must not be empty`)
    .max(200, `${name} must have at most 200 characters`)
    .regex(/^[ -~]*$/, `${name} must be letters, digits and signs without accents`);
}
