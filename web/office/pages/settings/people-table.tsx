import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { useStanding } from '../../session';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { Dialog } from '../../ui/dialog';
import { Form } from '../../ui/form';
import { Tag } from '../../ui/status';
import { Table } from '../../ui/table';
import { day, t } from '../../words';
import { RoleChoice } from './role-choice';

type Person = Schema<'Person'>;
const CHANGES = ['/v1/people', '/v1/invitations', '/v1/session'];

/** Who works here; what is done with one of them opens over it. */
export function PeopleTable({ people }: { readonly people: readonly Person[] }) {
  const { session } = useStanding();
  const [changing, setChanging] = useState<Person | null>(null);
  const [removing, setRemoving] = useState<Person | null>(null);
  return (
    <>
      <Table
        caption={t('people.here')}
        rows={people}
        keyOf={({ id }) => id}
        columns={[
          {
            key: 'name',
            title: t('people.name'),
            isName: true,
            cell: ({ id, name }) => (id === session.user.id ? `${name} (${t('people.you')})` : name),
          },
          { key: 'email', title: t('people.email'), cell: ({ email }) => <span className="long">{email}</span> },
          { key: 'role', title: t('people.role'), cell: ({ role }) => t(`role.${role}`) },
          {
            key: 'factor',
            title: t('people.factor'),
            cell: ({ secondFactor }) => (
              <Tag tone={secondFactor ? 'good' : 'waiting'}>{t(secondFactor ? 'shell.yes' : 'shell.no')}</Tag>
            ),
          },
          { key: 'since', title: t('people.since'), cell: ({ since }) => day(since) },
          {
            key: 'actions',
            title: t('people.actions'),
            cell: (person) => (
              <div className="actions">
                <Button
                  kind="quiet"
                  onPress={() => setChanging(person)}
                  label={t('people.change', { name: person.name })}
                >
                  {t('people.change_role')}
                </Button>
                <Button
                  kind="quiet"
                  onPress={() => setRemoving(person)}
                  label={t('people.remove', { name: person.name })}
                >
                  {t('people.remove_one')}
                </Button>
              </div>
            ),
          },
        ]}
      />
      {changing !== null && <ChangeRole person={changing} onClose={() => setChanging(null)} />}
      {removing !== null && <Remove person={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}

interface OfPerson {
  readonly person: Person;
  readonly onClose: () => void;
}

function ChangeRole({ person, onClose }: OfPerson) {
  const [role, setRole] = useState(person.role);
  const command = useCommand(
    (body: { role: Person['role'] }, headers) =>
      answerOf(api.PATCH('/v1/people/{id}', { params: { path: { id: person.id } }, body, headers })),
    {
      changes: CHANGES,
      done: () => t('people.changed', { name: person.name, role: t(`role.${role}`) }),
      then: onClose,
    },
  );
  return (
    <Dialog title={t('people.change', { name: person.name })} onClose={onClose}>
      <Form
        action={t('people.give', { role: t(`role.${role}`) })}
        onSend={() => command.run({ role })}
        onCancel={onClose}
        isRunning={command.isRunning}
        isDisabled={role === person.role}
        trouble={command.trouble}
      >
        <RoleChoice value={role} onChange={setRole} />
      </Form>
    </Dialog>
  );
}

function Remove({ person, onClose }: OfPerson) {
  const command = useCommand(
    (id: string, headers) => answerOf(api.DELETE('/v1/people/{id}', { params: { path: { id } }, headers })),
    { changes: CHANGES, done: () => t('people.removed', { name: person.name }), then: onClose },
  );
  return (
    <Confirm
      title={t('people.remove', { name: person.name })}
      action={t('people.remove', { name: person.name })}
      onConfirm={() => command.run(person.id)}
      onClose={onClose}
      isRunning={command.isRunning}
      trouble={command.trouble}
    >
      {t('people.remove_text')}
    </Confirm>
  );
}
