import { Page } from '../../ui/page';
import { t } from '../../words';

export function MePage() {
  return <Page title={t('settings.me')}>{null}</Page>;
}
