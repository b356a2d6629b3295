import { lazy, Suspense, useState } from 'react';
import { useCommand } from '../../command';
import type { Session } from '../../session';
import { askSignIn } from '../../shell/signing';
import { Copyable } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { TextBox } from '../../ui/fields';
import { Form } from '../../ui/form';
import { t } from '../../words';
import { BackupCodes } from './backup-codes';
import { askAnew, FACTOR_CHANGES, factorTrouble, mustHave } from './factor-asking';
import { PasswordForm } from './password-form';

// Drawing a code weighs as much as a page.
const Qr = lazy(async () => ({ default: (await import('../../ui/qr')).Qr }));

interface SetUpAppProps {
  readonly session: Session;
  readonly onClose: () => void;
}

/** What an app is told, and the codes for when it is lost. */
interface Told {
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

/** Sets up an app that shows codes, in three steps: the password, the app's first code, the backup codes. */
export function SetUpApp({ session, onClose }: SetUpAppProps) {
  const [isProven, setProven] = useState(false);
  const begin = useCommand(
    async (password: string): Promise<Told> => {
      const { totpURI, backupCodes } = await askSignIn('two-factor/enable', { password });
      return { totpURI: mustHave(totpURI), backupCodes: mustHave(backupCodes) };
    },
    { changes: [] },
  );
  const told = begin.answer;
  if (told === undefined)
    return (
      <Dialog title={t('factor.set_up')} onClose={onClose}>
        <PasswordForm
          action={t('factor.go_on')}
          onSend={begin.run}
          onCancel={onClose}
          isRunning={begin.isRunning}
          trouble={factorTrouble(begin.refusal, begin.trouble)}
        />
      </Dialog>
    );
  if (isProven)
    return (
      <Dialog title={t('factor.codes')} onClose={onClose} mustAnswer>
        <BackupCodes codes={told.backupCodes} onDone={onClose} />
      </Dialog>
    );
  return (
    <Dialog title={t('factor.scan')} onClose={onClose}>
      <FirstCode uri={told.totpURI} session={session} onProven={() => setProven(true)} onClose={onClose} />
    </Dialog>
  );
}

interface FirstCodeProps extends SetUpAppProps {
  readonly uri: string;
  readonly onProven: () => void;
}

function FirstCode({ uri, session, onProven, onClose }: FirstCodeProps) {
  const [code, setCode] = useState('');
  const prove = useCommand(
    async (typed: string) => {
      await askAnew('two-factor/verify-totp', { code: typed.replaceAll(' ', '') }, session);
      return true;
    },
    { changes: FACTOR_CHANGES, done: () => t('factor.is_on'), then: onProven },
  );
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  return (
    <Form
      action={t('factor.finish')}
      onSend={() => prove.run(code)}
      onCancel={onClose}
      isRunning={prove.isRunning}
      isDisabled={code.trim() === ''}
      trouble={factorTrouble(prove.refusal, prove.trouble)}
    >
      <p>{t('factor.scan_text')}</p>
      <Suspense fallback={<div className="qr" aria-hidden />}>
        <Qr text={uri} label={t('factor.qr')} />
      </Suspense>
      <p>{t('factor.type_text')}</p>
      <p className="secret">
        <Copyable text={secret} shown={secret.replace(/.{4}(?=.)/g, '$& ')} label={t('factor.copy')} />
      </p>
      <TextBox
        label={t('sign_in.code_field')}
        inputMode="numeric"
        autoComplete="one-time-code"
        value={code}
        onChange={setCode}
      />
    </Form>
  );
}
