import type { Schema } from '../../api';
import { day, isSaid, language, money, t } from '../../words';
import type { Known } from './known';

type AttentionItem = Schema<'AttentionItem'>;
type Proposal = Schema<'Proposal'>;

/** In few words, what it is. */
export const titleOf = ({ code }: AttentionItem): string =>
  isSaid(`attention.title.${code}`) ? t(`attention.title.${code}`) : t('attention.title.message');

/** The sum that it is about, or null where it is about none. */
export function sumOf({ sums: [sum] }: AttentionItem): string | null {
  return sum === undefined ? null : money(sum.amount, sum.currency);
}

/** Codes of which the API says more in a sentence of its own; so it does of messages, whose codes are many. */
const EXPLAINED = new Set(['disabled_account', 'failing_webhook', 'gateway_remark', 'message']);

/** Why it is here, in one sentence. `own`: the currency of the books. */
export function reasonFor(item: AttentionItem, { payment, dispute }: Known, own: string): string {
  const { gateway, sums, detail } = item;
  const values = {
    sum: sumOf(item) ?? '',
    asked: payment === null ? '' : money(payment.amount, payment.currency),
    gateway: gateway === null ? '' : t(`gateway.${gateway}`),
    currency: sums[0]?.currency ?? '',
    own,
  };
  if (item.code === 'dispute_opened' && typeof dispute?.answerBy === 'string')
    return t('attention.why.dispute_answer_by', { ...values, date: day(dispute.answerBy) });
  const code = isSaid(`attention.why.${item.code}`) ? item.code : 'message';
  const sentence = t(`attention.why.${code}`, values);
  // The detail is English.
  return language() === 'en' && EXPLAINED.has(code) ? `${sentence} (${detail})` : sentence;
}

/** What each way out is, for the words that are said of it. */
export type Way =
  | 'keep'
  | 'write_off'
  | 'read'
  | 'give_back'
  | 'give_back_again'
  | 'cancel'
  | 'retry'
  | 'give_up'
  | 'lost'
  | 'withdrawn'
  | 'attach'
  | 'dismiss'
  | 'check'
  | 'test'
  | 'enable'
  | 'at_gateway'
  | 'later';

/** Where accepting is about a sum that a member shall have. */
const KEPT = new Set([
  'duplicate_payment',
  'currency_mismatch',
  'amount_mismatch',
  'late_payment',
  'refund_at_gateway_only',
  'reversal_excess',
]);

/** Which way out a proposal of the API is. */
export function wayOf({ code }: AttentionItem, { action, body }: Proposal): Way {
  switch (action) {
    case 'accept':
      if (code === 'refund_exceeds_payment') return 'write_off';
      return KEPT.has(code) ? 'keep' : 'read';
    case 'refund':
      return code === 'refund_failed' ? 'give_back_again' : 'give_back';
    case 'resolve_dispute':
      return body?.['outcome'] === 'lost' ? 'lost' : 'withdrawn';
    default:
      return action;
  }
}

const DAY_MS = 86_400_000;

/** So many days are left until a moment; 0: it is the last, or over. */
export const daysUntil = (at: string): number =>
  Math.max(0, Math.floor((new Date(at).getTime() - Date.now()) / DAY_MS));
