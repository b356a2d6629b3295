import fc from 'fast-check';
import {
  describeMoney,
  formatDecimal,
  isCurrency,
  MAX_AMOUNT,
  minorUnitDecimals,
  parseDecimal,
  sameMoney,
  sum,
} from '../../workflows/domain/money';
import { eur, usd } from './builders';

describe('reading a gateway’s decimal text', () => {
  test.each<[string, string, number, number | null]>([
    ['50.00', 'EUR', 2, 5000],
    ['50', 'EUR', 2, 5000],
    ['50.', 'EUR', 2, 5000],
    ['50.5', 'EUR', 2, 5050],
    [' 50.00\n', 'EUR', 2, 5000],
    ['+50.00', 'EUR', 2, 5000],
    ['-50.00', 'EUR', 2, -5000],
    ['0.00', 'EUR', 2, 0],
    ['-0.00', 'EUR', 2, 0],
    ['007.10', 'EUR', 2, 710],
    ['0.1', 'EUR', 2, 10],
    ['1.15', 'EUR', 2, 115], // 1.15 * 100 is 114.99999999999999 as a float
    ['50.000', 'EUR', 2, 5000],
    ['50.001', 'EUR', 2, null],
    ['500', 'JPY', 0, 500],
    ['500.00', 'JPY', 0, 500],
    ['500.50', 'JPY', 0, null],
    ['500.50', 'JPY', 2, null], // a gateway may write decimals; the currency has none
    ['1050', 'HUF', 0, 105_000],
    ['1050.50', 'HUF', 0, null],
    ['300', 'TWD', 0, 30_000],
    ['1.500', 'KWD', 3, 1500],
    ['1.500', 'KWD', 2, 1500],
    ['1.505', 'KWD', 2, null],
    ['9999999999.99', 'EUR', 2, MAX_AMOUNT],
    ['9999999999999.999', 'KWD', 3, null],
    ['', 'EUR', 2, null],
    ['.50', 'EUR', 2, null],
    ['1,000.00', 'EUR', 2, null],
    ['1 000', 'EUR', 2, null],
    ['1e3', 'EUR', 2, null],
    ['0x10', 'EUR', 2, null],
    ['NaN', 'EUR', 2, null],
    ['--1', 'EUR', 2, null],
    ['1.0.0', 'EUR', 2, null],
    ['٥٠', 'EUR', 2, null],
    ['50.00 EUR', 'EUR', 2, null],
    ['12345678901234', 'EUR', 2, null],
  ])('%j %s with %i decimals is %p', (text, currency, decimals, amount) =>
    expect(parseDecimal(text, currency, decimals)).toEqual(amount === null ? null : { amount, currency }),
  );

  test('-0.00 is plain zero, not minus zero', () =>
    expect(Object.is(parseDecimal('-0.00', 'EUR', 2)?.amount, 0)).toBe(true));

  test('junk is refused, never thrown at', () => {
    const junk = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-+.,0-9eE ]{0,20}$/));
    fc.assert(
      fc.property(
        junk,
        fc.constantFrom('EUR', 'JPY', 'KWD'),
        fc.integer({ min: 0, max: 4 }),
        (text, currency, decimals) => {
          const money = parseDecimal(text, currency, decimals);
          expect(money === null || Number.isSafeInteger(money.amount)).toBe(true);
        },
      ),
    );
  });
});

describe('writing for a gateway', () => {
  test.each<[number, string, number, string | null]>([
    [5000, 'EUR', 2, '50.00'],
    [5, 'EUR', 2, '0.05'],
    [0, 'EUR', 2, '0.00'],
    [-5, 'EUR', 2, '-0.05'],
    [500, 'JPY', 0, '500'],
    [500, 'JPY', 2, '500.00'],
    [105_000, 'HUF', 0, '1050'],
    [105_050, 'HUF', 0, null],
    [30_000, 'TWD', 0, '300'],
    [30_001, 'TWD', 0, null],
    [1500, 'KWD', 2, '1.50'],
    [1505, 'KWD', 2, null],
    [MAX_AMOUNT, 'EUR', 2, '9999999999.99'],
  ])('%i minor units of %s with %i decimals: %p', (amount, currency, decimals, text) =>
    expect(formatDecimal({ amount, currency }, decimals)).toBe(text),
  );

  test('what can be written is read back as it was, at any gateway’s decimals', () => {
    const aMoney = fc.record({
      amount: fc.oneof(
        fc.integer({ min: -MAX_AMOUNT, max: MAX_AMOUNT }),
        fc.integer({ min: -9_999_999, max: 9_999_999 }).map((whole) => whole * 100),
      ),
      currency: fc.constantFrom('EUR', 'USD', 'JPY', 'HUF', 'TWD', 'XOF', 'KWD'),
    });
    fc.assert(
      fc.property(aMoney, fc.integer({ min: 0, max: 3 }), (money, decimals) => {
        const text = formatDecimal(money, decimals);
        if (text === null) return expect(decimals).toBeLessThan(minorUnitDecimals(money.currency));
        expect(text).toMatch(decimals === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${decimals}}$`));
        const back = parseDecimal(text, money.currency, decimals);
        expect(back).toEqual({ ...money, amount: money.amount === 0 ? 0 : money.amount });
      }),
    );
  });
});

test('ISO 4217 decides the decimals: HUF and TWD have two, whatever a gateway thinks', () => {
  expect(['EUR', 'HUF', 'TWD', 'JPY', 'XOF', 'KWD', 'ISK', 'UGX'].map(minorUnitDecimals)).toEqual([
    2, 2, 2, 0, 0, 3, 0, 0,
  ]);
});

test.each(['eur', 'EU', 'EURO', '', 'XXX', 'XAU', 'XTS', 'toString', '__proto__'])('%j is no currency', (code) => {
  expect(isCurrency(code)).toBe(false);
  expect(() => minorUnitDecimals(code)).toThrow('not a currency');
});

test('two currencies are never added', () => {
  expect(sum('EUR', [eur(1), eur(2)])).toEqual(eur(3));
  expect(sum('EUR', [])).toEqual(eur(0));
  expect(() => sum('EUR', [eur(1), usd(2)])).toThrow('USD added to EUR');
  expect(sameMoney(eur(1), eur(1))).toBe(true);
  expect(sameMoney(eur(1), usd(1))).toBe(false);
});

test('a thousand of the largest amounts still add up exactly', () => {
  expect(sum('EUR', Array<ReturnType<typeof eur>>(1000).fill(eur(MAX_AMOUNT))).amount).toBe(MAX_AMOUNT * 1000);
  expect(Number.isSafeInteger(MAX_AMOUNT * 1000)).toBe(true);
});

test.each<[number, string, string]>([
  [4250, 'EUR', '42.50 EUR'],
  [500, 'XOF', '500 XOF'],
  [-7, 'EUR', '-0.07 EUR'],
])('a person reads %i %s as %s', (amount, currency, text) => expect(describeMoney({ amount, currency })).toBe(text));
