import { Page } from '../../ui/page';
import { t } from '../../words';

export function MemberPage() {
  return <Page title={t('members.one')}>{null}</Page>;
}
