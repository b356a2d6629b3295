import { answerOf, api } from '../../api';
import type { AnswerTo } from '../../api';
import type { PaymentFilter } from './filter';

export type PaymentPage = AnswerTo<'/v1/payments'>;

/** One page of the payments that a filter shows; the first one has the sums of all of them. */
export function askPayments(
  filter: PaymentFilter,
  cursor: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<PaymentPage> {
  const query = { ...filter, limit, ...(cursor === null ? { summary: '1' as const } : { cursor }) };
  return answerOf(api.GET('/v1/payments', { params: { query }, ...(signal && { signal }) }));
}
