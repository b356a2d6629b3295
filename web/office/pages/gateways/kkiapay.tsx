import { useStanding } from '../../session';
import { Copyable } from '../../ui/copy';
import { t } from '../../words';
import { AccountForm } from './account-form';
import { GatewayCard } from './card';
import type { Card } from './standing';

interface KkiapayProps {
  readonly account: Card | undefined;
  readonly mayChange: boolean;
}

/** KKiaPay, connected by the keys of its dashboard; its webhook is typed there, with a secret that is typed here too. */
export function Kkiapay({ account, mayChange }: KkiapayProps) {
  const { merchant } = useStanding();
  return (
    <GatewayCard title="KKiaPay" accounts={account ? [account] : []} mayChange={mayChange}>
      {account !== undefined && account.notificationUrl !== null && (
        <div className="step-of">
          <h3>{t('gateways.kkiapay_webhook')}</h3>
          <p>{t('gateways.kkiapay_webhook_how')}</p>
          <Copyable text={account.notificationUrl} label={t('gateways.kkiapay_webhook')} />
        </div>
      )}
      <details open={account === undefined && merchant.currency === 'XOF'}>
        <summary>{t(account === undefined ? 'gateways.kkiapay_keys' : 'gateways.kkiapay_new_keys')}</summary>
        <AccountForm
          gateway="kkiapay"
          environment={account?.environment ?? null}
          fields={[
            { name: 'publicKey', isRequired: true },
            { name: 'privateKey', isSecret: true, isRequired: true },
            { name: 'secret', isSecret: true, isRequired: true },
            { name: 'webhookSecret', isSecret: true, isRequired: true },
          ]}
          bodyOf={(entered) => entered}
          send={t('gateways.use_keys')}
        />
      </details>
    </GatewayCard>
  );
}
