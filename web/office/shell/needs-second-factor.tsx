import { useState } from 'react';
import { SetUpApp } from '../pages/settings/set-up-app';
import { queries } from '../queries';
import type { Session } from '../session';
import { Button } from '../ui/button';
import { t } from '../words';
import { signOut } from './signing';

/** For somebody whose association wants a second factor of them, before they see anything of it. */
export default function NeedsSecondFactor({ session }: { readonly session: Session }) {
  const [isOpen, setOpen] = useState(false);
  const { name } = session.merchants.find(({ id }) => id === session.merchant) ?? { name: '' };
  return (
    <main className="narrow">
      <section className="card">
        <h1>{t('factor.needed')}</h1>
        <p>{t('factor.needed_text', { name })}</p>
        <div className="actions">
          <Button kind="primary" onPress={() => setOpen(true)}>
            {t('factor.set_up')}
          </Button>
          <Button kind="quiet" onPress={signOut}>
            {t('shell.sign_out')}
          </Button>
        </div>
      </section>
      {isOpen && <SetUpApp session={session} onClose={() => void queries.resetQueries()} />}
    </main>
  );
}
