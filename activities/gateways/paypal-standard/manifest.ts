import type { Manifest } from '../port';
import { writePaypalAmount } from '../paypal/money';
import { paypalStandard } from '.';
import { openCheckout } from './checkout';
import { nameAccount, paypalStandardCredentials, storedPaypalStandardCredentials } from './credentials';
import { readNotification } from './notification';

/** PDT is asked at most four times, widely spaced: five fetches burn the token, and IPN comes anyway. */
const PDT_PAUSES_MS = [15_000, 120_000, 900_000];

export const manifest: Manifest<typeof storedPaypalStandardCredentials> = {
  title: 'PayPal Standard',
  label: 'PayPal',
  apart: 'PayPal (classic)',
  channels: { ipn: {}, pdt: { pausesMs: PDT_PAUSES_MS, proves: 'pdt_token' } },
  keptHeaders: ['paypal-'],
  turningMessagesOn:
    'Turn IPN on in the PayPal account (Website preferences, Instant payment notifications) with the notification URL.',
  refundAt: 'In the PayPal account, under Activity: open the payment and choose Issue a refund.',
  browser: { forms: ['https://www.paypal.com', 'https://www.sandbox.paypal.com'] },
  credentials: paypalStandardCredentials,
  naming: { from: ['paypal-standard', 'paypal-checkout'], name: nameAccount },
  stored: storedPaypalStandardCredentials,
  gateway: paypalStandard,
  openCheckout,
  refundable: (money) => writePaypalAmount(money) !== null,
  readNotification,
};
