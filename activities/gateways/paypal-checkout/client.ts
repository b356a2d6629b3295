import { ask, unexpectedStatus, type Answer, type Question } from '../http';
import { accessToken, dropAccessToken, freshAccessToken, type World } from './access-token';
import type { Caller } from './accounts';
import { failureOf, readAnyRefusal, readJson, readProblem, unreadableAnswer, type Problem } from './answers';
import { apiUrl } from './hosts';
import type { GatewayFailure } from '../port';

/** Who asks PayPal, and through what. */
export interface Asker {
  readonly world: World;
  readonly caller: Caller;
}

/** PayPal's answer. A refusal whose meaning is not known to the caller is thrown as its `failure`. */
export type Reply =
  | { readonly accepted: true; readonly question: Call; readonly body: unknown }
  | { readonly accepted: false; readonly question: Call; readonly problem: Problem; readonly failure: GatewayFailure };

interface Call extends Pick<Question, 'attempt' | 'method' | 'moves'> {
  readonly path: string;
  readonly body?: unknown;
  /** The same for every repetition of one attempt (`PayPal-Request-Id`). */
  readonly idempotencyKey?: string;
  /** What counts as a refusal, where that is more than PayPal's own words. */
  readonly readRefusal?: typeof readProblem;
}

export const createOrder = (asker: Asker, idempotencyKey: string, body: unknown): Promise<Reply> =>
  call(asker, {
    attempt: 'creating a PayPal order',
    method: 'POST',
    path: '/v2/checkout/orders',
    moves: false,
    idempotencyKey,
    body,
  });

export const getOrder = (asker: Asker, id: string): Promise<Reply> =>
  get(asker, `order ${id}`, `/v2/checkout/orders/${segment(id)}`);

export const captureOrder = (asker: Asker, id: string, idempotencyKey: string): Promise<Reply> =>
  call(asker, {
    attempt: `capturing the PayPal order ${id}`,
    method: 'POST',
    path: `/v2/checkout/orders/${segment(id)}/capture`,
    moves: true,
    idempotencyKey,
    body: {},
    readRefusal: readAnyRefusal,
  });

export const getCapture = (asker: Asker, id: string): Promise<Reply> =>
  get(asker, `capture ${id}`, `/v2/payments/captures/${segment(id)}`);

export const refundCapture = (asker: Asker, id: string, idempotencyKey: string, body: unknown): Promise<Reply> =>
  call(asker, {
    attempt: `refunding the PayPal capture ${id}`,
    method: 'POST',
    path: `/v2/payments/captures/${segment(id)}/refund`,
    moves: true,
    idempotencyKey,
    body,
  });

export const getRefund = (asker: Asker, id: string): Promise<Reply> =>
  get(asker, `refund ${id}`, `/v2/payments/refunds/${segment(id)}`);

export const getSale = (asker: Asker, id: string): Promise<Reply> =>
  get(asker, `sale ${id}`, `/v1/payments/sale/${segment(id)}`);

export const refundSale = (asker: Asker, id: string, idempotencyKey: string, body: unknown): Promise<Reply> =>
  call(asker, {
    attempt: `refunding the PayPal sale ${id}`,
    method: 'POST',
    path: `/v1/payments/sale/${segment(id)}/refund`,
    moves: true,
    idempotencyKey,
    body,
  });

export const getSaleRefund = (asker: Asker, id: string): Promise<Reply> =>
  get(asker, `refund ${id}`, `/v1/payments/refund/${segment(id)}`);

/** What a sale belongs to, where it belongs to anything; lists its refunds. */
export const getParentPayment = (asker: Asker, id: string): Promise<Reply> =>
  get(asker, `payment ${id}`, `/v1/payments/payment/${segment(id)}`);

export const createProduct = (asker: Asker, body: unknown): Promise<Reply> =>
  call(asker, {
    attempt: 'making a PayPal product',
    method: 'POST',
    path: '/v1/catalogs/products',
    moves: false,
    body,
  });

export const createPlan = (asker: Asker, idempotencyKey: string, body: unknown): Promise<Reply> =>
  call(asker, {
    attempt: 'making a PayPal plan',
    method: 'POST',
    path: '/v1/billing/plans',
    moves: false,
    idempotencyKey,
    body,
  });

export const createSubscription = (asker: Asker, idempotencyKey: string, body: unknown): Promise<Reply> =>
  call(asker, {
    attempt: 'creating a PayPal subscription',
    method: 'POST',
    path: '/v1/billing/subscriptions',
    moves: false,
    idempotencyKey,
    body,
  });

/** Without being asked for them PayPal shows neither the last failure nor the plan. */
export const getSubscription = (asker: Asker, id: string): Promise<Reply> =>
  get(asker, `subscription ${id}`, `/v1/billing/subscriptions/${segment(id)}?fields=last_failed_payment,plan`);

/** Both times are ISO 8601. */
export const listTransactions = (asker: Asker, id: string, from: string, to: string): Promise<Reply> => {
  const period = new URLSearchParams({ start_time: from, end_time: to });
  return get(
    asker,
    `transactions of ${id}`,
    `/v1/billing/subscriptions/${segment(id)}/transactions?${period.toString()}`,
  );
};

export const changeSubscription = (
  asker: Asker,
  id: string,
  verb: 'cancel' | 'suspend' | 'activate' | 'revise',
  body: unknown,
): Promise<Reply> =>
  call(asker, {
    attempt: `having PayPal ${verb} the subscription ${id}`,
    method: 'POST',
    path: `/v1/billing/subscriptions/${segment(id)}/${verb}`,
    moves: false,
    body,
  });

export const getDispute = (asker: Asker, id: string): Promise<Reply> =>
  get(asker, `case ${id}`, `/v1/customer/disputes/${segment(id)}`);

/** `body` goes as it is: the signed event in it must keep its bytes. */
export const verifyWebhookSignature = (asker: Asker, body: Uint8Array): Promise<Reply> =>
  call(asker, {
    attempt: 'asking PayPal whether a webhook message is its own',
    method: 'POST',
    path: '/v1/notifications/verify-webhook-signature',
    moves: false,
    body,
  });

export const listWebhooks = (asker: Asker): Promise<Reply> => get(asker, 'webhooks', '/v1/notifications/webhooks');

export const createWebhook = (asker: Asker, body: unknown): Promise<Reply> =>
  call(asker, {
    attempt: 'making a PayPal webhook',
    method: 'POST',
    path: '/v1/notifications/webhooks',
    moves: false,
    body,
  });

export const patchWebhook = (asker: Asker, id: string, body: unknown): Promise<Reply> =>
  call(asker, {
    attempt: `changing the PayPal webhook ${id}`,
    method: 'PATCH',
    path: `/v1/notifications/webhooks/${segment(id)}`,
    moves: false,
    body,
  });

export const getUserInfo = (asker: Asker): Promise<Reply> =>
  get(asker, 'account holder', '/v1/identity/oauth2/userinfo?schema=paypalv1.1');

export const getMerchantIntegration = (asker: Asker, partnerId: string, merchantId: string): Promise<Reply> =>
  get(
    asker,
    `standing of merchant ${merchantId}`,
    `/v1/customer/partners/${segment(partnerId)}/merchant-integrations/${segment(merchantId)}`,
  );

export const createPartnerReferral = (asker: Asker, body: unknown): Promise<Reply> =>
  call(asker, {
    attempt: 'inviting a merchant through PayPal',
    method: 'POST',
    path: '/v2/customer/partner-referrals',
    moves: false,
    body,
  });

function get(asker: Asker, what: string, path: string): Promise<Reply> {
  return call(asker, { attempt: `asking PayPal for the ${what}`, method: 'GET', path, moves: false });
}

/**
 * Asks PayPal's REST API. A refusal in PayPal's own words is a reply; a page, garbage, 429 and 5xx are thrown. A token
 * that PayPal no longer takes is replaced once.
 */
async function call({ world, caller }: Asker, question: Call): Promise<Reply> {
  let answer = await send(world, caller, question, await accessToken(world, caller));
  if (answer.status === 401) {
    await dropAccessToken(world, caller);
    answer = await send(world, caller, question, await freshAccessToken(world, caller));
  }
  if (answer.status >= 200 && answer.status < 300) {
    const body = answer.status === 204 ? null : readJson(answer.body);
    if (body !== undefined) return { accepted: true, question, body };
    throw unreadableAnswer(question, `HTTP ${answer.status} with ${answer.body.length} bytes that are not JSON`);
  }
  const { readRefusal = readProblem } = question;
  const problem = answer.status < 500 && answer.status !== 429 ? readRefusal(answer) : null;
  if (!problem) throw unexpectedStatus(question, answer);
  return { accepted: false, question, problem, failure: failureOf(question, problem) };
}

function send(
  world: World,
  caller: Caller,
  { attempt, method, path, moves, idempotencyKey, body }: Call,
  token: string,
): Promise<Answer> {
  return ask(world, {
    attempt,
    method,
    moves,
    url: apiUrl(world, path),
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      // Otherwise a capture and a refund are answered without amount and fee.
      prefer: 'return=representation',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'paypal-request-id': idempotencyKey }),
      ...(caller.onBehalfOf !== null && { 'paypal-auth-assertion': assertion(caller.clientId, caller.onBehalfOf) }),
    },
    ...(body !== undefined && { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
  });
}

/** An unsigned token that names the merchant (PayPal REST, "PayPal-Auth-Assertion"): the bearer token beside it is the proof. */
function assertion(clientId: string, merchantId: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ iss: clientId, payer_id: merchantId })}.`;
}

function segment(id: string): string {
  return encodeURIComponent(id);
}
