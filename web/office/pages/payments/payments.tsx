import { useFilters } from '../../address';
import { Page } from '../../ui/page';
import { Tick } from '../../ui/fields';
import { t } from '../../words';
import { filterOf } from './filter';
import { PaymentFilters } from './filters';
import { PaymentList, StartLink } from './list';
import { PaymentSides } from './sides';
import { SavedViews } from './views';

/** All payments, those that a filter shows, and what they sum up to. */
export function PaymentsPage() {
  const [address, change] = useFilters();
  const filter = filterOf(address);
  return (
    <Page title={t('menu.payments')} actions={<StartLink />}>
      <PaymentSides />
      <SavedViews filter={filter} />
      <PaymentFilters />
      <Tick isSelected={address['columns'] !== undefined} onChange={(all) => change({ columns: all ? 'all' : '' })}>
        {t('payments.all_columns')}
      </Tick>
      <PaymentList key={JSON.stringify(filter)} filter={filter} />
    </Page>
  );
}
