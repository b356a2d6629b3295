import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { StatusBadge } from '../../ui/status';
import { When } from '../../ui/time';
import { t } from '../../words';

interface ItemFactsProps {
  readonly item: Schema<'AttentionItem'>;
  readonly payment: Schema<'Payment'> | undefined;
  readonly dispute: Schema<'Dispute'> | undefined;
}

/** What it is about, with the way to each. */
export function ItemFacts({ item, payment, dispute }: ItemFactsProps) {
  const message = useMessage(item.notification);
  const facts: readonly (readonly [string, ReactNode])[] = [
    ...(payment === undefined ? [] : factsOfPayment(payment)),
    ...(message === undefined ? [] : factsOfMessage(message)),
    ...(dispute === undefined ? [] : factsOfDispute(dispute)),
    ...(item.kind === 'disabled_account'
      ? ([['account', <Link to="/gateways">{gatewayOf(item)}</Link>]] as const)
      : []),
    ...(item.endpoint === null
      ? []
      : ([
          [
            'endpoint',
            <Link to="/settings/webhooks/$id" params={{ id: item.endpoint }}>
              {t('attention.endpoint_open')}
            </Link>,
          ],
        ] as const)),
  ];
  return (
    <dl>
      {facts.map(([key, value]) => (
        <div key={key}>
          <dt>{t(`attention.fact.${key}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const gatewayOf = ({ gateway }: Schema<'AttentionItem'>): string => (gateway === null ? '' : t(`gateway.${gateway}`));

function factsOfPayment({ id, member, memberName, gateway, status, createdAt }: Schema<'Payment'>) {
  return [
    [
      'member',
      <Link to="/members/$id" params={{ id: member }}>
        {memberName}
      </Link>,
    ],
    [
      'payment',
      <>
        <Link to="/payments/$id" params={{ id }}>
          <When at={createdAt} />
        </Link>{' '}
        {t(`gateway.${gateway}`)} <StatusBadge status={status} />
      </>,
    ],
  ] as const;
}

function factsOfMessage({ payer, gateway, gatewayReference, receivedAt }: Schema<'Notification'>) {
  const who = [payer?.name, payer?.email].filter((known) => typeof known === 'string').join(' · ');
  return [
    ['payer', who === '' ? t('attention.nobody_named') : who],
    [
      'message',
      <>
        <When at={receivedAt} /> · {t(`gateway.${gateway}`)}{' '}
        {gatewayReference !== null && <code>{gatewayReference}</code>}
      </>,
    ],
  ] as const;
}

function factsOfDispute({ stage, gatewayReference, gatewayUrl, gateway }: Schema<'Dispute'>) {
  return [
    [
      'case',
      <>
        {t(`attention.stage.${stage}`)} · <code>{gatewayReference}</code>{' '}
        {gatewayUrl !== null && (
          <a href={gatewayUrl} target="_blank" rel="noreferrer">
            {t('attention.answer_at', { gateway: t(`gateway.${gateway}`) })}
          </a>
        )}
      </>,
    ],
  ] as const;
}

/** The message that it is about, who paid by it included. */
export function useMessage(id: string | null): Schema<'Notification'> | undefined {
  const query = { q: id ?? '', limit: 1 };
  return useQuery({ ...reading('/v1/notifications', { query }), enabled: id !== null }).data?.data[0];
}
