import type { Schema } from '../../api';
import { csvSum, csvTime, defused, writeCsv } from '../../csv';
import { t, timeZone } from '../../words';

type Payment = Schema<'Payment'>;

/** A file of payments for spreadsheets; times are of the merchant's clock. */
export function writePayments(payments: readonly Payment[]): string {
  return writeCsv([
    COLUMNS.map(({ title }) => title()),
    ...payments.map((payment) => COLUMNS.map(({ cell }) => cell(payment))),
  ]);
}

interface CsvColumn {
  readonly title: () => string;
  readonly cell: (payment: Payment) => string;
}

const sum = (of: 'amount' | 'captured' | 'fee' | 'refunded' | 'chargedBack'): CsvColumn => ({
  title: () => t(`payments.column.${of}`),
  cell: (payment) => csvSum(payment[of], payment.currency),
});
const COLUMNS: readonly CsvColumn[] = [
  { title: () => `${t('payments.column.when')} (${timeZone()})`, cell: ({ createdAt }) => csvTime(createdAt) },
  { title: () => t('payments.column.id'), cell: ({ id }) => id },
  { title: () => t('payments.column.member'), cell: ({ memberName }) => defused(memberName ?? '') },
  { title: () => t('payments.column.status'), cell: ({ status }) => t(`status.${status}`) },
  { title: () => t('payments.column.gateway'), cell: ({ gateway }) => t(`gateway.${gateway}`) },
  { title: () => t('payments.column.reference'), cell: ({ timeline }) => defused(referenceOf(timeline)) },
  { title: () => t('payments.column.currency'), cell: ({ currency }) => currency },
  sum('amount'),
  sum('captured'),
  sum('fee'),
  sum('refunded'),
  sum('chargedBack'),
];

/** What the gateway calls the money that came first. */
function referenceOf(timeline: Payment['timeline']): string {
  return timeline.find(({ kind }) => kind === 'payment_captured')?.gatewayReference ?? '';
}
