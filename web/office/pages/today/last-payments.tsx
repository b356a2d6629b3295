import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reading } from '../../api';
import { useStanding } from '../../session';
import { Money } from '../../ui/money';
import { Answered, Empty, Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status';
import { Table } from '../../ui/table';
import { Ago } from '../../ui/time';
import { t } from '../../words';

/** The payments that were begun last, as they move. */
export function LastPayments() {
  const { role } = useStanding();
  const payments = useQuery(reading('/v1/payments', { query: { limit: 6 } }));
  return (
    <Section title={t('today.last_payments')} actions={<Link to="/payments">{t('today.all_payments')}</Link>}>
      <Answered query={payments}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty action={role !== 'accountant' && <Link to="/payments/new">{t('page./payments/new')}</Link>}>
              {t('today.no_payment')}
            </Empty>
          ) : (
            <Table
              caption={t('today.last_payments')}
              rows={data}
              keyOf={({ id }) => id}
              columns={[
                {
                  key: 'member',
                  title: t('today.member'),
                  isName: true,
                  cell: ({ id, memberName }) => (
                    <Link to="/payments/$id" params={{ id }}>
                      {memberName ?? id}
                    </Link>
                  ),
                },
                {
                  key: 'amount',
                  title: t('today.amount'),
                  isFigure: true,
                  cell: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
                },
                { key: 'status', title: t('today.status'), cell: ({ status }) => <StatusBadge status={status} /> },
                { key: 'gateway', title: t('today.gateway'), cell: ({ gateway }) => t(`gateway.${gateway}`) },
                { key: 'when', title: t('today.when'), cell: ({ createdAt }) => <Ago at={createdAt} /> },
              ]}
            />
          )
        }
      </Answered>
    </Section>
  );
}
