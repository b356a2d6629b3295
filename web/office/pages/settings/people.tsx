import { useState } from 'react';
import { useList } from '../../listing';
import { Button } from '../../ui/button';
import { More } from '../../ui/more';
import { Answered, Section } from '../../ui/page';
import { t } from '../../words';
import { InvitationTable } from './invitation-table';
import { InviteDialog } from './invite-dialog';
import { PeopleTable } from './people-table';
import { SettingsPage } from './settings-page';

/** Who works here, and as what. */
export function PeoplePage() {
  const [isInviting, setInviting] = useState(false);
  const actions = (
    <Button kind="primary" onPress={() => setInviting(true)}>
      {t('people.invite')}
    </Button>
  );
  return (
    <SettingsPage place="people" actions={actions}>
      <People />
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </SettingsPage>
  );
}

function People() {
  const people = useList('/v1/people', {});
  const invitations = useList('/v1/invitations', {});
  return (
    <>
      <Section title={t('people.here')}>
        <Answered query={people.query}>{(rows) => <PeopleTable people={rows} />}</Answered>
        <More more={people.more} />
      </Section>
      <Section title={t('people.invited')}>
        <Answered query={invitations.query}>
          {(rows) =>
            rows.length === 0 ? (
              <p className="note">{t('people.nobody_invited')}</p>
            ) : (
              <InvitationTable invitations={rows} />
            )
          }
        </Answered>
        <More more={invitations.more} />
      </Section>
    </>
  );
}
