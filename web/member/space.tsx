import type { ComponentChildren } from 'preact';
import { FIRST_LOOK } from '../../words/first-look';
import type { Credentials } from '../shared/client';
import { language, t, time } from './words';

/** Whose pages these are, and where they are. */
export interface Space {
  readonly credentials: Credentials;
  readonly memberId: string;
  readonly base: string;
}

const PAGES = ['account', 'payments', 'me'] as const;
export type SpacePage = (typeof PAGES)[number];

const addressOf = (base: string, page: SpacePage) => (page === 'account' ? base : `${base}?page=${page}`);

interface FrameProps {
  readonly space: Space;
  readonly page: SpacePage;
  /** Null before it is known. */
  readonly merchant: string | null;
  readonly title: string;
  readonly isConnected: boolean;
  /** When what is shown was told; null: nothing is shown yet. */
  readonly shownSince?: Date | null;
  /** No real money moves. */
  readonly isTest?: boolean;
  readonly children: ComponentChildren;
}

/** What the three pages have in common: whose club it is, the way between them, and whether there is a connection. The server writes the same before. */
export function Frame({
  space,
  page,
  merchant,
  title,
  isConnected,
  shownSince = null,
  isTest = false,
  children,
}: FrameProps) {
  const words = FIRST_LOOK[language()];
  return (
    <>
      <a class="skip" href="#main">
        {words.skip}
      </a>
      <header class="top">
        <p class="merchant">{merchant ?? ' '}</p>
        <nav aria-label={words.way}>
          {PAGES.map((name) => (
            <a key={name} href={addressOf(space.base, name)} aria-current={name === page ? 'page' : undefined}>
              {words.pages[name]}
            </a>
          ))}
        </nav>
        {isTest && <p class="note banner">{words.test}</p>}
      </header>
      <main class="wide" id="main" tabIndex={-1}>
        <h1>{title}</h1>
        <p class="note banner" id="connection" role="status" hidden={isConnected}>
          {isConnected ? '' : offlineText(shownSince)}
        </p>
        {children}
      </main>
    </>
  );
}

function offlineText(shownSince: Date | null): string {
  return shownSince === null ? t('frame.offline') : t('frame.offline_since', { time: time(shownSince) });
}

/** A session, or the time of a link, is over. */
export function Over() {
  return (
    <main class="narrow" id="main">
      <section class="card standing" data-tone="waiting">
        <h1>{t('over.title')}</h1>
        <p>{t('over.text')}</p>
      </section>
    </main>
  );
}

/** The shape of a page that is loading; for a moment nothing, since most are there at once. */
export function Loading() {
  return (
    <p class="note loading" role="status">
      {t('frame.loading')}
    </p>
  );
}
