import { Page } from '../../ui/page';
import { t } from '../../words';

export function MembersPage() {
  return <Page title={t('menu.members')}>{null}</Page>;
}
