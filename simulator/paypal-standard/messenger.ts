import type { Clock } from '../clock';
import { writeForm, type Fields } from '../form-encoding';
import type { Message, Parcel } from '../message';
import { Newest } from '../newest';
import type { Outbox } from '../outbox';
import type { Accounts } from './accounts';
import { IPN } from './ipn';
import { messageFields, type Happening } from './message-fields';
import { momentAt, type Payment } from './payments';

const USER_AGENT = 'PayPal IPN ( https://www.paypal.com/ipn )';

// More than the messages shown, so that a receiver that asks days later is still answered.
const GENUINE_KEPT = 50_000;

/** Fields to write over a message's own, or to leave out. */
export type Overrides = Readonly<Record<string, string | null>>;

/** Writes messages, hands them to the outbox, and remembers which bytes are its own. */
export class Messenger {
  readonly #genuine = new Newest<true>(GENUINE_KEPT);

  constructor(
    private readonly clock: Clock,
    private readonly outbox: Outbox,
    private readonly accounts: Accounts,
    private readonly resendAfterMs: readonly number[],
  ) {}

  /** Whether these are, byte for byte, a message PayPal would stand by. */
  isGenuine(bytes: Buffer): boolean {
    return this.#genuine.has(bytes.toString('latin1'));
  }

  /** The fields of the message about what happened. */
  fieldsOf(payment: Payment, happening: Happening, over: Overrides = {}): Fields {
    const account = this.accounts.of(payment.form.business);
    return this.finish(messageFields(payment, happening, account, momentAt(payment, this.clock)), over);
  }

  /** A message's fields with what the delivery rules and `over` write over them. */
  finish(fields: Fields, over: Overrides = {}): Fields {
    const charset = this.outbox.rules.charset;
    return override({ ...fields, ...(charset === null ? {} : { charset }) }, over);
  }

  /** A genuine message about a payment or a subscription, ready to go; null when the form named nowhere to send it. */
  write(about: string, notifyUrl: string | null, fields: Fields, label: string): Parcel | null {
    if (notifyUrl === null) return null;
    return this.genuine({ about, label, url: notifyUrl, body: encode(fields) });
  }

  /** Stands by these bytes from now on. */
  genuine(letter: Letter): Parcel {
    this.#genuine.set(letter.body.toString('latin1'), true);
    return this.#parcel(letter, true, null);
  }

  /** Bytes that PayPal never sent, made to look as if it had. Resent like the rest until taken. */
  forge(about: string, url: string, fields: Fields): Parcel {
    return this.#parcel({ about, label: 'forged', url, body: encode(fields) }, false, null);
  }

  /** The message as a seller has it resent from PayPal's history page: with `resend=true`, and so with bytes of its own. */
  resend(message: Message): Parcel {
    const { parcel } = message;
    const again = {
      ...parcel,
      label: `${parcel.label}, resent`,
      body: Buffer.concat([parcel.body, Buffer.from('&resend=true')]),
    };
    return parcel.genuine ? this.genuine(again) : again;
  }

  clear(): void {
    this.#genuine.clear();
  }

  #parcel(letter: Letter, genuine: boolean, copyOf: string | null): Parcel {
    const { about, label, url, body } = letter;
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': USER_AGENT };
    return { channel: IPN, about, label, url, body, headers, genuine, copyOf, resendAfterMs: this.resendAfterMs };
  }
}

/** What is to be sent where, and about which payment. */
export interface Letter {
  readonly about: string;
  readonly label: string;
  readonly url: string;
  readonly body: Buffer;
}

// PayPal's own default, for most accounts.
export const DEFAULT_CHARSET = 'windows-1252';

function encode(fields: Fields): Buffer {
  return writeForm(fields, fields['charset'] ?? DEFAULT_CHARSET);
}

export function override(fields: Fields, over: Overrides): Fields {
  return Object.fromEntries(
    Object.entries({ ...fields, ...over }).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
