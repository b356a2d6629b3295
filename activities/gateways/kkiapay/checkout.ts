import type { CheckoutContext, CheckoutOrder, Opening, OpeningRefusal } from '../port';
import type { Environment, NextAction } from '../../../workflows/domain/gateway';
import { describeMoney, MAX_AMOUNT } from '../../../workflows/domain/money';
import { unreachable } from '../../../workflows/domain/unreachable';
import type { KkiapayCredentials } from './credentials';
import { readPhone, spellingsOf } from './phone';

/** KKiaPay's money: CFA francs of West Africa, which have no minor unit (KKiaPay, Currencies). */
export const CURRENCY = 'XOF';

/** How long KKiaPay's own script waited for the payer's phone before it called the prompt timed out (kkiapay/js-sdk). */
const PROMPT_PATIENCE_MS = 90_000;

// KKiaPay states no limit; this is what a payer reads in one line on a phone.
const REASON_LENGTH = 100;

/** The widget for a payer in a browser, or a prompt on the phone of a payer whom the merchant asks. Pure. */
export function openCheckout(order: CheckoutOrder, context: CheckoutContext<KkiapayCredentials>): Opening {
  switch (order.startedBy) {
    case 'member':
      return openWidget(order, context);
    case 'merchant': {
      const prompt = planPrompt(order, context.credentials);
      if (!prompt.ok) return prompt;
      const [first, ...others] = spellingsOf(prompt.phoneNumber);
      return {
        ok: true,
        asks: 'once',
        nextAction: prompt.nextAction,
        sameLine: [`+${first}`, ...others.map((digits) => `+${digits}`)],
      };
    }
    default:
      return unreachable(order.startedBy);
  }
}

/** A prompt as it is sent, and what the payer is told to do about it. */
export type PromptPlan =
  | {
      readonly ok: true;
      readonly phoneNumber: string;
      readonly amount: number;
      readonly reason: string;
      readonly nextAction: Extract<NextAction, { kind: 'prompt' }>;
    }
  | Refused;
type Refused = Extract<Opening, { ok: false }>;

/** Whether and how this order can be sent to the payer's phone. */
export function planPrompt(
  order: CheckoutOrder,
  credentials: Pick<KkiapayCredentials, 'merchantInitiated'>,
): PromptPlan {
  const refusal = refuseMoney(order);
  if (refusal) return refusal;
  if (order.method !== 'mobile_money')
    return refused('method_not_supported', 'a prompt is for mobile_money only; a payer with a card pays in the widget');
  if (!credentials.merchantInitiated)
    return refused(
      'method_not_supported',
      'prompts are turned off for this KKiaPay account (merchantInitiated); the payer can pay in the widget',
    );
  if (order.phone === null) return refused('phone_not_supported', 'a prompt needs the phone number of the payer');
  const phone = readPhone(order.phone);
  if (!phone.ok) return refused('phone_not_supported', phone.detail);
  const nextAction = { kind: 'prompt' as const, to: `+${phone.digits}`, patienceMs: PROMPT_PATIENCE_MS };
  return { ok: true, phoneNumber: phone.digits, amount: order.money.amount, reason: oneLine(order), nextAction };
}

/**
 * What `openKkiapayWidget` is called with (KKiaPay, JavaScript SDK). All of it passes through the payer's browser, so
 * nothing that comes back is believed because we once wrote it here. Our id travels as `data` and as `partnerId`, since
 * either has been seen to come back empty.
 */
function openWidget(
  order: CheckoutOrder,
  { credentials, environment, simulatorPublicUrl }: CheckoutContext<KkiapayCredentials>,
): Opening {
  const refusal = refuseMoney(order);
  if (refusal) return refusal;
  const paymentmethod = paymentMethod(order.method);
  if (paymentmethod === null)
    return refused('method_not_supported', `KKiaPay knows mobile_money and card, not ${order.method}`);
  const { name, email } = order.payer;
  const phone = order.phone === null ? null : readPhone(order.phone);
  return {
    ok: true,
    asks: 'nobody',
    nextAction: {
      kind: 'widget',
      script: widgetScript(environment, simulatorPublicUrl),
      params: {
        amount: order.money.amount,
        key: credentials.publicKey,
        api_key: credentials.publicKey, // some versions of the script read this name
        sandbox: environment !== 'live',
        data: order.paymentId,
        partnerId: order.paymentId,
        callback: order.returnUrl,
        paymentmethod,
        position: 'center',
        reason: oneLine(order),
        ...(name !== null && { name }),
        ...(email !== null && { email }),
        // Only fills a field in: a number that the widget would not understand is left for the payer to type.
        ...(phone?.ok && { phone: phone.digits }),
      },
    },
  };
}

/** Null: fine. KKiaPay takes whole francs only, and the amount is written as it is. */
function refuseMoney({ money }: CheckoutOrder): Refused | null {
  const { amount, currency } = money;
  const fits = currency === CURRENCY && Number.isSafeInteger(amount) && amount > 0 && amount <= MAX_AMOUNT;
  return fits
    ? null
    : refused('amount_not_supported', `KKiaPay takes whole francs (XOF) above zero, not ${describeMoney(money)}`);
}

/** The widget's word for a method of ours; null when it has none. */
function paymentMethod(method: string | null): 'all' | 'momo' | 'card' | null {
  switch (method) {
    case null:
      return 'all';
    case 'mobile_money':
      return 'momo';
    case 'card':
      return 'card';
    default:
      return null;
  }
}

/** The real script is one and the same for live and sandbox: the `sandbox` parameter tells them apart. */
function widgetScript(environment: Environment, simulatorPublicUrl: string): string {
  switch (environment) {
    case 'live':
    case 'sandbox':
      return 'https://cdn.kkiapay.me/k.js';
    case 'simulator':
      return `${simulatorPublicUrl.replace(/\/+$/, '')}/kkiapay/k.js`;
    default:
      return unreachable(environment);
  }
}

function oneLine({ description, paymentId }: CheckoutOrder): string {
  const line = description.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return Array.from(line).slice(0, REASON_LENGTH).join('').trim() || paymentId;
}

function refused(reason: OpeningRefusal, detail: string): Refused {
  return { ok: false, reason, detail };
}
