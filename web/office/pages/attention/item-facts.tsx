import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Schema } from '../../api';
import { StatusBadge } from '../../ui/status';
import { When } from '../../ui/time';
import { t } from '../../words';
import type { Known } from './known';

interface ItemFactsProps {
  readonly item: Schema<'AttentionItem'>;
  readonly known: Known;
}

/** What it is about, with the way to each. */
export function ItemFacts({ item, known: { payment, message, dispute } }: ItemFactsProps) {
  const facts: readonly (readonly [string, ReactNode])[] = [
    ...(payment === null ? [] : factsOfPayment(payment)),
    ...(message === null ? [] : factsOfMessage(message)),
    ...(dispute === null ? [] : factsOfDispute(dispute)),
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
