import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import type { Message, Parcel } from '../message';
import type { Outbox } from '../outbox';
import { EVENT } from './event-channel';
import { writeEvent, type Event } from './event-body';
import type { CertificateKind, Signer } from './signer';
import { when } from './views';
import { wants, type Webhook, type Webhooks } from './webhooks';

const USER_AGENT = 'PayPal/AUHD-214.0-58843187';

/** How a forged event differs from a genuine one. */
export const TAMPERINGS = [
  'body',
  'signature',
  'algo',
  'certUrl',
  'webhookId',
  'time',
  'certName',
  'certExpired',
] as const;
export type Tampering = (typeof TAMPERINGS)[number];

export interface Recipient {
  readonly url: string;
  readonly webhookId: string;
  readonly origin: string;
  readonly signer: Signer;
}

/** Writes and signs events, and hands them to the outbox. */
export class Messenger {
  constructor(
    private readonly clock: Clock,
    private readonly outbox: Outbox,
    private readonly webhooks: Webhooks,
    private readonly resendAfterMs: readonly number[],
  ) {}

  /** Tells an app of events about one order or seller, in this order; each of its webhooks that wants to know. */
  tell(clientId: string, about: string, events: readonly Event[], how: 'once' | 'twice' | 'lost' = 'once'): void {
    const parcels = events.flatMap((event) =>
      this.webhooks
        .of(clientId)
        .filter((webhook) => wants(webhook, event.type))
        .map((webhook) => this.write(webhook, about, event)),
    );
    if (how === 'lost') for (const parcel of parcels) this.outbox.lose(parcel);
    else {
      const originals = parcels.map((parcel) => this.outbox.send(parcel));
      if (how === 'twice')
        for (const original of originals) this.outbox.send({ ...original.parcel, copyOf: original.id });
    }
  }

  /** A genuine event, ready to go. */
  write(webhook: Webhook, about: string, event: Event): Parcel {
    const body = writeEvent(event, webhook.origin, this.clock.now());
    const recipient = { ...webhook, webhookId: webhook.id };
    return this.#parcel(recipient, {
      about,
      label: event.type,
      body,
      headers: this.#signed(recipient, body),
      genuine: true,
    });
  }

  /** An event that nobody sent. Without a tampering it is signed and true to form, and only what it says is a lie. */
  forge(
    recipient: Recipient,
    about: string,
    body: Buffer,
    tampering: Tampering | null,
    certUrl: string | null,
  ): Parcel {
    const headers = this.#signed(recipient, body, tampering, certUrl);
    const label = tampering === null ? 'forged' : `forged (${tampering})`;
    return this.#parcel(recipient, {
      about,
      label,
      body: tampering === 'body' ? withAnotherDigit(body) : body,
      headers,
      genuine: false,
    });
  }

  /** The event once more, as from PayPal's list of events: the same bytes in a transmission of its own, or as it was if its webhook is gone. */
  resend({ parcel }: Message): Parcel {
    const webhook = this.webhooks.list().find(({ url }) => url === parcel.url);
    if (webhook === undefined) return parcel;
    const headers = this.#signed({ ...webhook, webhookId: webhook.id }, parcel.body);
    return { ...parcel, label: `${parcel.label}, resent`, headers };
  }

  #signed(
    recipient: Recipient,
    body: Buffer,
    tampering: Tampering | null = null,
    certUrl: string | null = null,
  ): Record<string, string> {
    const { signer, origin } = recipient;
    const id = randomUUID();
    const time = when(this.clock.now());
    const webhookId = tampering === 'webhookId' ? 'WEBHOOKOFANOTHER1' : recipient.webhookId;
    const byStranger = tampering === 'certUrl';
    const signature = signer.sign(
      { id, time, webhookId, body },
      tampering === 'algo' ? 'RSA-SHA1' : 'RSA-SHA256',
      byStranger ? 'stranger' : 'genuine',
    );
    const { name } = signer.certificates[CERTIFICATE[tampering ?? 'body'] ?? 'genuine'];
    const folder = byStranger ? '/paypal/elsewhere/certs' : '/paypal/v1/notifications/certs';
    return {
      'paypal-transmission-id': id,
      'paypal-transmission-time': tampering === 'time' ? when(new Date(Date.parse(time) + 3_600_000)) : time,
      'paypal-transmission-sig': tampering === 'signature' ? randomBytes(256).toString('base64') : signature,
      'paypal-cert-url': certUrl ?? `${origin}${folder}/${name}`,
      'paypal-auth-algo': tampering === 'algo' ? 'SHA1withRSA' : 'SHA256withRSA',
    };
  }

  #parcel({ url }: Recipient, letter: Pick<Parcel, 'about' | 'label' | 'body' | 'headers' | 'genuine'>): Parcel {
    const headers = { 'content-type': 'application/json', 'user-agent': USER_AGENT, ...letter.headers };
    return { ...letter, channel: EVENT, url, headers, copyOf: null, resendAfterMs: this.resendAfterMs };
  }
}

/** Which certificate a tampering shows. */
const CERTIFICATE: Partial<Record<Tampering, CertificateKind>> = {
  certName: 'other_name',
  certExpired: 'expired',
  certUrl: 'stranger',
};

/** A digit of the first amount, or of the id where there is none, is another: forged by as little as can be. */
function withAnotherDigit(body: Buffer): Buffer {
  const start = Math.max(0, body.indexOf('"value":"'));
  const at = body.findIndex((byte, index) => index > start && byte >= 0x30 && byte <= 0x39);
  const altered = Buffer.from(body);
  altered[at] = altered[at] === 0x39 ? 0x38 : 0x39;
  return altered;
}
