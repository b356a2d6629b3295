import type { Manifest } from '../port';
import { writePaypalAmount } from '../paypal/money';
import { paypalCheckout } from '.';
import { openCheckout } from './checkout';
import { paypalCheckoutCredentials, storedPaypalCheckoutCredentials } from './credentials';
import { readNotification } from './notification';
import { paypalCheckoutOnboarding } from './onboarding';
import type { PaypalPartner } from './partner';

export const manifest: Manifest<typeof storedPaypalCheckoutCredentials, PaypalPartner> = {
  title: 'PayPal Checkout',
  label: 'PayPal',
  channels: { webhook: {}, poll: {} },
  keptHeaders: ['paypal-'],
  turningMessagesOn: "Enter the notification URL in the gateway's dashboard, with the same secret as here.",
  refundAt: 'In the PayPal account, under Activity: open the payment and choose Issue a refund.',
  credentials: paypalCheckoutCredentials,
  stored: storedPaypalCheckoutCredentials,
  gateway: paypalCheckout,
  onboarding: paypalCheckoutOnboarding,
  openCheckout,
  refundable: (money) => writePaypalAmount(money) !== null,
  readNotification,
};
