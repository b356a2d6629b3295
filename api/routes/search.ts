import type { z } from 'zod';
import { listMembers } from '../../books/members';
import { findMessagesBy, findPaymentsBy, findRefundsBy } from '../../books/search';
import type { Database } from '../../prisma/client';
import { describeMoney } from '../../workflows/domain/money';
import { readClueOf } from '../desks/seeking';
import { route } from '../http/routing';
import { searchFilter, searchResult } from '../http/search-schemas';

/** So many of each kind are shown: who looks for something looks at the first ones, or types more. */
const MOST_OF_A_KIND = 10;

type Found = z.input<typeof searchResult>['data'];

export function searchRoutes({ db }: { readonly db: Database }) {
  async function search(merchantId: string, q: string): Promise<Found> {
    const clue = await readClueOf(db, merchantId, q);
    const [members, payments, refunds, messages] = await Promise.all([
      listMembers(db, merchantId, { q }, { before: null, limit: MOST_OF_A_KIND }),
      findPaymentsBy(db, merchantId, clue, MOST_OF_A_KIND),
      findRefundsBy(db, merchantId, clue, MOST_OF_A_KIND),
      findMessagesBy(db, merchantId, clue, MOST_OF_A_KIND),
    ]);
    return [
      ...members.slice(0, MOST_OF_A_KIND).map(({ id, name, email, phone, reference }) => ({
        ...{ kind: 'member' as const, id, title: name },
        subtitle: joined(reference, email, phone),
      })),
      ...payments.map(({ id, memberName, gateway, status, ...money }) => ({
        ...{ kind: 'payment' as const, id, title: joined(describeMoney(money), memberName) },
        subtitle: joined(status, gateway),
      })),
      ...refunds.map(({ id, memberName, gateway, status, ...money }) => ({
        ...{ kind: 'refund' as const, id, title: joined(describeMoney(money), memberName) },
        subtitle: joined(status, gateway),
      })),
      ...messages.map(({ id, gateway, state, amount, currency, gatewayReference }) => ({
        ...{ kind: 'notification' as const, id },
        title: amount === null || currency === null ? (gatewayReference ?? id) : describeMoney({ amount, currency }),
        subtitle: joined(state, gateway),
      })),
    ];
  }

  return [
    route({
      operationId: 'search',
      method: 'get',
      path: '/v1/search',
      summary: 'Find members, payments, refunds and notifications by what is known of them',
      detail: `At most ${MOST_OF_A_KIND} of each, the newest first.`,
      right: 'read_work',
      query: searchFilter,
      answers: { 200: searchResult },
      async handle({ caller, query }) {
        return { status: 200, body: { data: await search(caller.merchantId, query.q) } };
      },
    }),
  ];
}

function joined(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(' · ');
}
