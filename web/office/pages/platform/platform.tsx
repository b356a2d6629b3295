import { Page } from '../../ui/page';
import { t } from '../../words';

export function PlatformPage() {
  return <Page title={t('menu.platform')}>{null}</Page>;
}
