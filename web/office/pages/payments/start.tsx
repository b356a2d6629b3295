import { Page } from '../../ui/page';
import { t } from '../../words';

export function StartPage() {
  return <Page title={t('payments.start')}>{null}</Page>;
}
