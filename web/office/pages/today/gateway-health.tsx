import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reading } from '../../api';
import { Answered, Empty, Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import { t } from '../../words';
import { standingOf } from '../gateways/standing';

/** One line for each gateway: whether it takes money now. */
export function GatewayHealth() {
  const accounts = useQuery(reading('/v1/gateway-accounts', {}));
  return (
    <Section title={t('menu.gateways')}>
      <Answered query={accounts}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty action={<Link to="/gateways">{t('today.connect')}</Link>}>{t('today.no_gateway')}</Empty>
          ) : (
            <ul className="plain">
              {data.map((account) => {
                const { tone, word } = standingOf(account);
                return (
                  <li key={account.gateway}>
                    <Link to="/gateways">{t(`gateway.${account.gateway}`)}</Link> <Tag tone={tone}>{t(word)}</Tag>
                    {account.environment !== 'live' && <Tag tone="waiting">{t('today.test')}</Tag>}
                  </li>
                );
              })}
            </ul>
          )
        }
      </Answered>
    </Section>
  );
}
