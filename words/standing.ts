import type { NextAction } from '../workflows/domain/gateway';
import type { Currency } from '../workflows/domain/money';
import { CURRENCIES, formatDecimal, minorUnitDecimals } from '../workflows/domain/money';
import type { PaymentStatus } from '../workflows/domain/payment';
import type { RefundStatus } from '../workflows/domain/refund';
import { PAYLINES } from './cart';

/**
 * How a member reads where a payment stands. `{merchant}` and `{gateway}` are filled in where it is shown, and so is money:
 * `{whole}` that was paid, of which `{given}` was given back, `{taken}` taken back, and `{held}` is held; all in `{currency}`.
 */
export interface Words {
  /** For a list: two or three words. */
  readonly label: string;
  readonly title: string;
  readonly text: string;
  /** `plain`: it is so, and there is neither anything to wait for nor to be glad or afraid of. */
  readonly tone: 'waiting' | 'good' | 'bad' | 'plain';
  /** Nothing more is expected to happen by itself: whoever waits may go on. */
  readonly settled: boolean;
}

/** From which side the payer comes back from the gateway. */
export type Place = 'return' | 'cancel';

const STATUSES: Readonly<Record<PaymentStatus, Words>> = {
  created: {
    label: 'Being prepared',
    title: 'Your payment is being prepared',
    text: 'We are asking {gateway} to open it. This takes a moment.',
    tone: 'waiting',
    settled: false,
  },
  awaiting_payer: {
    label: 'Not paid yet',
    title: 'Waiting for {gateway}',
    text: '{gateway} has not confirmed a payment yet. If you have paid, this usually takes a few seconds. You need not wait here: it is noted as soon as {gateway} confirms it.',
    tone: 'waiting',
    settled: false,
  },
  processing: {
    label: 'On its way',
    title: 'Your payment is on its way',
    text: '{gateway} has it and has not released it yet. That may take some days. You need do nothing, and should not pay again.',
    tone: 'waiting',
    settled: false,
  },
  paid: {
    label: 'Paid',
    title: 'Paid. Thank you!',
    text: 'Your payment has arrived and is noted in your cart.',
    tone: 'good',
    settled: true,
  },
  partially_refunded: {
    label: 'Partly given back',
    title: 'A part went back to you',
    text: 'A part of this payment went back to you. The rest still counts as paid.',
    tone: 'good',
    settled: true,
  },
  refunded: {
    label: 'Given back',
    title: 'Given back',
    text: '{merchant} has given this payment back to you through {gateway}, where it may take some days to show. Your cart shows whether something is due again.',
    tone: 'good',
    settled: true,
  },
  disputed: {
    label: 'In dispute',
    title: 'This payment is in dispute',
    text: '{gateway} has a case about it, and decides there. Until then your cart stays as it is.',
    tone: 'waiting',
    settled: true,
  },
  charged_back: {
    label: 'Taken back',
    title: 'This payment was taken back',
    text: 'The money went back through {gateway}. Your cart shows whether something is due again.',
    tone: 'plain',
    settled: true,
  },
  failed: {
    label: 'Failed',
    title: 'The payment did not go through',
    text: '{gateway} says that no money was paid. You can try again, or pay in another way.',
    tone: 'bad',
    settled: true,
  },
  cancelled: {
    label: 'Cancelled',
    title: 'This payment was cancelled',
    text: 'Nothing was paid. Should money arrive for it after all, it is not lost: {merchant} sees it.',
    tone: 'bad',
    settled: true,
  },
  expired: {
    label: 'Expired',
    title: 'The time to pay is over',
    text: 'No payment has arrived. You can start a new one. Should money arrive for this one after all, it is not lost: {merchant} sees it.',
    tone: 'bad',
    settled: true,
  },
  needs_review: {
    label: 'Being looked at',
    title: 'Your money has arrived, and {merchant} is looking at it',
    text: 'It is not quite what was asked for, so a person decides what becomes of it. Nothing is lost, and you need not pay again.',
    tone: 'waiting',
    settled: true,
  },
};

/** Why a try came to nothing, by the gateway's word: in the widget, on PayPal's page, or on the payer's phone. */
const WHY_DECLINED: Readonly<Record<string, string>> = {
  instrument_declined: '{gateway} could not use the card or account that you chose.',
  insufficient_fund: 'The account did not hold enough money for it.',
  // KKiaPay says this of a busy system and of a payer who has another request open (kkiapay/js-sdk).
  processing_error:
    '{gateway} was busy, or another request was still open on your phone. Please wait a moment before the next try.',
  payment_declined: '{gateway} says that it was declined.',
  declined: '{gateway} says that it was declined.',
  card_declined: 'The bank declined the card.',
  card_fraudulent: 'The card was not accepted.',
  transaction_error: 'Something went wrong at {gateway}.',
  transaction_refused: '{gateway} refused it.',
  invalid_number: 'The phone number was not accepted.',
  payer_cannot_pay: '{gateway} does not let this account pay for it.',
  payer_account_restricted: '{gateway} does not let this account pay for it.',
  transaction_limit_exceeded: 'It is more than this account may pay.',
};

/** The gateway's words for what only the merchant can mend. */
const UP_TO_THE_MERCHANT = [
  'not_authorized',
  'payee_account_invalid',
  'payee_account_locked_or_closed',
  'payee_account_restricted',
  'payee_not_consented',
  'transaction_receiving_limit_exceeded',
];

/**
 * What a status means in more particular circumstances, as `place.status`, `status.*` (for any reason), `status.reason` or
 * `status by kind` of the next action, `status unanswered` once a prompt's time is over, and `status given`, `taken`, `given and taken`
 * or `held` by what became of its money; the more particular words replace the others.
 */
const MORE_PRECISELY: Readonly<Record<string, Partial<Words>>> = {
  'cancel.awaiting_payer': {
    title: 'Nothing paid so far',
    text: 'We know of no payment so far. You can go on paying, or leave it for now.',
  },
  'awaiting_payer.*': {
    label: 'Last try failed',
    title: 'That try did not go through',
    text: '{gateway} did not take the payment. You can try again, or pay in another way.',
    tone: 'bad',
  },
  'awaiting_payer.redirect_payer_for_alternate_funding': {
    text: '{gateway} could not use the card or account that you chose. You can try again with another one, or pay in another way.',
  },
  'awaiting_payer.payer_action_required': {
    label: 'One more step',
    title: 'One more step is needed',
    text: '{gateway} wants something more from you before it takes the payment, such as your bank’s confirmation. You can go on, or pay in another way.',
    tone: 'waiting',
  },
  'awaiting_payer.capturing': {
    label: 'Being taken',
    title: 'Your payment is being taken',
    text: 'You have approved it, and {gateway} has not answered yet. You need do nothing, and should not pay again.',
    tone: 'waiting',
  },
  'awaiting_payer by prompt': {
    label: 'Waiting for your phone',
    title: 'Look at your phone',
    text: 'A request to pay was sent to {phone}. Please approve it there with your PIN. If nothing appears, open the mobile money menu and look for a request that waits.',
    tone: 'waiting',
  },
  'awaiting_payer unanswered': {
    label: 'No answer yet',
    title: 'No answer yet',
    text: 'If you approve the request on {phone} now, it still counts. {gateway} has told us of no payment so far.',
  },
  'processing.echeck': {
    text: 'Your bank is still sending the money to {gateway}. That may take some days. You need do nothing, and should not pay again.',
  },
  'processing.pending': {
    text: '{gateway} is waiting for the bank or the mobile network. You need do nothing, and should not pay again.',
  },
  'processing.pending_review': {
    text: '{gateway} is checking it. That may take a day or two. You need do nothing, and should not pay again.',
  },
  'paid.late_payment': {
    text: 'Your payment arrived after its time was over. It is noted in your cart all the same.',
  },
  'partially_refunded given': {
    title: '{given} of {whole} {currency} was given back',
    text: '{merchant} has given it back to you through {gateway}, where it may take some days to show. Your cart shows whether something is due again.',
  },
  'partially_refunded taken': {
    label: 'Partly taken back',
    title: '{taken} of {whole} {currency} was taken back',
    text: 'It went back through {gateway}. Your cart shows whether something is due again.',
    tone: 'plain',
  },
  'partially_refunded given and taken': {
    label: 'Partly back',
    title: '{given} of {whole} {currency} was given back, and {taken} taken back',
    text: 'Both went back through {gateway}. Your cart shows whether something is due again.',
    tone: 'plain',
  },
  'refunded given': { title: '{given} {currency} was given back' },
  'charged_back taken': { title: '{taken} {currency} was taken back' },
  'charged_back given and taken': { title: '{given} of {whole} {currency} was given back, and {taken} taken back' },
  'disputed held': {
    title: '{held} of {whole} {currency} is in dispute',
    text: '{gateway} holds it until the case is decided. Until then your cart stays as it is, and you need not pay again.',
  },
  'failed.opening_failed': {
    text: 'It could not be opened at {gateway}, so nothing was paid. You can try again, or pay in another way.',
  },
  'failed.max_number_of_payment_attempts_exceeded': {
    text: '{gateway} takes no more tries for this payment, and says that no money was paid. You can start a new one, or pay in another way.',
  },
  ...Object.fromEntries(
    UP_TO_THE_MERCHANT.map((reason) => [
      `failed.${reason}`,
      {
        text: '{gateway} takes no payments for {merchant} at the moment, and nothing was paid. Please pay in another way, or tell {merchant}.',
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(WHY_DECLINED).flatMap(([reason, why]) => [
      [`awaiting_payer.${reason}`, { text: `${why} You can try again, or pay in another way.` }],
      [
        `failed.${reason}`,
        { text: `${why} {gateway} says that you were not charged. You can try again, or pay in another way.` },
      ],
    ]),
  ),
};

/** What became of money that the merchant gives back, as the rest of a sentence that begins with the sum. */
const REFUNDS: Readonly<Record<RefundStatus, Pick<Words, 'text' | 'tone'>>> = {
  pending: { text: 'is on its way back to you', tone: 'waiting' },
  succeeded: { text: 'was given back', tone: 'good' },
  failed: { text: 'could not be given back; {merchant} was told', tone: 'plain' },
};

/** What gateways are called, in the order in which a member is offered them. `apart`: the longer name, where another one of the same label can be chosen beside it. */
export type GatewayLabels = Readonly<Record<string, { readonly label: string; readonly apart?: string }>>;

/** Why a gateway that the merchant uses cannot be chosen now, by the code with which the API would refuse: what follows its name. */
const WHY_NOT: Readonly<Record<string, string>> & { readonly any: string } = {
  gateway_not_enabled: 'is not available at the moment',
  currency_not_supported: 'does not take {currency}',
  amount_not_supported: 'cannot take {money}',
  method_not_supported: 'cannot be used for this payment',
  any: 'is not available at the moment',
};

/** What the button says that leads the payer back to the gateway. */
const GO_ON = { first: 'Go on paying with {gateway}', again: 'Try again with {gateway}' };

/** What the scripts of the pages are given. */
export interface ScriptWords {
  readonly STATUSES: typeof STATUSES;
  readonly MORE_PRECISELY: typeof MORE_PRECISELY;
  readonly REFUNDS: typeof REFUNDS;
  readonly PAYLINES: typeof PAYLINES;
  readonly GO_ON: typeof GO_ON;
  readonly WHY_NOT: typeof WHY_NOT;
  readonly GATEWAYS: GatewayLabels;
  readonly DECIMALS: Readonly<Record<string, number>>;
}

export interface Standing {
  readonly status: PaymentStatus;
  readonly reason: string | null;
  /** What the gateway is called. */
  readonly gatewayLabel: string;
  readonly nextAction: NextAction | null;
  readonly currency: Currency;
  /** What was paid and what became of it; minor units. */
  readonly captured: number;
  readonly refunded: number;
  readonly disputed: number;
  readonly chargedBack: number;
}

/** The words for where a payment stands. `tellsGiven`: the title says how much was given back. */
export function describeStanding(
  standing: Standing,
  { place, merchant }: { place: Place; merchant: string },
): Words & { readonly tellsGiven: boolean } {
  const { status, reason, gatewayLabel, nextAction, currency } = standing;
  const words = {
    ...STATUSES[status],
    ...MORE_PRECISELY[`${place}.${status}`],
    ...MORE_PRECISELY[`${status} by ${nextAction?.kind ?? ''}`],
    ...MORE_PRECISELY[`${status} ${whatBecameOf(standing)}`],
    ...(standing.disputed > 0 ? MORE_PRECISELY[`${status} held`] : {}),
    ...(reason === null ? {} : { ...MORE_PRECISELY[`${status}.*`], ...MORE_PRECISELY[`${status}.${reason}`] }),
  };
  const phone = nextAction?.kind === 'prompt' ? nextAction.to : '';
  const figure = (amount: number) => formatDecimal({ amount, currency }, minorUnitDecimals(currency)) ?? String(amount);
  // By functions: as text, a `$&` in a merchant's name would mean something.
  const fill = (text: string) =>
    text
      .replaceAll('{merchant}', () => merchant)
      .replaceAll('{gateway}', () => gatewayLabel)
      .replaceAll('{phone}', () => phone)
      .replaceAll('{currency}', () => currency)
      .replaceAll('{whole}', () => figure(standing.captured))
      .replaceAll('{given}', () => figure(standing.refunded))
      .replaceAll('{taken}', () => figure(standing.chargedBack))
      .replaceAll('{held}', () => figure(standing.disputed));
  return { ...words, title: fill(words.title), text: fill(words.text), tellsGiven: words.title.includes('{given}') };
}

function whatBecameOf({ refunded, chargedBack }: Standing): string {
  return [refunded > 0 && 'given', chargedBack > 0 && 'taken'].filter((word) => word !== false).join(' and ');
}

/** What became of money that is given back, as the rest of a sentence that begins with the sum. */
export function describeRefund(status: RefundStatus, { merchant }: { merchant: string }): string {
  return REFUNDS[status].text.replaceAll('{merchant}', () => merchant);
}

/** The payer's last try was declined, and the payer may act again. */
export function mayTryAgain({ status, reason, nextAction }: Standing): boolean {
  const wasDeclined = reason !== null && reason !== 'capturing';
  return status === 'awaiting_payer' && wasDeclined && nextAction !== null && nextAction.kind !== 'prompt';
}

/** The label of the button that leads back to the gateway; null where none belongs. Who comes from paying is not asked to pay again. */
export function goOnLabel(standing: Standing, place: Place): string | null {
  const { nextAction, gatewayLabel } = standing;
  if (nextAction === null || nextAction.kind === 'prompt') return null;
  const again = mayTryAgain(standing);
  if (place === 'return' && !again) return null;
  return (again ? GO_ON.again : GO_ON.first).replaceAll('{gateway}', () => gatewayLabel);
}

/** The same words and the currencies' decimals for the scripts of the pages, so that both sides of a page say the same. */
export function wordsForScripts(gateways: GatewayLabels): ScriptWords {
  return {
    STATUSES,
    MORE_PRECISELY,
    REFUNDS,
    PAYLINES,
    GO_ON,
    WHY_NOT,
    GATEWAYS: Object.fromEntries(
      Object.entries(gateways).map(([name, { label, apart }]) => [
        name,
        apart === undefined ? { label } : { label, apart },
      ]),
    ),
    DECIMALS: Object.fromEntries(CURRENCIES.map((currency) => [currency, minorUnitDecimals(currency)])),
  };
}
