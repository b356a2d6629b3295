import { findSequence, listEvents, numberEvents } from '../../books/events';
import type { Database } from '../../prisma/client';
import { readEventViews } from '../http/event-data';
import * as schemas from '../http/event-schemas';
import { readCursor, toPage } from '../http/paging';
import { notFound } from '../http/problems';
import { route } from '../http/routing';
import { list } from '../http/schemas';

export function merchantEventRoutes({ db }: { readonly db: Database }) {
  /** The number that a list begins after. */
  async function beginningOf(
    merchantId: string,
    { after, cursor }: { after?: string | undefined; cursor?: string | undefined },
  ): Promise<number> {
    if (cursor !== undefined) return Number(readCursor({ limit: 0, cursor }));
    if (after === undefined || after === '0') return 0;
    const sequence = await findSequence(db, merchantId, after);
    if (sequence === null) throw notFound('event');
    return sequence;
  }

  return [
    route({
      operationId: 'listEvents',
      method: 'get',
      path: '/v1/events',
      summary: 'List what happened, oldest first',
      detail:
        'To catch up, ask for what came after the last event that you have. An event is listed once no smaller `sequence` can appear. Kept for 90 days.',
      right: 'read_work',
      query: schemas.eventFilter,
      answers: { 200: list(schemas.event) },
      refusals: ['not_found'],
      async handle({ caller: { merchantId }, query }) {
        await numberEvents(db);
        const after = await beginningOf(merchantId, query);
        const rows = await listEvents(db, merchantId, query.type ?? null, { after, limit: query.limit });
        const view = await readEventViews(db, rows.slice(0, query.limit));
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, view) };
      },
    }),
  ];
}
