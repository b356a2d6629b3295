import type { Source } from './transactions';

/** A test payer, and what will happen when they pay. */
export interface Payer {
  readonly key: string;
  readonly name: string;
  readonly does: string;
  readonly phone: string;
  readonly source: Source;
  readonly network: string;
  readonly ends: End;
  /** Whether the browser tells the page and goes to the callback; a closed tab does neither. */
  readonly returns: boolean;
  readonly webhook: 'sent' | 'lost';
}

/** How a transaction ends: at once, or after a while. */
export type End =
  | { readonly status: 'SUCCESS' }
  | { readonly status: 'FAILED'; readonly failureCode: string }
  | { readonly status: 'PENDING' };

const MTN = { source: 'MOBILE_MONEY', network: 'mtn-benin' } as const;
const MOOV = { source: 'MOBILE_MONEY', network: 'moov-benin' } as const;
const CARD = { source: 'CARD', network: 'visa-local', phone: '22960606060' } as const;
const AS_USUAL = { returns: true, webhook: 'sent' } as const;
const SUCCESS = { status: 'SUCCESS' } as const;
const failed = (failureCode: string): End => ({ status: 'FAILED', failureCode });

export const PAYERS: readonly [Payer, ...Payer[]] = [
  {
    key: 'awa',
    name: 'Awa Dossou',
    ...MTN,
    phone: '22961000000',
    ends: SUCCESS,
    ...AS_USUAL,
    does: 'MTN mobile money: paid at once, one webhook, back to the merchant',
  },
  {
    key: 'moussa',
    name: 'Moussa Bio',
    ...MOOV,
    phone: '22968000000',
    ends: SUCCESS,
    ...AS_USUAL,
    does: 'Moov mobile money: paid at once, one webhook, back to the merchant',
  },
  {
    key: 'edith',
    name: 'Édith Houngbédji',
    ...CARD,
    ends: SUCCESS,
    ...AS_USUAL,
    does: 'paid at once; KKiaPay gives no card payment back',
  },
  {
    key: 'benoit',
    name: 'Benoît Adjovi',
    ...MTN,
    phone: '22961000001',
    ends: failed('processing_error'),
    ...AS_USUAL,
    does: 'processing_error: the network is busy. Stays here and may try again',
  },
  {
    key: 'celine',
    name: 'Céline Akpo',
    ...MTN,
    phone: '22961000002',
    ends: failed('insufficient_fund'),
    ...AS_USUAL,
    does: 'insufficient_fund: too little on the wallet. Stays here and may try again',
  },
  {
    key: 'david',
    name: 'David Zinsou',
    ...MTN,
    phone: '22961000003',
    ends: failed('payment_declined'),
    ...AS_USUAL,
    does: 'payment_declined: says no on the phone. Stays here and may try again',
  },
  {
    key: 'fatou',
    name: 'Fatou Ndiaye',
    ...MTN,
    phone: '22997000000',
    ends: { status: 'PENDING' },
    ...AS_USUAL,
    does: 'the network is slow: PENDING, paid after two hours of its time or by button',
  },
  {
    key: 'gaston',
    name: 'Gaston Kpodo',
    ...MOOV,
    phone: '22995000000',
    ends: SUCCESS,
    returns: false,
    webhook: 'sent',
    does: 'paid, and closes the tab: webhook only',
  },
  {
    key: 'helene',
    name: 'Hélène Soglo',
    ...MTN,
    phone: '22961000000',
    ends: SUCCESS,
    returns: true,
    webhook: 'lost',
    does: 'paid, and the webhook is lost: event and callback only',
  },
];

export function findPayer(key: string): Payer | undefined {
  return PAYERS.find((payer) => payer.key === key);
}

/** The payers of one of the widget's methods. */
export function payersFor(paymentmethod: 'all' | 'momo' | 'card'): readonly Payer[] {
  return PAYERS.filter(({ source }) => paymentmethod === 'all' || (source === 'CARD') === (paymentmethod === 'card'));
}

/**
 * How the phone with this number answers a prompt, as in KKiaPay's sandbox: 00 pays, 01, 02 and 03 fail. Null for any other
 * number: nobody looks at that phone until told to.
 */
export function answerOf(phone: string): End | null {
  const suffix = /^229(?:01)?(?:61|97|68|95)0000(0[0-3])$/.exec(phone)?.[1];
  switch (suffix) {
    case '00':
      return SUCCESS;
    case '01':
      return failed('processing_error');
    case '02':
      return failed('insufficient_fund');
    case '03':
      return failed('payment_declined');
    default:
      return null;
  }
}

/** The network of a number in Benin; anything else counts as MTN's. */
export function networkOf(phone: string): 'mtn-benin' | 'moov-benin' {
  return /^229(?:01)?(?:45|5[58]|6[03458]|9[4589])/.test(phone) ? 'moov-benin' : 'mtn-benin';
}
