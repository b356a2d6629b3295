/** What PayPal takes, with the decimals it writes. Its own table: HUF and TWD have decimals elsewhere, and none here. */
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD ILS MXN MYR NOK NZD PHP PLN SEK SGD THB USD'
    .split(' ')
    .map((code) => [code, 2] as const),
  ...'HUF JPY TWD'.split(' ').map((code) => [code, 0] as const),
]);

export const CURRENCIES: readonly string[] = [...DECIMALS.keys()];

/** How many decimals PayPal writes for this currency, or null when it does not take it. */
export function decimalsOf(currency: string): number | null {
  return DECIMALS.get(currency) ?? null;
}

/** Reads PayPal's decimal text as whole numbers of its smallest unit, exactly; null for anything it would refuse. */
export function readAmount(text: string, currency: string): number | null {
  const decimals = decimalsOf(currency);
  const match = /^(-?)(\d{1,10})(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match || decimals === null) return null;
  const [, sign, whole = '', fraction = ''] = match;
  if (fraction.length > decimals) return null;
  const units = Number(whole + fraction.padEnd(decimals, '0'));
  return sign === '-' && units !== 0 ? -units : units;
}

/** Writes smallest units as PayPal's decimal text. */
export function writeAmount(units: number, currency: string): string {
  const decimals = decimalsOf(currency) ?? 2;
  const digits = String(Math.abs(units)).padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return `${units < 0 ? '-' : ''}${digits.slice(0, point)}${decimals === 0 ? '' : `.${digits.slice(point)}`}`;
}

// The fixed part of the fee, in the smallest unit. The real ones change by country and year; these only have to be the same every time.
const FIXED_FEE: Readonly<Record<string, number>> = { EUR: 25, USD: 30, GBP: 20, HUF: 90, JPY: 40, TWD: 10 };
const OTHER_FIXED_FEE = 30;

/** What PayPal keeps of a payment: 3.4 %, rounded half up, and a fixed part; never more than the payment. 50.00 EUR: 1.95. */
export function feeOn(units: number, currency: string): number {
  return Math.min(units, Math.floor((units * 34 + 500) / 1000) + (FIXED_FEE[currency] ?? OTHER_FIXED_FEE));
}
