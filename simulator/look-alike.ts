import type { Router } from 'express';
import type { Clock } from './clock';
import type { Html } from './html';
import type { Message, Parcel } from './message';
import type { Misbehaviour, Place } from './misbehaviour';
import type { Outbox } from './outbox';

/** What every look-alike is made with. */
export interface LookAlikeDeps {
  /** The path under which a browser finds the simulator. */
  readonly base: string;
  /** The address where a browser finds the simulator, without a slash at the end; null: where its clients find it. */
  readonly publicUrl: string | null;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly misbehaviour: Misbehaviour;
  readonly resendSpeed: number;
  readonly laterEvents: 'by_themselves' | 'by_hand';
}

/** A gateway as the parts of the simulator see it, whichever it is. */
export interface LookAlike {
  /** What the gateway's own hosts answer, and its payers' pages. */
  readonly host: Mounted;
  /** Its part of the control API. Bodies are parsed, and refusals answered, by whoever mounts it. */
  readonly control: Mounted;
  /** What the buttons of its part of the control page do. */
  readonly buttons: readonly Button[];
  readonly home: HomePart;
  readonly places: readonly Place[];
  /** A message of its own once more, as from the gateway's own pages. */
  resend(message: Message): Parcel;
  /** Under what the messages about a payment are filed, by another name of it; null when there is no such payment. */
  subjectOf(name: string): string | null;
  clear(): void;
}

/** A router and the path that it answers below. */
export interface Mounted {
  readonly path: string;
  readonly router: Router;
}

/** A button of the control page. */
export interface Button {
  /** Below `/actions`; `:id` names the payment. */
  readonly path: string;
  /** Does it with the filled fields of the form. → the card that the browser goes back to. */
  press(id: string, fields: Readonly<Record<string, string>>): string;
}

/** What the control page shows of a gateway. */
export interface HomePart {
  readonly anchor: string;
  readonly title: string;
  /** Its payments. `messagesOf`: what was sent about one. */
  section(messagesOf: (subject: string) => readonly Message[]): Html;
  /** Who pays there, and what happens then. */
  testPeople(): Html;
  /** Where its clients find it, with the words for it. */
  readonly addresses: readonly { readonly label: string; readonly address: Html }[];
}
