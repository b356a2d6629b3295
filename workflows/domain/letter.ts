import type { Currency, Money } from './money';
import type { AttentionKind } from './remedies';
import type { DisabledReason } from './webhook';

export const LETTER_KINDS = [
  'invitation',
  'member_sign_in',
  'password_reset',
  'step_up_code',
  'recovery',
  'money_arrived',
  'money_given_back',
  'reminder',
  'account_disabled',
  'webhook_disabled',
  'attention_digest',
] as const;
/** What a letter is about. */
export type LetterKind = (typeof LETTER_KINDS)[number];

export const LETTER_LOCALES = ['en', 'fr'] as const;
export type LetterLocale = (typeof LETTER_LOCALES)[number];

/** Money as a letter tells it to the member whose it is. */
interface MemberMoney {
  readonly merchant: string;
  readonly member: string;
  /** In minor units. */
  readonly amount: number;
  readonly currency: Currency;
}

/** Matters of one kind that wait for a person at a merchant, with the sums that they are about, one of each currency. */
export interface Waiting {
  readonly kind: AttentionKind;
  readonly count: number;
  readonly sums: readonly Money[];
}

/**
 * What the words of each kind are filled with. `url` is the letter's one link that acts; `merchant` and `member` are names; instants are
 * ISO 8601, and are told in `timeZone`.
 */
export interface LetterData {
  readonly invitation: {
    readonly merchant: string;
    readonly role: 'owner' | 'treasurer' | 'desk' | 'accountant';
    /** Who invites, where a person does. */
    readonly inviter: string | null;
    readonly url: string;
    readonly expiresAt: string;
    readonly timeZone: string;
  };
  readonly member_sign_in: { readonly merchant: string; readonly url: string; readonly minutes: number };
  readonly password_reset: { readonly url: string; readonly minutes: number };
  readonly step_up_code: { readonly code: string; readonly minutes: number };
  /** To each owner: `address` will be invited as an owner at `invitedAt`, unless `url` is used before. */
  readonly recovery: {
    readonly merchant: string;
    readonly address: string;
    readonly url: string;
    readonly invitedAt: string;
    readonly timeZone: string;
  };
  readonly money_arrived: MemberMoney;
  readonly money_given_back: MemberMoney;
  /** `amount` is due; `url` pays it. */
  readonly reminder: MemberMoney & { readonly url: string };
  /** `gateway` as people call it; `reason` in the gateway's own words, where it gave any. */
  readonly account_disabled: {
    readonly merchant: string;
    readonly gateway: string;
    readonly reason: string | null;
  };
  /** `host`: whose machine took nothing any more. */
  readonly webhook_disabled: { readonly merchant: string; readonly host: string; readonly reason: DisabledReason };
  readonly attention_digest: { readonly merchant: string; readonly waiting: readonly Waiting[] };
}

/** Letters to a merchant's own people about its affairs. */
export type StaffLetterKind = 'account_disabled' | 'webhook_disabled' | 'attention_digest';

/** What a letter says: its kind with what the words of that kind are filled with. */
export type Letter<Kind extends LetterKind = LetterKind> = {
  [Each in Kind]: { readonly kind: Each; readonly data: LetterData[Each] };
}[Kind];

/** The next digest is due a day later, and counts anew. */
const DIGEST_HOLDS_MS = 24 * 3_600_000;

/** From when on a letter would help nobody, because its link, code or count has expired; null: it never comes too late. */
export function endOfUse(letter: Letter, queuedAt: Date): Date | null {
  switch (letter.kind) {
    case 'member_sign_in':
    case 'password_reset':
    case 'step_up_code':
      return new Date(queuedAt.getTime() + letter.data.minutes * 60_000);
    case 'invitation':
      return new Date(letter.data.expiresAt);
    case 'recovery':
      return new Date(letter.data.invitedAt);
    case 'money_arrived':
    case 'money_given_back':
    case 'reminder':
    case 'account_disabled':
    case 'webhook_disabled':
      return null;
    case 'attention_digest':
      return new Date(queuedAt.getTime() + DIGEST_HOLDS_MS);
  }
}

/** What became of one try to send a letter: a mail server took it, refused it for good, or neither; then it may take it later. */
export interface Posting {
  readonly outcome: 'sent' | 'refused' | 'later';
  /** In the server's own words, where it spoke. */
  readonly answer: string;
}
