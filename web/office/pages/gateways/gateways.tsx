import { useQuery } from '@tanstack/react-query';
import { reading } from '../../api';
import { useStanding } from '../../session';
import { Answered, Page } from '../../ui/page';
import { t } from '../../words';
import { Kkiapay } from './kkiapay';
import { PayPal } from './paypal';
import { TestDrive } from './test-drive';

/** One card for each gateway: whether it works, and what to do where it does not. */
export function GatewaysPage() {
  const { role } = useStanding();
  const mayChange = role === 'owner' || role === 'treasurer';
  const accounts = useQuery(reading('/v1/gateway-accounts', {}));
  return (
    <Page title={t('menu.gateways')}>
      <Answered query={accounts}>
        {({ data }) => (
          <>
            {!mayChange && <p className="note">{t('gateways.who_changes')}</p>}
            <PayPal
              checkout={data.find(({ gateway }) => gateway === 'paypal-checkout')}
              classic={data.find(({ gateway }) => gateway === 'paypal-standard')}
              mayChange={mayChange}
            />
            <Kkiapay account={data.find(({ gateway }) => gateway === 'kkiapay')} mayChange={mayChange} />
            {mayChange && <TestDrive accounts={data} />}
          </>
        )}
      </Answered>
    </Page>
  );
}
