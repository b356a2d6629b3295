import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useSyncExternalStore } from 'react';
import { Refusal } from '../../shared/client';
import { workFor } from '../api';
import { listen, useIsLive } from '../live';
import { merchantReading, sessionReading, StandingContext } from '../session';
import type { Session } from '../session';
import { Announcements } from '../ui/announcements';
import { keepTimeOf, laterWords, t } from '../words';
import { Header } from './header';
import { Menu } from './menu';
import { NoMerchant } from './no-merchant';
import { usePalette } from './palette-key';
import { stepUpStore } from '../step-up';

// Who is in needs none of them at first, and they weigh a quarter of the rest.
const Palette = lazy(() => import('./palette'));
const StepUpDialog = lazy(() => import('./step-up-dialog'));
const SignIn = lazy(() => import('./sign-in'));
const NeedsSecondFactor = lazy(async () => {
  await laterWords();
  return import('./needs-second-factor');
});

/** What every page of the office stands in. Somebody without a session signs in here, and goes on where they wanted to. */
export function Shell() {
  const { data: session, error, isPending } = useQuery(sessionReading);
  if (isPending) return null;
  if (session === undefined) {
    const isOut = error instanceof Refusal && error.status === 401;
    if (!isOut) return <Unavailable />;
    return (
      <Suspense>
        <SignIn />
      </Suspense>
    );
  }
  return session.merchant === null ? <NoMerchant session={session} /> : <Working session={session} />;
}

/** The shell of who works for a merchant. */
function Working({ session }: { readonly session: Session }) {
  workFor(session.merchant);
  const { data: merchant, error } = useQuery(merchantReading);
  const queries = useQueryClient();
  useEffect(() => listen(queries), [queries, session.merchant]);
  if (error !== null && merchant === undefined)
    return error instanceof Refusal && error.code === 'second_factor_required' ? (
      <Suspense>
        <NeedsSecondFactor session={session} />
      </Suspense>
    ) : (
      <Unavailable />
    );
  if (merchant === undefined || session.role === null) return null;
  keepTimeOf(merchant.timeZone);
  return (
    <StandingContext value={{ session, merchant, role: session.role }}>
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      <Header />
      <div className="office">
        <Menu />
        <Main />
      </div>
      <Connection />
      <Announcements />
      <OverThePage />
    </StandingContext>
  );
}

/** A new page is begun at its heading, for who reads by ear or by keyboard. */
function Main() {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [path]);
  return (
    <main id="main" ref={main} tabIndex={-1}>
      <Outlet />
    </main>
  );
}

/** What opens over whichever page is shown. */
function OverThePage() {
  const asked = useSyncExternalStore(stepUpStore.subscribe, stepUpStore.read);
  const isSearching = usePalette();
  return (
    <Suspense>
      {isSearching && <Palette />}
      {asked !== null && <StepUpDialog asked={asked} />}
    </Suspense>
  );
}

/** Said while the office hears nothing by itself. */
function Connection() {
  return useIsLive() ? null : (
    <p className="connection" role="status">
      {t('shell.not_live')}
    </p>
  );
}

function Unavailable() {
  return (
    <main className="narrow">
      <section className="card standing" data-tone="waiting" role="alert">
        <h1>{t('trouble.title')}</h1>
        <p>{t('trouble.unreachable')}</p>
        <button type="button" className="pressable" onClick={() => location.reload()}>
          {t('trouble.again')}
        </button>
      </section>
    </main>
  );
}
