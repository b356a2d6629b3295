import { DECIMALS } from './words.js';

/** Amounts are whole minor units here as everywhere; their text is made and read digit by digit, never through a float. */

/** The largest amount a payment can be has so many digits in minor units. */
const MOST_DIGITS = 12;

/**
 * @param {number} amount
 * @param {string} currency
 */
export function formatMoney(amount, currency) {
  return `${formatAmount(amount, currency)} ${currency}`;
}

/**
 * @param {number} amount
 * @param {string} currency
 */
export function formatAmount(amount, currency) {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`;
  return `${amount < 0 ? '-' : ''}${whole}${fraction}`;
}

/**
 * What a member typed, as `{ amount }` or `{ problem }`. Point and comma both separate decimals, because people write both;
 * what could be read in two ways is asked about and not guessed.
 * @param {string} text
 * @param {string} currency
 * @returns {{ amount: number, problem?: undefined } | { amount?: undefined, problem: string }}
 */
export function parseAmount(text, currency) {
  const decimals = decimalsOf(currency);
  const match = /^(\d+|\d{1,3}(?:[\s'’]\d{3})+)(?:[.,](\d*))?$/.exec(text.trim());
  if (!match) return { problem: `Please write the amount like ${formatAmount(123450, currency)}.` };
  const [, grouped = '', fraction = ''] = match;
  const whole = grouped.replace(/\D/g, '');
  if (fraction.length > decimals)
    return {
      problem:
        decimals === 0
          ? `${currency} has no decimals. Please write a whole number, without points or commas.`
          : `${currency} has ${decimals} decimals. Please write the amount like ${formatAmount(123450, currency)}.`,
    };
  const digits = `${whole}${fraction.padEnd(decimals, '0')}`.replace(/^0+/, '');
  if (digits === '') return { problem: 'Please enter an amount above zero.' };
  if (digits.length > MOST_DIGITS) return { problem: 'This is more than one payment can be.' };
  return { amount: Number(digits) };
}

/** @param {string} currency */
function decimalsOf(currency) {
  const decimals = DECIMALS[currency];
  if (decimals === undefined) throw new Error(`not a currency: ${currency}`);
  return decimals;
}
