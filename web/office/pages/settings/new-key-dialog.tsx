import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Dialog } from '../../ui/dialog';
import { Choice, TextBox } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { Secret } from '../../ui/secret';
import { t } from '../../words';

type Scope = Schema<'Scope'>;
const SCOPES: readonly Scope[] = ['read', 'payments', 'refunds', 'accounts', 'admin'];
const LIVES = ['none', '30', '90', '365'] as const;
type Life = (typeof LIVES)[number];
const DAY_MS = 86_400_000;

/** Makes a key, and shows its secret this once. */
export function NewKeyDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  const [life, setLife] = useState<Life>('none');
  const command = useCommand((body: Schema<'NewKey'>, headers) => answerOf(api.POST('/v1/keys', { body, headers })), {
    changes: ['/v1/keys'],
  });
  if (command.answer !== undefined)
    return (
      <Dialog title={t('keys.made', { name: command.answer.name })} onClose={onClose} mustAnswer>
        <Secret secret={command.answer.secretKey} warning={t('keys.once')} onDone={onClose} />
      </Dialog>
    );
  const send = () => {
    const until = life === 'none' ? {} : { expiresAt: new Date(Date.now() + Number(life) * DAY_MS).toISOString() };
    command.run({ name: name.trim(), scopes: [...scopes], ...until });
  };
  const toggle = (scope: Scope) =>
    setScopes(scopes.includes(scope) ? scopes.filter((other) => other !== scope) : [...scopes, scope]);
  return (
    <Dialog title={t('keys.make')} onClose={onClose}>
      <Form
        action={t('keys.make')}
        onSend={send}
        onCancel={onClose}
        isRunning={command.isRunning}
        isDisabled={name.trim() === '' || scopes.length === 0}
        trouble={command.trouble}
        wrong={command.wrong}
        fields={['name']}
      >
        <TextBox
          label={t('keys.name')}
          description={t('keys.name_for')}
          value={name}
          onChange={setName}
          error={errorOf(command.wrong, 'name')}
          autoFocus
        />
        <fieldset className="explained">
          <legend className="label">{t('keys.scopes')}</legend>
          {SCOPES.map((scope) => (
            <label key={scope} className="tick">
              <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
              <span>
                <b>{t(`scope.${scope}`)}</b>
                <span className="note">{t(`scope_may.${scope}`)}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Choice
          label={t('keys.until')}
          options={LIVES.map((key) => ({ key, text: t(`key_life.${key}`) }))}
          value={life}
          onChange={setLife}
        />
      </Form>
    </Dialog>
  );
}
