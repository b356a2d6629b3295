import type { Schema } from '../../api';
import { writeAmount } from '../../../../words/figures';
import { language, t, timeZone } from '../../words';

type Payment = Schema<'Payment'>;

/** Spreadsheets take these for UTF-8 only where it begins so. */
const BOM = '\uFEFF';

/** A file of payments for spreadsheets: separator and decimals as the reader's language has them, times of the merchant's clock. */
export function writeCsv(payments: readonly Payment[]): string {
  const separator = language() === 'fr' ? ';' : ',';
  const line = (cells: readonly string[]) => `${cells.map((cell) => quote(cell, separator)).join(separator)}\r\n`;
  return (
    BOM +
    line(COLUMNS.map(({ title }) => title())) +
    payments.map((payment) => line(COLUMNS.map(({ cell }) => cell(payment)))).join('')
  );
}

interface CsvColumn {
  readonly title: () => string;
  readonly cell: (payment: Payment) => string;
}

const sum = (of: 'amount' | 'captured' | 'fee' | 'refunded' | 'chargedBack'): CsvColumn => ({
  title: () => t(`payments.column.${of}`),
  cell: (payment) => writeAmount({ amount: payment[of], currency: payment.currency }, language()),
});
const COLUMNS: readonly CsvColumn[] = [
  { title: () => `${t('payments.column.when')} (${timeZone()})`, cell: ({ createdAt }) => localTime(createdAt) },
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

/** `2026-11-28 23:05:01`, which sorts, and which every spreadsheet reads. */
function localTime(moment: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timeZone(), dateStyle: 'short', timeStyle: 'medium' });
  return format.format(new Date(moment));
}

/** What others wrote is text: a spreadsheet shall not take it for a formula. */
const defused = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const quote = (cell: string, separator: string): string =>
  cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
