import type { NextAction, Payment, WidgetListeners } from '../shared/types';
import { openWidget } from './widget';

/**
 * Brings the payer to the gateway: the browser is `leaving`, or the gateway's window is `open` over this page; `nowhere`
 * when nothing can be done here. Throws `WidgetTrouble` when the window cannot be opened; for `listeners` see `openWidget`.
 */
export async function perform(
  { id, nextAction }: Pick<Payment, 'id' | 'nextAction'>,
  listeners: WidgetListeners,
): Promise<'leaving' | 'open' | 'nowhere'> {
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
    case 'prompt':
    case undefined:
      return 'nowhere';
  }
}

function submit({ action, fields }: Extract<NextAction, { kind: 'form' }>): void {
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
