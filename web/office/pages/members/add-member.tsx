import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Dialog } from '../../ui/dialog';
import { Form } from '../../ui/form';
import { t } from '../../words';
import { FIELDS_OF_PERSON, NOBODY, PersonFields } from './person-fields';
import type { Person } from './person-fields';

/** A new member, whose page opens when they are there. */
export function AddMember({ onClose }: { readonly onClose: () => void }) {
  const [person, setPerson] = useState(NOBODY);
  const navigate = useNavigate();
  const adding = useCommand(
    (body: Schema<'NewMember'>, headers) => answerOf(api.POST('/v1/members', { body, headers })),
    {
      changes: ['/v1/members'],
      done: ({ name }) => t('members.added', { name }),
      then: ({ id }) => void navigate({ to: '/members/$id', params: { id } }),
    },
  );
  return (
    <Dialog title={t('members.add')} onClose={onClose}>
      <Form
        action={t('members.add')}
        onSend={() => adding.run(newMember(person))}
        onCancel={onClose}
        isRunning={adding.isRunning}
        isDisabled={person.name.trim() === ''}
        trouble={adding.trouble}
        wrong={adding.wrong}
        fields={FIELDS_OF_PERSON}
      >
        <PersonFields person={person} onChange={setPerson} wrong={adding.wrong} />
      </Form>
    </Dialog>
  );
}

function newMember({ name, email, phone, reference, address, locale }: Person): Schema<'NewMember'> {
  return {
    name: name.trim(),
    ...(email.trim() !== '' && { email: email.trim() }),
    ...(phone.trim() !== '' && { phone: phone.trim() }),
    ...(reference.trim() !== '' && { reference: reference.trim() }),
    ...(address.trim() !== '' && { address: address.trim() }),
    ...(locale !== 'none' && { locale }),
  };
}
