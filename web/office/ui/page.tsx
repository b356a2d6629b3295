import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Refusal, Unreachable } from '../../shared/client';
import { sentenceFor } from '../problems';
import { useStanding } from '../session';
import { moment, t } from '../words';
import { Button } from './button';
import { useTitle } from './title';

interface PageProps {
  readonly title: string;
  /** What can be done here. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** One page of the office: its one heading, what can be done, and what it is about. */
export function Page({ title, actions, children }: PageProps) {
  const { merchant } = useStanding();
  useTitle(title, merchant.name);
  return (
    <>
      <div className="heading">
        <h1 tabIndex={-1}>{title}</h1>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </div>
      {children}
    </>
  );
}

/** A part of a page, with its own heading. */
export function Section({ title, actions, children }: PageProps) {
  return (
    <section className="card">
      <div className="heading">
        <h2>{title}</h2>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

interface AnsweredProps<Answer> {
  readonly query: Pick<UseQueryResult<Answer>, 'data' | 'error' | 'refetch' | 'dataUpdatedAt'>;
  readonly children: (answer: Answer) => ReactNode;
}

/**
 * What was read, in each of its states: its shape while it comes, what went wrong and what to do, and, while the server is away, what was
 * known last, with its time.
 */
export function Answered<Answer>({ query, children }: AnsweredProps<Answer>) {
  const { data, error, refetch, dataUpdatedAt } = query;
  if (data === undefined && error === null) return <Loading />;
  return (
    <>
      {error !== null && (
        <div className="card standing" data-tone={error instanceof Unreachable ? 'waiting' : 'bad'} role="alert">
          <p>
            {data !== undefined && error instanceof Unreachable
              ? t('trouble.offline', { time: moment(new Date(dataUpdatedAt)) })
              : error instanceof Refusal && error.code === 'forbidden'
                ? t('trouble.forbidden')
                : sentenceFor(error)}
          </p>
          {!(error instanceof Refusal && error.code === 'forbidden') && (
            <Button onPress={() => void refetch()}>{t('trouble.again')}</Button>
          )}
        </div>
      )}
      {data !== undefined && children(data)}
    </>
  );
}

/** Nothing is shown at first: most answers are quicker than a flicker. */
const QUIET_MS = 300;

function Loading() {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="loading" aria-busy="true">
      {isLate && (
        <>
          <span className="hidden">{t('shell.loading')}</span>
          <i />
          <i />
          <i />
        </>
      )}
    </div>
  );
}

/** What will be here, and what begins it. */
export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className="empty">
      <p>{children}</p>
      {action}
    </div>
  );
}
