import { Page } from '../../ui/page';
import { t } from '../../words';

export function WebhookPage() {
  return <Page title={t('settings.webhook')}>{null}</Page>;
}
