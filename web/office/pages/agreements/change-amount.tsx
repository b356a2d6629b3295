import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { announce } from '../../ui/announcements';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { MoneyBox } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { money, t } from '../../words';
import { HandOver, linkOf } from './hand-over';
import { termsOf, whoOf } from './sayings';

interface ChangeAmountProps {
  readonly agreement: Schema<'Agreement'>;
  readonly onClose: () => void;
}

/** Another amount from the next instalment on; where the member must agree to it once more, the link for that is shown. */
export function ChangeAmount({ agreement: shown, onClose }: ChangeAmountProps) {
  // What was said when it was opened holds to its end, also when the agreement moves on meanwhile.
  const [agreement] = useState(shown);
  const { id, currency } = agreement;
  const [amount, setAmount] = useState<number | null>(agreement.amount);
  const changing = useCommand(
    (body: Schema<'AgreementChange'>, headers) =>
      answerOf(api.PATCH('/v1/agreements/{id}', { params: { path: { id } }, body, headers })),
    {
      changes: ['/v1/agreements'],
      then(changed) {
        if (linkOf(changed) !== null) return;
        const isDone = changed.amount === amount;
        announce(t(isDone ? 'agreements.changed' : 'agreements.asked', valuesOf(changed)), 'good');
        onClose();
      },
    },
  );
  const { answer, wrong } = changing;
  const link = answer === undefined ? null : linkOf(answer);
  return (
    <Dialog title={t('agreements.do.change_amount')} onClose={onClose}>
      {answer !== undefined && link !== null ? (
        <>
          <p role="status">{t('agreements.hand_over_again', valuesOf(answer))}</p>
          <HandOver agreement={answer} link={link} />
          <div className="actions">
            <Button onPress={onClose}>{t('shell.close')}</Button>
          </div>
        </>
      ) : (
        <Form
          action={
            amount === null
              ? t('agreements.do.change_amount')
              : t('agreements.change_do', { sum: money(amount, currency) })
          }
          onSend={() => amount !== null && changing.run({ amount })}
          onCancel={onClose}
          isRunning={changing.isRunning}
          isDisabled={amount === null || amount === agreement.amount}
          trouble={changing.trouble}
          wrong={wrong}
          fields={['amount']}
        >
          <p>{t('agreements.change_text', valuesOf(agreement))}</p>
          <MoneyBox
            label={t('agreements.amount')}
            currency={currency}
            value={amount}
            onChange={setAmount}
            error={errorOf(wrong, 'amount')}
            isRequired
            autoFocus
          />
        </Form>
      )}
    </Dialog>
  );
}

const valuesOf = (agreement: Schema<'Agreement'>) => ({
  name: whoOf(agreement),
  terms: termsOf(agreement),
  gateway: t(`gateway.${agreement.gateway}`),
});
