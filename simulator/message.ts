import type { SendingPlace } from './misbehaviour';
import type { Answer } from './transport';

/** What a gateway hands over to be delivered. */
export interface Parcel {
  /** What kind of message it is: each kind can be told to leave spoilt. */
  readonly channel: SendingPlace;
  /** The payment it is about: one payment's messages leave one after the other, in the order they were handed over. */
  readonly about: string;
  /** For the history: `Completed`, `Pending (echeck)`, `forged`. */
  readonly label: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the gateway stands by these bytes when it is asked. */
  readonly genuine: boolean;
  /** How long to wait before each resend. When they are used up, the message has failed. */
  readonly resendAfterMs: readonly number[];
  /** The message whose bytes these are, when they were sent before. */
  readonly copyOf: string | null;
}

/** `Queued` waits for its turn, `Held` for the next message of its payment, `Lost` was never sent and never will be. */
export type MessageState = 'Queued' | 'Held' | 'Sent' | 'Retrying' | 'Failed' | 'Lost';

export interface Attempt {
  readonly at: Date;
  readonly answer: Answer;
}

/** A parcel with what became of it. */
export interface Message {
  readonly id: string;
  readonly parcel: Parcel;
  readonly createdAt: Date;
  state: MessageState;
  readonly attempts: Attempt[];
}

/** Whether the receiver took it. For an IPN, PayPal is content with a 200 only; for a webhook's event with any 2xx. */
export function isTaken({ channel }: Parcel, answer: Answer): boolean {
  if (!('status' in answer)) return false;
  return channel === 'ipn' ? answer.status === 200 : answer.status >= 200 && answer.status < 300;
}

export function describeAnswer(answer: Answer): string {
  return 'status' in answer ? String(answer.status) : answer.error;
}
