import { html } from '../html';
import type { Channel } from '../message';

/** PayPal Checkout's messages. */
export const EVENT: Channel = {
  kind: 'sending',
  name: 'paypal_event',
  isTaken: (status) => status >= 200 && status < 300,
  resendLabel: 'Resend, signed anew',
  show: (body) =>
    html`<details>
      <summary>Its bytes</summary>
      <pre>${body.toString('utf8')}</pre>
    </details>`,
};
