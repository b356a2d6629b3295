import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { answerOf, api } from '../api';
import type { Session } from '../session';
import { sentenceFor } from '../problems';
import { announce, Announcements } from '../ui/announcements';
import { Button } from '../ui/button';
import { useTitle } from '../ui/title';
import { laterWords, t } from '../words';
import { signOut } from './signing';

// Only who looks after the platform needs it.
const Platform = lazy(async () => {
  await laterWords();
  return { default: (await import('../pages/platform/platform')).Platform };
});

/** For somebody who is signed in and works nowhere yet. */
export function NoMerchant({ session }: { readonly session: Session }) {
  const queries = useQueryClient();
  const title = t(titleFor(session));
  useTitle(title, session.user.name);
  const choose = (merchant: string) =>
    void answerOf(api.PUT('/v1/session/merchant', { body: { merchant } })).then(
      () => queries.resetQueries(),
      (error: unknown) => announce(sentenceFor(error), 'bad'),
    );
  return (
    <main className={session.operator ? undefined : 'narrow'}>
      <section className="card">
        <h1>{title}</h1>
        <div className="actions">
          {session.merchants.map(({ id, name }) => (
            <Button key={id} onPress={() => choose(id)}>
              {name}
            </Button>
          ))}
          <Button kind="quiet" onPress={signOut}>
            {t('shell.sign_out')}
          </Button>
        </div>
      </section>
      {session.operator && (
        <Suspense>
          <Platform />
        </Suspense>
      )}
      <Announcements />
    </main>
  );
}

function titleFor({ merchants, operator }: Session): string {
  if (merchants.length > 0) return 'shell.where';
  return operator ? 'menu.platform' : 'shell.nowhere';
}
