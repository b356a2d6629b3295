import type {
  AgreementAnswer,
  AgreementCommand,
  AgreementLookup,
  AgreementOrder,
  AgreementVerbs,
  GatewayContext,
  OpenedAgreement,
  OpeningRefusalOf,
  StartedCheckout,
} from '../port';
import type { GatewayAgreementFact, Interval, Standing } from '../../../workflows/domain/agreement';
import type { GatewayFact } from '../../../workflows/domain/fact';
import { describeMoney } from '../../../workflows/domain/money';
import { PAYPAL_CURRENCIES, writePaypalAmount } from '../paypal/money';
import { payingAccount } from './addressee';
import { buttonFields, formAction } from './button';
import { readMessage, word } from './codec';
import type { NvpCredentials, PaypalStandardCredentials } from './credentials';
import { readPaypalDate } from './date';
import { valueOf, type Fields } from './form';
import { askNvp, CREDENTIALS_REFUSED, INVALID_ARGUMENT, notTold, PERMISSION_DENIED, type NvpCall } from './nvp';
import { oneLine } from './one-line';
import { DAY_MS, fetchTransaction, isPayment, MOST_TRANSACTIONS, searchInvoice } from './transactions';
import { freeUntil } from './trial';

type Context = GatewayContext<PaypalStandardCredentials>;

/** Subscriptions: a form posted by the browser, then messages; asked about and commanded by the API where its credentials are known. */
export const agreements = {
  open,
  lookUp,
  obey,
  atGatewayOnly,
  refuse,
} satisfies AgreementVerbs<PaypalStandardCredentials>;

// PayPal Payments Standard, "HTML Variables", `t3` and `p3`.
const PERIODS: Readonly<Record<Interval, { readonly letter: 'W' | 'M' | 'Y'; readonly most: number }>> = {
  week: { letter: 'W', most: 52 },
  month: { letter: 'M', most: 24 },
  year: { letter: 'Y', most: 5 },
};
// The same page, `srt`.
const MOST_INSTALMENTS = 52;

function refuse({
  money,
  interval,
  every,
  instalments,
}: Pick<AgreementOrder, 'money' | 'interval' | 'every' | 'instalments'>): OpeningRefusalOf | null {
  if (!PAYPAL_CURRENCIES.includes(money.currency))
    return { reason: 'currency_not_supported', detail: `PayPal takes no ${money.currency}` };
  if (money.amount <= 0 || writePaypalAmount(money) === null)
    return notSupported(`PayPal cannot take ${describeMoney(money)}`);
  const { most } = PERIODS[interval];
  if (every > most) return notSupported(`PayPal collects at least once in ${most} ${interval}s, not once in ${every}`);
  if (instalments !== null && instalments > MOST_INSTALMENTS)
    return notSupported(
      `PayPal collects at most ${MOST_INSTALMENTS} instalments, or as many as come until somebody ends it`,
    );
  return null;
}

function notSupported(detail: string): OpeningRefusalOf {
  return { reason: 'amount_not_supported', detail };
}

/**
 * The form that a browser posts to PayPal (PayPal Payments Standard, "HTML Variables", Subscribe buttons). Nobody is asked. The payer
 * can change every field of it, so nothing that comes back is believed because we once wrote it here.
 */
async function open(order: AgreementOrder, context: Context): Promise<StartedCheckout> {
  const refusal = refuse(order);
  if (refusal) return { opened: false, ...refusal };
  const trial = freeUntil(order.startsOn, context.now());
  if (trial === null)
    return {
      opened: false,
      reason: 'starts_too_late',
      detail: 'PayPal waits at most two years for the first instalment',
    };
  const { agreementId, label, money, interval, every, instalments } = order;
  return {
    opened: true,
    reference: null,
    nextAction: {
      kind: 'form',
      action: formAction(context),
      method: 'POST',
      fields: {
        cmd: '_xclick-subscriptions',
        ...buttonFields(agreementId, label, order, context.credentials),
        currency_code: money.currency,
        ...trial,
        a3: writePaypalAmount(money) ?? '',
        p3: String(every),
        t3: PERIODS[interval].letter,
        // A single instalment does not recur, and its number cannot be written: `srt` begins at two.
        src: instalments === 1 ? '0' : '1',
        ...(instalments !== null && instalments > 1 && { srt: String(instalments) }),
        // PayPal tries what fails twice more.
        sra: '1',
      },
    },
  };
}

/** How the subscription stands, and what was paid under it of late, where the account has API credentials and a message told PayPal's id of it. */
async function lookUp(
  { agreementId, reference, createdAt }: OpenedAgreement,
  context: Context,
): Promise<AgreementLookup> {
  const { nvp } = payingAccount(context);
  if (nvp === undefined || reference === null) return { found: 'unaskable' };
  const profile = await askProfile(reference, nvp, context);
  if (profile === 'not_shown') return { found: 'unaskable' };
  if (profile === 'none') return { found: false, reason: 'no_profile' };
  const since = Date.parse(createdAt) - DAY_MS;
  return {
    found: true,
    reference,
    facts:
      profile.standing === null ? [] : [standingOn(reference, profile.standing, profile.at, profile.at.slice(0, 10))],
    money: await moneyUnder(agreementId, since, nvp, context),
  };
}

/** What was paid under the invoice number, which is the agreement's; the newest. `since`: milliseconds since 1970. */
async function moneyUnder(
  agreementId: string,
  since: number,
  nvp: NvpCredentials,
  context: Context,
): Promise<readonly GatewayFact[]> {
  const listed = await searchInvoice(agreementId, since, nvp, context);
  const asked = listed.filter(isPayment).slice(0, MOST_TRANSACTIONS);
  const told = await Promise.all(asked.map((row) => fetchTransaction(row, nvp, context)));
  return told
    .flatMap((fields) => (fields === null ? [] : readMessage(fields).facts))
    .filter(({ kind }) => OF_MONEY.has(kind));
}

const OF_MONEY: ReadonlySet<GatewayFact['kind']> = new Set([
  'payment_captured',
  'fee_charged',
  'payment_pending',
  'payment_failed',
]);

type StatusCommand = Exclude<AgreementCommand['kind'], 'change_amount'>;

// PayPal NVP guide, "ManageRecurringPaymentsProfileStatus", and what is true afterwards.
const ACTIONS: Readonly<Record<StatusCommand, { readonly action: string; readonly wished: Standing }>> = {
  cancel: { action: 'Cancel', wished: 'cancelled' },
  suspend: { action: 'Suspend', wished: 'suspended' },
  resume: { action: 'Reactivate', wished: 'active' },
};

const LONGEST_NOTE = 128;

async function obey(
  command: AgreementCommand,
  { agreementId, reference }: OpenedAgreement,
  context: Context,
): Promise<AgreementAnswer> {
  const account = payingAccount(context);
  const elsewhere = atGatewayOnly(command.kind, account);
  if (command.kind === 'change_amount' || account.nvp === undefined)
    return refused('at_gateway_only', elsewhere ?? WHERE.change_amount);
  if (reference === null)
    return refused('no_profile', 'no message has told PayPal’s id of the subscription yet, so PayPal cannot be told');
  const { action, wished } = ACTIONS[command.kind];
  const note = oneLine(command.note ?? '', LONGEST_NOTE);
  const call: NvpCall = {
    method: 'ManageRecurringPaymentsProfileStatus',
    fields: { PROFILEID: reference, ACTION: action, ...(note !== '' && { NOTE: note }) },
    attempt: `telling PayPal to ${command.kind} ${agreementId}`,
    moves: false,
  };
  const answer = await askNvp(account.nvp, call, context);
  if (answer.ok) {
    const at = momentOf(answer.fields, context);
    return { outcome: 'done', facts: [standingOn(reference, wished, at, at)] };
  }
  const { code, reason, detail } = answer.refusal;
  const isOfAccount = code === CREDENTIALS_REFUSED || code === PERMISSION_DENIED;
  // PayPal also refuses what is so already (11556, 11557, 11558): an earlier call, or a person at PayPal, was there before.
  const profile = isOfAccount ? 'none' : await askProfile(reference, account.nvp, context);
  if (typeof profile === 'object' && profile.standing === wished)
    return { outcome: 'done', facts: [standingOn(reference, wished, profile.at, profile.at.slice(0, 10))] };
  return refused(reason, code === SUBSCRIPTION_NOT_SUPPORTED ? `${detail}. ${WHERE[command.kind]}` : detail);
}

const AT_PAYPAL =
  'In the PayPal account, under Pay & Get Paid, choose Subscriptions, then Manage subscriptions, and open the member’s:';
const WHERE: Readonly<Record<AgreementCommand['kind'], string>> = {
  cancel: `${AT_PAYPAL} choose Cancel.`,
  suspend: `${AT_PAYPAL} choose Suspend.`,
  resume: `${AT_PAYPAL} choose Reactivate.`,
  change_amount: `${AT_PAYPAL} choose Edit beside the amount. Where PayPal does not offer it, cancel the agreement and begin another.`,
};

function atGatewayOnly(command: AgreementCommand['kind'], { nvp }: PaypalStandardCredentials): string | null {
  if (command === 'change_amount') return `PayPal Standard changes an amount on its own site only. ${WHERE[command]}`;
  if (nvp !== undefined) return null;
  return `Without API credentials PayPal cannot be told from here. ${WHERE[command]}`;
}

interface Profile {
  /** Null where PayPal writes a word that is none of the four: it is not approved yet, or nobody here knows it. */
  readonly standing: Standing | null;
  /** When PayPal said so, ISO 8601. */
  readonly at: string;
}

/** PayPal NVP guide, "Recurring payments errors". */
const INVALID_PROFILE = '11552';
/** The same list: subscriptions of the old kind (`S-…`) have no profile that the API shows or changes. */
const SUBSCRIPTION_NOT_SUPPORTED = '11592';

/** A subscription as PayPal shows it; `none`: it knows of none; `not_shown`: it shows none of this kind. */
async function askProfile(
  reference: string,
  nvp: NvpCredentials,
  context: Context,
): Promise<Profile | 'none' | 'not_shown'> {
  const call: NvpCall = {
    method: 'GetRecurringPaymentsProfileDetails',
    fields: { PROFILEID: reference },
    attempt: `asking PayPal how the subscription ${reference} stands`,
    moves: false,
  };
  const answer = await askNvp(nvp, call, context);
  if (answer.ok)
    return {
      standing: STANDINGS.get(word(valueOf(answer.fields, 'STATUS'))) ?? null,
      at: momentOf(answer.fields, context),
    };
  switch (answer.refusal.code) {
    case INVALID_PROFILE:
    case INVALID_ARGUMENT:
      return 'none';
    case SUBSCRIPTION_NOT_SUPPORTED:
      return 'not_shown';
    default:
      throw notTold(call, answer.refusal);
  }
}

// PayPal NVP guide, "GetRecurringPaymentsProfileDetails", `STATUS`; the longer words are those of its SOAP twin.
const STANDINGS: ReadonlyMap<string, Standing> = new Map([
  ['active', 'active'],
  ['activeprofile', 'active'],
  ['suspended', 'suspended'],
  ['suspendedprofile', 'suspended'],
  ['cancelled', 'cancelled'],
  ['canceled', 'cancelled'],
  ['cancelledprofile', 'cancelled'],
  ['expired', 'completed'],
  ['expiredprofile', 'completed'],
]);

/** `told`: when, as far as it tells one telling from another. PayPal does not say since when it stands so: asked twice in a day, it says the same. */
function standingOn(reference: string, standing: Standing, at: string, told: string): GatewayAgreementFact {
  return {
    kind: 'standing_told',
    gatewayReference: reference,
    qualifier: `${standing} ${told}`,
    occurredAt: at,
    standing,
    reason: null,
  };
}

/** PayPal's clock at its answer, ISO 8601; ours where it cannot be read. */
function momentOf(fields: Fields, context: Context): string {
  return readPaypalDate(valueOf(fields, 'TIMESTAMP')) ?? new Date(context.now()).toISOString();
}

function refused(reason: string, detail: string): AgreementAnswer {
  return { outcome: 'refused', reason, detail };
}
