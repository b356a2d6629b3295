/** What has become of a payment, in PayPal's words. */
export interface Standing {
  readonly status: string;
  readonly pendingReason: string | null;
  readonly reasonCode: string | null;
}

export const COMPLETED: Standing = { status: 'Completed', pendingReason: null, reasonCode: null };
const ECHECK: Standing = { status: 'Pending', pendingReason: 'echeck', reasonCode: null };
const REVIEW: Standing = { status: 'Pending', pendingReason: 'paymentreview', reasonCode: null };

const DAY_MS = 24 * 60 * 60 * 1000;
const ECHECK_TAKES_MS = 3 * DAY_MS;
const REVIEW_TAKES_MS = DAY_MS;

/** How a buyer pays, or that he cannot. */
export type Plan =
  | { readonly kind: 'declined' }
  | {
      readonly kind: 'pays';
      readonly paymentType: 'instant' | 'echeck';
      /** What the payment is at once, in the order PayPal says it. */
      readonly first: readonly [Standing, ...Standing[]];
      /** What it becomes by itself, after PayPal's time. */
      readonly later: { readonly afterMs: number; readonly standing: Standing } | null;
      /** Whether his browser goes back to the merchant. */
      readonly returns: boolean;
      readonly messages: 'once' | 'lost' | 'thrice_newest_first';
      /** The charset of the messages, whatever the form says. */
      readonly charset: string | null;
    };

/** The plan of a buyer who can. */
export type Paying = Extract<Plan, { kind: 'pays' }>;

export interface Buyer {
  readonly key: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Shown on the page: what will happen when he is chosen. */
  readonly does: string;
  readonly address: {
    readonly street: string;
    readonly zip: string;
    readonly city: string;
    readonly country: string;
    readonly code: string;
  };
  readonly plan: Plan;
}

const AT_ONCE = {
  kind: 'pays',
  paymentType: 'instant',
  first: [COMPLETED],
  later: null,
  returns: true,
  messages: 'once',
  charset: null,
} as const satisfies Plan;

const lyon = { street: '1 rue de la République', zip: '69001', city: 'Lyon', country: 'France', code: 'FR' };

/** The test buyers. Who is chosen decides everything: nothing here is random. */
export const BUYERS: readonly Buyer[] = [
  {
    key: 'anne',
    firstName: 'Anne',
    lastName: 'Martin',
    does: 'Pays by account. Completed at once, one IPN, back to the merchant.',
    address: lyon,
    plan: AT_ONCE,
  },
  {
    key: 'bruno',
    firstName: 'Bruno',
    lastName: 'Keller',
    does: 'Pays by eCheck. Pending now; it clears three days later, or when you clear it on the control page.',
    address: { street: 'Hauptstr. 5', zip: '10827', city: 'Berlin', country: 'Germany', code: 'DE' },
    plan: {
      ...AT_ONCE,
      paymentType: 'echeck',
      first: [ECHECK],
      later: { afterMs: ECHECK_TAKES_MS, standing: COMPLETED },
    },
  },
  {
    key: 'chantal',
    firstName: 'Chantal',
    lastName: 'Dubois',
    does: 'Pays by eCheck. Pending now; it bounces three days later (Failed), or when you bounce it on the control page.',
    address: lyon,
    plan: {
      ...AT_ONCE,
      paymentType: 'echeck',
      first: [ECHECK],
      later: { afterMs: ECHECK_TAKES_MS, standing: { status: 'Failed', pendingReason: null, reasonCode: null } },
    },
  },
  {
    key: 'denis',
    firstName: 'Denis',
    lastName: 'Petit',
    does: 'His card is declined. He stays on this page and may choose another way; nothing is sent.',
    address: lyon,
    plan: { kind: 'declined' },
  },
  {
    key: 'elodie',
    firstName: 'Élodie',
    lastName: 'Jörg',
    does: 'Completed at once. Her name and address come in windows-1252, whatever charset the form asked for.',
    address: { street: '12 rue de l’Œuvre', zip: '1003', city: 'Zürich', country: 'Switzerland', code: 'CH' },
    plan: { ...AT_ONCE, charset: 'windows-1252' },
  },
  {
    key: 'farid',
    firstName: 'Farid',
    lastName: 'Benali',
    does: 'Goes into payment review. Pending now; Completed a day later, or when you finish the review.',
    address: lyon,
    plan: { ...AT_ONCE, first: [REVIEW], later: { afterMs: REVIEW_TAKES_MS, standing: COMPLETED } },
  },
  {
    key: 'gilles',
    firstName: 'Gilles',
    lastName: 'Moreau',
    does: 'Goes into payment review. Pending now; rejected a day later (Reversed), or when you reject it.',
    address: lyon,
    plan: {
      ...AT_ONCE,
      first: [REVIEW],
      later: { afterMs: REVIEW_TAKES_MS, standing: { status: 'Reversed', pendingReason: null, reasonCode: 'other' } },
    },
  },
  {
    key: 'hana',
    firstName: 'Hana',
    lastName: 'Novák',
    does: 'Pays, then closes the tab. Completed; the merchant learns it from the IPN only.',
    address: { street: 'Dlouhá 7', zip: '110 00', city: 'Praha', country: 'Czech Republic', code: 'CZ' },
    plan: { ...AT_ONCE, returns: false },
  },
  {
    key: 'ivan',
    firstName: 'Ivan',
    lastName: 'Petrov',
    does: 'Pays and goes back to the merchant, but the IPN is lost. Completed; only PDT tells.',
    address: { street: '3 Vitosha Blvd', zip: '1000', city: 'Sofia', country: 'Bulgaria', code: 'BG' },
    plan: { ...AT_ONCE, messages: 'lost' },
  },
  {
    key: 'jana',
    firstName: 'Jana',
    lastName: 'Horvat',
    does: 'Pending for a moment, then Completed. Both IPNs arrive three times, Completed before Pending.',
    address: { street: 'Ilica 1', zip: '10000', city: 'Zagreb', country: 'Croatia', code: 'HR' },
    plan: { ...AT_ONCE, first: [REVIEW, COMPLETED], messages: 'thrice_newest_first' },
  },
];

export function findBuyer(key: string): Buyer | undefined {
  return BUYERS.find((buyer) => buyer.key === key);
}

export function nameOf(buyer: Buyer): string {
  return `${buyer.firstName} ${buyer.lastName}`;
}
