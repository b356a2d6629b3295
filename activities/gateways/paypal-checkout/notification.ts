import type { GatewayFact } from '../../../workflows/domain/fact';
import type { AgreementName, NotificationReading, Payer, RawNotification } from '../port';
import { unreachable } from '../../../workflows/domain/unreachable';
import {
  captureResource,
  orderResource,
  payerOf,
  refundResource,
  tellCapture,
  tellOrder,
  tellRefund,
  type Told,
} from './codec';
import { disputeResource, tellDispute } from './dispute';
import { readEvent, type PaypalEvent } from './events';
import { refundOf, saleRefundResource, saleResource, tellSale } from './sale-codec';
import { readSignature } from './signature';
import { subscriptionResource, tellSubscription } from './subscription-codec';

/**
 * Where a message from outside says to look. A webhook without a signature is refused; one with a wrong signature, or with a
 * body that nobody can read, is kept and judged later. For `poll`, `raw.body` is the query string of the browser's return,
 * of which nothing but `token` is read.
 */
export function readNotification(raw: RawNotification): NotificationReading {
  switch (raw.channel) {
    case 'webhook':
      return readWebhook(raw);
    case 'poll':
      return readReturn(raw);
    case 'ipn':
    case 'pdt':
      return refused(400, 'channel_not_supported');
    default:
      return unreachable(raw.channel);
  }
}

/** The order that a browser came back from; null when there is none or it cannot be one. */
export function readToken(raw: RawNotification): string | null {
  const token = new URLSearchParams(Buffer.from(raw.body).toString('latin1')).get('token');
  return token !== null && /^[A-Z0-9]{10,32}$/i.test(token) ? token : null;
}

function readWebhook(raw: RawNotification): NotificationReading {
  if (!readSignature(raw)) return refused(401, 'signature_missing');
  if (raw.body.every((byte) => byte <= 0x20)) return refused(400, 'empty_body');
  const event = readEvent(raw.body);
  const told = event && claimOf(event);
  if (!told) return hint(null, [], [], null);
  if (told.agreement) return hint(told.paymentId, told.references, claims(told), null, told.agreement);
  const order =
    event.topic === 'approval' || event.topic === 'order' ? orderResource.safeParse(event.resource).data : undefined;
  return hint(told.paymentId, told.references, claims(told), order ? payerOf(order) : null);
}

function readReturn(raw: RawNotification): NotificationReading {
  const token = readToken(raw);
  if (token === null) return refused(400, 'no_order_token');
  return { ok: true, hint: { identity: token, paymentId: null, references: [token], facts: [], payer: null } };
}

/** What an event's own copy of its resource says; null where it says nothing that can be used. */
function claimOf({ topic, resource }: PaypalEvent): Told | null {
  switch (topic) {
    case 'approval':
    case 'order':
      return tell(orderResource.safeParse(resource).data, tellOrder);
    case 'capture':
      return tell(captureResource.safeParse(resource).data, tellCapture);
    case 'refund':
    case 'reversal':
      return tell(refundResource.safeParse(resource).data, (refund) => tellRefund(refund, topic));
    case 'sale':
      return tell(saleResource.safeParse(resource).data, tellSale);
    case 'sale_refund':
    case 'sale_reversal': {
      const wish = topic === 'sale_refund' ? 'refund' : 'reversal';
      return tell(saleRefundResource.safeParse(resource).data, (refund) => tellRefund(refundOf(refund), wish));
    }
    case 'subscription':
    case 'subscription_update':
      return tell(subscriptionResource.safeParse(resource).data, tellSubscription);
    case 'dispute':
    case 'dispute_update':
      return tell(disputeResource.safeParse(resource).data, (dispute) => tellDispute(dispute, topic, null));
    case 'consent':
    case null:
      return null;
    default:
      return unreachable(topic);
  }
}

/** Claims only serve to recognise a message that says nothing new, so whatever might say more claims nothing. */
function claims({ facts, remarks, mayTellMore, agreement }: Told): readonly GatewayFact[] {
  const tellsAgreement = agreement !== undefined && agreement.facts.length > 0;
  return remarks.length === 0 && !mayTellMore && !tellsAgreement ? facts : [];
}

function tell<Resource>(resource: Resource | undefined, reader: (resource: Resource) => Told): Told | null {
  return resource === undefined ? null : reader(resource);
}

function hint(
  paymentId: string | null,
  references: readonly string[],
  facts: readonly GatewayFact[],
  payer: Payer | null,
  agreement?: AgreementName,
): NotificationReading {
  const about = agreement && { agreementId: agreement.agreementId, reference: agreement.reference };
  return {
    ok: true,
    hint: { identity: null, paymentId, references, facts, payer, ...(about && { agreement: about }) },
  };
}

function refused(status: 400 | 401, reason: string): NotificationReading {
  return { ok: false, status, reason };
}
