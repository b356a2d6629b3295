import { Page } from '../../ui/page';
import { t } from '../../words';

export function WebhooksPage() {
  return <Page title={t('settings.webhooks')}>{null}</Page>;
}
