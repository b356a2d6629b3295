import { t } from '../words';
import { Button } from './button';

/** Brings the next rows of a list, where there are any. */
export function More({ more }: { readonly more: (() => void) | null }) {
  return more === null ? null : (
    <p className="actions">
      <Button onPress={more}>{t('shell.more')}</Button>
    </p>
  );
}
