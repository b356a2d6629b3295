import { writeMoney } from '../../words/figures';
import { parseAmount } from '../../web/shared/money';

const rows: readonly [text: string, currency: string, amount: number | 'asked'][] = [
  ['143.50', 'EUR', 14_350],
  ['143,5', 'EUR', 14_350],
  ['0.29', 'EUR', 29],
  ['1 234,56', 'EUR', 123_456],
  ["1'234.56", 'CHF', 123_456],
  ['9999999999.99', 'EUR', 999_999_999_999],
  ['10000000000.00', 'EUR', 'asked'],
  ['1,234.56', 'EUR', 'asked'],
  ['1.234', 'EUR', 'asked'],
  ['12 34', 'EUR', 'asked'],
  ['0', 'EUR', 'asked'],
  ['-5', 'EUR', 'asked'],
  ['1e3', 'EUR', 'asked'],
  ['', 'EUR', 'asked'],
  ['.5', 'EUR', 'asked'],
  ['5000', 'XOF', 5_000],
  ['5.000', 'XOF', 'asked'],
  ['1.250', 'TND', 1_250],
  ['10.5', 'HUF', 1_050],
];

test.each(rows)('%j %s is read to the last digit, or asked about: %s', (text, currency, amount) => {
  const read = parseAmount(text, currency);
  expect(typeof read === 'number' ? read : 'asked').toBe(amount);
});

test('a sum is written to the last digit, with its currency, as each language writes it', () => {
  const plain = (text: string) => text.replace(/\s/g, ' ');
  expect(writeMoney({ amount: 999_999_999_999, currency: 'EUR' }, 'en')).toBe('€9,999,999,999.99');
  expect(plain(writeMoney({ amount: 123_450, currency: 'EUR' }, 'fr'))).toBe('1 234,50 €');
  expect(plain(writeMoney({ amount: 5_000, currency: 'XOF' }, 'fr'))).toBe('5 000 F CFA');
  expect(plain(writeMoney({ amount: -1_050, currency: 'HUF' }, 'en'))).toBe('-HUF 10.50');
});
