import type { Fields } from '../form-encoding';
import { FormReader, type FormHead } from './form-reader';

export { isWebAddress } from './form-reader';

/** One thing bought. */
export interface Line {
  readonly name: string;
  readonly number: string;
  readonly quantity: number;
  /** In the currency's smallest unit, for the whole quantity, with nothing added. */
  readonly amount: number;
}

/** A payment form as the merchant's page sent it, read and found in order. Amounts are in PayPal's smallest unit. */
export interface CheckoutForm extends FormHead {
  readonly kind: 'single' | 'cart';
  readonly lines: readonly [Line, ...Line[]];
  readonly tax: number;
  readonly shipping: number;
  readonly handling: number;
  readonly total: number;
}

/** A form in order, or all that is wrong with it. */
export type FormReading<Form> =
  | { readonly ok: true; readonly form: Form }
  | { readonly ok: false; readonly problems: readonly [string, ...string[]] };

const MOST_LINES = 100;

/** Reads a payment form with PayPal's rules, and says all that is wrong with it at once. */
export function readCheckoutForm(fields: Fields): FormReading<CheckoutForm> {
  const reader = new FormReader(fields);
  const { problems, head } = reader;
  const cmd = reader.get('cmd');
  if (!['_xclick', '_donations', '_cart'].includes(cmd)) {
    return {
      ok: false,
      problems: [
        `cmd "${cmd}" is not played by this simulator: it knows _xclick, _donations, _xclick-subscriptions and _cart with upload=1`,
      ],
    };
  }

  const line = (suffix: string): Line => {
    const quantity = reader.count(`quantity${suffix}`, '1');
    if (reader.get(`amount${suffix}`) === '') problems.push(`amount${suffix} is missing`);
    return {
      name: reader.get(`item_name${suffix}`),
      number: reader.get(`item_number${suffix}`),
      quantity,
      amount: reader.money(`amount${suffix}`) * quantity,
    };
  };

  const isCart = cmd === '_cart';
  const rest: Line[] = [];
  if (isCart) {
    if (reader.get('upload') !== '1') problems.push('_cart is played with upload=1 only');
    while (rest.length < MOST_LINES && reader.get(`item_name_${rest.length + 2}`) !== '')
      rest.push(line(`_${rest.length + 2}`));
    if (reader.get('item_name_1') === '')
      problems.push('item_name_1 is missing: cart lines count from 1, without gaps');
  }
  const lines: readonly [Line, ...Line[]] = [line(isCart ? '_1' : ''), ...rest];
  const perLine = (name: string) => lines.reduce((sum, _, index) => sum + reader.money(`${name}_${index + 1}`), 0);
  const tax = isCart ? reader.money('tax_cart') || perLine('tax') : reader.money('tax');
  const shipping = isCart ? perLine('shipping') : reader.money('shipping');
  const handling = isCart ? reader.money('handling_cart') : reader.money('handling');
  const discount = isCart ? reader.money('discount_amount_cart') : reader.money('discount_amount');
  const total = lines.reduce((sum, { amount }) => sum + amount, 0) + tax + shipping + handling - discount;
  if (total <= 0) problems.push('there is nothing to pay');

  return asReading({ ...head, kind: isCart ? 'cart' : 'single', lines, tax, shipping, handling, total }, problems);
}

export function asReading<Form>(form: Form, problems: readonly string[]): FormReading<Form> {
  const [first, ...others] = problems;
  return first === undefined ? { ok: true, form } : { ok: false, problems: [first, ...others] };
}
