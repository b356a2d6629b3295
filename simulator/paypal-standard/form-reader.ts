import type { Fields } from '../form-encoding';
import { CURRENCIES, decimalsOf, readAmount } from './amounts';

/** What every payment form says: who is paid in what, how the payment is named, and where messages and browsers go. */
export interface FormHead {
  /** The seller's e-mail address or merchant id, as written. */
  readonly business: string;
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

/** Reads the fields of a payment form with PayPal's rules, and gathers all that is wrong with it. */
export class FormReader {
  readonly problems: string[] = [];
  readonly head: FormHead;

  constructor(private readonly fields: Fields) {
    const business = this.get('business');
    if (!isBusiness(business))
      this.problems.push(`business "${business}" is neither an e-mail address nor a merchant id`);
    const currency = this.get('currency_code') || 'USD';
    if (decimalsOf(currency) === null)
      this.problems.push(`currency_code "${currency}" is not one of ${CURRENCIES.join(', ')}`);
    for (const [name, most] of Object.entries(LONGEST)) {
      if (this.get(name).length > most) this.problems.push(`${name} is longer than ${most} characters`);
    }
    this.head = {
      business,
      currency,
      custom: fields['custom'] ?? '',
      invoice: this.get('invoice'),
      notifyUrl: this.#url('notify_url'),
      returnUrl: this.#url('return'),
      cancelUrl: this.#url('cancel_return'),
      returnLabel: this.get('cbt') || null,
      charset: this.get('charset') || null,
    };
  }

  get(name: string): string {
    return (this.fields[name] ?? '').trim();
  }

  /** An amount in the currency's smallest unit; nothing, when it is left out or wrong. */
  money(name: string): number {
    const { currency } = this.head;
    const text = this.get(name);
    if (text === '') return 0;
    const units = readAmount(text, currency);
    if (units !== null && units >= 0) return units;
    if (decimalsOf(currency) !== null)
      this.problems.push(`${name} "${text}" is not an amount of ${currency} with ${decimalsText(currency)}`);
    return 0;
  }

  /** A whole number of at most four digits, from 1 on; 1, when it is wrong. */
  count(name: string, usual: string): number {
    const text = this.get(name) || usual;
    if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
    this.problems.push(`${name} "${text}" is not a positive whole number`);
    return 1;
  }

  #url(name: string): string | null {
    const text = this.get(name);
    if (text === '' || isWebAddress(text)) return text || null;
    this.problems.push(`${name} "${text}" is not an absolute http or https address`);
    return null;
  }
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
