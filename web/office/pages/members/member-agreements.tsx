import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { Answered, Section } from '../../ui/page';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { t } from '../../words';
import { AgreementStanding } from '../agreements/agreement-status';
import { BeginButton } from '../agreements/begin-button';
import { dateOf, termsOf } from '../agreements/sayings';

type Agreement = Schema<'Agreement'>;

const MOST_SHOWN = 10;

/** What the member agreed to be collected from them, newest first. */
export function MemberAgreements({ member }: { readonly member: Schema<'Member'> }) {
  const agreements = useQuery(reading('/v1/agreements', { query: { member: member.id, limit: MOST_SHOWN } }));
  const columns: readonly Column<Agreement>[] = [
    {
      key: 'label',
      title: t('members.charge_label'),
      isName: true,
      cell: ({ id, label }) => (
        <Link to="/agreements/$id" params={{ id }}>
          {label}
        </Link>
      ),
    },
    { key: 'terms', title: t('agreements.agreed'), cell: (agreement) => termsOf(agreement) },
    { key: 'status', title: t('members.state'), cell: (agreement) => <AgreementStanding of={agreement} /> },
    { key: 'next', title: t('agreements.next'), cell: ({ nextDueOn }) => dateOf(nextDueOn) },
  ];
  return (
    <Section title={t('agreements.title')} actions={member.erasedAt === null && <BeginButton member={member} />}>
      <Answered query={agreements}>
        {({ data, nextCursor }) =>
          data.length === 0 ? (
            <p className="note">{t('members.no_agreements')}</p>
          ) : (
            <>
              <Table caption={t('agreements.title')} columns={columns} rows={data} keyOf={({ id }) => id} />
              {nextCursor !== null && (
                <Link to="/agreements" search={{ member: member.id }}>
                  {t('members.all_agreements')}
                </Link>
              )}
            </>
          )
        }
      </Answered>
    </Section>
  );
}
