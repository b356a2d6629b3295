import { useQueryClient } from '@tanstack/react-query';
import { answerOf, api } from '../api';
import type { Session } from '../session';
import { Button } from '../ui/button';
import { t } from '../words';
import { signOut } from './signing';

/** For somebody who is signed in and works nowhere yet. */
export function NoMerchant({ session }: { readonly session: Session }) {
  const queries = useQueryClient();
  const choose = (merchant: string) =>
    void answerOf(api.PUT('/v1/session/merchant', { body: { merchant } })).then(() => queries.resetQueries());
  return (
    <main className="narrow">
      <section className="card">
        <h1>{t(session.merchants.length === 0 ? 'shell.nowhere' : 'shell.where')}</h1>
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
    </main>
  );
}
