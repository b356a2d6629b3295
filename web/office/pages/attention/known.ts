import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';

/** What an item names; null: it names none. */
export interface Known {
  readonly payment: Schema<'Payment'> | null;
  readonly dispute: Schema<'Dispute'> | null;
  /** With who paid by it. */
  readonly message: Schema<'Notification'> | null;
  /** Whom a proposal gives the money to. */
  readonly member: Schema<'Member'> | null;
}

/** Reads all that an item names, so that no sentence about it is shown by halves. */
export function useKnown({ payment, dispute, notification, proposal, others }: Schema<'AttentionItem'>) {
  const member = [proposal, ...others].map(({ body }) => body?.['member']).find((id) => typeof id === 'string') ?? null;
  return useQuery({
    queryKey: ['/v1/attention', { payment, dispute, notification, member }],
    queryFn: async ({ signal }): Promise<Known> => {
      const at = (id: string) => ({ params: { path: { id } }, signal });
      const [ofPayment, ofDispute, messages, ofMember] = await Promise.all([
        payment === null ? null : answerOf(api.GET('/v1/payments/{id}', at(payment))),
        dispute === null ? null : answerOf(api.GET('/v1/disputes/{id}', at(dispute))),
        notification === null
          ? null
          : answerOf(api.GET('/v1/notifications', { params: { query: { q: notification, limit: 1 } }, signal })),
        member === null ? null : answerOf(api.GET('/v1/members/{id}', at(member))),
      ]);
      return { payment: ofPayment, dispute: ofDispute, message: messages?.data[0] ?? null, member: ofMember };
    },
  });
}
