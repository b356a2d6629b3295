import { createHash, createVerify, type KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { GatewayFailure } from '../port';
import type { GatewayContext, RawNotification } from '../port';
import { ask } from '../http';
import { accountsOf, callerFor } from './accounts';
import { readBody, readJson } from './answers';
import { judgeCertificate, PUBLIC_TRUST, type CertificateVerdict } from './certificate';
import { verifyWebhookSignature } from './client';
import type { PaypalCheckoutCredentials } from './credentials';
import type { PaypalPartner } from './partner';
import { isCertificateUrl } from './hosts';

type Context = GatewayContext<PaypalCheckoutCredentials, PaypalPartner>;

/** How a webhook is signed, as its headers say it. */
export interface Signature {
  readonly algorithm: string;
  readonly certificateUrl: string;
  readonly transmissionId: string;
  readonly transmissionTime: string;
  readonly value: string;
}

/** Reads the five headers of a signed webhook; null when one is missing. */
export function readSignature(raw: RawNotification): Signature | null {
  const header = (name: string): string =>
    Object.entries(raw.headers)
      .find(([key]) => key.toLowerCase() === name)?.[1]
      .trim() ?? '';
  const signature = {
    algorithm: header('paypal-auth-algo'),
    certificateUrl: header('paypal-cert-url'),
    transmissionId: header('paypal-transmission-id'),
    transmissionTime: header('paypal-transmission-time'),
    value: header('paypal-transmission-sig'),
  };
  return Object.values(signature).every((text) => text !== '') ? signature : null;
}

export type Authentication =
  /** PayPal wrote it for a webhook of this account. */
  | { readonly genuine: true; readonly account: PaypalCheckoutCredentials }
  | { readonly genuine: false; readonly reason: string }
  /** No webhook of ours is known that it could be for. */
  | { readonly genuine: 'unknown'; readonly reason: string };

/**
 * Whether PayPal wrote exactly these bytes for a webhook of ours (PayPal, "Webhooks integration", self verification). The
 * webhook id is part of what is signed, and only ids that we know count. Nothing is fetched for a message that cannot be
 * genuine. The signed time is not compared with ours: PayPal delivers again for three days.
 */
export async function authenticate(raw: RawNotification, context: Context): Promise<Authentication> {
  const signature = readSignature(raw);
  if (!signature) return { genuine: false, reason: 'signature_missing' };
  if (signature.algorithm !== 'SHA256withRSA') return { genuine: false, reason: 'signature_algorithm' };
  if (!isCertificateUrl(context, signature.certificateUrl))
    return { genuine: false, reason: 'signature_certificate_url' };
  const accounts = accountsOf(context).filter(({ webhookId }) => webhookId !== undefined);
  if (accounts.length === 0) return { genuine: 'unknown', reason: 'webhook_id_unknown' };

  const certificate = await findCertificate(signature.certificateUrl, context);
  switch (certificate.verdict) {
    case 'good': {
      const account = accounts.find(({ webhookId = '' }) =>
        isSignedBy(certificate.key, signature, webhookId, raw.body),
      );
      return account ? { genuine: true, account } : { genuine: false, reason: 'signature_mismatch' };
    }
    case 'bad':
      return { genuine: false, reason: certificate.reason };
    case 'unknown':
      return askPaypal(raw.body, signature, accounts, context);
  }
}

function isSignedBy(key: KeyObject, signature: Signature, webhookId: string, body: Uint8Array): boolean {
  // An unsigned decimal number, over the bytes that came.
  const signed = [signature.transmissionId, signature.transmissionTime, webhookId, crc32(body)].join('|');
  return createVerify('RSA-SHA256').update(signed).verify(key, signature.value, 'base64');
}

// A certificate is good for a year; a day spares most fetches and still follows a change.
const CERTIFICATE_KEPT_MS = 86_400_000;
const CERTIFICATE_MAX_BYTES = 64 * 1024;

async function findCertificate(url: string, context: Context): Promise<CertificateVerdict> {
  const trust = context.environment === 'simulator' ? 'own_roots' : PUBLIC_TRUST;
  const key = `paypal-checkout:certificate:${createHash('sha256').update(url).digest('base64url')}`;
  const kept = await context.cache.get(key);
  if (kept !== null) return judgeCertificate(kept, context.now(), trust);
  const pem = await fetchCertificate(url, context);
  const verdict: CertificateVerdict =
    pem === null ? { verdict: 'unknown' } : judgeCertificate(pem, context.now(), trust);
  if (pem !== null && verdict.verdict === 'good') await context.cache.set(key, pem, CERTIFICATE_KEPT_MS);
  return verdict;
}

/** Null when it cannot be had now: PayPal can still be asked about the message itself. */
async function fetchCertificate(url: string, context: Context): Promise<string | null> {
  try {
    const attempt = "fetching the certificate of PayPal's webhooks";
    const answer = await ask(context, { attempt, url, method: 'GET', moves: false, maxBytes: CERTIFICATE_MAX_BYTES });
    return answer.status === 200 ? Buffer.from(answer.body).toString('latin1') : null;
  } catch (error) {
    if (error instanceof GatewayFailure) return null;
    throw error;
  }
}

/** Asks PayPal itself (Webhooks v1, "Verify webhook signature"), about one webhook after the other. */
async function askPaypal(
  body: Uint8Array,
  signature: Signature,
  accounts: readonly PaypalCheckoutCredentials[],
  context: Context,
): Promise<Authentication> {
  // Spliced into a question, a body that is no JSON value of its own could answer it.
  if (readJson(body) === undefined) return { genuine: false, reason: 'signature_of_no_json' };
  for (const account of accounts) {
    // The webhook belongs to the app, so the app asks, for no merchant in particular.
    const caller = { ...callerFor(account, context), onBehalfOf: null };
    const question = spliced(body, signature, account.webhookId ?? '');
    const reply = await verifyWebhookSignature({ world: context, caller }, question);
    if (!reply.accepted) throw reply.failure;
    if (readBody(reply.question, reply.body, verdictBody).verification_status === 'SUCCESS')
      return { genuine: true, account };
  }
  return { genuine: false, reason: 'signature_mismatch' };
}
const verdictBody = z.object({ verification_status: z.enum(['SUCCESS', 'FAILURE']) });

/** The event's own bytes inside the question: read and written again, `1.0` becomes `1`, and PayPal denies its own message. */
function spliced(body: Uint8Array, signature: Signature, webhookId: string): Uint8Array {
  const head = JSON.stringify({
    auth_algo: signature.algorithm,
    cert_url: signature.certificateUrl,
    transmission_id: signature.transmissionId,
    transmission_sig: signature.value,
    transmission_time: signature.transmissionTime,
    webhook_id: webhookId,
  });
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"webhook_event":`), body, Buffer.from('}')]);
}
