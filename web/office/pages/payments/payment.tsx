import { Page } from '../../ui/page';
import { t } from '../../words';

export function PaymentPage() {
  return <Page title={t('payments.one')}>{null}</Page>;
}
