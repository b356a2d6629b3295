import { useEffect, useState } from 'preact/hooks';
import { FIRST_LOOK } from '../../words/first-look';
import { PAGE_LANGUAGES } from '../../words/language';
import type { PageLanguage } from '../../words/language';
import { broughtAnswer, call } from '../shared/client';
import { forget } from './kept';
import { Sessions } from './sessions';
import { Frame, Loading, Over } from './space';
import type { Space } from './space';
import { ThemeChoice } from './theme-choice';
import { inPlainWords, isEnd } from './trouble';
import { language, t } from './words';

const NAMES: Readonly<Record<PageLanguage, string>> = { en: 'English', fr: 'Français' };
const YEAR_S = 31_536_000;

/** Who the member is here, in which language, and the way out. */
export function MePage({ space }: { readonly space: Space }) {
  const { credentials, memberId, base } = space;
  const [member, setMember] = useState(() => broughtAnswer(`/v1/members/${memberId}`) ?? null);
  const [merchant, setMerchant] = useState(() => broughtAnswer(`/v1/members/${memberId}/cart`)?.merchantName ?? null);
  const [others] = useState(() => broughtAnswer('/v1/member-sign-in/session')?.members ?? []);
  const [isOver, setOver] = useState(false);
  const [trouble, setTrouble] = useState('');

  const act = (work: () => Promise<void>) => {
    setTrouble('');
    void work().catch((error: unknown) => {
      if (isEnd(error)) setOver(true);
      else setTrouble(inPlainWords(error, { merchant: merchant ?? '', gateway: '' }));
    });
  };
  useEffect(() => {
    document.title = FIRST_LOOK[language()].pages.me;
    if (member === null || merchant === null) act(load);
  }, []);

  async function load(): Promise<void> {
    setMember((await call(credentials, 'GET', `/v1/members/${memberId}`)).body);
    setMerchant((await call(credentials, 'GET', `/v1/members/${memberId}/cart`)).body.merchantName);
  }

  async function signOut(): Promise<void> {
    if (credentials.kind === 'member') await call(credentials, 'DELETE', '/v1/member-sign-in/session');
    forget('token');
    location.assign(base);
  }
  const speakFromNowOn = (code: PageLanguage) =>
    act(async () => {
      await call(credentials, 'PATCH', `/v1/members/${memberId}`, { body: { locale: code } });
      // The server reads this wish when it writes a page.
      document.cookie = `quittance_language=${code}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax`;
      location.reload();
    });
  const become = (id: string) =>
    act(async () => {
      await call(credentials, 'PUT', '/v1/member-sign-in/session', { body: { member: id } });
      location.assign(base);
    });

  if (isOver) return <Over />;
  return (
    <Frame
      space={space}
      page="me"
      merchant={merchant}
      title={member?.name ?? FIRST_LOOK[language()].pages.me}
      isConnected={true}
    >
      <p class="error" role="alert">
        {trouble}
      </p>
      {member === null ? (
        <Loading />
      ) : (
        <div class="columns">
          <div class="column">
            <section class="card">
              <h2>{t('me.known')}</h2>
              <dl>
                <div>
                  <dt>{t('me.email')}</dt>
                  <dd>{member.email ?? t('me.none')}</dd>
                </div>
                <div>
                  <dt>{t('me.phone')}</dt>
                  <dd>{member.phone ?? t('me.none')}</dd>
                </div>
              </dl>
              <p class="note">{t('me.change', { merchant: merchant ?? '' })}</p>
            </section>
            {credentials.kind === 'member' ? (
              <Sessions signOut={signOut} act={act} />
            ) : (
              <section class="card">
                <h2>{t('session.here')}</h2>
                <p class="note">{t('me.link_text')}</p>
                <div class="actions">
                  <button type="button" class="quiet" onClick={() => act(signOut)}>
                    {t('me.sign_out')}
                  </button>
                </div>
              </section>
            )}
          </div>
          <div class="column">
            <section class="card">
              <h2>{t('me.language')}</h2>
              <div class="choice">
                {PAGE_LANGUAGES.map((code) => (
                  <button
                    key={code}
                    type="button"
                    lang={code}
                    class={code === language() ? '' : 'quiet'}
                    aria-pressed={code === language()}
                    onClick={() => speakFromNowOn(code)}
                  >
                    {NAMES[code]}
                  </button>
                ))}
              </div>
              {member.locale !== null && <p class="note">{t('me.letters', { language: NAMES[member.locale] })}</p>}
            </section>
            <ThemeChoice />
            {others.length > 1 && (
              <section class="card">
                <h2>{t('me.others')}</h2>
                <div class="actions">
                  {others
                    .filter(({ id }) => id !== memberId)
                    .map(({ id, name }) => (
                      <button key={id} type="button" class="quiet" onClick={() => become(id)}>
                        {name}
                      </button>
                    ))}
                </div>
              </section>
            )}
          </div>
        </div>
      )}
    </Frame>
  );
}
