import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { merchantReading, useStanding } from '../../session';
import { t } from '../../words';

type Change = Schema<'MerchantChange'>;

/** Some settings while they are being changed. What is left as it was is not sent. */
export function useMerchantDraft() {
  const { merchant } = useStanding();
  const [draft, setDraft] = useState<Change>({});
  const queries = useQueryClient();
  const command = useCommand((body: Change, headers) => answerOf(api.PATCH('/v1/merchant', { body, headers })), {
    changes: ['/v1/merchant', '/v1/session'],
    done: () => t('settings.saved'),
    then(saved) {
      // The page shows what was saved before it is read anew.
      queries.setQueryData(merchantReading.queryKey, saved);
      setDraft({});
    },
  });
  const isSame = (name: keyof Change) => JSON.stringify(draft[name]) === JSON.stringify(merchant[name]);
  const changed = (Object.keys(draft) as (keyof Change)[]).filter((name) => !isSame(name));
  return {
    /** The settings as they will be. */
    settings: { ...merchant, ...draft },
    change: (fields: Change) => setDraft((before) => ({ ...before, ...fields })),
    form: {
      action: t('shell.save'),
      onSend: () => command.run(Object.fromEntries(changed.map((name) => [name, draft[name]]))),
      isRunning: command.isRunning,
      isDisabled: changed.length === 0,
      trouble: command.trouble,
      wrong: command.wrong,
    },
  };
}
