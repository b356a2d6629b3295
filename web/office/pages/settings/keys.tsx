import { Page } from '../../ui/page';
import { t } from '../../words';

export function KeysPage() {
  return <Page title={t('settings.keys')}>{null}</Page>;
}
