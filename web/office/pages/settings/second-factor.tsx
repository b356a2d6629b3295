import { useState } from 'react';
import type { Session } from '../../session';
import { Button } from '../../ui/button';
import { Section } from '../../ui/page';
import { Tag } from '../../ui/status';
import { t } from '../../words';
import { NewBackupCodes, RemoveApp } from './factor-dialogs';
import { SetUpApp } from './set-up-app';

/** What the person gives beside the password: the codes of an app, and codes for when that is lost. */
export function SecondFactor({ session }: { readonly session: Session }) {
  const [open, setOpen] = useState<'app' | 'codes' | 'remove' | null>(null);
  const { secondFactor } = session.user;
  const close = () => setOpen(null);
  return (
    <Section title={t('factor.title')}>
      <p>
        <Tag tone={secondFactor ? 'good' : 'waiting'}>{t(secondFactor ? 'factor.on' : 'factor.off')}</Tag>
      </p>
      <p>{t(secondFactor ? 'factor.on_text' : 'factor.off_text')}</p>
      <div className="actions">
        <Button kind={secondFactor ? 'plain' : 'primary'} onPress={() => setOpen('app')}>
          {t('factor.set_up')}
        </Button>
        {secondFactor && (
          <>
            <Button onPress={() => setOpen('codes')}>{t('factor.new_codes')}</Button>
            <Button kind="quiet" onPress={() => setOpen('remove')}>
              {t('factor.remove')}
            </Button>
          </>
        )}
      </div>
      {open === 'app' && <SetUpApp session={session} onClose={close} />}
      {open === 'codes' && <NewBackupCodes session={session} onClose={close} />}
      {open === 'remove' && <RemoveApp session={session} onClose={close} />}
    </Section>
  );
}
