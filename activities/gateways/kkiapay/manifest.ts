import type { Manifest } from '../port';
import { kkiapay } from '.';
import { CURRENCY, openCheckout } from './checkout';
import { kkiapayCredentials } from './credentials';
import { readNotification } from './notification';

export const manifest: Manifest<typeof kkiapayCredentials> = {
  title: 'KKiaPay',
  label: 'KKiaPay',
  channels: { webhook: {}, poll: {} },
  keptHeaders: ['x-kkiapay-'],
  turningMessagesOn: "Enter the notification URL in the gateway's dashboard, with the same secret as here.",
  tellsNoRefunds: true,
  refundAt: 'In the KKiaPay dashboard, under Transactions: open the payment and choose Refund.',
  browser: {
    scripts: ['https://cdn.kkiapay.me'],
    frames: ['https://widget.kkiapay.me', 'https://widget-v3.kkiapay.me'],
  },
  credentials: kkiapayCredentials,
  stored: kkiapayCredentials,
  gateway: kkiapay,
  openCheckout,
  refundable: ({ currency }) => currency === CURRENCY,
  readNotification,
};
