import { useEffect, useRef, useState } from 'preact/hooks';
import { broughtAnswer, call, Refusal } from '../shared/client';
import type { Session } from '../shared/types';
import { Badge } from './badge';
import { browserName } from './browser-name';
import { moment, t } from './words';

const MEMBER = { kind: 'member' } as const;

interface Props {
  /** Signs this browser out, and leaves the page. */
  readonly signOut: () => Promise<void>;
  /** Does what a button asks for, and says what went wrong. */
  readonly act: (work: () => Promise<void>) => void;
}

/** Where the member is signed in, and how that ends: here, in one other browser, or everywhere. */
export function Sessions({ signOut, act }: Props) {
  const [brought] = useState(() => broughtAnswer('/v1/sessions')?.data);
  const [sessions, setSessions] = useState<readonly Session[]>(brought ?? []);
  const [said, setSaid] = useState('');
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (brought === undefined) act(async () => setSessions(await loadSessions()));
  }, []);
  const others = sessions.filter(({ current }) => !current);

  const end = (session: Session) =>
    act(async () => {
      await endSession(session);
      setSessions(await loadSessions());
      setSaid(t('session.ended', { browser: browserName(session.userAgent) }));
      title.current?.focus(); // the button is gone
    });
  const signOutEverywhere = () =>
    act(async () => {
      for (const session of await loadSessions()) if (!session.current) await endSession(session);
      await signOut();
    });

  return (
    <section class="card">
      <h2 ref={title} tabIndex={-1}>
        {t('me.sessions')}
      </h2>
      <ul class="lines" id="sessions">
        {sessions.map((session) => (
          <SessionLine
            key={session.id}
            session={session}
            onEnd={() => (session.current ? act(signOut) : end(session))}
          />
        ))}
      </ul>
      <p class="note" role="status">
        {said}
      </p>
      <p class="note">{t('me.session_text')}</p>
      {others.length > 0 && (
        <div class="actions">
          <button type="button" class="quiet" onClick={signOutEverywhere}>
            {t('me.sign_out_everywhere')}
          </button>
        </div>
      )}
    </section>
  );
}

function SessionLine({ session, onEnd }: { readonly session: Session; readonly onEnd: () => void }) {
  const { id, userAgent, current, createdAt, lastSeenAt } = session;
  const browser = browserName(userAgent);
  const button = t('me.sign_out');
  return (
    <li data-session={id}>
      <span>{browser}</span>
      <span class="figure">{current && <Badge tone="good">{t('session.here')}</Badge>}</span>
      <p class="note">{t('session.times', { since: moment(createdAt), seen: moment(lastSeenAt) })}</p>
      <div class="actions">
        <button type="button" class="small quiet" aria-label={`${button} · ${browser}`} onClick={onEnd}>
          {button}
        </button>
      </div>
    </li>
  );
}

async function loadSessions(): Promise<readonly Session[]> {
  return (await call(MEMBER, 'GET', '/v1/sessions')).body.data;
}

/** Ends a session; one that has ended meanwhile is what was wanted. */
async function endSession({ id }: Session): Promise<void> {
  await call(MEMBER, 'DELETE', `/v1/sessions/${id}`).catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.code !== 'not_found') throw error;
  });
}
