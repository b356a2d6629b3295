import { Page } from '../../ui/page';
import { t } from '../../words';

export function AssociationPage() {
  return <Page title={t('menu.settings')}>{null}</Page>;
}
