import type { ReactNode } from 'react';
import { t } from '../words';
import { Button } from './button';
import { Dialog } from './dialog';
import { Trouble } from './trouble';

interface ConfirmProps {
  readonly title: string;
  /** What will be otherwise afterwards. */
  readonly children: ReactNode;
  /** What happens, on the button. */
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly isRunning: boolean;
  readonly trouble: string | null;
  readonly isGrave?: boolean;
}

/** Asks once more before something that is not easily undone. */
export function Confirm(props: ConfirmProps) {
  const { title, children, action, onConfirm, onClose, isRunning, trouble, isGrave = true } = props;
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="form">
        <p>{children}</p>
        <Trouble text={trouble} />
        <div className="actions">
          <Button kind={isGrave ? 'danger' : 'primary'} onPress={onConfirm} isRunning={isRunning}>
            {action}
          </Button>
          <Button kind="quiet" onPress={onClose}>
            {t('shell.cancel')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
