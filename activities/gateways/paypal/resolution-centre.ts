import type { Environment } from '../../../workflows/domain/gateway';
import { unreachable } from '../../../workflows/domain/unreachable';

/** Where a merchant answers cases at PayPal's own pages; null where there are no such pages. */
export function resolutionCentre(environment: Environment): string | null {
  switch (environment) {
    case 'live':
      return 'https://www.paypal.com/resolutioncenter/';
    case 'sandbox':
      return 'https://www.sandbox.paypal.com/resolutioncenter/';
    case 'simulator':
      return null;
    default:
      return unreachable(environment);
  }
}
