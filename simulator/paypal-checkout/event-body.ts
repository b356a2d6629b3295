import { randomBytes } from 'node:crypto';
import { link, when } from './views';

/** Something that PayPal tells an app. */
export interface Event {
  /** `PAYMENT.CAPTURE.COMPLETED`. */
  readonly type: string;
  readonly resourceType: string;
  /** 2.0, where it is not said. */
  readonly resourceVersion?: string;
  readonly summary: string;
  readonly resource: object;
  /** When it happened, where that is not now. */
  readonly at?: Date;
}

/**
 * An event as its bytes. They are JSON that does not survive being parsed and written again, as PayPal's do not: `1.0`, `{}`,
 * escaped slashes, and letters both as they are and escaped. Who verifies another text than the one that came finds it forged.
 */
export function writeEvent(
  { type, resourceType, resourceVersion = '2.0', summary, resource, at }: Event,
  origin: string,
  now: Date,
): Buffer {
  const id = newEventId();
  const event = {
    id,
    event_version: '1.0',
    create_time: when(at ?? now),
    resource_type: resourceType,
    resource_version: resourceVersion,
    event_type: type,
    summary,
    resource,
    links: [link(origin, `/v1/notifications/webhooks-events/${id}`, 'self')],
  };
  const text = JSON.stringify(event).replaceAll('/', '\\/').slice(0, -1);
  return Buffer.from(`${text},"transmissions":{"factor":1.0,"options":{},"note":"re\\u00e7u ✓ reçu"}}`, 'utf8');
}

function newEventId(): string {
  const part = () => randomBytes(9).toString('hex').slice(0, 17).toUpperCase();
  return `WH-${part()}-${part()}`;
}
