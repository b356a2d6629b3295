import { useState } from 'react';
import { TextBox } from '../../ui/fields';
import { Form } from '../../ui/form';
import { t } from '../../words';

interface PasswordFormProps {
  readonly action: string;
  readonly onSend: (password: string) => void;
  readonly onCancel: () => void;
  readonly isRunning: boolean;
  readonly trouble: string | null;
}

/** Asks for the password before something that changes how one comes in. */
export function PasswordForm({ onSend, ...form }: PasswordFormProps) {
  const [password, setPassword] = useState('');
  return (
    <Form {...form} onSend={() => onSend(password)} isDisabled={password === ''}>
      <TextBox
        label={t('step_up.password')}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        autoFocus
      />
    </Form>
  );
}
