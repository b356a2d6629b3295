import { readStatistics } from '../../books/statistics';
import type { Database } from '../../prisma/client';
import { route } from '../http/routing';
import { statistics, statisticsFilter } from '../http/statistics-schemas';

export function statisticsRoutes({ db }: { readonly db: Database }) {
  return [
    route({
      operationId: 'readStatistics',
      method: 'get',
      path: '/v1/statistics',
      summary: 'Sum what came and went, in the currency of the books',
      detail: 'Summed of the entries that were recorded in the period; of money in another currency nothing is in it.',
      right: 'read_work',
      query: statisticsFilter,
      answers: { 200: statistics },
      // Hundreds of days are read, and the entries that are not among their sums yet.
      weight: 'file',
      async handle({ caller, query: { by, from, to } }) {
        return { status: 200, body: await readStatistics(db, caller.merchantId, by, { from, to }) };
      },
    }),
  ];
}
