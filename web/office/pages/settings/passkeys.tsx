import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { useList } from '../../listing';
import { makePasskey } from '../../shell/passkey';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { Dialog } from '../../ui/dialog';
import { TextBox } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { Answered, Section } from '../../ui/page';
import { Table } from '../../ui/table';
import { When } from '../../ui/time';
import { t } from '../../words';

type Passkey = Schema<'Passkey'>;
const CHANGES = ['/v1/session', '/v1/session/passkeys', '/v1/people'];

/** The devices by which the person comes in. */
export function Passkeys() {
  const { query } = useList('/v1/session/passkeys', {});
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const add = <Button onPress={() => setAdding(true)}>{t('passkeys.add')}</Button>;
  return (
    <Section title={t('passkeys.title')} actions={add}>
      <p>{t('passkeys.text')}</p>
      <Answered query={query}>
        {(passkeys) =>
          passkeys.length === 0 ? null : (
            <Table
              caption={t('passkeys.title')}
              rows={passkeys}
              keyOf={({ id }) => id}
              columns={[
                { key: 'name', title: t('passkeys.name'), isName: true, cell: ({ name }) => name },
                { key: 'since', title: t('passkeys.since'), cell: ({ createdAt }) => <When at={createdAt} /> },
                { key: 'used', title: t('keys.used'), cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
                {
                  key: 'actions',
                  title: t('people.actions'),
                  cell: (passkey) => (
                    <Button
                      kind="quiet"
                      onPress={() => setRemoving(passkey)}
                      label={t('passkeys.remove_of', { name: passkey.name })}
                    >
                      {t('passkeys.remove')}
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Answered>
      {isAdding && <Add onClose={() => setAdding(false)} />}
      {removing !== null && <Remove passkey={removing} onClose={() => setRemoving(null)} />}
    </Section>
  );
}

function Add({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const command = useCommand(
    async (label: string, headers) => {
      const question = await answerOf(api.POST('/v1/session/passkeys/options', { headers }));
      const passkey = await makePasskey(question);
      return answerOf(api.POST('/v1/session/passkeys', { body: { name: label, passkey: passkey as never }, headers }));
    },
    { changes: CHANGES, done: (made) => t('passkeys.added', { name: made.name }), then: onClose },
  );
  return (
    <Dialog title={t('passkeys.add')} onClose={onClose}>
      <Form
        action={t('passkeys.add')}
        onSend={() => command.run(name.trim())}
        onCancel={onClose}
        isRunning={command.isRunning}
        isDisabled={name.trim() === ''}
        trouble={command.trouble}
        wrong={command.wrong}
        fields={['name']}
      >
        <TextBox
          label={t('passkeys.name')}
          description={t('passkeys.name_for')}
          value={name}
          onChange={setName}
          error={errorOf(command.wrong, 'name')}
          autoFocus
        />
      </Form>
    </Dialog>
  );
}

function Remove({ passkey, onClose }: { readonly passkey: Passkey; readonly onClose: () => void }) {
  const { id, name } = passkey;
  const command = useCommand(
    (which: string, headers) =>
      answerOf(api.DELETE('/v1/session/passkeys/{id}', { params: { path: { id: which } }, headers })),
    { changes: CHANGES, done: () => t('passkeys.removed', { name }), then: onClose },
  );
  return (
    <Confirm
      title={t('passkeys.remove_of', { name })}
      action={t('passkeys.remove')}
      onConfirm={() => command.run(id)}
      onClose={onClose}
      isRunning={command.isRunning}
      trouble={command.trouble}
    >
      {t('passkeys.remove_text')}
    </Confirm>
  );
}
