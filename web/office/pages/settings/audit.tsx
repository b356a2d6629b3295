import { Page } from '../../ui/page';
import { t } from '../../words';

export function AuditPage() {
  return <Page title={t('settings.audit')}>{null}</Page>;
}
