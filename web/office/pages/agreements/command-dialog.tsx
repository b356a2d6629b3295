import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Dialog } from '../../ui/dialog';
import { TextBox } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { t } from '../../words';
import { termsOf, whoOf } from './sayings';

type Agreement = Schema<'Agreement'>;
export type Command = 'cancel' | 'suspension' | 'resumption';

interface CommandDialogProps {
  readonly agreement: Agreement;
  readonly command: Command;
  readonly onClose: () => void;
}

/** Ends an agreement, or has nothing collected for now, or has it collected again: the gateway is told first, and what it will do is said before. */
export function CommandDialog({ agreement: shown, command, onClose }: CommandDialogProps) {
  // What was said when it was opened holds to its end, also when the agreement moves on meanwhile.
  const [agreement] = useState(shown);
  const [note, setNote] = useState('');
  const values = { name: whoOf(agreement), terms: termsOf(agreement), gateway: t(`gateway.${agreement.gateway}`) };
  const telling = useCommand(
    (body: Schema<'AgreementCommand'>, headers) => send(command, agreement.id, body, headers),
    {
      changes: ['/v1/agreements', '/v1/attention'],
      done: ({ status }) => t(isObeyed(command, status) ? `agreements.done.${command}` : 'agreements.asked', values),
      then: onClose,
    },
  );
  return (
    <Dialog title={t(`agreements.do_title.${command}`)} onClose={onClose}>
      <Form
        action={t(`agreements.do_it.${command}`)}
        onSend={() => telling.run(note.trim() === '' ? {} : { note: note.trim() })}
        onCancel={onClose}
        cancel={t('payments.cancel_not')}
        isRunning={telling.isRunning}
        isGrave={command === 'cancel'}
        trouble={telling.trouble}
        wrong={telling.wrong}
        fields={['note']}
      >
        <p>{t(`agreements.do_text.${command}`, values)}</p>
        <TextBox
          label={t('members.note')}
          value={note}
          onChange={setNote}
          error={errorOf(telling.wrong, 'note')}
          description={t('agreements.note_for', values)}
        />
      </Form>
    </Dialog>
  );
}

/** The gateway may not have answered yet: then the agreement stands as before. */
function isObeyed(command: Command, status: Agreement['status']): boolean {
  if (command === 'cancel') return status === 'cancelled';
  return (status === 'suspended') === (command === 'suspension');
}

function send(
  command: Command,
  id: string,
  body: Schema<'AgreementCommand'>,
  headers: { readonly 'idempotency-key': string },
): Promise<Agreement> {
  const asked = { params: { path: { id } }, body, headers };
  switch (command) {
    case 'cancel':
      return answerOf(api.POST('/v1/agreements/{id}/cancel', asked));
    case 'suspension':
      return answerOf(api.POST('/v1/agreements/{id}/suspension', asked));
    case 'resumption':
      return answerOf(api.POST('/v1/agreements/{id}/resumption', asked));
  }
}
