import { useState } from 'react';
import type { Schema } from '../../api';
import { download } from '../../csv';
import { sentenceFor } from '../../problems';
import { useStanding } from '../../session';
import { announce } from '../../ui/announcements';
import { Button } from '../../ui/button';
import { count, money, t } from '../../words';
import { writePayments } from './csv';
import type { PaymentFilter } from './filter';
import { askPayments } from './reading';

const PAGE = 100;

/** Writes all payments of the filter into a file, page by page, and says whether they sum up to what the list says. */
export function ExportButton({ filter }: { readonly filter: PaymentFilter }) {
  const { currency, name } = useStanding().merchant;
  const [written, setWritten] = useState<number | null>(null);

  async function run(): Promise<void> {
    setWritten(0);
    const { payments, sums } = await readAll(filter, setWritten);
    const captured = payments.reduce(
      (total, payment) => total + (payment.currency === currency ? payment.captured : 0),
      0,
    );
    if (sums?.exact === true && (sums.count !== payments.length || sums.captured !== captured)) {
      announce(t('payments.export.moved'), 'bad');
      return;
    }
    download(writePayments(payments), `${name} ${t('menu.payments')}.csv`);
    announce(t('payments.export.done', { count: payments.length, sum: money(captured, currency) }), 'good');
  }
  const start = () => {
    run()
      .catch((error: unknown) => announce(sentenceFor(error), 'bad'))
      .finally(() => setWritten(null));
  };
  return (
    <Button onPress={start} isRunning={written !== null}>
      {written === null ? t('payments.export') : t('payments.export.running', { number: count(written) })}
    </Button>
  );
}

async function readAll(filter: PaymentFilter, tell: (read: number) => void) {
  const payments: Schema<'Payment'>[] = [];
  const first = await askPayments(filter, null, PAGE);
  for (let page = first; ;) {
    payments.push(...page.data);
    tell(payments.length);
    if (page.nextCursor === null) return { payments, sums: first.summary };
    page = await askPayments(filter, page.nextCursor, PAGE);
  }
}
