import { escape, type Fields } from '../form-encoding';
import type { Accounts } from './accounts';
import { DEFAULT_CHARSET } from './messenger';
import type { Payments } from './payments';

// A page that is refreshed asks again; PayPal has had enough after this.
const MOST_FETCHES = 5;

/** Answers `_notify-synch`: what the payment was when the buyer came back, at most five times. */
export function answerPdt(fields: Fields, { accounts, payments }: { accounts: Accounts; payments: Payments }): Buffer {
  const token = fields['at'] ?? '';
  const payment = payments.get(fields['tx'] ?? '');
  if (!payment?.pdt) return fail(4003);
  const { identityToken } = accounts.of(payment.form.business);
  if (token === '' || (identityToken !== null && token !== identityToken)) return fail(4020);
  if (payment.pdt.fetches >= MOST_FETCHES) return fail(4003);
  payment.pdt.fetches += 1;
  return succeed(payment.pdt.fields);
}

function succeed(fields: Fields): Buffer {
  const charset = fields['charset'] ?? DEFAULT_CHARSET;
  const lines = Object.entries(fields).map(([name, value]) => `${escape(name, charset)}=${escape(value, charset)}\n`);
  return Buffer.from(`SUCCESS\n${lines.join('')}`, 'latin1');
}

/** 4003: no such transaction, or asked too often. 4020: not this seller's identity token. */
function fail(code: 4003 | 4020): Buffer {
  return Buffer.from(`FAIL\nError: ${code}\n`, 'latin1');
}
