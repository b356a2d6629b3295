import { useQuery } from '@tanstack/react-query';
import { reading } from '../../api';
import { Money } from '../../ui/money';
import { Answered, Empty } from '../../ui/page';
import { Table } from '../../ui/table';
import { accountName } from '../../ui/entries';
import { t } from '../../words';
import { BooksPage } from './books-page';

/** A merchant has a handful of accounts for each gateway, and one for each category. */
const MOST = 100;

/** What is on each account now. */
export function BalancesPage() {
  const balances = useQuery(reading('/v1/ledger/balances', { query: { limit: MOST } }));
  return (
    <BooksPage>
      <Answered query={balances}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>{t('books.no_balance')}</Empty>
          ) : (
            <section className="card">
              <p className="note">{t('books.balances_help')}</p>
              <Table
                caption={t('books.balances')}
                rows={data.toSorted((one, other) => one.account.localeCompare(other.account))}
                keyOf={({ account, currency }) => `${account} ${currency}`}
                columns={[
                  {
                    key: 'account',
                    title: t('books.account'),
                    isName: true,
                    cell: ({ account }) => accountName(account),
                  },
                  {
                    key: 'debit',
                    title: t('books.debit'),
                    isFigure: true,
                    cell: ({ debit, currency }) => <Money amount={debit} currency={currency} />,
                  },
                  {
                    key: 'credit',
                    title: t('books.credit'),
                    isFigure: true,
                    cell: ({ credit, currency }) => <Money amount={credit} currency={currency} />,
                  },
                  {
                    key: 'balance',
                    title: t('books.balance'),
                    isFigure: true,
                    cell: ({ balance, currency }) => (
                      <>
                        <Money amount={Math.abs(balance)} currency={currency} />{' '}
                        <span className="note">
                          {balance === 0 ? '' : t(balance > 0 ? 'books.debit' : 'books.credit')}
                        </span>
                      </>
                    ),
                  },
                ]}
              />
            </section>
          )
        }
      </Answered>
    </BooksPage>
  );
}
