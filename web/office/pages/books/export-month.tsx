import { useState } from 'react';
import { answerOf, api } from '../../api';
import type { AnswerTo } from '../../api';
import { csvSum, csvTime, download, writeCsv } from '../../csv';
import { sentenceFor } from '../../problems';
import { useStanding } from '../../session';
import { announce } from '../../ui/announcements';
import { Button } from '../../ui/button';
import { accountName } from '../../ui/entries';
import { count, money, t, timeZone } from '../../words';
import type { Month } from './months';

type Entry = AnswerTo<'/v1/ledger/entries'>['data'][number];

const PAGE = 100;

/** All entries of a month as a file, one line for each posting, and whether its two sides are equal. */
export function ExportMonth({ month }: { readonly month: Month }) {
  const { merchant } = useStanding();
  const [read, setRead] = useState<number | null>(null);

  async function run(): Promise<void> {
    setRead(0);
    const entries = (await readAll(month, setRead)).toReversed();
    const debit = sumOf(entries, 'debit', merchant.currency);
    if (debit !== sumOf(entries, 'credit', merchant.currency)) {
      announce(t('books.export_unequal'), 'bad');
      return;
    }
    download(writeCsv(linesOf(entries)), `${merchant.name} ${month.key}.csv`);
    announce(t('books.exported', { count: entries.length, sum: money(debit, merchant.currency) }), 'good');
  }
  const start = () => {
    run()
      .catch((error: unknown) => announce(sentenceFor(error), 'bad'))
      .finally(() => setRead(null));
  };
  return (
    <Button onPress={start} isRunning={read !== null}>
      {read === null ? t('books.export', { month: month.text }) : t('books.exporting', { number: count(read) })}
    </Button>
  );
}

async function readAll({ from, to }: Month, tell: (read: number) => void): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let cursor: string | null = null; ;) {
    const query = { from, to, limit: PAGE, ...(cursor !== null && { cursor }) };
    const page: AnswerTo<'/v1/ledger/entries'> = await answerOf(api.GET('/v1/ledger/entries', { params: { query } }));
    entries.push(...page.data);
    tell(entries.length);
    if (page.nextCursor === null) return entries;
    cursor = page.nextCursor;
  }
}

const sumOf = (entries: readonly Entry[], side: 'debit' | 'credit', currency: string): number =>
  entries
    .flatMap(({ postings }) => postings)
    .reduce((sum, posting) => sum + (posting.side === side && posting.currency === currency ? posting.amount : 0), 0);

function linesOf(entries: readonly Entry[]): readonly (readonly string[])[] {
  const head = [
    `${t('books.recorded')} (${timeZone()})`,
    `${t('books.occurred')} (${timeZone()})`,
    t('books.entry'),
    t('books.what'),
    t('books.payment'),
    t('books.account'),
    t('books.account_code'),
    t('books.debit'),
    t('books.credit'),
    t('books.currency'),
  ];
  const lines = entries.flatMap(({ id, kind, payment, occurredAt, recordedAt, postings }) =>
    postings.map(({ account, side, amount, currency }) => [
      csvTime(recordedAt),
      occurredAt === null ? '' : csvTime(occurredAt),
      id,
      t(`entry.${kind}`),
      payment ?? '',
      accountName(account),
      account,
      side === 'debit' ? csvSum(amount, currency) : '',
      side === 'credit' ? csvSum(amount, currency) : '',
      currency,
    ]),
  );
  return [head, ...lines];
}
