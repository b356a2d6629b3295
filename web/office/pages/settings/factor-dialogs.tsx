import { useCommand } from '../../command';
import type { Session } from '../../session';
import { askSignIn } from '../../shell/signing';
import { Dialog } from '../../ui/dialog';
import { t } from '../../words';
import { BackupCodes } from './backup-codes';
import { askAnew, FACTOR_CHANGES, factorTrouble, mustHave } from './factor-asking';
import { PasswordForm } from './password-form';

interface FactorDialogProps {
  readonly session: Session;
  readonly onClose: () => void;
}

/** Other backup codes; those before are good no more. */
export function NewBackupCodes({ onClose }: FactorDialogProps) {
  const command = useCommand(
    async (password: string) =>
      mustHave((await askSignIn('two-factor/generate-backup-codes', { password })).backupCodes),
    { changes: [] },
  );
  return (
    <Dialog title={t('factor.codes')} onClose={onClose} mustAnswer={command.answer !== undefined}>
      {command.answer !== undefined ? (
        <BackupCodes codes={command.answer} onDone={onClose} />
      ) : (
        <PasswordForm
          action={t('factor.new_codes')}
          onSend={command.run}
          onCancel={onClose}
          isRunning={command.isRunning}
          trouble={factorTrouble(command.refusal, command.trouble)}
        />
      )}
    </Dialog>
  );
}

/** Takes the app away; where the person has no passkey either, the password alone suffices again. */
export function RemoveApp({ session, onClose }: FactorDialogProps) {
  const command = useCommand(
    async (password: string) => {
      await askAnew('two-factor/disable', { password }, session);
      return true;
    },
    { changes: FACTOR_CHANGES, done: () => t('factor.removed'), then: onClose },
  );
  return (
    <Dialog title={t('factor.remove')} onClose={onClose}>
      <p>{t('factor.remove_text')}</p>
      <PasswordForm
        action={t('factor.remove')}
        onSend={command.run}
        onCancel={onClose}
        isRunning={command.isRunning}
        trouble={factorTrouble(command.refusal, command.trouble)}
      />
    </Dialog>
  );
}
