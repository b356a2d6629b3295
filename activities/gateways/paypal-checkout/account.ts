import { z } from 'zod';
import { GatewayFailure } from '../port';
import type { AccountCheck, AccountUse, GatewayContext, Inspection } from '../port';
import { PAYPAL_CURRENCIES } from '../paypal/money';
import { freshAccessToken } from './access-token';
import { callerFor } from './accounts';
import { readBody } from './answers';
import {
  createWebhook,
  getMerchantIntegration,
  getUserInfo,
  listWebhooks,
  patchWebhook,
  type Asker,
  type Reply,
} from './client';
import type { PaypalCheckoutCredentials } from './credentials';
import type { PaypalPartner } from './partner';
import { TOPICS } from './events';
import { merchantIntegration, missingScopes, NEEDED_SCOPES, type MerchantIntegration } from './integration';

type Context = GatewayContext<PaypalCheckoutCredentials, PaypalPartner>;

/** What came of one question: an answer; or PayPal's refusal, or no answer at all, and then why. */
type Outcome<Result> =
  | { readonly known: true; readonly result: Result }
  | { readonly known: false; readonly refused: boolean; readonly why: string };

/**
 * Everything that can be asked about the account before a payer is sent to it. PayPal tells an app about its own merchant
 * little: what it refuses to tell about an account with keys of its own is not required, since the first payment proves it.
 */
export async function inspectAccount(
  use: AccountUse,
  context: Context,
): Promise<Inspection<PaypalCheckoutCredentials>> {
  const { credentials, partner } = context;
  const currency = currencyCheck(use);
  const entry = await outcomeOf(async () => {
    const caller = callerFor(credentials, context);
    await freshAccessToken(context, caller); // a kept one would hide that the secret was renewed
    return { world: context, caller };
  });
  if (!entry.known) return { checks: [credentialsRefused(entry), currency], learned: {} };

  const asker = entry.result;
  const isConnected = asker.caller.onBehalfOf !== null;
  const app: Asker = { ...asker, caller: { ...asker.caller, onBehalfOf: null } };
  const holder: Outcome<UserInfo> = isConnected
    ? { known: false, refused: false, why: 'PayPal tells a partner nothing about this' }
    : await outcomeOf(async () => accepted(await getUserInfo(app), userInfo));
  const actualId = holder.known ? holder.result.payer_id : undefined;
  const merchantId = credentials.merchantId ?? actualId;
  const partnerId = isConnected ? partner?.partnerId : merchantId;
  const standing: Outcome<MerchantIntegration> =
    merchantId === undefined || partnerId === undefined
      ? { known: false, refused: false, why: 'the merchant id is not known' }
      : await outcomeOf(async () =>
          accepted(await getMerchantIntegration(app, partnerId, merchantId), merchantIntegration),
        );
  const webhook = await repairWebhook(use, credentials.webhookId, app);

  return {
    checks: [
      { name: 'credentials_accepted', ok: true, detail: 'PayPal accepts the keys', remedy: null, required: true },
      merchantCheck(credentials.merchantId, actualId, isConnected),
      businessCheck(holder),
      receivableCheck(standing, isConnected),
      emailCheck(standing, holder, isConnected),
      permissionCheck(standing, asker.caller.clientId, isConnected),
      currency,
      webhook.check,
    ],
    learned: {
      ...(webhook.id !== null && webhook.id !== credentials.webhookId && { webhookId: webhook.id }),
      ...(credentials.merchantId === undefined && actualId !== undefined && { merchantId: actualId }),
    },
  };
}

function credentialsRefused({ refused, why }: Outcome<unknown> & { known: false }): AccountCheck {
  const name = 'credentials_accepted';
  if (!refused)
    return {
      name,
      ok: null,
      detail: `PayPal could not be asked: ${why}`,
      remedy: 'Check the account again later.',
      required: true,
    };
  const remedy =
    'Copy client id and secret of a REST app of this environment from developer.paypal.com, Apps & Credentials.';
  return { name, ok: false, detail: `PayPal refuses the keys: ${why}`, remedy, required: true };
}

function merchantCheck(given: string | undefined, actual: string | undefined, isConnected: boolean): AccountCheck {
  const name = 'merchant_id';
  if (isConnected)
    return { name, ok: true, detail: `the account was connected as ${given ?? ''}`, remedy: null, required: true };
  if (actual === undefined)
    return {
      name,
      ok: null,
      detail: 'PayPal does not tell the merchant id of these keys',
      remedy: null,
      required: false,
    };
  if (given === undefined || given === actual)
    return { name, ok: true, detail: `the account is ${actual}`, remedy: null, required: true };
  return {
    name,
    ok: false,
    detail: `the keys belong to the account ${actual}, not to ${given}`,
    remedy: 'Correct the merchant id or leave it out.',
    required: true,
  };
}

function businessCheck(holder: Outcome<UserInfo>): AccountCheck {
  const name = 'business_account';
  const type = holder.known ? holder.result.account_type?.toUpperCase() : undefined;
  if (type === undefined) {
    const detail = holder.known ? 'PayPal does not tell the kind of account' : holder.why;
    return { name, ok: null, detail: `${detail}; the first payment proves it`, remedy: null, required: false };
  }
  if (type !== 'PERSONAL')
    return { name, ok: true, detail: `it is a ${type.toLowerCase()} account`, remedy: null, required: true };
  const remedy = 'Upgrade it to a business account in its PayPal settings, which is free of charge.';
  return {
    name,
    ok: false,
    detail: 'it is a personal account, which cannot take payments through an app',
    remedy,
    required: true,
  };
}

function receivableCheck(standing: Outcome<MerchantIntegration>, isConnected: boolean): AccountCheck {
  const name = 'payments_receivable';
  const ok = standing.known ? standing.result.payments_receivable : undefined;
  if (ok === undefined) return untold(name, standing, isConnected);
  if (ok) return { name, ok, detail: 'the account can receive payments', remedy: null, required: true };
  const remedy = "Log in to PayPal and resolve what the account's notices ask for.";
  return { name, ok, detail: 'PayPal says that the account cannot receive payments', remedy, required: true };
}

function emailCheck(
  standing: Outcome<MerchantIntegration>,
  holder: Outcome<UserInfo>,
  isConnected: boolean,
): AccountCheck {
  const name = 'email_confirmed';
  const primary = holder.known ? holder.result.emails?.find((email) => email.primary !== false) : undefined;
  const ok = (standing.known ? standing.result.primary_email_confirmed : undefined) ?? primary?.confirmed;
  if (ok === undefined) return untold(name, standing, isConnected);
  if (ok) return { name, ok, detail: 'the e-mail address of the account is confirmed', remedy: null, required: true };
  const remedy = 'Open the confirmation mail of PayPal, or ask for a new one in the account settings.';
  return {
    name,
    ok,
    detail: 'the e-mail address of the account is not confirmed, so payments would stay pending',
    remedy,
    required: true,
  };
}

/** What PayPal lists for an app of the merchant's own is told and not required. */
function permissionCheck(standing: Outcome<MerchantIntegration>, clientId: string, isConnected: boolean): AccountCheck {
  const name = 'permissions';
  const missing = standing.known ? missingScopes(standing.result, clientId) : undefined;
  if (missing === undefined) return untold(name, standing, isConnected);
  if (!isConnected && missing.length === NEEDED_SCOPES.length)
    return {
      name,
      ok: null,
      detail: "an app of the account's own needs nobody's permission",
      remedy: null,
      required: false,
    };
  if (missing.length === 0) {
    return { name, ok: true, detail: 'payments and refunds are permitted', remedy: null, required: isConnected };
  }
  const detail = `PayPal lists no permission for ${missing.join(', ')}`;
  const remedy = isConnected
    ? 'Connect the account again and agree to all permissions.'
    : 'Turn payments and refunds on in the settings of the REST app.';
  return { name, ok: false, detail, remedy, required: isConnected };
}

function currencyCheck({ currency }: AccountUse): AccountCheck {
  const ok = PAYPAL_CURRENCIES.includes(currency);
  const detail = ok ? `PayPal takes ${currency}` : `PayPal does not take ${currency}, the currency of the books`;
  return {
    name: 'currency_accepted',
    ok,
    detail,
    remedy: ok ? null : 'Use a gateway that takes this currency.',
    required: true,
  };
}

function untold(name: string, standing: Outcome<MerchantIntegration>, isConnected: boolean): AccountCheck {
  const why = standing.known ? 'PayPal does not tell' : standing.why;
  if (isConnected) return { name, ok: null, detail: why, remedy: 'Check the account again later.', required: true };
  return { name, ok: null, detail: `${why}; the first payment proves it`, remedy: null, required: false };
}

interface WebhookFinding {
  readonly check: AccountCheck;
  readonly id: string | null;
}

/** Makes sure that PayPal posts the events we understand to our address, and finds out the id that they are signed for. */
async function repairWebhook(
  { notificationUrl: url }: AccountUse,
  given: string | undefined,
  app: Asker,
): Promise<WebhookFinding> {
  const name = 'notifications';
  const outcome = await outcomeOf(async (): Promise<WebhookFinding> => {
    const { webhooks } = accepted(await listWebhooks(app), webhookList);
    const elsewhere = webhooks.find((webhook) => webhook.id === given && webhook.url !== url);
    const remark = elsewhere ? ` (the webhook ${elsewhere.id} that was entered posts to another address)` : '';
    const settled = (id: string, what: string): WebhookFinding => ({
      id,
      check: { name, ok: true, detail: `${what} ${id}${remark}`, remedy: null, required: false },
    });
    const ours = webhooks.find((webhook) => webhook.url === url);
    if (!ours)
      return settled(
        accepted(await createWebhook(app, { url, event_types: EVENT_TYPES }), webhookResource).id,
        'made the webhook',
      );
    const asked = new Set(ours.event_types.map((type) => type.name));
    if (asked.has('*') || EVENT_TYPES.every((type) => asked.has(type.name)))
      return settled(ours.id, 'PayPal posts to the webhook');
    accepted(
      await patchWebhook(app, ours.id, [{ op: 'replace', path: '/event_types', value: EVENT_TYPES }]),
      z.unknown(),
    );
    return settled(ours.id, 'completed the events of the webhook');
  });
  if (outcome.known) return outcome.result;
  // Without messages payments are still taken when the payer comes back, and found when they are asked about.
  const remedy = !outcome.refused
    ? 'Check the account again later.'
    : 'PayPal posts to public https addresses on port 443 only, and to ten per app. Correct that and check the account again.';
  return {
    id: null,
    check: { name, ok: outcome.refused ? false : null, detail: outcome.why, remedy, required: false },
  };
}

const EVENT_TYPES: readonly { readonly name: string }[] = Object.keys(TOPICS).map((name) => ({ name }));

const webhookResource = z.object({
  id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  url: z.string(),
  event_types: z.array(z.object({ name: z.string() })).catch([]),
});
const webhookList = z.object({ webhooks: z.array(webhookResource) });

// PayPal writes these booleans as text now and then.
const flag = z
  .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
  .optional()
  .catch(undefined);
const userInfo = z.object({
  payer_id: z
    .string()
    .regex(/^[A-Za-z0-9]{1,32}$/)
    .optional()
    .catch(undefined),
  account_type: z.string().optional().catch(undefined),
  emails: z
    .array(z.object({ primary: flag, confirmed: flag }))
    .optional()
    .catch(undefined),
});
type UserInfo = z.output<typeof userInfo>;

/** A refusal on its way through a question of several calls. */
class Refused extends Error {}

function accepted<Schema extends z.ZodType>(reply: Reply, schema: Schema): z.output<Schema> {
  if (!reply.accepted) throw new Refused(reply.problem.text);
  return readBody(reply.question, reply.body, schema);
}

/** A check never throws: what PayPal says against it, or its silence, is the answer. */
async function outcomeOf<Result>(question: () => Promise<Result>): Promise<Outcome<Result>> {
  try {
    return { known: true, result: await question() };
  } catch (error) {
    if (error instanceof Refused) return { known: false, refused: true, why: `PayPal says: ${error.message}` };
    if (error instanceof GatewayFailure)
      return { known: false, refused: error.code === 'not_authorized', why: error.message };
    throw error;
  }
}
