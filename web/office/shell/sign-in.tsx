import { useState } from 'react';
import type { SyntheticEvent, ReactNode } from 'react';
import { Refusal } from '../../shared/client';
import { sentenceFor } from '../problems';
import { queries } from '../queries';
import { Button } from '../ui/button';
import { TextBox } from '../ui/fields';
import { Trouble } from '../ui/trouble';
import { language, t } from '../words';
import { chooseLanguage } from './choices';
import { assertPasskey } from './passkey';
import { askSignIn } from './signing';

type Step = 'password' | 'code' | 'backup' | 'forgot' | 'letter';

/** The door of the office. */
export default function SignIn() {
  const [step, setStep] = useState<Step>('password');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [methods, setMethods] = useState<readonly string[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isRunning, setRunning] = useState(false);

  async function attempt(work: () => Promise<void>): Promise<void> {
    setRunning(true);
    setTrouble(null);
    await work()
      .catch((error: unknown) => setTrouble(troubleOf(error, step)))
      .finally(() => setRunning(false));
  }
  const enter = () => queries.resetQueries();

  async function send(): Promise<void> {
    switch (step) {
      case 'password': {
        const { twoFactorRedirect = false, twoFactorMethods = ['totp'] } = await askSignIn('sign-in/email', {
          email,
          password,
        });
        if (!twoFactorRedirect) return enter();
        setMethods(twoFactorMethods);
        setStep('code');
        return;
      }
      case 'code':
        await askSignIn('two-factor/verify-totp', { code: code.replaceAll(' ', '') });
        return enter();
      case 'backup':
        await askSignIn('two-factor/verify-backup-code', { code: code.trim() });
        return enter();
      case 'forgot':
        await askSignIn('request-password-reset', { email });
        setStep('letter');
        return;
      case 'letter':
        return;
    }
  }
  async function byPasskey(): Promise<void> {
    const question = await askSignIn('two-factor/passkey-options');
    await askSignIn('two-factor/verify-passkey', { passkey: await assertPasskey(question) });
    return enter();
  }

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void attempt(send);
  };
  return (
    <main className="narrow">
      <form className="card form" onSubmit={submit} noValidate>
        <h1>{t(`sign_in.${step}`)}</h1>
        {step === 'password' && (
          <>
            <TextBox
              label={t('sign_in.email')}
              type="email"
              autoComplete="username"
              value={email}
              onChange={setEmail}
              autoFocus
            />
            <TextBox
              label={t('sign_in.password_field')}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={setPassword}
            />
          </>
        )}
        {(step === 'code' || step === 'backup') && (
          <TextBox
            label={t(`sign_in.${step}_field`)}
            inputMode={step === 'code' ? 'numeric' : 'text'}
            autoComplete="one-time-code"
            value={code}
            onChange={setCode}
            autoFocus
          />
        )}
        {step === 'forgot' && (
          <TextBox
            label={t('sign_in.email')}
            type="email"
            autoComplete="username"
            value={email}
            onChange={setEmail}
            autoFocus
          />
        )}
        {step === 'letter' && <p role="status">{t('sign_in.letter_text', { email })}</p>}
        <Trouble text={trouble} />
        {step !== 'letter' && (
          <Button type="submit" kind="primary" isRunning={isRunning}>
            {t(`sign_in.${step}_send`)}
          </Button>
        )}
        <p className="ways">
          {step === 'code' && methods.includes('passkey') && (
            <Way onPress={() => void attempt(byPasskey)}>{t('sign_in.passkey')}</Way>
          )}
          {step === 'code' && <Way onPress={() => setStep('backup')}>{t('sign_in.backup_way')}</Way>}
          {step === 'password' && <Way onPress={() => setStep('forgot')}>{t('sign_in.forgot_way')}</Way>}
          {step !== 'password' && <Way onPress={() => setStep('password')}>{t('sign_in.back')}</Way>}
          <Way onPress={() => chooseLanguage(language() === 'en' ? 'fr' : 'en')}>
            {language() === 'en' ? 'Français' : 'English'}
          </Way>
        </p>
      </form>
    </main>
  );
}

function Way({ onPress, children }: { readonly onPress: () => void; readonly children: ReactNode }) {
  return (
    <Button kind="quiet" onPress={onPress}>
      {children}
    </Button>
  );
}

/** A wrong address and a wrong password are told in the same words. */
function troubleOf(error: unknown, step: Step): string {
  if (error instanceof Refusal && [400, 401, 403].includes(error.status))
    return t(`sign_in.wrong_${step === 'password' ? 'password' : 'code'}`);
  return sentenceFor(error);
}
