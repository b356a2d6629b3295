import { useQuery } from '@tanstack/react-query';
import { reading } from '../../api';
import type { AnswerTo, Schema } from '../../api';
import { Button } from '../../ui/button';
import { Entries } from '../../ui/entries';
import { money, t } from '../../words';

type Entry = AnswerTo<'/v1/payments/{id}/refund-preview'>['entries'][number];

interface RefundedProps {
  readonly payment: Schema<'Payment'>;
  readonly refund: Schema<'Refund'>;
  /** What was said before that the books would say. */
  readonly foretold: readonly Entry[];
  readonly onClose: () => void;
}

/** What came of a refund; and whether the books say what was foretold. */
export function Refunded({ payment, refund: asked, foretold, onClose }: RefundedProps) {
  const known = useQuery(reading('/v1/refunds/{id}', { path: { id: asked.id } }));
  const books = useQuery(reading('/v1/ledger/entries', { query: { payment: payment.id, limit: 100 } }));
  const refund = known.data ?? asked;
  // Others may have booked before; what is newer than the wish was made by it.
  const made = (books.data?.data ?? []).filter(({ recordedAt }) => recordedAt >= refund.createdAt).reverse();
  const values = { sum: money(refund.amount, refund.currency), name: payment.memberName ?? t('payments.erased') };
  const tone = { succeeded: 'good', pending: 'waiting', failed: 'bad' }[refund.status];
  const isEqual = sameEntries(foretold, made);
  return (
    <>
      <p className="card standing" data-tone={tone} role={refund.status === 'failed' ? 'alert' : 'status'}>
        {t(`payments.refund.${refund.status}`, values)}
      </p>
      {refund.status === 'succeeded' && made.length > 0 && (
        <>
          <p className="badge" data-tone={isEqual ? 'good' : 'person'} id="as-foretold">
            {t(isEqual ? 'payments.refund.as_foretold' : 'payments.refund.not_foretold')}
          </p>
          <div className="columns">
            <Entries caption={t('payments.refund.was_foretold')} entries={foretold} />
            <Entries caption={t('payments.refund.books_say')} entries={made} />
          </div>
        </>
      )}
      <div className="actions">
        <Button kind="primary" onPress={onClose} autoFocus>
          {t('shell.close')}
        </Button>
      </div>
    </>
  );
}

/** What only the gateway knew before. */
const UNFORETOLD = ['fee_returned', 'refund_fee_charged'];

function sameEntries(foretold: readonly Entry[], made: readonly Entry[]): boolean {
  const written = (entries: readonly Entry[]) =>
    entries
      .filter(({ kind }) => !UNFORETOLD.includes(kind))
      .map(({ kind, postings }) =>
        [kind, ...postings.map((p) => `${p.account} ${p.side} ${p.amount} ${p.currency}`).sort()].join(),
      )
      .sort()
      .join(';');
  return written(foretold) === written(made);
}
