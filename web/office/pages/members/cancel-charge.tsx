import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { announce } from '../../ui/announcements';
import { Dialog } from '../../ui/dialog';
import { Entries } from '../../ui/entries';
import { Radios, TextBox } from '../../ui/fields';
import { Form } from '../../ui/form';
import { Answered } from '../../ui/page';
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
  const giving = useGivingBack(member.id, charge);
  const possible = giving.data ?? [];
  const chosen = possible.find(({ payment }) => payment.id === way) ?? null;
  const written = note.trim() === '' ? {} : { note: note.trim() };
  const changes = ['/v1/members', '/v1/payments', '/v1/ledger'];
  const cancelling = useCommand(
    (body: Schema<'Note'>, headers) =>
      answerOf(
        api.POST('/v1/members/{id}/charges/{charge}/cancellation', {
          params: { path: { id: member.id, charge: charge.id } },
          body,
          headers,
        }),
      ),
    { changes, done: () => t('members.cancelled', { label: charge.label }), then: onClose },
  );
  const refunding = useCommand(
    ({ payment, body }: { readonly payment: string; readonly body: Schema<'NewRefund'> }, headers) =>
      answerOf(api.POST('/v1/payments/{id}/refunds', { params: { path: { id: payment } }, body, headers })),
    {
      changes,
      then({ status, amount }) {
        announce(t(`members.refund_${status}`, { sum: money(amount, currency) }), status === 'failed' ? 'bad' : 'good');
        if (status !== 'failed') onClose();
      },
    },
  );
  const send = () => {
    if (way === 'credit') cancelling.run(written);
    else if (chosen !== null)
      refunding.run({ payment: chosen.payment.id, body: { ...written, cancelCharges: [charge.id] } });
  };
  return (
    <Dialog title={t('members.cancel_title', { label: charge.label })} onClose={onClose} isWide>
      <Form
        action={
          chosen === null
            ? t('members.cancel_do')
            : t('members.cancel_refund_do', { sum: money(chosen.preview.amount, currency), name: member.name })
        }
        onSend={send}
        onCancel={onClose}
        cancel={t('members.cancel_not')}
        isRunning={cancelling.isRunning || refunding.isRunning}
        reason={way === 'credit' || chosen !== null ? null : t('members.cancel_not_foretold')}
        isGrave
        trouble={way === 'credit' ? cancelling.trouble : refunding.trouble}
      >
        <p>{t('members.cancel_text', { name: member.name, sum: money(charge.amount - charge.paid, currency) })}</p>
        {charge.paid > 0 && (
          <>
            <Radios
              label={t('members.cancel_paid', { sum: money(charge.paid, currency) })}
              value={way}
              onChange={choose}
              options={[
                { key: 'credit', text: t('members.cancel_to_credit', { name: member.name }) },
                ...possible.map(({ payment, preview }) => ({
                  key: payment.id,
                  text: t('members.cancel_give_back', {
                    sum: money(preview.amount, currency),
                    gateway: t(`gateway.${payment.gateway}`),
                  }),
                })),
              ]}
            />
            <Answered query={giving}>{() => null}</Answered>
          </>
        )}
        {chosen !== null && <Entries caption={t('members.books_will_say')} entries={chosen.preview.entries} />}
        <TextBox label={t('members.note')} value={note} onChange={setNote} description={t('members.note_for')} />
      </Form>
    </Dialog>
  );
}

/** The payments that could give back what they paid of a charge, each with what that would do. */
function useGivingBack(member: string, { id, paid }: Schema<'Charge'>) {
  const query = { member, status: 'paid,partially_refunded', limit: MOST_ASKED };
  return useQuery({
    queryKey: ['/v1/payments', { givingBack: id, ...query }],
    queryFn: async ({ signal }) => {
      const { data: payments } = await answerOf(api.GET('/v1/payments', { params: { query }, signal }));
      const previewOf = (payment: string) =>
        api.GET('/v1/payments/{id}/refund-preview', {
          params: { path: { id: payment }, query: { cancelCharges: id } },
          signal,
        });
      const foretold = payments.map(async (payment) => ({ payment, preview: await answerOf(previewOf(payment.id)) }));
      return (await Promise.all(foretold)).filter(({ preview }) => preview.possible);
    },
    enabled: paid > 0,
  });
}
