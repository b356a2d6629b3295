import { useState } from 'react';
import { THEMES } from '../../../shared/theme';
import { chooseLanguage, chooseTheme, theme } from '../../shell/choices';
import { useStanding } from '../../session';
import { Radios } from '../../ui/fields';
import { Section } from '../../ui/page';
import { language, t } from '../../words';
import { Passkeys } from './passkeys';
import { Password } from './password';
import { SecondFactor } from './second-factor';
import { Sessions } from './sessions';
import { SettingsPage } from './settings-page';

/** The person who is signed in: how the office looks to them, and how they come in. */
export function MePage() {
  const { session, role } = useStanding();
  const { name, email } = session.user;
  return (
    <SettingsPage place="me">
      <Section title={name}>
        <dl>
          <div>
            <dt>{t('people.email')}</dt>
            <dd>{email}</dd>
          </div>
          <div>
            <dt>{t('people.role')}</dt>
            <dd>
              {t(`role.${role}`)}. <span className="note">{t(`role_may.${role}`)}</span>
            </dd>
          </div>
        </dl>
      </Section>
      <Appearance />
      <SecondFactor session={session} />
      <Passkeys />
      <Password email={email} />
      <Sessions />
    </SettingsPage>
  );
}

function Appearance() {
  const [chosen, setChosen] = useState(theme());
  return (
    <Section title={t('me.appearance')}>
      <div className="columns">
        <Radios
          label={t('me.language')}
          options={(['en', 'fr'] as const).map((key) => ({ key, text: t(`language.${key}`) }))}
          value={language()}
          onChange={chooseLanguage}
        />
        <Radios
          label={t('me.look')}
          options={THEMES.map((key) => ({ key, text: t(`look.${key}`) }))}
          value={chosen}
          onChange={(next) => {
            chooseTheme(next);
            setChosen(next);
          }}
        />
      </div>
    </Section>
  );
}
