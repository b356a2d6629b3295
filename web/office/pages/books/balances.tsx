import { Page } from '../../ui/page';
import { t } from '../../words';

export function BalancesPage() {
  return <Page title={t('books.balances')}>{null}</Page>;
}
