import type { Html } from './html';
import type { SendingPlace } from './misbehaviour';
import type { Answer } from './transport';

/** Messages of one kind: how they are taken, and how the control page shows them. */
export interface Channel extends SendingPlace {
  /** Whether the receiver took a message that it answered with this status. */
  isTaken(status: number): boolean;
  /** The button that sends a message again as from the gateway's own pages; null where a gateway has no such thing. */
  readonly resendLabel: string | null;
  /** A message's bytes for the control page. `action`: the address below which its buttons are. */
  show(body: Buffer, action: string): Html;
}

/** What a gateway hands over to be delivered. */
export interface Parcel {
  /** What kind of message it is: each kind can be told to leave spoilt. */
  readonly channel: Channel;
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

/** Whether the receiver took it. */
export function isTaken({ channel }: Parcel, answer: Answer): boolean {
  return 'status' in answer && channel.isTaken(answer.status);
}

/** The same bytes again. */
export function copyOf({ id, parcel }: Message): Parcel {
  return { ...parcel, copyOf: parcel.copyOf ?? id };
}

export function describeAnswer(answer: Answer): string {
  return 'status' in answer ? String(answer.status) : answer.error;
}
