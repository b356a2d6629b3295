import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { useStanding } from '../../session';
import { Dialog } from '../../ui/dialog';
import { MoneyBox, TextBox } from '../../ui/fields';
import { errorOf, Form } from '../../ui/form';
import { money, t } from '../../words';

interface ChargeDialogProps {
  readonly member: Schema<'Member'>;
  readonly onClose: () => void;
}

/** Asks a member for a sum. */
export function ChargeDialog({ member: { id, name }, onClose }: ChargeDialogProps) {
  const { currency } = useStanding().merchant;
  const [label, setLabel] = useState('');
  const [category, setCategory] = useState('');
  const [amount, setAmount] = useState<number | null>(null);
  const [dueOn, setDueOn] = useState('');
  const charging = useCommand(
    (body: Schema<'NewCharge'>, headers) =>
      answerOf(api.POST('/v1/members/{id}/charges', { params: { path: { id } }, body, headers })),
    {
      changes: ['/v1/members'],
      done: (charge) => t('members.charged', { name, sum: money(charge.amount, currency), label: charge.label }),
      then: onClose,
    },
  );
  const { wrong } = charging;
  const isWhole = label.trim() !== '' && category.trim() !== '' && amount !== null;
  const send = () => {
    if (amount === null) return;
    const due = dueOn === '' ? {} : { dueOn };
    charging.run({ label: label.trim(), category: category.trim(), amount, currency, ...due });
  };
  return (
    <Dialog title={t('members.charge_title', { name })} onClose={onClose}>
      <Form
        action={amount === null ? t('members.charge') : t('members.charge_sum', { sum: money(amount, currency) })}
        onSend={send}
        onCancel={onClose}
        isRunning={charging.isRunning}
        isDisabled={!isWhole}
        trouble={charging.trouble}
        wrong={wrong}
        fields={['label', 'amount', 'category', 'dueOn']}
      >
        <TextBox
          label={t('members.charge_label')}
          value={label}
          onChange={setLabel}
          error={errorOf(wrong, 'label')}
          description={t('members.charge_label_for')}
          isRequired
          autoFocus
        />
        <MoneyBox
          label={t('members.amount')}
          currency={currency}
          value={amount}
          onChange={setAmount}
          error={errorOf(wrong, 'amount')}
          isRequired
        />
        <TextBox
          label={t('members.category')}
          value={category}
          onChange={setCategory}
          error={errorOf(wrong, 'category')}
          description={t('members.category_for')}
          isRequired
        />
        <TextBox
          label={t('members.due_on')}
          type="date"
          value={dueOn}
          onChange={setDueOn}
          error={errorOf(wrong, 'dueOn')}
          description={t('members.due_on_for')}
        />
      </Form>
    </Dialog>
  );
}
