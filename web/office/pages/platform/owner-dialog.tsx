import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Dialog } from '../../ui/dialog';
import { TextBox } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { moment, t } from '../../words';

interface OwnerDialogProps {
  /** Its first owner, or one in the place of those who cannot come in any more. */
  readonly kind: 'owner' | 'recovery';
  readonly merchant: Schema<'Merchant'>;
  readonly onClose: () => void;
}

/** Names an address that is to be an owner of an association. */
export function OwnerDialog({ kind, merchant, onClose }: OwnerDialogProps) {
  const [email, setEmail] = useState('');
  const params = { path: { id: merchant.id } };
  const command = useCommand(
    async (body: { email: string }, headers) => {
      if (kind === 'owner') {
        await answerOf(api.POST('/v1/merchants/{id}/invitations', { params, body, headers }));
        return t('people.sent', body);
      }
      const { dueAt } = await answerOf(api.POST('/v1/merchants/{id}/recovery', { params, body, headers }));
      return t('platform.recovering', { email: body.email, at: moment(dueAt) });
    },
    { changes: ['/v1/merchants'], done: (said) => said, then: onClose },
  );
  return (
    <Dialog
      title={t(kind === 'owner' ? 'platform.invite_of' : 'platform.recover_of', { name: merchant.name })}
      onClose={onClose}
    >
      <Form
        action={t(kind === 'owner' ? 'people.send' : 'platform.begin')}
        onSend={() => command.run({ email: email.trim() })}
        onCancel={onClose}
        isRunning={command.isRunning}
        isDisabled={email.trim() === ''}
        trouble={command.trouble}
        wrong={command.wrong}
      >
        <p>{t(kind === 'owner' ? 'platform.invite_text' : 'platform.recover_text')}</p>
        <TextBox
          label={t('people.email')}
          type="email"
          value={email}
          onChange={setEmail}
          error={errorOf(command.wrong, 'email')}
          autoFocus
        />
      </Form>
    </Dialog>
  );
}
