import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import { CURRENCIES, minorUnitDecimals } from '../../workflows/domain/money';
import type { PaymentStatus } from '../../workflows/domain/payment';

/** How a member reads where a payment stands. `{merchant}` and `{gateway}` are filled in where it is shown. */
export interface Words {
  /** For a list: two or three words. */
  readonly label: string;
  readonly title: string;
  readonly text: string;
  readonly tone: 'waiting' | 'good' | 'bad';
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
    title: 'A part was given back',
    text: '{merchant} has given a part of this payment back to you.',
    tone: 'good',
    settled: true,
  },
  refunded: {
    label: 'Given back',
    title: 'Given back',
    text: '{merchant} has given this payment back to you.',
    tone: 'good',
    settled: true,
  },
  disputed: {
    label: 'In dispute',
    title: 'This payment is in dispute',
    text: '{gateway} holds the money until the case about it is closed.',
    tone: 'bad',
    settled: true,
  },
  charged_back: {
    label: 'Taken back',
    title: 'This payment was taken back',
    text: 'The money went back to the payer.',
    tone: 'bad',
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

/** What a status means in more particular circumstances, as `place.status` or `status.reason`; the more particular words replace the others. */
const MORE_PRECISELY: Readonly<Record<string, Partial<Words>>> = {
  'cancel.awaiting_payer': {
    title: 'Nothing paid so far',
    text: 'We know of no payment so far. You can go on paying, or leave it for now.',
  },
  'processing.echeck': {
    text: 'Your bank is still sending the money to {gateway}. That may take some days. You need do nothing, and should not pay again.',
  },
  'paid.late_payment': {
    text: 'Your payment arrived after its time was over. It is noted in your cart all the same.',
  },
};

const GATEWAY_LABELS: Readonly<Record<string, string>> = { 'paypal-standard': 'PayPal', 'paypal-checkout': 'PayPal', kkiapay: 'KKiaPay' };
export function gatewayLabel(gateway: string): string {
  return GATEWAY_LABELS[gateway] ?? gateway;
}

export interface Standing {
  readonly status: PaymentStatus;
  readonly reason: string | null;
  readonly gateway: string;
}

export function describeStanding({ status, reason, gateway }: Standing, { place, merchant }: { place: Place; merchant: string }): Words {
  const words = { ...STATUSES[status], ...MORE_PRECISELY[`${place}.${status}`], ...MORE_PRECISELY[`${status}.${reason ?? ''}`] };
  // By functions: as text, a `$&` in a merchant's name would mean something.
  const fill = (text: string) => text.replaceAll('{merchant}', () => merchant).replaceAll('{gateway}', () => gatewayLabel(gateway));
  return { ...words, title: fill(words.title), text: fill(words.text) };
}

/** The same words and the currencies' decimals for the scripts of the pages, so that both sides of a page say the same. */
export function wordsForScripts(): unknown {
  return {
    STATUSES,
    MORE_PRECISELY,
    GATEWAYS: Object.fromEntries(GATEWAY_NAMES.map((name) => [name, gatewayLabel(name)])),
    DECIMALS: Object.fromEntries(CURRENCIES.map((currency) => [currency, minorUnitDecimals(currency)])),
  };
}
