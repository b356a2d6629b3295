import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { reading } from '../../api';
import type { Schema } from '../../api';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Choice } from '../../ui/fields';
import { Form } from '../../ui/form';
import { Money } from '../../ui/money';
import { Answered } from '../../ui/page';
import { Tag } from '../../ui/status';
import type { Tone } from '../../ui/status';
import { Table } from '../../ui/table';
import type { Column } from '../../ui/table';
import { t } from '../../words';
import { useReminding } from './reminding';

type Reminder = Schema<'Reminder'>;

const PAUSES = ['0', '7', '14', '30'] as const;

/** Letters to all who owe something: whom they are for is said before, and afterwards who was left out, and why. */
export function RemindAll({ onClose }: { readonly onClose: () => void }) {
  const [days, setDays] = useState<(typeof PAUSES)[number]>('7');
  const reminding = useReminding('all');
  const asked = reminding.answer?.asked;
  return (
    <Dialog title={t('members.remind_all')} onClose={onClose} isWide>
      {asked === undefined ? (
        <Form
          action={t('members.remind_send')}
          onSend={() => reminding.run({ notAgainDays: Number(days) })}
          onCancel={onClose}
          isRunning={reminding.isRunning}
          trouble={reminding.trouble}
        >
          <p>{t('members.remind_text')}</p>
          <ul>
            {(['no_email', 'payment_under_way', 'reminded_recently', 'paid_meanwhile'] as const).map((reason) => (
              <li key={reason}>{t(`members.left_out_rule.${reason}`)}</li>
            ))}
          </ul>
          <Choice
            label={t('members.not_again')}
            value={days}
            onChange={setDays}
            options={PAUSES.map((key) => ({ key, text: t('members.days', { count: Number(key) }) }))}
          />
        </Form>
      ) : (
        <>
          <p role="status">{t('members.remind_asked', { count: asked })}</p>
          {asked > 0 && <Decided most={Math.min(asked, MOST_SHOWN)} />}
          <div className="actions">
            <Button onPress={onClose}>{t('shell.close')}</Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

const MOST_SHOWN = 100;
/** Letters are decided upon one by one when they leave, and no event tells of it. */
const ASKING_MS = 4_000;

/** What became of the newest reminders. */
function Decided({ most }: { readonly most: number }) {
  const reminders = useQuery({
    ...reading('/v1/reminders', { query: { limit: most } }),
    refetchInterval: ({ state }) => (state.data?.data.some(isWaiting) === false ? false : ASKING_MS),
  });
  const { currency } = useStanding().merchant;
  const columns: readonly Column<Reminder>[] = [
    {
      key: 'member',
      title: t('members.one'),
      isName: true,
      cell: ({ member, memberName }) => (
        <Link to="/members/$id" params={{ id: member }}>
          {memberName}
        </Link>
      ),
    },
    {
      key: 'due',
      title: t('members.due'),
      isFigure: true,
      cell: ({ due }) => <Money {...{ amount: due, currency }} />,
    },
    { key: 'state', title: t('members.letter'), cell: (reminder) => <LetterState of={reminder} /> },
  ];
  return (
    <Answered query={reminders}>
      {({ data }) => <Table caption={t('members.letters')} columns={columns} rows={data} keyOf={({ id }) => id} />}
    </Answered>
  );
}

const isWaiting = ({ state }: Reminder): boolean => state === 'queued';

const TONES: Readonly<Record<Reminder['state'], Tone>> = {
  queued: 'waiting',
  sent: 'good',
  refused: 'bad',
  left_out: 'plain',
};

function LetterState({ of: { state, reason } }: { readonly of: Reminder }) {
  return (
    <>
      <Tag tone={TONES[state]}>{t(`members.letter_${state}`)}</Tag>{' '}
      {reason !== null && <span className="note">{t(`members.left_out.${reason}`)}</span>}
    </>
  );
}
