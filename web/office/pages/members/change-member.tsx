import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Dialog } from '../../ui/dialog';
import { Form } from '../../ui/form';
import { t } from '../../words';
import { FIELDS_OF_PERSON, PersonFields, personOf } from './person-fields';
import type { Person } from './person-fields';

interface ChangeMemberProps {
  readonly member: Schema<'Member'>;
  readonly onClose: () => void;
}

/** Who a member is, changed; only what is another is sent, since an e-mail asks who changes it to prove themself. */
export function ChangeMember({ member, onClose }: ChangeMemberProps) {
  const { id } = member;
  const [person, setPerson] = useState(() => personOf(member));
  const changing = useCommand(
    (body: Schema<'MemberChange'>, headers) =>
      answerOf(api.PATCH('/v1/members/{id}', { params: { path: { id } }, body, headers })),
    { changes: ['/v1/members'], done: ({ name }) => t('members.changed', { name }), then: onClose },
  );
  return (
    <Dialog title={t('members.change_title', { name: member.name })} onClose={onClose}>
      <Form
        action={t('shell.save')}
        onSend={() => changing.run(changeOf(personOf(member), person))}
        onCancel={onClose}
        isRunning={changing.isRunning}
        isDisabled={person.name.trim() === ''}
        trouble={changing.trouble}
        wrong={changing.wrong}
        fields={FIELDS_OF_PERSON}
      >
        <PersonFields person={person} onChange={setPerson} wrong={changing.wrong} />
      </Form>
    </Dialog>
  );
}

const CAN_BE_EMPTY = ['email', 'phone', 'reference', 'address'] as const;

function changeOf(before: Person, after: Person): Schema<'MemberChange'> {
  const changes = CAN_BE_EMPTY.filter((field) => after[field].trim() !== before[field]);
  return {
    ...(after.name.trim() !== before.name && { name: after.name.trim() }),
    ...Object.fromEntries(changes.map((field) => [field, after[field].trim() === '' ? null : after[field].trim()])),
    ...(after.locale !== before.locale && { locale: after.locale === 'none' ? null : after.locale }),
  };
}
