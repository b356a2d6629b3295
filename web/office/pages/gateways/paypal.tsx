import { answerOf, api } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Copyable } from '../../ui/copy';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';
import { AccountForm } from './account-form';
import { GatewayCard } from './card';
import type { Card } from './standing';

interface PayPalProps {
  readonly checkout: Card | undefined;
  readonly classic: Card | undefined;
  readonly mayChange: boolean;
}

/**
 * One card for PayPal, whichever of its products: connected by a permission that is given at PayPal, by keys, or by the PayPal e-mail
 * alone. The identity token of PDT and the address for IPN follow, as PayPal's own pages name them.
 */
export function PayPal({ checkout, classic, mayChange }: PayPalProps) {
  const accounts = [checkout, classic].filter((account) => account !== undefined);
  return (
    <GatewayCard title="PayPal" accounts={accounts} mayChange={mayChange}>
      <Connect isConnected={checkout !== undefined} />
      {(checkout !== undefined || classic !== undefined) && <Messages classic={classic} checkout={checkout} />}
      <details>
        <summary>{t('gateways.paypal_email')}</summary>
        <p className="note">{t('gateways.paypal_email_help')}</p>
        <AccountForm
          gateway="paypal-standard"
          environment={classic?.environment ?? null}
          fields={[
            { name: 'receiverEmails', isRequired: true },
            { name: 'pdtIdentityToken', isSecret: true },
          ]}
          bodyOf={({ receiverEmails = '', pdtIdentityToken = '' }) => ({
            receiverEmails: receiverEmails.split(/[\s,;]+/).filter((address) => address !== ''),
            ...(pdtIdentityToken !== '' && { pdtIdentityToken }),
          })}
          send={t('gateways.use_account')}
        />
      </details>
      <details>
        <summary>{t('gateways.by_keys')}</summary>
        <AccountForm
          gateway="paypal-checkout"
          environment={checkout?.environment ?? null}
          fields={[
            { name: 'clientId', isRequired: true },
            { name: 'clientSecret', isSecret: true, isRequired: true },
          ]}
          bodyOf={({ clientId = '', clientSecret = '' }) => ({ clientId, clientSecret })}
          send={t('gateways.use_keys')}
        />
      </details>
    </GatewayCard>
  );
}

/** In this tab: PayPal's pages lead back here. */
function Connect({ isConnected }: { readonly isConnected: boolean }) {
  const connect = useCommand(
    (returnUrl: string, headers) =>
      answerOf(
        api.POST('/v1/gateway-accounts/{gateway}/connect', {
          params: { path: { gateway: 'paypal-checkout' } },
          body: { returnUrl },
          headers,
        }),
      ),
    { changes: [], then: ({ url }) => location.assign(url) },
  );
  return (
    <div className="step-of">
      <Button
        kind={isConnected ? 'plain' : 'primary'}
        onPress={() => connect.run(`${location.origin}/office/gateways`)}
        isRunning={connect.isRunning}
      >
        {t(isConnected ? 'gateways.connect_again' : 'gateways.connect')}
      </Button>
      <p className="note">{t('gateways.connect_help')}</p>
      <Trouble
        text={connect.refusal === 'onboarding_not_offered' ? t('gateways.connect_not_offered') : connect.trouble}
      />
    </div>
  );
}

/** The two steps after connecting: the token, and the address. Each turns green when we have seen it work. */
function Messages({ classic, checkout }: Pick<PayPalProps, 'classic' | 'checkout'>) {
  const known = classic ?? checkout;
  return (
    <details open={classic !== undefined && classic.checks.some(({ ok }) => ok !== true)}>
      <summary>{t('gateways.paypal_messages')}</summary>
      <ol className="steps">
        <li>
          <h3>{t('gateways.pdt')}</h3>
          <p>{t('gateways.pdt_how')}</p>
          {classic !== undefined && (
            <p>
              {t('gateways.pdt_return')} <Copyable text={classic.returnUrl} label={t('gateways.pdt_return')} />
            </p>
          )}
          <AccountForm
            gateway="paypal-standard"
            environment={known?.environment ?? null}
            fields={[{ name: 'pdtIdentityToken', isSecret: true, isRequired: true }]}
            bodyOf={({ pdtIdentityToken = '' }) => ({ pdtIdentityToken })}
            send={t('gateways.use_token')}
          />
        </li>
        <li>
          <h3>{t('gateways.ipn')}</h3>
          <p>{t('gateways.ipn_how')}</p>
          {classic?.notificationUrl === undefined || classic.notificationUrl === null ? (
            <p className="note">{t('gateways.ipn_after_token')}</p>
          ) : (
            <Copyable text={classic.notificationUrl} label={t('gateways.ipn')} />
          )}
        </li>
      </ol>
    </details>
  );
}
