import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { MoneyBox, TextBox } from '../../ui/fields';
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
  const errorOf = (field: string) => charging.wrong.find(({ path }) => path === field)?.message ?? null;
  const isWhole = label.trim() !== '' && category.trim() !== '' && amount !== null;
  return (
    <Dialog title={t('members.charge_title', { name })} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (amount === null) return;
          const due = dueOn === '' ? {} : { dueOn };
          charging.run({ label: label.trim(), category: category.trim(), amount, currency, ...due });
        }}
      >
        <TextBox
          label={t('members.charge_label')}
          value={label}
          onChange={setLabel}
          error={errorOf('label')}
          description={t('members.charge_label_for')}
          isRequired
          autoFocus
        />
        <MoneyBox
          label={t('members.amount')}
          currency={currency}
          value={amount}
          onChange={setAmount}
          error={errorOf('amount')}
          isRequired
        />
        <TextBox
          label={t('members.category')}
          value={category}
          onChange={setCategory}
          error={errorOf('category')}
          description={t('members.category_for')}
          isRequired
        />
        <TextBox
          label={t('members.due_on')}
          type="date"
          value={dueOn}
          onChange={setDueOn}
          error={errorOf('dueOn')}
          description={t('members.due_on_for')}
        />
        {charging.trouble !== null && (
          <p className="error" role="alert">
            {charging.trouble}
          </p>
        )}
        <div className="actions">
          <Button type="submit" kind="primary" isRunning={charging.isRunning} isDisabled={!isWhole}>
            {amount === null ? t('members.charge') : t('members.charge_sum', { sum: money(amount, currency) })}
          </Button>
          <Button onPress={onClose}>{t('shell.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
