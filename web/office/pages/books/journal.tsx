import { Page } from '../../ui/page';
import { t } from '../../words';

export function JournalPage() {
  return <Page title={t('menu.books')}>{null}</Page>;
}
