import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api, reading } from '../../api';
import type { AnswerTo, Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Entries } from '../../ui/entries';
import { Radios, TextBox } from '../../ui/fields';
import { money, t } from '../../words';

interface CancelChargeProps {
  readonly member: Schema<'Member'>;
  readonly charge: Schema<'Charge'>;
  readonly currency: string;
  readonly onClose: () => void;
}

/** So many of the newest payments are asked whether they paid the charge. */
const MOST_ASKED = 10;

/**
 * A charge that is to be owed no more. What was paid of it becomes the member's credit, or is given back by the payment that paid it, which
 * does both in one; what that costs, and what the books will say, is read before.
 */
export function CancelCharge({ member, charge, currency, onClose }: CancelChargeProps) {
  const [note, setNote] = useState('');
  const [way, choose] = useState('credit');
  const possible = usePreviews(member.id, charge);
  const chosen = possible.find(({ payment }) => payment === way) ?? null;
  const written = note.trim() === '' ? {} : { note: note.trim() };
  const outcome = { changes: ['/v1/members', '/v1/payments', '/v1/ledger'], then: onClose };
  const cancelling = useCommand(
    (body: Schema<'Note'>, headers) =>
      answerOf(
        api.POST('/v1/members/{id}/charges/{charge}/cancellation', {
          params: { path: { id: member.id, charge: charge.id } },
          body,
          headers,
        }),
      ),
    { ...outcome, done: () => t('members.cancelled', { label: charge.label }) },
  );
  const refunding = useCommand(
    ({ payment, body }: { readonly payment: string; readonly body: Schema<'NewRefund'> }, headers) =>
      answerOf(api.POST('/v1/payments/{id}/refunds', { params: { path: { id: payment } }, body, headers })),
    { ...outcome, done: ({ status, amount }) => t(`members.refund_${status}`, { sum: money(amount, currency) }) },
  );
  const doing = chosen === null ? cancelling : refunding;
  return (
    <Dialog title={t('members.cancel_title', { label: charge.label })} onClose={onClose} isWide>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen === null) cancelling.run(written);
          else refunding.run({ payment: chosen.payment, body: { ...written, cancelCharges: [charge.id] } });
        }}
      >
        <p>{t('members.cancel_text', { name: member.name, sum: money(charge.amount - charge.paid, currency) })}</p>
        {charge.paid > 0 && (
          <Radios
            label={t('members.cancel_paid', { sum: money(charge.paid, currency) })}
            value={way}
            onChange={choose}
            options={[
              { key: 'credit', text: t('members.cancel_to_credit', { name: member.name }) },
              ...possible.map(({ payment, preview, gateway }) => ({
                key: payment,
                text: t('members.cancel_give_back', {
                  sum: money(preview.amount, currency),
                  gateway: t(`gateway.${gateway}`),
                }),
              })),
            ]}
          />
        )}
        {chosen !== null && <Entries caption={t('members.books_will_say')} entries={chosen.preview.entries} />}
        <TextBox label={t('members.note')} value={note} onChange={setNote} description={t('members.note_for')} />
        {doing.trouble !== null && (
          <p className="error" role="alert">
            {doing.trouble}
          </p>
        )}
        <div className="actions">
          <Button type="submit" kind="danger" isRunning={doing.isRunning}>
            {chosen === null
              ? t('members.cancel_do')
              : t('members.cancel_refund_do', { sum: money(chosen.preview.amount, currency), name: member.name })}
          </Button>
          <Button onPress={onClose}>{t('members.cancel_not')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The payments that could give back what they paid of a charge, each with what that would do. */
function usePreviews(member: string, { id, paid }: Schema<'Charge'>) {
  const payments = useQuery({
    ...reading('/v1/payments', { query: { member, status: 'paid,partially_refunded', limit: MOST_ASKED } }),
    enabled: paid > 0,
  });
  const asked = payments.data?.data ?? [];
  return useQueries({
    queries: asked.map((payment) => ({
      ...reading('/v1/payments/{id}/refund-preview', { path: { id: payment.id }, query: { cancelCharges: id } }),
      select: (preview: AnswerTo<'/v1/payments/{id}/refund-preview'>) => ({
        payment: payment.id,
        gateway: payment.gateway,
        preview,
      }),
    })),
    combine: (previews) => previews.flatMap(({ data }) => (data?.preview.possible === true ? [data] : [])),
  });
}
