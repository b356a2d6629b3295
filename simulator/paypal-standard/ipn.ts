import { html } from '../html';
import type { Channel } from '../message';

/** PayPal Standard's messages. PayPal is content with a 200 and nothing else. */
export const IPN: Channel = {
  kind: 'sending',
  name: 'ipn',
  isTaken: (status) => status === 200,
  resendLabel: 'Resend (resend=true)',
  show: (body, action) =>
    html`<details>
      <summary>Its bytes, and a forgery of it</summary>
      <pre>${body.toString('latin1').replaceAll('&', '\n&')}</pre>
      <form class="fields" method="post" action="${action}/forge">
        <label>Forged txn_id <input name="txn_id" value="FORGED00000000001" /></label>
        <label>Forged mc_gross <input name="mc_gross" placeholder="as it was" /></label>
        <button class="quiet">Forge one like it</button>
      </form>
    </details>`,
};
