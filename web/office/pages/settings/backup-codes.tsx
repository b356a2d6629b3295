import { Button } from '../../ui/button';
import { Copy } from '../../ui/copy';
import { t } from '../../words';

interface BackupCodesProps {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}

/** Codes that are good once each, for when the app is lost; they are shown this once. */
export function BackupCodes({ codes, onDone }: BackupCodesProps) {
  return (
    <div className="form">
      <p className="standing notice" data-tone="waiting" role="status">
        {t('factor.codes_text')}
      </p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="actions">
        <Button kind="primary" onPress={onDone}>
          {t('secret.kept')}
        </Button>
        <Copy kind="quiet" text={codes.join('\n')} label={t('factor.copy_codes')} />
        <Button kind="quiet" onPress={() => print()}>
          {t('factor.print')}
        </Button>
      </div>
    </div>
  );
}
