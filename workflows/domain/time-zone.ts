import type { Currency } from './money';

/** The zone by whose day a merchant's books are kept, where the merchant names none. */
export function timeZoneOf({
  country,
  currency,
}: {
  readonly country: string | null;
  readonly currency: Currency;
}): string {
  return country === 'FR' && currency === 'EUR' ? 'Europe/Paris' : 'UTC';
}
