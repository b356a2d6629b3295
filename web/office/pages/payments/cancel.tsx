import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Trouble } from '../../ui/trouble';
import { money, t } from '../../words';
import { RefundDialog } from './refund';
import { verdict } from './why';

type Payment = Schema<'Payment'>;
interface CancelProps {
  readonly payment: Payment;
  readonly onClose: () => void;
}

/** Whether there is something to cancel: a payment that can end unpaid, or money that can go back. */
export const isCancellable = (payment: Payment): boolean =>
  verdict(payment, 'cancel').allowed || verdict(payment, 'refund').allowed;

/** One thing to a treasurer: what is unpaid ends, and what is paid goes back; which of the two is said before. */
export function CancelPayment({ payment, onClose }: CancelProps) {
  // What was said when it was opened holds to its end, also when the payment moves on meanwhile.
  const [isPaid] = useState(() => !verdict(payment, 'cancel').allowed && verdict(payment, 'refund').allowed);
  return isPaid ? (
    <RefundDialog payment={payment} onClose={onClose} isCancelling />
  ) : (
    <EndUnpaid payment={payment} onClose={onClose} />
  );
}

function EndUnpaid({ payment, onClose }: CancelProps) {
  const sum = money(payment.amount, payment.currency);
  const name = payment.memberName ?? t('payments.erased');
  const cancel = useCommand(
    (_: null, headers) =>
      answerOf(api.POST('/v1/payments/{id}/cancel', { params: { path: { id: payment.id } }, body: {}, headers })),
    {
      changes: ['/v1/payments', '/v1/attention'],
      done: ({ status }) => t(status === 'cancelled' ? 'payments.cancelled' : 'payments.cancel_asked', { sum, name }),
      then: onClose,
    },
  );
  return (
    <Dialog title={t('payments.cancel_title')} onClose={onClose}>
      <p>{t('payments.cancel_unpaid', { sum, name })}</p>
      <Trouble text={cancel.trouble} />
      <div className="actions">
        <Button kind="danger" onPress={() => cancel.run(null)} isRunning={cancel.isRunning} autoFocus>
          {t('payments.cancel_do', { sum })}
        </Button>
        <Button kind="quiet" onPress={onClose}>
          {t('payments.cancel_not')}
        </Button>
      </div>
    </Dialog>
  );
}
