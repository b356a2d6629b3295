import type { Environment, GatewayContext, Lookup } from '../../../workflows/domain/gateway';
import type { PaypalStandardCredentials } from './credentials';
import { valueOf, type Fields } from './form';

type Context = GatewayContext<PaypalStandardCredentials>;

/** Today's account, and the one that the payment was opened with: either may be named as its receiver. */
export function accountsOf({ credentials, openedWith }: Context): PaypalStandardCredentials[] {
  return openedWith ? [credentials, openedWith] : [credentials];
}

/** The account that a payer's money went to: identity tokens and API credentials open the transactions of their own account only. */
export function payingAccount({ credentials, openedWith }: Context): PaypalStandardCredentials {
  // For one and the same account today's token is the better one: the old may have been renewed since.
  return openedWith && openedWith.receiverId !== credentials.receiverId ? openedWith : credentials;
}

export type Elsewhere = Extract<Lookup, { found: 'elsewhere' }>;

/**
 * Whether a genuine IPN message belongs to an account of this environment. It must be asked: sandbox messages are verified
 * by the sandbox, and a payer who controls a sandbox account could name a live payment of ours in one.
 */
export function otherEnvironment(fields: Fields, environment: Environment): Elsewhere | null {
  const isTest = !['', '0'].includes(valueOf(fields, 'test_ipn'));
  // Our simulator counts as a sandbox: its messages carry test_ipn=1 as well.
  if (isTest === (environment !== 'live')) return null;
  return {
    found: 'elsewhere',
    reason: 'environment_mismatch',
    detail: `the message is ${isTest ? 'a test (test_ipn)' : 'not marked as a test (no test_ipn=1)'}, the account is ${environment}`,
  };
}

/**
 * Whether a genuine message tells of money for this account (PayPal IPN guide, "validate that the receiver is you").
 * `receiver_id` decides where it is there. The e-mail fields are a fallback: `receiver_email` is the account's primary
 * address even when another one was paid, and PayPal lower-cases `business`. `accounts` are ours: today's first, then the
 * one that the payment was opened with, whose money is still ours after a merchant has changed accounts.
 */
export function otherReceiver(fields: Fields, accounts: readonly PaypalStandardCredentials[]): Elsewhere | null {
  const named = valueOf(fields, 'receiver_id');
  const addressed = [valueOf(fields, 'business'), valueOf(fields, 'receiver_email')].filter(Boolean);
  const isFor = ({ receiverId, receiverEmails }: PaypalStandardCredentials): boolean => {
    if (named) return fold(named) === fold(receiverId);
    const ours = new Set([receiverId, ...receiverEmails].map(fold));
    return addressed.some((address) => ours.has(fold(address)));
  };
  if (accounts.some(isFor)) return null;
  // Only merchant ids are repeated here: an address is personal data, and this text travels through Temporal.
  const receiver = /^[A-Za-z0-9]{1,32}$/.test(named) ? named : named || addressed.length > 0 ? 'somebody else' : 'nobody by name';
  const account = [...new Set(accounts.map(({ receiverId }) => receiverId))].join(' or ');
  return { found: 'elsewhere', reason: 'receiver_mismatch', detail: `the message is for ${receiver}, the account is ${account}` };
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}
