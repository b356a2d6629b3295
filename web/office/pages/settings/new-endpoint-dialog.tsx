import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Dialog } from '../../ui/dialog';
import { Form } from '../../ui/form';
import { Secret } from '../../ui/secret';
import { t } from '../../words';
import { EndpointFields, FIELDS_OF_ENDPOINT } from './endpoint-fields';
import type { EndpointDraft } from './endpoint-fields';

/** Adds an address that is told of what happens, and shows this once the secret by which it knows us. */
export function NewEndpointDialog({ onClose }: { readonly onClose: () => void }) {
  const [draft, setDraft] = useState<EndpointDraft>({ url: '', description: '', types: ['payment.paid'] });
  const command = useCommand(
    (body: Schema<'NewWebhookEndpoint'>, headers) => answerOf(api.POST('/v1/webhook-endpoints', { body, headers })),
    { changes: ['/v1/webhook-endpoints'] },
  );
  if (command.answer !== undefined)
    return (
      <Dialog title={t('webhooks.added')} onClose={onClose} mustAnswer>
        <Secret secret={command.answer.secret} warning={t('webhooks.once')} onDone={onClose} />
      </Dialog>
    );
  const { url, description, types } = draft;
  const about = description.trim() === '' ? {} : { description: description.trim() };
  return (
    <Dialog title={t('webhooks.add')} onClose={onClose} isWide>
      <Form
        action={t('webhooks.add')}
        onSend={() => command.run({ url: url.trim(), types: [...types], ...about })}
        onCancel={onClose}
        isRunning={command.isRunning}
        isDisabled={url.trim() === '' || types.length === 0}
        trouble={command.trouble}
        wrong={command.wrong}
        fields={FIELDS_OF_ENDPOINT}
      >
        <EndpointFields draft={draft} onChange={setDraft} wrong={command.wrong} />
      </Form>
    </Dialog>
  );
}
