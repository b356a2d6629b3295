import type { Fact } from './fact';
import type { Channel } from './gateway';
import { FEE_REMARKS } from './remark';

/** A fact as an unverified message tells of it. */
export type ClaimedFact = Pick<Fact, 'gatewayReference' | 'kind' | 'qualifier' | 'amount' | 'currency'>;

/** What must be recorded for an unverified message to say nothing new, so that nobody need be asked about it. */
export type Claim = {
  /** The gateway's ids of the money, or of its checkout, that the message is about. */
  readonly references: readonly string[];
  /** While one of these was noted about its money and no fact of `answers` is known, the message may bring the answer. */
  readonly remarks: readonly string[];
  readonly answers: readonly Fact['kind'][];
} & (
  | { readonly money: { readonly reference: string | null; readonly kind: 'payment_captured' } }
  /** Without any, the message always says something new. */
  | { readonly facts: readonly ClaimedFact[] }
);

/** So often a hint of a browser is asked about, though it was answered: its payer comes back each time something may have happened. */
const MOST_QUESTIONS_PER_HINT = 20;

/** What a message of this channel claims. A browser's return claims only that its money exists. */
export function claimOf(
  channel: Channel,
  { references, facts }: { readonly references: readonly string[]; readonly facts: readonly ClaimedFact[] },
): Claim {
  const fee = { references, remarks: FEE_REMARKS, answers: ['fee_charged', 'payer_fee_charged'] } as const;
  return isBroughtBack(channel)
    ? { ...fee, money: { reference: references[0] ?? null, kind: 'payment_captured' } }
    : {
        ...fee,
        facts: facts.map(({ gatewayReference, kind, qualifier, amount, currency }) => ({
          gatewayReference,
          kind,
          qualifier,
          amount,
          currency,
        })),
      };
}

/** How often in all a message is asked about that was answered and comes again, while its payment's money is not known; null: it is not. */
export function mostQuestions(channel: Channel): number | null {
  return channel === 'poll' ? MOST_QUESTIONS_PER_HINT : null;
}

function isBroughtBack(channel: Channel): boolean {
  return channel === 'pdt' || channel === 'poll';
}
