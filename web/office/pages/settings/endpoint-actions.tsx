import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { Dialog } from '../../ui/dialog';
import { Form } from '../../ui/form';
import { Secret } from '../../ui/secret';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';
import { EndpointFields, FIELDS_OF_ENDPOINT } from './endpoint-fields';
import type { EndpointDraft } from './endpoint-fields';

type Endpoint = Schema<'WebhookEndpoint'>;
interface OfEndpoint {
  readonly endpoint: Endpoint;
}
interface OverThePage extends OfEndpoint {
  readonly onClose: () => void;
}
const CHANGES = ['/v1/webhook-endpoints', '/v1/attention'];

/** What can be done with an endpoint. */
export function EndpointActions({ endpoint }: OfEndpoint) {
  const [open, setOpen] = useState<'edit' | 'rotate' | 'remove' | null>(null);
  const params = { path: { id: endpoint.id } };
  const test = useCommand(
    (_input: null, headers) => answerOf(api.POST('/v1/webhook-endpoints/{id}/test', { params, headers })),
    { changes: CHANGES, done: () => t('webhooks.tested') },
  );
  const change = useCommand(
    (body: { enabled: boolean }, headers) =>
      answerOf(api.PATCH('/v1/webhook-endpoints/{id}', { params, body, headers })),
    { changes: CHANGES, done: ({ enabled }) => t(enabled ? 'webhooks.is_on' : 'webhooks.is_off') },
  );
  const close = () => setOpen(null);
  const trouble = test.trouble ?? change.trouble;
  return (
    <>
      <Trouble text={trouble} />
      <div className="actions">
        <Button
          kind="primary"
          onPress={() => test.run(null)}
          isRunning={test.isRunning}
          reason={endpoint.enabled ? null : t('webhooks.off_first')}
        >
          {t('webhooks.test')}
        </Button>
        <Button onPress={() => setOpen('edit')}>{t('webhooks.edit')}</Button>
        <Button onPress={() => change.run({ enabled: !endpoint.enabled })} isRunning={change.isRunning}>
          {t(endpoint.enabled ? 'webhooks.switch_off' : 'webhooks.switch_on')}
        </Button>
        <Button onPress={() => setOpen('rotate')}>{t('webhooks.rotate')}</Button>
        <Button kind="quiet" onPress={() => setOpen('remove')}>
          {t('webhooks.remove')}
        </Button>
      </div>
      {open === 'edit' && <Edit endpoint={endpoint} onClose={close} />}
      {open === 'rotate' && <Rotate endpoint={endpoint} onClose={close} />}
      {open === 'remove' && <Remove endpoint={endpoint} onClose={close} />}
    </>
  );
}

function Edit({ endpoint, onClose }: OverThePage) {
  const { url, types } = endpoint;
  const [draft, setDraft] = useState<EndpointDraft>({ url, types, description: endpoint.description ?? '' });
  const command = useCommand(
    (body: Schema<'WebhookEndpointChange'>, headers) =>
      answerOf(api.PATCH('/v1/webhook-endpoints/{id}', { params: { path: { id: endpoint.id } }, body, headers })),
    { changes: CHANGES, done: () => t('settings.saved'), then: onClose },
  );
  const about = draft.description.trim();
  return (
    <Dialog title={t('webhooks.edit')} onClose={onClose} isWide>
      <Form
        action={t('shell.save')}
        onSend={() =>
          command.run({ url: draft.url.trim(), types: [...draft.types], description: about === '' ? null : about })
        }
        onCancel={onClose}
        isRunning={command.isRunning}
        trouble={command.trouble}
        wrong={command.wrong}
        fields={FIELDS_OF_ENDPOINT}
      >
        <EndpointFields draft={draft} onChange={setDraft} wrong={command.wrong} />
      </Form>
    </Dialog>
  );
}

function Rotate({ endpoint, onClose }: OverThePage) {
  const command = useCommand(
    (id: string, headers) =>
      answerOf(api.POST('/v1/webhook-endpoints/{id}/rotation', { params: { path: { id } }, headers })),
    { changes: CHANGES },
  );
  if (command.answer !== undefined)
    return (
      <Dialog title={t('webhooks.rotated')} onClose={onClose} mustAnswer>
        <Secret secret={command.answer.secret} warning={t('webhooks.once')} onDone={onClose} />
      </Dialog>
    );
  return (
    <Confirm
      title={t('webhooks.rotate')}
      action={t('webhooks.rotate')}
      onConfirm={() => command.run(endpoint.id)}
      onClose={onClose}
      isRunning={command.isRunning}
      trouble={command.trouble}
      isGrave={false}
    >
      {t('webhooks.rotate_text')}
    </Confirm>
  );
}

function Remove({ endpoint, onClose }: OverThePage) {
  const navigate = useNavigate();
  const command = useCommand(
    (id: string, headers) => answerOf(api.DELETE('/v1/webhook-endpoints/{id}', { params: { path: { id } }, headers })),
    {
      changes: ['/v1/attention'],
      done: () => t('webhooks.removed', { url: endpoint.url }),
      then: () => void navigate({ to: '/settings/webhooks' }),
    },
  );
  return (
    <Confirm
      title={t('webhooks.remove')}
      action={t('webhooks.remove')}
      onConfirm={() => command.run(endpoint.id)}
      onClose={onClose}
      isRunning={command.isRunning}
      trouble={command.trouble}
    >
      {t('webhooks.remove_text', { url: endpoint.url })}
    </Confirm>
  );
}
