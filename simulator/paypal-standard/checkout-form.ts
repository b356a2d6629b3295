import type { Fields } from '../form-encoding';
import { CURRENCIES, decimalsOf, readAmount } from './amounts';

/** One thing bought. */
export interface Line {
  readonly name: string;
  readonly number: string;
  readonly quantity: number;
  /** In the currency's smallest unit, for the whole quantity, with nothing added. */
  readonly amount: number;
}

/** A payment form as the merchant's page sent it, read and found in order. Amounts are in PayPal's smallest unit. */
export interface CheckoutForm {
  readonly kind: 'single' | 'cart';
  /** The seller's e-mail address or merchant id, as written. */
  readonly business: string;
  readonly lines: readonly [Line, ...Line[]];
  readonly tax: number;
  readonly shipping: number;
  readonly handling: number;
  readonly total: number;
  readonly currency: string;
  readonly custom: string;
  readonly invoice: string;
  readonly notifyUrl: string | null;
  readonly returnUrl: string | null;
  readonly cancelUrl: string | null;
  /** What the merchant wants on the button back. */
  readonly returnLabel: string | null;
  readonly charset: string | null;
}

export type FormReading =
  | { readonly ok: true; readonly form: CheckoutForm }
  | { readonly ok: false; readonly problems: readonly [string, ...string[]] };

// Bytes PayPal stores of each field.
const LONGEST: Readonly<Record<string, number>> = {
  invoice: 127,
  custom: 256,
  item_name: 127,
  item_number: 127,
  notify_url: 255,
  return: 1024,
  cancel_return: 1024,
  cbt: 60,
};

const MOST_LINES = 100;

/** Reads a payment form with PayPal's rules, and says all that is wrong with it at once. */
export function readCheckoutForm(fields: Fields): FormReading {
  const problems: string[] = [];
  const get = (name: string) => (fields[name] ?? '').trim();
  const cmd = get('cmd');
  if (!['_xclick', '_donations', '_cart'].includes(cmd)) {
    return {
      ok: false,
      problems: [`cmd "${cmd}" is not played by this simulator: it knows _xclick, _donations and _cart with upload=1`],
    };
  }

  const business = get('business');
  if (!isBusiness(business)) problems.push(`business "${business}" is neither an e-mail address nor a merchant id`);
  const currency = get('currency_code') || 'USD';
  if (decimalsOf(currency) === null)
    problems.push(`currency_code "${currency}" is not one of ${CURRENCIES.join(', ')}`);
  for (const [name, most] of Object.entries(LONGEST)) {
    if (get(name).length > most) problems.push(`${name} is longer than ${most} characters`);
  }

  const money = (name: string): number => {
    const text = get(name);
    if (text === '') return 0;
    const units = readAmount(text, currency);
    if (units !== null && units >= 0) return units;
    if (decimalsOf(currency) !== null)
      problems.push(`${name} "${text}" is not an amount of ${currency} with ${decimalsText(currency)}`);
    return 0;
  };
  const count = (name: string): number => {
    const text = get(name) || '1';
    if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
    problems.push(`${name} "${text}" is not a positive whole number`);
    return 1;
  };
  const url = (name: string): string | null => {
    const text = get(name);
    if (text === '' || isWebAddress(text)) return text || null;
    problems.push(`${name} "${text}" is not an absolute http or https address`);
    return null;
  };
  const line = (suffix: string): Line => {
    const quantity = count(`quantity${suffix}`);
    if (get(`amount${suffix}`) === '') problems.push(`amount${suffix} is missing`);
    return {
      name: get(`item_name${suffix}`),
      number: get(`item_number${suffix}`),
      quantity,
      amount: money(`amount${suffix}`) * quantity,
    };
  };

  const isCart = cmd === '_cart';
  const rest: Line[] = [];
  if (isCart) {
    if (get('upload') !== '1') problems.push('_cart is played with upload=1 only');
    while (rest.length < MOST_LINES && get(`item_name_${rest.length + 2}`) !== '')
      rest.push(line(`_${rest.length + 2}`));
    if (get('item_name_1') === '') problems.push('item_name_1 is missing: cart lines count from 1, without gaps');
  }
  const lines: readonly [Line, ...Line[]] = [line(isCart ? '_1' : ''), ...rest];
  const perLine = (name: string) => lines.reduce((sum, _, index) => sum + money(`${name}_${index + 1}`), 0);
  const tax = isCart ? money('tax_cart') || perLine('tax') : money('tax');
  const shipping = isCart ? perLine('shipping') : money('shipping');
  const handling = isCart ? money('handling_cart') : money('handling');
  const discount = isCart ? money('discount_amount_cart') : money('discount_amount');
  const total = lines.reduce((sum, { amount }) => sum + amount, 0) + tax + shipping + handling - discount;
  if (total <= 0) problems.push('there is nothing to pay');

  const form: CheckoutForm = {
    kind: isCart ? 'cart' : 'single',
    business,
    lines,
    tax,
    shipping,
    handling,
    total,
    currency,
    custom: fields['custom'] ?? '',
    invoice: get('invoice'),
    notifyUrl: url('notify_url'),
    returnUrl: url('return'),
    cancelUrl: url('cancel_return'),
    returnLabel: get('cbt') || null,
    charset: get('charset') || null,
  };
  const [first, ...others] = problems;
  return first === undefined ? { ok: true, form } : { ok: false, problems: [first, ...others] };
}

/** An e-mail address, or something like PayPal's merchant ids (13 capitals and digits; a little more is let through). */
function isBusiness(text: string): boolean {
  return isEmail(text) || /^[A-Z0-9]{4,20}$/i.test(text);
}

export function isEmail(text: string): boolean {
  return text.length <= 127 && /^[^\s@]+@[^\s@]+$/.test(text);
}

/** Whether a browser or the outbox may be sent there. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function decimalsText(currency: string): string {
  return decimalsOf(currency) === 0 ? 'no decimals' : 'at most two decimals';
}
