import { GatewayFailure } from '../port';
import type { Gateway, GatewayContext, Lookup, RawNotification, Subject } from '../port';
import type { Capabilities } from '../../../workflows/domain/gateway';
import { MAX_AMOUNT } from '../../../workflows/domain/money';
import { unreachable } from '../../../workflows/domain/unreachable';
import { PAYPAL_CURRENCIES } from '../paypal/money';
import {
  accountsOf,
  checkReceiver,
  keepLearned,
  learnReceiver,
  otherEnvironment,
  otherReceiver,
  payingAccount,
} from './addressee';
import { postBack, synchronise, unreadableAnswer } from './client';
import { transactionId } from './codec';
import type { PaypalStandardCredentials } from './credentials';
import { parseForm, parsePdtAnswer, type Fields } from './form';
import { inspectAccount } from './inspection';
import { readToken } from './notification';
import { lookUpRefund, refund } from './refund';
import { readTold, type Told } from './subscription-codec';
import { agreements } from './subscriptions';
import { lookUpPayment } from './transactions';

type Context = GatewayContext<PaypalStandardCredentials>;

/** PayPal Payments Standard: a form posted by the browser, answered by IPN messages and, perhaps, a PDT return. */
export const paypalStandard = {
  capabilities: capabilitiesOf({ lookup: 'by_reference', refund: 'partial' }),

  /** Look-up and refunds go through an API with credentials of its own, which an account may not have. */
  capabilitiesWith({ nvp }: PaypalStandardCredentials): Capabilities {
    return nvp ? paypalStandard.capabilities : capabilitiesOf({ lookup: 'none', refund: 'none' });
  },

  async fetchFacts(subject: Subject, context: Context): Promise<Lookup> {
    switch (subject.by) {
      case 'payment':
        return lookUpPayment(subject.checkout, context);
      case 'notification':
        return fetchNotified(subject, context);
      default:
        return unreachable(subject);
    }
  },

  refund,
  lookUpRefund,
  agreements,
  inspectAccount,
  checkCredentials: checkReceiver,
  keepLearned,
} satisfies Gateway<PaypalStandardCredentials>;

function capabilitiesOf({
  lookup,
  refund,
}: {
  lookup: 'by_reference' | 'none';
  refund: 'partial' | 'none';
}): Capabilities {
  return {
    methods: {
      paypal: {
        startedBy: ['member'],
        currencies: PAYPAL_CURRENCIES,
        min: 1,
        max: MAX_AMOUNT, // PayPal's own ceiling differs per account and is not published; its page tells the payer
        refund,
        feesReturned: 'some',
      },
    },
    lookup,
    checkoutLivesMs: null, // a form: PayPal knows nothing of it before it is posted
    capture: 'by_gateway',
    recurring: true,
    notifications: 'post_back',
  };
}

type Notified = Extract<Subject, { by: 'notification' }>;

async function fetchNotified({ raw, receivedAt }: Notified, context: Context): Promise<Lookup> {
  switch (raw.channel) {
    case 'ipn':
      return fetchIpn(raw, receivedAt ?? null, context);
    case 'pdt':
      return fetchPdt(raw, context);
    case 'webhook':
    case 'poll':
      throw unaskable(`PayPal Standard has no ${raw.channel} messages`);
    default:
      return unreachable(raw.channel);
  }
}

/** Genuine first, ours second: what a message says about itself counts for nothing until PayPal has said VERIFIED. */
async function fetchIpn(raw: RawNotification, receivedAt: string | null, context: Context): Promise<Lookup> {
  if ((await postBack(raw.body, context)) === 'INVALID') return { found: false, reason: 'not_verified' };
  const fields = parseForm(raw.body);
  return otherEnvironment(fields, context.environment) ?? judge(readTold(fields, receivedAt), fields, context);
}

// Money that leaves names whom it goes to as its receiver, and a message without a status tells of nobody's money.
const OF_NO_RECEIVER: ReadonlySet<string> = new Set(['money_out', 'nothing_said']);

/** What a genuine message says comes before whom it names: a receiver who is not us is only wrong for money that was to come. */
function judge(told: Told, fields: Fields, context: Context): Lookup {
  const { facts, paymentId, references, remarks, agreement } = told;
  if (remarks.some(({ word }) => OF_NO_RECEIVER.has(word)))
    return { found: true, facts: [], paymentId: null, references: [], remarks };
  // The payer stays behind: an answer travels through Temporal, where no personal data belongs.
  return (
    otherReceiver(fields, accountsOf(context)) ?? {
      found: true,
      facts,
      paymentId,
      references,
      remarks,
      ...(agreement && { agreement }),
      ...learnedFrom(fields, context),
    }
  );
}

function learnedFrom(fields: Fields, { credentials }: Context): Pick<Lookup & { found: true }, 'learned'> {
  const learned = learnReceiver(fields, credentials);
  return learned ? { learned } : {};
}

/** No check of `test_ipn` here: a PDT answer need not carry it, and the host that we asked proves the environment. */
async function fetchPdt(raw: RawNotification, context: Context): Promise<Lookup> {
  const token = readToken(raw);
  if (token === null) throw unaskable('a PDT return without a transaction token');
  const { pdtIdentityToken } = payingAccount(context);
  if (pdtIdentityToken === undefined) return { found: false, reason: 'pdt_not_configured' };
  const answer = parsePdtAnswer(await synchronise(token, pdtIdentityToken, context));
  if (answer === null)
    throw unreadableAnswer(`asking PayPal for the transaction ${token}: the first line is neither SUCCESS nor FAIL`);
  if (answer.word === 'FAIL') return { found: false, reason: `pdt_fail_${answer.code}` };
  // An answer about other money than we asked for is a mix-up on the way; the IPN will tell the same without one.
  if (transactionId(answer.fields, 'txn_id') !== token) return { found: 'unknown', reason: 'other_transaction' };
  return judge(readTold(answer.fields), answer.fields, context);
}

/** The door refuses such messages, so none is stored; asking again would not change it. */
function unaskable(message: string): GatewayFailure {
  return new GatewayFailure({ code: 'unaskable', message, moved: 'no', retry: 'never' });
}
