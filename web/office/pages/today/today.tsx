import { Page } from '../../ui/page';
import { t } from '../../words';

/** What a treasurer wants to know first. */
export function TodayPage() {
  return <Page title={t('today.title')}>{null}</Page>;
}
