import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { announce } from '../../ui/announcements';
import { t } from '../../words';
import type { Way } from './sayings';

interface Chosen {
  readonly proposal: Schema<'Proposal'>;
  /** What the person wrote; empty: nothing. */
  readonly note: string;
  /** Whom the person chose, where the proposal needs somebody. */
  readonly member: string | null;
}

const NOTED: ReadonlySet<Way> = new Set([
  'keep',
  'write_off',
  'read',
  'give_back',
  'give_back_again',
  'give_up',
  'lost',
  'withdrawn',
  'dismiss',
]);
/** Whether the call takes what the person writes about it. */
export const takesNote = (way: Way): boolean => NOTED.has(way);

/** What answers otherwise when something was settled. */
const CHANGES = [
  '/v1/attention',
  '/v1/payments',
  '/v1/refunds',
  '/v1/disputes',
  '/v1/notifications',
  '/v1/members',
  '/v1/ledger',
  '/v1/gateway-accounts',
  '/v1/webhook-endpoints',
];

type Send = (
  path: string,
  init: { readonly body: object; readonly headers: object },
) => Promise<{ readonly data?: object; readonly error?: unknown; readonly response: Response }>;
const SEND: Readonly<Record<'POST' | 'PATCH', Send>> = {
  POST: api.POST as Send, // which call it is, the API says
  PATCH: api.PATCH as Send,
};

/** Does what the API proposed, exactly as it proposed it, with what only a person can say. */
export function useDoing(way: Way, onDone: () => void) {
  return useCommand(
    ({ proposal: { method, path, body }, note, member }: Chosen, headers) => {
      if (method === null || path === null) throw new Error('nothing can be done from here');
      const said = takesNote(way) && note.trim() !== '' ? { note: note.trim() } : {};
      const named = member === null ? {} : { member };
      return answerOf(SEND[method](path, { body: { ...body, ...named, ...said }, headers }));
    },
    {
      changes: CHANGES,
      done: (answer) => (hasFailed(answer) ? null : t(`attention.done.${way}`)),
      then(answer) {
        if (hasFailed(answer)) announce(t('attention.refund_failed_again'), 'bad');
        else onDone();
      },
    },
  );
}

/** A refund that the gateway refused is an answer, and no error. */
const hasFailed = (answer: object): boolean =>
  'status' in answer && 'feeReturned' in answer && answer.status === 'failed';
