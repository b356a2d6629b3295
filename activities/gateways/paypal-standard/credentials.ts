import { z } from 'zod';
import type { GatewayName } from '../../../workflows/domain/gateway';
import type { Entered } from '../port';

const nvpField = (name: string) =>
  z
    .string()
    .min(1, `nvp.${name} must not be empty`)
    .max(200, `nvp.${name} must have at most 200 characters`)
    .regex(/^\P{Cc}*$/u, `nvp.${name} must have no control characters`);

const MERCHANT_ID = /^[A-Za-z0-9]{1,32}$/;

const fields = {
  receiverId: z
    .string()
    .trim()
    .regex(MERCHANT_ID, 'receiverId must be 1 to 32 letters or digits')
    .optional()
    .describe(
      "PayPal's merchant id of the account (Account settings, Business information). It never changes, unlike an e-mail address. Without it receiverEmails has at least one address, and the id is learned from the first verified message to it. Without either, what is entered is added to the account of before, or to the one that is connected to paypal-checkout in the same environment.",
    ),
  receiverEmails: z
    .array(
      z
        .email('receiverEmails must hold e-mail addresses')
        .max(254, 'receiverEmails must hold e-mail addresses of at most 254 characters'),
    )
    .max(20, 'receiverEmails must hold at most 20 addresses')
    .default([])
    .describe(
      'Addresses of the account. They count for messages that do not name the merchant id, and for all as long as it is not known; then the primary address must be among them.',
    ),
  pdtIdentityToken: z
    .string()
    .trim()
    .min(1, 'pdtIdentityToken must not be empty')
    .max(200, 'pdtIdentityToken must have at most 200 characters')
    .optional()
    .describe(
      'The identity token of Payment Data Transfer (Website payment preferences). Without it only IPN messages are used.',
    ),
  nvp: z
    .strictObject({ username: nvpField('username'), password: nvpField('password'), signature: nvpField('signature') })
    .optional()
    .describe(
      'API credentials of the kind NVP/SOAP (Account settings, API access). Without them PayPal cannot be asked about a payment, nor told to refund one.',
    ),
};

/** What a merchant tells us about their PayPal account. The environment belongs to the gateway account, not to these. */
export const paypalStandardCredentials = z.strictObject(fields).superRefine(namesSomebody);

/** What lies in the vault: beside what was entered, the merchant id that was learned, and the address by which it was. */
export const storedPaypalStandardCredentials = z
  .strictObject({
    ...fields,
    learned: z.strictObject({ receiverId: z.string().regex(MERCHANT_ID), email: z.string() }).optional(),
  })
  .superRefine(namesSomebody);

export type PaypalStandardCredentials = z.output<typeof storedPaypalStandardCredentials>;
export type NvpCredentials = NonNullable<PaypalStandardCredentials['nvp']>;

/**
 * What is entered of an account that is kept already, beside what else is known of it; else of the account that agreed to PayPal Checkout:
 * both products pay into one PayPal account.
 */
export function nameAccount(entered: Entered, known: Readonly<Partial<Record<GatewayName, unknown>>>): Entered {
  const { receiverId, receiverEmails } = entered;
  if (receiverId !== undefined || (Array.isArray(receiverEmails) && receiverEmails.length > 0)) return entered;
  const before = storedPaypalStandardCredentials.safeParse(known['paypal-standard']);
  if (before.success) return { ...own(before.data), ...entered };
  const agreed = z.looseObject({ merchantId: z.string() }).safeParse(known['paypal-checkout']);
  return agreed.success ? { ...entered, receiverId: agreed.data.merchantId } : entered;
}

/** What its merchant entered, without what messages taught us. */
function own({ learned: _learned, ...entered }: PaypalStandardCredentials): Entered {
  return entered;
}

function namesSomebody(
  {
    receiverId,
    receiverEmails,
  }: { readonly receiverId?: string | undefined; readonly receiverEmails: readonly string[] },
  { addIssue }: z.RefinementCtx,
): void {
  if (receiverId !== undefined || receiverEmails.length > 0) return;
  const message = 'give receiverId, or at least one address in receiverEmails';
  for (const field of ['receiverId', 'receiverEmails']) addIssue({ code: 'custom', path: [field], message });
}
