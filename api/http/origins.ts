import { Problem } from './problems';

/** Refuses a browser's way on to an origin that the merchant has not registered. */
export function checkOrigin(
  field: 'returnUrl' | 'cancelUrl' | 'thankYouUrl',
  url: string | undefined,
  origins: readonly string[],
): void {
  if (url === undefined || isRegistered(url, origins)) return;
  const message = `${new URL(url).origin} is not among the merchant's returnOrigins`;
  throw new Problem('origin_not_registered', `${field}: ${message}`, { errors: [{ path: field, message }] });
}

/** Whether the browser may be sent to `url`: asked when a payment is made, and again when redirecting. */
export function isRegistered(url: string, origins: readonly string[]): boolean {
  return URL.canParse(url) && origins.some((origin) => new URL(origin).origin === new URL(url).origin);
}
