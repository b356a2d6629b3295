import { Page } from '../../ui/page';
import { t } from '../../words';

export function PeoplePage() {
  return <Page title={t('settings.people')}>{null}</Page>;
}
