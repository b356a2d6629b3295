import { openWidget } from './widget.js';

/** @import { NextAction, Payment, WidgetListeners } from './types' */

/**
 * Brings the payer to the gateway: the browser is `leaving`, or the gateway's window is `open` over this page; `nowhere`
 * when nothing can be done here. Throws `WidgetTrouble` when the window cannot be opened; for `listeners` see `openWidget`.
 * @param {Pick<Payment, 'id' | 'nextAction'>} payment
 * @param {WidgetListeners} listeners
 * @returns {Promise<'leaving' | 'open' | 'nowhere'>}
 */
export async function perform({ id, nextAction }, listeners) {
  switch (nextAction?.kind) {
    case 'redirect':
      location.assign(nextAction.url);
      return 'leaving';
    case 'form':
      submit(nextAction);
      return 'leaving';
    case 'widget':
      await openWidget(id, nextAction, listeners);
      return 'open';
    default:
      return 'nowhere';
  }
}

/** @param {Extract<NextAction, { kind: 'form' }>} form */
function submit({ action, fields }) {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = action;
  form.acceptCharset = 'utf-8';
  form.hidden = true;
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  // Not `form.submit()`: a field of that name would stand in its place.
  HTMLFormElement.prototype.submit.call(form);
}
