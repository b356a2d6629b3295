/** An amount in the currency's ISO 4217 minor unit: a safe integer, never a float. 42.50 EUR is `{ amount: 4250, currency: 'EUR' }`. */
export interface Money {
  readonly amount: number;
  readonly currency: Currency;
}

/** An ISO 4217 alphabetic code that this product knows, see {@link isCurrency}. */
export type Currency = string & { readonly __currency?: never };

/** The largest amount a payment, charge or posting may have, in minor units. Sums of a thousand of them are still exact. */
export const MAX_AMOUNT = 999_999_999_999;

// ISO 4217:2015 and its amendments: the minor unit is two decimals except for these.
const DECIMALS_THAT_ARE_NOT_TWO: Readonly<Record<string, number>> = {
  BHD: 3,
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};

const TWO_DECIMALS =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG';

const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...TWO_DECIMALS.split(' ').map((code) => [code, 2] as const),
  ...Object.entries(DECIMALS_THAT_ARE_NOT_TWO),
]);

/** Whether `code` is an ISO 4217 currency of a country's money (no XXX, no gold, no test codes). Case counts. */
export function isCurrency(code: string): code is Currency {
  return DECIMALS.has(code);
}

/** How many decimals ISO 4217 gives the currency: 2 for EUR, 0 for JPY and XOF, 2 for HUF and TWD. */
export function minorUnitDecimals(currency: Currency): number {
  const decimals = DECIMALS.get(currency);
  if (decimals === undefined) throw new Error(`not a currency: ${currency}`);
  return decimals;
}

/**
 * Reads a gateway's decimal text as our minor units, without a float. `decimals` is how many digits after the point the
 * gateway may write for this currency; further digits are accepted only when they are zero (`500.00` JPY is 500).
 * Signs are read; thousands separators, exponents and anything else give null.
 */
export function parseDecimal(text: string, currency: Currency, decimals: number): Money | null {
  const match = /^([+-]?)(\d{1,13})(?:\.(\d{0,6}))?$/.exec(text.trim());
  if (!match) return null;
  const [, sign, whole = '', fraction = ''] = match;
  if (/[1-9]/.test(fraction.slice(decimals))) return null;
  const minor = minorUnitDecimals(currency);
  if (/[1-9]/.test(fraction.slice(minor))) return null;
  const amount = Number(whole + fraction.slice(0, minor).padEnd(minor, '0'));
  if (!Number.isSafeInteger(amount)) return null;
  return { amount: sign === '-' && amount !== 0 ? -amount : amount, currency };
}

/**
 * Writes our minor units as the decimal text a gateway wants, with exactly `decimals` digits after the point; null when
 * the gateway cannot write this amount (10.50 HUF where the gateway knows no decimals).
 */
export function formatDecimal({ amount, currency }: Money, decimals: number): string | null {
  const minor = minorUnitDecimals(currency);
  const digits = String(Math.abs(amount)).padStart(minor + 1, '0');
  const whole = digits.slice(0, digits.length - minor);
  const fraction = digits.slice(digits.length - minor);
  if (/[1-9]/.test(fraction.slice(decimals))) return null;
  const written = fraction.slice(0, decimals).padEnd(decimals, '0');
  return `${amount < 0 ? '-' : ''}${whole}${written === '' ? '' : `.${written}`}`;
}

/** The sum of the amounts of one currency, exact. Throws when two currencies meet: that is a bug, not a rate question. */
export function sum(currency: Currency, moneys: readonly Money[]): Money {
  let amount = 0;
  for (const money of moneys) {
    if (money.currency !== currency) throw new Error(`${money.currency} added to ${currency}`);
    amount += money.amount;
  }
  return { amount, currency };
}

export function sameMoney(a: Money, b: Money): boolean {
  return a.amount === b.amount && a.currency === b.currency;
}

/** For messages a person reads: `42.50 EUR`. */
export function describeMoney(money: Money): string {
  return `${formatDecimal(money, minorUnitDecimals(money.currency)) ?? money.amount} ${money.currency}`;
}
