import { idOf } from '../paypal-standard/random-ids';

/** What has become of a capture, in PayPal's words. */
export interface Standing {
  readonly status: 'COMPLETED' | 'PENDING' | 'DECLINED';
  readonly reason: string | null;
}

export const COMPLETED: Standing = { status: 'COMPLETED', reason: null };
export const DECLINED: Standing = { status: 'DECLINED', reason: null };
const ECHECK: Standing = { status: 'PENDING', reason: 'ECHECK' };
const REVIEW: Standing = { status: 'PENDING', reason: 'PENDING_REVIEW' };

const DAY_MS = 24 * 60 * 60 * 1000;
const ECHECK_TAKES_MS = 3 * DAY_MS;
const REVIEW_TAKES_MS = DAY_MS;

/** What a buyer does, or that they go away. */
export type Plan =
  | { readonly kind: 'cancels' }
  | {
      readonly kind: 'approves';
      /** Whether the browser goes back to the merchant. */
      readonly returns: boolean;
      readonly approvalEvent: 'sent' | 'lost';
      /** The first card is declined when the merchant takes the money; whoever comes back to the page has another. */
      readonly firstCardDeclined: boolean;
      /** What the capture is at once, in the order PayPal says it. */
      readonly capture: readonly [Standing, ...Standing[]];
      /** What it becomes by itself, after PayPal's time. */
      readonly later: { readonly afterMs: number; readonly standing: Standing } | null;
      readonly events: 'once' | 'twice_newest_first';
    };

export interface Buyer {
  readonly key: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: string;
  /** Shown on the page: what will happen when they are chosen. */
  readonly does: string;
  readonly plan: Plan;
}

const AT_ONCE = {
  kind: 'approves',
  returns: true,
  approvalEvent: 'sent',
  firstCardDeclined: false,
  capture: [COMPLETED],
  later: null,
  events: 'once',
} as const satisfies Plan;

/** The test buyers. Who is chosen decides everything: nothing here is random. */
export const BUYERS: readonly Buyer[] = [
  {
    key: 'anne',
    firstName: 'Anne',
    lastName: 'Martin',
    country: 'FR',
    does: 'Approves and goes back to the merchant. The capture is completed at once.',
    plan: AT_ONCE,
  },
  {
    key: 'bruno',
    firstName: 'Bruno',
    lastName: 'Keller',
    country: 'DE',
    does: 'Pays by eCheck. The capture is pending; it clears three days later, or when you clear it on the control page.',
    plan: { ...AT_ONCE, capture: [ECHECK], later: { afterMs: ECHECK_TAKES_MS, standing: COMPLETED } },
  },
  {
    key: 'chantal',
    firstName: 'Chantal',
    lastName: 'Dubois',
    country: 'FR',
    does: 'Pays by eCheck. The capture is pending; it bounces three days later (DECLINED), or when you bounce it on the control page.',
    plan: { ...AT_ONCE, capture: [ECHECK], later: { afterMs: ECHECK_TAKES_MS, standing: DECLINED } },
  },
  {
    key: 'denis',
    firstName: 'Denis',
    lastName: 'Petit',
    country: 'FR',
    does: 'Approves, but his card is declined when the money is taken (INSTRUMENT_DECLINED). Sent back to this page, he has another card.',
    plan: { ...AT_ONCE, firstCardDeclined: true },
  },
  {
    key: 'farid',
    firstName: 'Farid',
    lastName: 'Benali',
    country: 'FR',
    does: 'The capture goes into review. Pending; completed a day later, or when you finish the review.',
    plan: { ...AT_ONCE, capture: [REVIEW], later: { afterMs: REVIEW_TAKES_MS, standing: COMPLETED } },
  },
  {
    key: 'gilles',
    firstName: 'Gilles',
    lastName: 'Moreau',
    country: 'FR',
    does: 'The capture goes into review. Pending; rejected a day later (DECLINED), or when you reject it.',
    plan: { ...AT_ONCE, capture: [REVIEW], later: { afterMs: REVIEW_TAKES_MS, standing: DECLINED } },
  },
  {
    key: 'hana',
    firstName: 'Hana',
    lastName: 'Novák',
    country: 'CZ',
    does: 'Approves, then closes the tab. The merchant learns it from the webhook only.',
    plan: { ...AT_ONCE, returns: false },
  },
  {
    key: 'ivan',
    firstName: 'Ivan',
    lastName: 'Petrov',
    country: 'BG',
    does: 'Approves and goes back to the merchant, but the webhook that says so is lost.',
    plan: { ...AT_ONCE, approvalEvent: 'lost' },
  },
  {
    key: 'jana',
    firstName: 'Jana',
    lastName: 'Horvat',
    country: 'HR',
    does: 'Pending for a moment, then completed. All webhooks come twice, completed before pending.',
    plan: { ...AT_ONCE, capture: [REVIEW, COMPLETED], events: 'twice_newest_first' },
  },
  {
    key: 'karim',
    firstName: 'Karim',
    lastName: 'Haddad',
    country: 'FR',
    does: 'Approves, but the capture is answered DECLINED: it is over, and no money came.',
    plan: { ...AT_ONCE, capture: [DECLINED] },
  },
  {
    key: 'lea',
    firstName: 'Léa',
    lastName: 'Roux',
    country: 'FR',
    does: 'Changes her mind: back to the merchant by “Cancel”, nothing approved, nothing sent.',
    plan: { kind: 'cancels' },
  },
];

export function findBuyer(key: string): Buyer | undefined {
  return BUYERS.find((buyer) => buyer.key === key);
}

export function nameOf(buyer: Buyer): string {
  return `${buyer.firstName} ${buyer.lastName}`;
}

/** PayPal's id of the buyer. */
export function payerIdOf(buyer: Buyer): string {
  return idOf(emailOf(buyer));
}

export function emailOf({ key }: Buyer): string {
  return `${key}@buyer.example`;
}
