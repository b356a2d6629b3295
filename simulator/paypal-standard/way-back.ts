import { html, type Html } from '../html';
import type { FormHead } from './form-reader';

// Long enough to read the page, short enough to show that Auto Return is on.
export const AUTO_RETURN_S = 5;

/** What a payer's last page says of going back to the merchant. */
export function wayBack({ form, returnUrl }: { readonly form: FormHead; readonly returnUrl: string | null }): Html {
  if (returnUrl === null)
    return html`<p>
      ${form.returnUrl === null ? 'The form named no page to return to.' : 'The tab is closed now: nobody returns to the merchant.'}
    </p>`;
  return html`<p><a class="button" href="${returnUrl}">${form.returnLabel ?? 'Return to merchant'}</a></p>
    <p class="note">You will be sent back in ${AUTO_RETURN_S} seconds.</p>`;
}
