import { Page } from '../../ui/page';
import { t } from '../../words';

export function DisputesPage() {
  return <Page title={t('books.disputes')}>{null}</Page>;
}
