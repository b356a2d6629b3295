import { writeAmount } from '../../words/figures';
import { language, timeZone } from './words';

/** Spreadsheets take these for UTF-8 only where it begins so. */
const BOM = '\uFEFF';

/** A file for spreadsheets: separator and decimals as the reader's language has them. Its first line names the columns. */
export function writeCsv(lines: readonly (readonly string[])[]): string {
  const separator = language() === 'fr' ? ';' : ',';
  const quoted = (cell: string) =>
    cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return BOM + lines.map((cells) => `${cells.map(quoted).join(separator)}\r\n`).join('');
}

/** What others wrote is text: a spreadsheet shall not take it for a formula. */
export const defused = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** A sum without its currency, to be reckoned with. */
export const csvSum = (amount: number, currency: string): string => writeAmount({ amount, currency }, language());

/** `2026-11-28 23:05:01` of the merchant's clock, which sorts, and which every spreadsheet reads. */
export function csvTime(moment: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timeZone(), dateStyle: 'short', timeStyle: 'medium' });
  return format.format(new Date(moment));
}

/** Hands a file to the reader. */
export function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
