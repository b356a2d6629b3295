import type { GatewayContext } from '../port';
import { unreachable } from '../../../workflows/domain/unreachable';

/** Which PayPal is meant. */
export type Place = Pick<GatewayContext<unknown>, 'environment' | 'simulatorUrl'>;

/** Where PayPal's REST API answers: by the account's environment, never by anything that a message says. */
export function apiUrl(place: Place, path: string): string {
  switch (place.environment) {
    case 'live':
      return `https://api-m.paypal.com${path}`;
    case 'sandbox':
      return `https://api-m.sandbox.paypal.com${path}`;
    case 'simulator':
      return `${simulator(place)}/paypal${path}`;
    default:
      return unreachable(place.environment);
  }
}

const CERTIFICATES = '/v1/notifications/certs/';

/**
 * Whether a webhook's `paypal-cert-url` may be fetched at all. The header is whatever its sender wrote: without this check
 * an attacker names a host with their own certificate, or one inside our network.
 */
export function isCertificateUrl(place: Place, text: string): boolean {
  const url = parseUrl(text);
  // Written plainly or not at all: whatever a parser would tidy up is not what PayPal wrote.
  if (!url || url.href !== text || url.username || url.password || url.search || url.hash) return false;
  switch (place.environment) {
    case 'live':
      return isAt(url, ['https://api.paypal.com', 'https://api-m.paypal.com'], CERTIFICATES);
    case 'sandbox':
      return isAt(url, ['https://api.sandbox.paypal.com', 'https://api-m.sandbox.paypal.com'], CERTIFICATES);
    case 'simulator': {
      const base = parseUrl(simulator(place));
      return base !== null && isAt(url, [base.origin], `${base.pathname.replace(/\/+$/, '')}/paypal${CERTIFICATES}`);
    }
    default:
      return unreachable(place.environment);
  }
}

/**
 * Whether a person's browser may be sent there, a payer's or a merchant's: to PayPal's own pages, in the environment that was
 * asked. The simulator is ours, and a browser may find it at another address than we do.
 */
export function isBrowserUrl({ environment }: Place, text: string): boolean {
  const url = parseUrl(text);
  // Written plainly or not at all: no user before the host, no port, nothing that another parser may read otherwise.
  if (!url || !text.startsWith(`${url.origin}/`) || /[\s\\\p{Cc}]/u.test(text)) return false;
  switch (environment) {
    case 'live':
      return isPage(url) && isWithin(url.hostname, 'paypal.com') && !isWithin(url.hostname, 'sandbox.paypal.com');
    case 'sandbox':
      return isPage(url) && isWithin(url.hostname, 'sandbox.paypal.com');
    case 'simulator':
      return url.protocol === 'https:' || url.protocol === 'http:';
    default:
      return unreachable(environment);
  }
}

const isPage = ({ protocol, port }: URL): boolean => protocol === 'https:' && port === '';
const isWithin = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);

/** An origin holds protocol, host and port, and is compared whole: `api.paypal.com.evil.tld` and port 8443 are other origins. */
function isAt(url: URL, origins: readonly string[], folder: string): boolean {
  return (
    origins.includes(url.origin) &&
    url.pathname.startsWith(folder) &&
    /^[\w-]+$/.test(url.pathname.slice(folder.length))
  );
}

function simulator({ simulatorUrl }: Place): string {
  return simulatorUrl.replace(/\/+$/, '');
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
