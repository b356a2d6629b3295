import { Page } from '../../ui/page';
import { t } from '../../words';

export function ImportPage() {
  return <Page title={t('members.import')}>{null}</Page>;
}
