import type { AskingPlace } from '../../books/attention';
import type { Database } from '../../prisma/client';
import type { Vault } from '../../vault/vault';
import { readAttention } from '../desks/attention';
import type { RefundDesk } from '../desks/refunding';
import { attentionFilter, attentionItem } from '../http/attention-schemas';
import { Problem } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import { viewMessagesWith } from './notifications';

export interface AttentionDependencies {
  readonly db: Database;
  readonly vault: Vault;
  readonly refunds: RefundDesk;
}

export function attentionRoutes({ db, vault, refunds }: AttentionDependencies) {
  const view = viewMessagesWith(vault);
  const payerOf = (message: Parameters<typeof view>[0]) => view(message).payer;

  return [
    route({
      operationId: 'listAttention',
      method: 'get',
      path: '/v1/attention',
      summary: 'List what asks for a person, oldest first, with what would end it',
      detail: 'Each proposal is a call that would be accepted now, by the rules that refuse it otherwise.',
      right: 'read_work',
      query: attentionFilter,
      answers: { 200: schemas.list(attentionItem) },
      async handle({ caller, query: { kind, limit, cursor } }) {
        const page = { after: readPlace(cursor), limit };
        const { items, last } = await readAttention({ db, refunds, payerOf }, caller.merchantId, kind, page);
        return { status: 200, body: { data: items, nextCursor: last && cursorOf(last) } };
      },
    }),
  ];
}

/** A cursor is the place of the last row shown: its microsecond and its id. */
const cursorOf = ({ sinceUs, id }: AskingPlace): string => Buffer.from(`${sinceUs} ${id}`).toString('base64url');

function readPlace(cursor: string | undefined): AskingPlace | null {
  if (cursor === undefined) return null;
  const [, sinceUs, id = ''] =
    /^(\d{1,16})(?: ([\w:-]{1,64}))?$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (sinceUs === undefined)
    throw new Problem('invalid_request', 'query: cursor: not a cursor of this list', {
      errors: [{ path: 'cursor', message: 'not a cursor of this list' }],
    });
  return { sinceUs: Number(sinceUs), id };
}
