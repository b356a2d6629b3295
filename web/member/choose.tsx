import { useState } from 'preact/hooks';
import { broughtAnswer, call } from '../shared/client';
import { inPlainWords } from './trouble';
import { t } from './words';

/** Several members have one address: whose account is it to be? */
export function ChoosePage({ base }: { readonly base: string }) {
  const [members] = useState(() => broughtAnswer('/v1/member-sign-in/session')?.members ?? []);
  const [trouble, setTrouble] = useState('');
  const choose = (member: string) =>
    void call({ kind: 'member' }, 'PUT', '/v1/member-sign-in/session', { body: { member } })
      .then(() => location.assign(base))
      .catch((error: unknown) => setTrouble(inPlainWords(error, { merchant: '', gateway: '' })));
  return (
    <main class="narrow" id="main">
      <section class="card">
        <h1>{t('choose.title')}</h1>
        <div class="actions">
          {members.map(({ id, name }) => (
            <button key={id} type="button" onClick={() => choose(id)}>
              {name}
            </button>
          ))}
        </div>
        <p class="error" role="alert">
          {trouble}
        </p>
      </section>
    </main>
  );
}
