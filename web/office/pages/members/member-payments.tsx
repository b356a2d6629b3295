import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { Money } from '../../ui/money';
import { Answered, Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { When } from '../../ui/time';
import { t } from '../../words';

type Payment = Schema<'Payment'>;

const MOST_SHOWN = 10;

/** The newest payments of a member, live. */
export function MemberPayments({ member }: { readonly member: string }) {
  const payments = useQuery(reading('/v1/payments', { query: { member, limit: MOST_SHOWN } }));
  const columns: readonly Column<Payment>[] = [
    {
      key: 'created',
      title: t('members.when'),
      isName: true,
      cell: ({ id, createdAt }) => (
        <Link to="/payments/$id" params={{ id }}>
          <When at={createdAt} />
        </Link>
      ),
    },
    { key: 'gateway', title: t('members.by'), cell: ({ gateway }) => t(`gateway.${gateway}`) },
    {
      key: 'amount',
      title: t('members.amount'),
      isFigure: true,
      cell: ({ amount, currency }) => <Money {...{ amount, currency }} />,
    },
    { key: 'status', title: t('members.state'), cell: ({ status }) => <StatusBadge status={status} /> },
  ];
  return (
    <Section title={t('menu.payments')}>
      <Answered query={payments}>
        {({ data, nextCursor }) =>
          data.length === 0 ? (
            <p className="note">{t('members.no_payments')}</p>
          ) : (
            <>
              <Table caption={t('menu.payments')} columns={columns} rows={data} keyOf={({ id }) => id} />
              {nextCursor !== null && (
                <Link to="/payments" search={{ member }}>
                  {t('members.all_payments')}
                </Link>
              )}
            </>
          )
        }
      </Answered>
    </Section>
  );
}
