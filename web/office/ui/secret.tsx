import { t } from '../words';
import { Button } from './button';
import { Copyable } from './copy';

interface SecretProps {
  readonly secret: string;
  /** Where it belongs, and that nobody can show it again. */
  readonly warning: string;
  readonly onDone: () => void;
}

/** A secret that is shown this once. */
export function Secret({ secret, warning, onDone }: SecretProps) {
  return (
    <div className="form">
      <p className="standing notice" data-tone="waiting" role="status">
        {warning}
      </p>
      <p className="secret">
        <Copyable text={secret} label={t('secret.copy')} />
      </p>
      <Button kind="primary" onPress={onDone}>
        {t('secret.kept')}
      </Button>
    </div>
  );
}
