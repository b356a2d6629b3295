import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { t } from '../../words';
import { NOBODY, PersonFields } from './person-fields';
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
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          adding.run(newMember(person));
        }}
      >
        <PersonFields person={person} onChange={setPerson} wrong={adding.wrong} />
        {adding.trouble !== null && (
          <p className="error" role="alert">
            {adding.trouble}
          </p>
        )}
        <div className="actions">
          <Button type="submit" kind="primary" isRunning={adding.isRunning} isDisabled={person.name.trim() === ''}>
            {t('members.add')}
          </Button>
          <Button onPress={onClose}>{t('shell.cancel')}</Button>
        </div>
      </form>
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
