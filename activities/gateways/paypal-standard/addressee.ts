import type { AccountCheck, GatewayContext, Lookup } from '../port';
import type { Environment } from '../../../workflows/domain/gateway';
import type { PaypalStandardCredentials } from './credentials';
import { isAdjustment, isTest } from './codec';
import { valueOf, type Fields } from './form';

type Context = GatewayContext<PaypalStandardCredentials>;

/** PayPal's merchant id of the account, entered or learned; null while it is not known. */
export function receiverIdOf({ receiverId, learned }: PaypalStandardCredentials): string | null {
  return receiverId ?? learned?.receiverId ?? null;
}

/** Today's account, and the one that the payment was opened with: either may be named as its receiver. */
export function accountsOf({ credentials, openedWith }: Context): PaypalStandardCredentials[] {
  if (!openedWith) return [credentials];
  // Opened before the id was learned, or entered, it was the same account: the id that is known by now is its own as well.
  const id = receiverIdOf(credentials);
  const isKnownByNow = receiverIdOf(openedWith) === null && id !== null && isSameAccount(openedWith, credentials);
  return [credentials, isKnownByNow ? { ...openedWith, receiverId: id } : openedWith];
}

/** The account that a payer's money went to: identity tokens and API credentials open the transactions of their own account only. */
export function payingAccount({ credentials, openedWith }: Context): PaypalStandardCredentials {
  // For one and the same account today's token is the better one: the old may have been renewed since.
  return openedWith && !isSameAccount(openedWith, credentials) ? openedWith : credentials;
}

/** By the merchant id; where one of them is not known, by an address that both have. */
function isSameAccount(one: PaypalStandardCredentials, other: PaypalStandardCredentials): boolean {
  const [id, otherId] = [receiverIdOf(one), receiverIdOf(other)];
  if (id !== null && otherId !== null) return fold(id) === fold(otherId);
  const theirs = other.receiverEmails.map(fold);
  return one.receiverEmails.some((email) => theirs.includes(fold(email)));
}

export type Elsewhere = Extract<Lookup, { found: 'elsewhere' }>;

/**
 * Whether a genuine IPN message belongs to an account of this environment. It must be asked: sandbox messages are verified
 * by the sandbox, and a payer who controls a sandbox account could name a live payment of ours in one.
 */
export function otherEnvironment(fields: Fields, environment: Environment): Elsewhere | null {
  const isOfTests = isTest(fields);
  // Our simulator counts as a sandbox: its messages carry test_ipn=1 as well.
  if (isOfTests === (environment !== 'live')) return null;
  return {
    found: 'elsewhere',
    reason: 'environment_mismatch',
    detail: `the message is ${isOfTests ? 'a test (test_ipn)' : 'not marked as a test (no test_ipn=1)'}, the account is ${environment}`,
  };
}

/**
 * Whether a genuine message tells of money for this account (PayPal IPN guide, "validate that the receiver is you").
 * `receiver_id` decides where it is there and ours is known. The e-mail fields are a fallback: `receiver_email` is the
 * account's primary address even when another one was paid, and PayPal lower-cases `business`. `accounts` are ours: today's
 * first, then the one that the payment was opened with, whose money is still ours after a merchant has changed accounts.
 */
export function otherReceiver(fields: Fields, accounts: readonly PaypalStandardCredentials[]): Elsewhere | null {
  const [named, business, primary] = partiesIn(fields);
  const isFor = (account: PaypalStandardCredentials): boolean => {
    const id = receiverIdOf(account);
    if (named && id !== null) return fold(named) === fold(id);
    const ours = new Set([...(id === null ? [] : [id]), ...account.receiverEmails].map(fold));
    // An account that is known by its addresses alone is believed to be paid only by what PayPal itself says of the account:
    // `business` may be no more than what stood in a form, and whoever makes a form may write our address into it.
    if (id === null && primary) return ours.has(fold(primary));
    return [business, primary].some((address) => address !== '' && ours.has(fold(address)));
  };
  if (accounts.some(isFor)) return null;
  // Only merchant ids are repeated here: an address is personal data, and this text travels through Temporal.
  const receiver = /^[A-Za-z0-9]{1,32}$/.test(named)
    ? named
    : named || business || primary
      ? 'somebody else'
      : 'nobody by name';
  const account = [...new Set(accounts.map((one) => receiverIdOf(one) ?? 'known by its addresses alone'))].join(' or ');
  return {
    found: 'elsewhere',
    reason: 'receiver_mismatch',
    detail: `the message is for ${receiver}, the account is ${account}`,
  };
}

/**
 * Whose the message says it is: merchant id, the address that was paid, the account's primary address. A correction after a
 * case names no receiver: there the account is the payer.
 */
function partiesIn(fields: Fields): readonly [id: string, business: string, primary: string] {
  const [id = '', business = '', primary = ''] = ['receiver_id', 'business', 'receiver_email'].map((name) =>
    valueOf(fields, name),
  );
  return id === '' && business === '' && primary === '' && isAdjustment(fields)
    ? [valueOf(fields, 'payer_id'), '', valueOf(fields, 'payer_email')]
    : [id, business, primary];
}

/**
 * The merchant id of an account that is known by its addresses alone, out of a genuine message to its primary address. Never by
 * `business`, for the same reason: a wrong id, once learned, would refuse the merchant's own money from then on.
 */
export function learnReceiver(
  fields: Fields,
  account: PaypalStandardCredentials,
): Pick<PaypalStandardCredentials, 'learned'> | null {
  const receiverId = valueOf(fields, 'receiver_id');
  const primary = valueOf(fields, 'receiver_email');
  const email = account.receiverEmails.find((address) => fold(address) === fold(primary));
  if (receiverIdOf(account) !== null || email === undefined || !/^[A-Za-z0-9]{1,32}$/.test(receiverId)) return null;
  return { learned: { receiverId, email } };
}

/** What was learned of the account before stays true of newly entered credentials while they name the address that it was learned by, and no id. */
export function keepLearned(
  entered: PaypalStandardCredentials,
  { learned }: PaypalStandardCredentials,
): Pick<PaypalStandardCredentials, 'learned'> {
  const isStillTrue =
    entered.receiverId === undefined &&
    entered.receiverEmails.some((email) => fold(email) === fold(learned?.email ?? ''));
  return isStillTrue ? { learned } : {};
}

/** Says whether the merchant id was learned, where none was entered. */
export function checkReceiver({
  receiverId,
  receiverEmails,
  learned,
}: PaypalStandardCredentials): readonly AccountCheck[] {
  if (receiverId !== undefined) return [];
  const common = { name: 'receiver_id', required: false };
  if (learned) {
    const detail = `The merchant id is ${learned.receiverId}, learned from a verified message to ${masked(learned.email)}.`;
    return [{ ...common, ok: true, detail, remedy: null }];
  }
  return [
    {
      ...common,
      ok: null,
      detail: `The merchant id is not known yet: it is learned from the first verified message to ${receiverEmails.map(masked).join(' or ')}, which must be the account's primary address.`,
      remedy:
        'To be sure from the first payment on, enter it as receiverId (PayPal, Account settings, Business information).',
    },
  ];
}

function masked(email: string): string {
  return email.replace(/^(.).*(?=@)/, '$1…');
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}
