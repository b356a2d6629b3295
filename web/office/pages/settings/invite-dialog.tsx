import { useState } from 'react';
import { answerOf, api } from '../../api';
import { useCommand } from '../../command';
import type { Role } from '../../session';
import { Dialog } from '../../ui/dialog';
import { TextBox } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { t } from '../../words';
import { RoleChoice } from './role-choice';

/** Sends somebody a letter by which they come in. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('desk');
  const command = useCommand(
    (body: { email: string; role: Role }, headers) => answerOf(api.POST('/v1/invitations', { body, headers })),
    {
      changes: ['/v1/invitations'],
      done: (made) => t('people.sent', { email: made.email }),
      then: onClose,
    },
  );
  return (
    <Dialog title={t('people.invite')} onClose={onClose}>
      <Form
        action={t('people.send')}
        onSend={() => command.run({ email: email.trim(), role })}
        onCancel={onClose}
        isRunning={command.isRunning}
        isDisabled={email.trim() === ''}
        trouble={command.trouble}
        wrong={command.wrong}
        fields={['email']}
      >
        <TextBox
          label={t('people.email')}
          description={t('people.email_for')}
          type="email"
          value={email}
          onChange={setEmail}
          error={errorOf(command.wrong, 'email')}
          autoFocus
        />
        <RoleChoice value={role} onChange={setRole} />
      </Form>
    </Dialog>
  );
}
