import {
  formatDecimal,
  isCurrency,
  MAX_AMOUNT,
  parseDecimal,
  type Currency,
  type Money,
} from '../../../workflows/domain/money';

/** Both roads of PayPal write money alike. What it takes (PayPal REST reference, "Currency codes"). BRL, CNY and MYR only between accounts of that country. */
export const PAYPAL_CURRENCIES: readonly Currency[] =
  'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD'.split(' ');

// The same page: "This currency does not support decimals." ISO 4217 gives HUF and TWD two, so ours and theirs differ.
const WITHOUT_DECIMALS: ReadonlySet<Currency> = new Set(['HUF', 'JPY', 'TWD']);

function paypalDecimals(currency: Currency): number {
  return WITHOUT_DECIMALS.has(currency) ? 0 : 2;
}

/** Writes an amount for PayPal, in a form or a request; null when PayPal does not take the currency or cannot write the amount (10.50 HUF). */
export function writePaypalAmount(money: Money): string | null {
  return PAYPAL_CURRENCIES.includes(money.currency) ? formatDecimal(money, paypalDecimals(money.currency)) : null;
}

/**
 * Reads an amount of a PayPal message, sign included; null when it is blank, malformed or beyond what we can book.
 * Any ISO currency is read, not only {@link PAYPAL_CURRENCIES}: money that came is never refused for being unusual.
 */
export function readPaypalAmount(text: string, currency: string): Money | null {
  if (!isCurrency(currency)) return null;
  const money = parseDecimal(text, currency, paypalDecimals(currency));
  return money !== null && Math.abs(money.amount) <= MAX_AMOUNT ? money : null;
}
