import { GatewayFailure } from '../port';
import type { AccountCheck, AccountUse, GatewayContext, Inspection } from '../port';
import { CURRENCY } from './checkout';
import { askStatus, KEYS_REFUSED } from './client';
import type { KkiapayCredentials } from './credentials';

type Context = GatewayContext<KkiapayCredentials>;

// Longer than any id of KKiaPay's, so that asking for it shows the keys and nothing else.
const NO_TRANSACTION = 'quittance-account-check';

/**
 * What can be asked about a KKiaPay account. Its webhook cannot: address and hash secret are typed in the dashboard, and
 * only a webhook that arrives shows that they are right.
 */
export async function inspectAccount(use: AccountUse, context: Context): Promise<Inspection<KkiapayCredentials>> {
  return {
    checks: [await checkKeys(context), checkEnvironment(context), checkCurrency(use), checkPrompts(context)],
    learned: {},
  };
}

async function checkKeys(context: Context): Promise<AccountCheck> {
  const check = { name: 'credentials_accepted', required: true };
  try {
    await askStatus(NO_TRANSACTION, context.credentials, context); // whatever it says of the id, it has accepted the keys
    return {
      ...check,
      ok: true,
      detail: `The keys are accepted by the ${context.environment} environment.`,
      remedy: null,
    };
  } catch (failure) {
    if (failure instanceof GatewayFailure && failure.code === KEYS_REFUSED) {
      return {
        ...check,
        ok: false,
        detail: `The keys are not accepted by the ${context.environment} environment.`,
        remedy:
          'Copy the public, private and secret key of this environment from the KKiaPay dashboard (Developers, API keys).',
      };
    }
    const why = failure instanceof Error ? failure.message : String(failure);
    return { ...check, ok: null, detail: `KKiaPay gave no answer: ${why}.`, remedy: 'Check again later.' };
  }
}

/** Sandbox keys are known by their prefixes (tpk_, tsk_); a live account with them would never see its money. */
function checkEnvironment({ credentials, environment }: Context): AccountCheck {
  const isForSandbox = credentials.privateKey.startsWith('tpk_') || credentials.secret.startsWith('tsk_');
  const ok = environment !== 'live' || !isForSandbox;
  return {
    name: 'environment',
    required: true,
    ok,
    detail: ok
      ? `The keys may be of the ${environment} environment.`
      : 'These are sandbox keys (tpk_, tsk_), and the account is live.',
    remedy: ok ? null : 'Enter the live keys, or set the environment to sandbox.',
  };
}

function checkCurrency({ currency }: AccountUse): AccountCheck {
  const ok = currency === CURRENCY;
  return {
    name: 'currency_accepted',
    required: true,
    ok,
    detail: ok ? 'KKiaPay takes XOF.' : `KKiaPay takes XOF only, and the merchant’s books are in ${currency}.`,
    remedy: ok ? null : 'Use another gateway for this merchant.',
  };
}

function checkPrompts({ credentials }: Context): AccountCheck {
  const ok = credentials.merchantInitiated;
  return {
    name: 'prompts',
    required: false,
    ok,
    detail: ok
      ? 'Prompts to payers’ phones are on. KKiaPay does not document the call for servers; it may end without notice.'
      : 'Prompts to payers’ phones are off: payers pay in the widget.',
    remedy: ok ? null : 'To send prompts, set merchantInitiated to true.',
  };
}
