import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Page } from '../../ui/page';
import { t } from '../../words';

interface BooksPageProps {
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The books, from one of their sides. */
export function BooksPage({ actions, children }: BooksPageProps) {
  return (
    <Page title={t('menu.books')} {...(actions !== undefined && { actions })}>
      <nav className="sides" aria-label={t('menu.books')}>
        <Link
          to="/books"
          activeOptions={{ exact: true, includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
        >
          {t('books.journal')}
        </Link>
        <Link to="/books/balances" activeProps={{ 'aria-current': 'page' }}>
          {t('books.balances')}
        </Link>
        <Link to="/books/disputes" activeProps={{ 'aria-current': 'page' }}>
          {t('books.disputes')}
        </Link>
      </nav>
      {children}
    </Page>
  );
}
