import { Page } from '../../ui/page';
import { t } from '../../words';

export function PaymentsPage() {
  return <Page title={t('menu.payments')}>{null}</Page>;
}
