import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { t } from '../../words';
import { PersonFields, personOf } from './person-fields';
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
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          changing.run(changeOf(personOf(member), person));
        }}
      >
        <PersonFields person={person} onChange={setPerson} wrong={changing.wrong} />
        {changing.trouble !== null && (
          <p className="error" role="alert">
            {changing.trouble}
          </p>
        )}
        <div className="actions">
          <Button type="submit" kind="primary" isRunning={changing.isRunning} isDisabled={person.name.trim() === ''}>
            {t('shell.save')}
          </Button>
          <Button onPress={onClose}>{t('shell.cancel')}</Button>
        </div>
      </form>
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
