import { useQueries, useQuery } from '@tanstack/react-query';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { useStanding } from '../../session';
import { Section } from '../../ui/page';
import { When } from '../../ui/time';
import { actorWord } from '../settings/audit-words';
import { isSaid, money, t } from '../../words';

type Row = Schema<'AuditRow'>;
type Refund = Schema<'Refund'>;

/** Who asked for what, about the payment and about its refunds; the newest first. */
export function Trail({ payment }: { readonly payment: Schema<'Payment'> }) {
  const { data: refunds } = useQuery(
    reading('/v1/payments/{id}/refunds', { path: { id: payment.id }, query: { limit: 20 } }),
  );
  const objects = [payment.id, ...(refunds?.data ?? []).map(({ id }) => id)];
  const { rows, isWhole } = useQueries({
    queries: objects.map((object) => reading('/v1/audit', { query: { object, limit: 100 } })),
    combine: (answers) => ({
      rows: answers.flatMap(({ data }) => data?.data ?? []).sort((a, b) => (a.at < b.at ? 1 : -1)),
      isWhole: answers.every(({ data }) => data !== undefined),
    }),
  });
  return (
    <Section title={t('payments.trail')}>
      {refunds !== undefined && isWhole && rows.length === 0 && <p className="note">{t('payments.trail_nothing')}</p>}
      <ul className="timeline">
        {rows.map((row) => (
          <Line key={row.id} row={row} refund={refunds?.data.find(({ id }) => id === row.object.id)} />
        ))}
      </ul>
    </Section>
  );
}

function Line({ row, refund }: { readonly row: Row; readonly refund: Refund | undefined }) {
  const { session } = useStanding();
  const who = row.actor.id === session.user.id ? t('payments.actor.you') : actorWord(row);
  const id = `payments.did.${row.action}`;
  const sum = refund === undefined ? '' : money(refund.amount, refund.currency);
  return (
    <li>
      <p>
        <strong>{who}</strong> · {isSaid(id) ? t(id, { sum }) : row.action.replaceAll(/[._]/g, ' ')}
      </p>
      {refund !== undefined && refund.note !== null && <p className="note">“{refund.note}”</p>}
      <p className="note">
        <When at={row.at} />
      </p>
    </li>
  );
}
