import { Link } from '@tanstack/react-router';
import { useStanding } from '../../session';
import { Page } from '../../ui/page';
import { t } from '../../words';
import { FirstSteps } from './first-steps';
import { GatewayHealth } from './gateway-health';
import { LastPayments } from './last-payments';
import { MoneyIn } from './money-in';
import { ToLookAt } from './to-look-at';

/** What a treasurer wants to know first: whether anything waits for them, and what came in. */
export function TodayPage() {
  const { role } = useStanding();
  const start = role !== 'accountant' && (
    <Link to="/payments/new" className="pressable">
      {t('page./payments/new')}
    </Link>
  );
  return (
    <Page title={t('today.title')} actions={start}>
      <FirstSteps />
      <div className="columns">
        <ToLookAt />
        <GatewayHealth />
      </div>
      <MoneyIn />
      <LastPayments />
    </Page>
  );
}
