import { z } from 'zod';
import { CURRENCIES, decimalsOf, readAmount, writeAmount } from '../paypal-standard/amounts';
import { Problem } from './problem';

/** A sum in the currency's smallest unit as PayPal has it. */
export interface Money {
  readonly units: number;
  readonly currency: string;
}

export const moneyShape = z.object({ currency_code: z.string().length(3), value: z.string().min(1).max(32) });

export function viewMoney({ units, currency }: Money) {
  return { currency_code: currency, value: writeAmount(units, currency) };
}

/** Reads a sum that is not negative, with PayPal's rules. */
export function readMoney({ currency_code: currency, value }: z.output<typeof moneyShape>, field: string): Money {
  const fraction = /^\d{1,10}(?:\.(\d+))?$/.exec(value)?.[1] ?? '';
  const decimals = decimalsOf(currency);
  if (decimals === null) {
    throw new Problem(422, 'CURRENCY_NOT_SUPPORTED', {
      field: `${field}/currency_code`,
      description: `One of ${CURRENCIES.join(', ')}.`,
    });
  }
  if (fraction.length > 0 && decimals === 0)
    throw new Problem(422, 'DECIMALS_NOT_SUPPORTED', { field: `${field}/value` });
  if (fraction.length > decimals) throw new Problem(422, 'DECIMAL_PRECISION', { field: `${field}/value` });
  const units = value.startsWith('-') ? null : readAmount(value, currency);
  if (units === null) throw new Problem(400, 'INVALID_PARAMETER_SYNTAX', { field: `${field}/value` });
  return { units, currency };
}

/** The same, of a sum that is more than nothing. */
export function readPositiveMoney(money: z.output<typeof moneyShape>, field: string): Money {
  const read = readMoney(money, field);
  if (read.units === 0) throw new Problem(422, 'CANNOT_BE_ZERO_OR_NEGATIVE', { field: `${field}/value` });
  return read;
}
