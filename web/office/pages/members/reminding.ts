import { answerOf, api } from '../../api';
import { useCommand } from '../../command';
import { t } from '../../words';

/** Whom to remind; without members all who owe something. */
interface Asked {
  readonly members?: string[];
  /** Who was reminded within so many days is left out. */
  readonly notAgainDays: number;
}

/** Has letters sent to who owes something. */
export function useReminding(whom: 'one' | 'all') {
  return useCommand((body: Asked, headers) => answerOf(api.POST('/v1/reminders', { body, headers })), {
    changes: ['/v1/reminders'],
    done: ({ asked }) => (whom === 'all' ? null : t(asked === 0 ? 'members.remind_waits' : 'members.remind_queued')),
  });
}
