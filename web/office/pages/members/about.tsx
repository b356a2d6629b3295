import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { Schema } from '../../api';
import { useCommand } from '../../command';
import { Button } from '../../ui/button';
import { Section } from '../../ui/page';
import { Trouble } from '../../ui/trouble';
import { day, t } from '../../words';
import { ChangeMember } from './change-member';
import { EraseMember } from './erase-member';
import { nameOf } from './name';
import { useMemberRights } from './rights';

/** Who the member is, how they are reached, and what is done with that. */
export function About({ member }: { readonly member: Schema<'Member'> }) {
  const { id, email, phone, reference, address, locale, createdAt, erasedAt } = member;
  const { mayManage, mayErase, mayExport } = useMemberRights();
  const [opened, open] = useState<'change' | 'erase' | null>(null);
  const close = () => open(null);
  const facts: readonly (readonly [string, string | null])[] = [
    ['email', email],
    ['phone', phone],
    ['reference', reference],
    ['address', address],
    ['language', t(`members.locale_${locale ?? 'none'}`)],
    ['since', day(createdAt)],
  ];
  return (
    <Section
      title={t('members.about', { name: nameOf(member) })}
      actions={
        <>
          {mayManage && erasedAt === null && <Button onPress={() => open('change')}>{t('members.change')}</Button>}
          {mayExport && <Export id={id} />}
          {mayErase && erasedAt === null && <Button onPress={() => open('erase')}>{t('members.erase')}</Button>}
        </>
      }
    >
      <dl>
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{t(`members.${key}`)}</dt>
            <dd className="lines">{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
      {opened === 'change' && <ChangeMember member={member} onClose={close} />}
      {opened === 'erase' && <EraseMember member={member} onClose={close} />}
    </Section>
  );
}

/** All that is kept of the person, as a file on the reader's disk. */
function Export({ id }: { readonly id: string }) {
  const exporting = useCommand(
    (_: null) => answerOf(api.GET('/v1/members/{id}/export', { params: { path: { id } } })),
    {
      changes: [],
      done: () => t('members.exported'),
      then: (data) => save(`${id}.json`, JSON.stringify(data, null, 2)),
    },
  );
  return (
    <>
      <Button onPress={() => exporting.run(null)} isRunning={exporting.isRunning}>
        {t('members.export')}
      </Button>
      <Trouble text={exporting.trouble} />
    </>
  );
}

function save(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
