import { GatewayFailure } from '../port';
import type { AccountCheck, AccountUse, GatewayContext, Inspection } from '../port';
import { PAYPAL_CURRENCIES } from '../paypal/money';
import type { NvpCredentials, PaypalStandardCredentials } from './credentials';
import { askNvp, CREDENTIALS_REFUSED, nvpDate, PERMISSION_DENIED, type NvpCall, type NvpRefusal } from './nvp';

type Context = GatewayContext<PaypalStandardCredentials>;

/** What can be found out about an account without a payment, in words for the person who connects it. */
export async function inspectAccount(
  { currency }: AccountUse,
  context: Context,
): Promise<Inspection<PaypalStandardCredentials>> {
  const { nvp, pdtIdentityToken } = context.credentials;
  const api = nvp ? checksWithApi(await knock(nvp, context)) : CHECKS_WITHOUT_API;
  return { checks: [...api, checkToken(pdtIdentityToken), checkCurrency(currency)], learned: {} };
}

/** How PayPal's API receives these credentials. */
type Reception =
  | { readonly kind: 'let_in' }
  | { readonly kind: 'refused'; readonly refusal: NvpRefusal }
  | { readonly kind: 'no_answer'; readonly why: string };

/** Asks for a payment that cannot exist: our invoice numbers are never like this one. */
async function knock(nvp: NvpCredentials, context: Context): Promise<Reception> {
  const call: NvpCall = {
    method: 'TransactionSearch',
    fields: { STARTDATE: nvpDate(context.now() - 86_400_000), INVNUM: 'no-such-invoice' },
    attempt: 'asking PayPal whether it takes the API credentials',
    moves: false,
  };
  try {
    const answer = await askNvp(nvp, call, context);
    return answer.ok ? { kind: 'let_in' } : { kind: 'refused', refusal: answer.refusal };
  } catch (error) {
    if (!(error instanceof GatewayFailure)) throw error;
    return { kind: 'no_answer', why: error.message };
  }
}

const NOTHING_TO_ASK =
  'PayPal Standard without API credentials offers nothing to ask: whether its receiver is right, the first payment tells.';
const LOOKUP = 'PayPal is asked about a payment before it expires, and whenever a message about it was lost.';
const NO_LOOKUP =
  'Without API credentials PayPal cannot be asked: a payment whose IPN message and PDT return are both lost expires unasked, and only a person finds its money. Refunds are made on the PayPal website.';

const CHECKS_WITHOUT_API: readonly AccountCheck[] = [
  { name: 'credentials_accepted', ok: null, detail: NOTHING_TO_ASK, remedy: null, required: false },
  {
    name: 'lookup',
    ok: null,
    detail: NO_LOOKUP,
    remedy: 'To have both, enter the NVP/SOAP API credentials as nvp.',
    required: false,
  },
];

function checksWithApi(reception: Reception): readonly AccountCheck[] {
  const lookup: AccountCheck = { name: 'lookup', ok: true, detail: LOOKUP, remedy: null, required: false };
  const notYet: AccountCheck = {
    ...lookup,
    ok: null,
    detail: 'Whether PayPal can be asked about payments is not known yet.',
  };
  const credentials = (ok: boolean | null, detail: string, remedy: string | null): AccountCheck => ({
    name: 'credentials_accepted',
    ok,
    detail,
    remedy,
    required: true,
  });
  if (reception.kind === 'let_in') return [credentials(true, 'PayPal takes the API credentials.', null), lookup];
  if (reception.kind === 'no_answer') {
    return [credentials(null, `PayPal gave no answer: ${reception.why}.`, 'Check again in some minutes.'), notYet];
  }
  const { code, detail } = reception.refusal;
  if (code === CREDENTIALS_REFUSED) {
    const remedy =
      'Copy username, password and signature again from PayPal (Account settings, API access, NVP/SOAP integration).';
    return [credentials(false, `PayPal refuses the API credentials: ${detail}.`, remedy), notYet];
  }
  if (code === PERMISSION_DENIED) {
    const permissions: AccountCheck = {
      name: 'permissions',
      ok: false,
      detail: `PayPal does not let these API credentials search for transactions: ${detail}.`,
      remedy:
        'Grant the API user TransactionSearch, GetTransactionDetails and RefundTransaction, or enter credentials of the account itself.',
      required: true,
    };
    return [credentials(true, 'PayPal takes the API credentials.', null), permissions, notYet];
  }
  return [
    credentials(null, `PayPal refused the question for another reason: ${detail}.`, 'Check again in some minutes.'),
    notYet,
  ];
}

function checkToken(pdtIdentityToken: string | undefined): AccountCheck {
  const common = { name: 'pdt_token', ok: null, required: false };
  return pdtIdentityToken === undefined
    ? {
        ...common,
        detail: "Not configured: the payer's return is not verified at once; IPN alone decides.",
        remedy:
          'To show payers the truth sooner, turn on Payment Data Transfer and enter its identity token as pdtIdentityToken.',
      }
    : { ...common, detail: 'Proven by the first return.', remedy: null };
}

function checkCurrency(currency: string): AccountCheck {
  const ok = PAYPAL_CURRENCIES.includes(currency);
  return {
    name: 'currency_accepted',
    ok,
    detail: ok
      ? `PayPal takes ${currency}.`
      : `PayPal does not take ${currency}, the currency of the merchant's books.`,
    remedy: ok ? null : 'Use another gateway for this merchant.',
    required: true,
  };
}
