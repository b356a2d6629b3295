import { Page } from '../../ui/page';
import { t } from '../../words';

export function GatewaysPage() {
  return <Page title={t('menu.gateways')}>{null}</Page>;
}
