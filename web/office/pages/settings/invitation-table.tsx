import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Tag } from '../../ui/status';
import type { Tone } from '../../ui/status';
import { Table } from '../../ui/table';
import { Trouble } from '../../ui/trouble';
import { moment, t } from '../../words';

type Invitation = Schema<'Invitation'>;
const TONES: Readonly<Record<Invitation['mail']['state'], Tone>> = { queued: 'waiting', sent: 'good', refused: 'bad' };

/** Who is invited and has not come in yet. */
export function InvitationTable({ invitations }: { readonly invitations: readonly Invitation[] }) {
  const withdraw = useCommand(
    (id: string, headers) => answerOf(api.DELETE('/v1/invitations/{id}', { params: { path: { id } }, headers })),
    { changes: ['/v1/invitations'], done: ({ email }) => t('people.withdrawn', { email }) },
  );
  return (
    <>
      <Trouble text={withdraw.trouble} />
      <Table
        caption={t('people.invited')}
        rows={invitations}
        keyOf={({ id }) => id}
        columns={[
          {
            key: 'email',
            title: t('people.email'),
            isName: true,
            cell: ({ email }) => <span className="long">{email}</span>,
          },
          { key: 'role', title: t('people.role'), cell: ({ role }) => t(`role.${role}`) },
          {
            key: 'letter',
            title: t('people.letter'),
            cell: ({ mail: { state } }) => <Tag tone={TONES[state]}>{t(`letter.${state}`)}</Tag>,
          },
          { key: 'until', title: t('people.until'), cell: ({ expiresAt }) => moment(expiresAt) },
          {
            key: 'actions',
            title: t('people.actions'),
            cell: ({ id, email }) => (
              <Button kind="quiet" onPress={() => withdraw.run(id)} label={t('people.withdraw_of', { email })}>
                {t('people.withdraw')}
              </Button>
            ),
          },
        ]}
      />
    </>
  );
}
