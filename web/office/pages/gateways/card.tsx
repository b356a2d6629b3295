import type { ReactNode } from 'react';
import { answerOf, api } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import { When } from '../../ui/time';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';
import { Checks } from './checks';
import { standingOf } from './standing';
import type { Card } from './standing';

interface GatewayCardProps {
  readonly title: string;
  readonly accounts: readonly Card[];
  /** Whether this person sees how it is connected, and may change it. */
  readonly mayChange: boolean;
  readonly children?: ReactNode;
}

/** What a gateway is to the merchant: whether it takes money, what was seen of it, and how to connect or mend it. */
export function GatewayCard({ title, accounts, mayChange, children }: GatewayCardProps) {
  return (
    <Section title={title}>
      {accounts.length === 0 && <p>{t('gateways.not_connected')}</p>}
      {accounts.map((account) => (
        <Account key={account.gateway} account={account} mayChange={mayChange} isOne={accounts.length === 1} />
      ))}
      {mayChange && children}
    </Section>
  );
}

interface AccountProps {
  readonly account: Card;
  readonly mayChange: boolean;
  readonly isOne: boolean;
}

function Account({ account, mayChange, isOne }: AccountProps) {
  const { gateway, environment, checks, checkedAt } = account;
  const { tone, word } = standingOf(account);
  const check = useCommand(
    (name: string, headers) =>
      answerOf(
        api.POST('/v1/gateway-accounts/{gateway}/check', { params: { path: { gateway: name } }, body: {}, headers }),
      ),
    { changes: ['/v1/gateway-accounts', '/v1/attention'], done: () => t('gateways.checked') },
  );
  return (
    <div className="account">
      <p>
        {!isOne && <strong>{t(`gateways.kind_${gateway}`)} </strong>}
        <Tag tone={tone}>{t(word)}</Tag>{' '}
        <Tag tone={environment === 'live' ? 'good' : 'waiting'}>{t(`gateways.${environment}`)}</Tag>
      </p>
      <Checks checks={checks} />
      {mayChange && (
        <p className="actions">
          <Button onPress={() => check.run(gateway)} isRunning={check.isRunning}>
            {t('gateways.check')}
          </Button>
          {checkedAt !== null && (
            <span className="note">
              {t('gateways.checked_at')} <When at={checkedAt} />
            </span>
          )}
        </p>
      )}
      <Trouble text={check.trouble} />
    </div>
  );
}
