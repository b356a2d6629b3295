import { z } from 'zod';
import type { GatewayContext, Lookup, OpenedCheckout, RawNotification } from '../port';
import { remark } from '../../../workflows/domain/remark';
import { unreachable } from '../../../workflows/domain/unreachable';
import { resolutionCentre } from '../paypal/resolution-centre';
import { accountsOf } from './accounts';
import { readBody, unreadableAnswer } from './answers';
import { getCapture, getDispute, getRefund, getSaleRefund, getSubscription, type Asker, type Reply } from './client';
import { captureResource, refundResource, tellCapture, tellRefund, times, type Told } from './codec';
import type { PaypalCheckoutCredentials } from './credentials';
import { disputeResource, tellDispute } from './dispute';
import type { PaypalPartner } from './partner';
import { readEvent } from './events';
import { askerOf, fetchOrder, found, missing, standingOf } from './orders';
import { refundOf, saleRefundResource } from './sale-codec';
import { fetchSale } from './sales';
import { authenticate } from './signature';
import { subscriptionResource, tellSubscription, tellUpdate } from './subscription-codec';

type Context = GatewayContext<PaypalCheckoutCredentials, PaypalPartner>;

/** Genuine first; then PayPal is asked for the resource as it is now, because messages come late and in any order. */
export async function fetchWebhook(
  raw: RawNotification,
  checkout: OpenedCheckout | null,
  context: Context,
): Promise<Lookup> {
  const authentic = await authenticate(raw, context);
  if (authentic.genuine === 'unknown') return { found: 'unknown', reason: authentic.reason };
  if (!authentic.genuine) return { found: false, reason: authentic.reason };
  const event = readEvent(raw.body);
  if (!event) return nothing('unreadable_body');

  const asker = askerOf(context, authentic.account);
  switch (event.topic) {
    case 'approval': {
      const id = idOf(event.resource);
      if (id === null) return nothing('no_resource_id');
      // Trying to take the money tells whether it is still approved: no need to ask twice.
      if (checkout && id === checkout.reference)
        return { found: 'approved', paymentId: checkout.paymentId, reference: id };
      return lookUpOrder(id, asker, context);
    }
    case 'order':
      return withId(event.resource, (id) => lookUpOrder(id, asker, context));
    case 'capture':
      return withId(event.resource, async (id) => {
        const told = read(await getCapture(asker, id), captureResource, id, tellCapture);
        return told ? ours(told, context) : unknownResource();
      });
    case 'refund':
    case 'reversal': {
      const wish = event.topic;
      return withId(event.resource, async (id) => {
        const told = read(await getRefund(asker, id), refundResource, id, (refund) => tellRefund(refund, wish));
        return told ? found(told) : unknownResource();
      });
    }
    case 'sale':
      return withId(event.resource, async (id) => {
        const told = await fetchSale(asker, id);
        return told ? found(told) : unknownResource();
      });
    case 'sale_refund':
    case 'sale_reversal': {
      const wish = event.topic === 'sale_refund' ? 'refund' : 'reversal';
      return withId(event.resource, async (id) => {
        const told = read(await getSaleRefund(asker, id), saleRefundResource, id, (refund) =>
          tellRefund(refundOf(refund), wish),
        );
        return told ? found(told) : unknownResource();
      });
    }
    case 'subscription':
      return withId(event.resource, async (id) => {
        const told = read(await getSubscription(asker, id), subscriptionResource, id, tellSubscription);
        return told ? found(told) : unknownResource();
      });
    case 'subscription_update': {
      const { update_time: changedAt } = z.object(times).safeParse(event.resource).data ?? {};
      return withId(event.resource, async (id) => {
        const told = read(await getSubscription(asker, id), subscriptionResource, id, (subscription) =>
          tellUpdate(subscription, changedAt),
        );
        return told ? found(told) : unknownResource();
      });
    }
    case 'dispute':
    case 'dispute_update': {
      const news = event.topic;
      return withId(event.resource, async (id) => {
        const told = read(await getDispute(asker, id), disputeResource, id, (dispute) =>
          tellDispute(dispute, news, resolutionCentre(context.environment)),
        );
        return told ? found(told) : unknownResource();
      });
    }
    case 'consent':
      return revoked(event.resource, context);
    case null:
      return nothing('unknown_type');
    default:
      return unreachable(event.topic);
  }
}

/** How an order stands, if it is this account's; a browser or a message named it. */
export async function lookUpOrder(id: string, asker: Asker, context: Context): Promise<Lookup> {
  const seen = await fetchOrder(asker, id);
  if (!seen) return unknownResource();
  return elsewhere(seen.told.payee, context) ?? standingOf(seen);
}

function ours(told: Told, context: Context): Lookup {
  return elsewhere(told.payee, context) ?? found(told);
}

/** An app may take money for several merchants; what it took for another one is not this account's. */
function elsewhere(merchantId: string | null, context: Context): Lookup | null {
  const known = accountsOf(context).flatMap((account) => account.merchantId ?? []);
  if (merchantId === null || known.length === 0 || known.includes(merchantId)) return null;
  const account = [...new Set(known)].join(' or ');
  return {
    found: 'elsewhere',
    reason: 'receiver_mismatch',
    detail: `the money went to ${merchantId}, the account is ${account}`,
  };
}

function revoked(resource: unknown, context: Context): Lookup {
  const { merchant_id: merchantId = null } = consentResource.safeParse(resource).data ?? {};
  return elsewhere(merchantId, context) ?? { found: 'account_revoked', reason: 'consent_revoked' };
}
const consentResource = z.object({
  merchant_id: z
    .string()
    .regex(/^[A-Za-z0-9]{1,32}$/)
    .optional(),
});

function read<Resource extends { id: string } | { dispute_id: string }>(
  reply: Reply,
  schema: z.ZodType<Resource>,
  id: string,
  tell: (resource: Resource) => Told,
): Told | null {
  if (!reply.accepted) return missing(reply);
  const resource = readBody(reply.question, reply.body, schema);
  if (idOf(resource) !== id) throw unreadableAnswer(reply.question, 'the answer is about something else');
  return tell(resource);
}

const identified = z.union([
  z.object({ id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/) }).transform(({ id }) => id),
  z.object({ dispute_id: z.string().regex(/^[!-~]{1,64}$/) }).transform(({ dispute_id }) => dispute_id),
]);

function idOf(resource: unknown): string | null {
  return identified.safeParse(resource).data ?? null;
}

async function withId(resource: unknown, ask: (id: string) => Promise<Lookup>): Promise<Lookup> {
  const id = idOf(resource);
  return id === null ? nothing('no_resource_id') : ask(id);
}

function unknownResource(): Lookup {
  return { found: false, reason: 'resource_unknown' };
}

function nothing(word: string): Lookup {
  return { found: true, facts: [], paymentId: null, references: [], remarks: [remark(word)] };
}
