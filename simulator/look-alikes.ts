import { createKkiapay } from './kkiapay';
import type { LookAlike, LookAlikeDeps } from './look-alike';
import { createPayPalCheckout } from './paypal-checkout';
import { createPayPalStandard } from './paypal-standard';

/** The gateways that are played, in the order of the control page. A further one adds its folder and its line here. */
const CREATE: readonly ((deps: LookAlikeDeps) => LookAlike)[] = [
  createPayPalStandard,
  createPayPalCheckout,
  createKkiapay,
];

export function createLookAlikes(deps: LookAlikeDeps): readonly LookAlike[] {
  return CREATE.map((create) => create(deps));
}
