import { useQuery } from '@tanstack/react-query';
import { reading } from '../../api';
import type { AnswerTo, Schema } from '../../api';
import { Entries } from '../../ui/entries';
import { money, t } from '../../words';

type Preview = AnswerTo<'/v1/payments/{id}/refund-preview'>;

/** What giving back would do; null for ways that the API cannot foretell. */
export function usePreview({ path, body }: Schema<'Proposal'>) {
  const [, payment] = /^\/v1\/payments\/(\w+)\/refunds$/.exec(path ?? '') ?? [];
  const amount = body?.['amount'];
  const query = typeof amount === 'number' ? { amount: String(amount) } : {};
  const preview = useQuery({
    ...reading('/v1/payments/{id}/refund-preview', { path: { id: payment ?? '' }, query }),
    enabled: payment !== undefined,
  });
  return payment === undefined ? null : preview;
}

/** What it would cost, and what the books would say. */
export function Cost({ preview }: { readonly preview: Preview }) {
  if (!preview.possible) return null;
  const { currency, feeLost, chargesDueAgain, entries } = preview;
  return (
    <>
      {feeLost !== null && feeLost > 0 && (
        <p className="note">{t('attention.fee_lost', { sum: money(feeLost, currency) })}</p>
      )}
      {chargesDueAgain.length > 0 && (
        <p className="note">
          {t('attention.due_again', {
            charges: chargesDueAgain.map(({ label, amount: due }) => `${label} ${money(due, currency)}`).join(' · '),
          })}
        </p>
      )}
      <Entries caption={t('attention.books_will_say')} entries={entries} />
    </>
  );
}
