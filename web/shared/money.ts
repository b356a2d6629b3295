import { minorUnitDecimals } from '../../workflows/domain/money';

/** The largest amount a payment can be has so many digits in minor units. */
const MOST_DIGITS = 12;

/** Why what was typed is no amount. */
export type AmountProblem = 'unreadable' | 'no_decimals' | 'too_many_decimals' | 'zero' | 'too_much';

/**
 * What a member typed, in minor units, read digit by digit and never through a float. Point and comma both separate decimals, because
 * people write both; what could be read in two ways is asked about and not guessed.
 */
export function parseAmount(text: string, currency: string): number | AmountProblem {
  const decimals = minorUnitDecimals(currency);
  const match = /^(\d+|\d{1,3}(?:[\s'’]\d{3})+)(?:[.,](\d*))?$/.exec(text.trim());
  if (!match) return 'unreadable';
  const [, grouped = '', fraction = ''] = match;
  if (fraction.length > decimals) return decimals === 0 ? 'no_decimals' : 'too_many_decimals';
  const digits = `${grouped.replace(/\D/g, '')}${fraction.padEnd(decimals, '0')}`.replace(/^0+/, '');
  if (digits === '') return 'zero';
  return digits.length > MOST_DIGITS ? 'too_much' : Number(digits);
}
