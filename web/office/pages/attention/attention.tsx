import { Page } from '../../ui/page';
import { t } from '../../words';

export function AttentionPage() {
  return <Page title={t('menu.attention')}>{null}</Page>;
}
