import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { sayNowAndThen, withoutSecrets } from '../../platform/log';

/** Every way this API refuses: the closed list of codes, each with its status and what it means. RFC 9457. */
export const PROBLEMS = {
  invalid_request: [400, 'A field, parameter or the body itself is wrong; `errors` names each, up to 20.'],
  origin_not_registered: [
    400,
    "`returnUrl`, `cancelUrl` or `thankYouUrl` is not at an origin in the merchant's `returnOrigins`; of a member's token (403): the page that calls is not.",
  ],
  unauthenticated: [401, 'No key or token, or one that is not valid (any more).'],
  sign_in_first: [401, 'The invited address has an account: sign in as it, then accept.'],
  forbidden: [403, 'The key or token is valid, but not for this call; `may` names the scopes and roles that are.'],
  cross_origin: [
    403,
    'Sent by a browser from a page that is not ours, or with a cookie as a type that a form can send.',
  ],
  step_up_required: [403, 'Prove anew who you are first: `POST /v1/session/step-up`.'],
  step_up_failed: [403, 'The password, code or passkey is wrong.'],
  second_factor_required: [403, 'The merchant wants a second factor of this role: set one up first.'],
  invitation_for_another_address: [403, 'You are signed in, and not as the address that was invited.'],
  not_found: [404, 'There is no such object, or it is not yours.'],
  method_not_allowed: [405, 'The path exists, but not with this method.'],
  already_paid: [409, 'The payment is paid.'],
  already_cancelled: [409, 'The payment was cancelled before.'],
  already_expired: [409, 'The payment expired before.'],
  already_failed: [409, 'The payment failed before.'],
  payment_processing: [409, 'The gateway holds the payment and decides about it; it cannot be stopped here.'],
  payment_needs_review: [409, 'Money came that does not fit; resolve it first.'],
  nothing_to_resolve: [409, 'No sum of this payment is in suspense, and nothing is shown that a person could end.'],
  currency_mismatch: [409, "The money is in another currency than the merchant's cart; only a refund ends it."],
  payment_disputed: [409, "A case is open or money is held; the gateway's own pages decide there."],
  refund_in_flight: [409, 'Another refund of this money has no outcome yet.'],
  payment_not_booked: [409, 'No money of this payment is in the cart: none came, or it waits for a decision.'],
  nothing_to_refund: [409, 'No accepted money is left to give back.'],
  refund_not_supported: [409, 'This gateway or method gives nothing back.'],
  refund_at_gateway_only: [409, "This account cannot give back from here; `detail` says where at the gateway's site."],
  amount_not_refundable: [409, 'More than can be given back, or nothing; `refundable` says how much can.'],
  partial_refund_not_supported: [409, 'This gateway or method gives back whole sums only.'],
  charge_not_paid_by_payment: [409, 'The payment paid nothing of a charge that is to be cancelled with its refund.'],
  agreement_ended: [409, 'The agreement has ended; begin another one.'],
  agreement_not_active: [409, 'The agreement is not approved yet, or it stands as wished already.'],
  agreement_at_gateway_only: [
    409,
    "This account cannot do it from here; `detail` says where at the gateway's site. Its message is heard then.",
  ],
  refund_settled: [409, 'The refund has its outcome.'],
  refund_moving: [409, 'The gateway has taken the refund on; it cannot be given up.'],
  charge_already_cancelled: [409, 'The charge was cancelled before.'],
  dispute_closed: [409, 'The dispute is closed.'],
  nothing_held: [409, 'Nothing is held under this dispute.'],
  money_held: [409, 'Money is held under this dispute.'],
  member_erased: [409, 'The member was erased: nothing new is asked of them, and nothing is written of them.'],
  nothing_due: [409, 'The cart owes nothing and no amount was given.'],
  payment_pending: [409, 'All that is due is on its way in other payments; give an `amount` to pay more.'],
  too_many_open_payments: [
    409,
    'The member has 10 open payments; pay or cancel one of them first. A merchant key is not bound by it.',
  ],
  onboarding_not_offered: [409, 'The platform is no partner of this gateway: enter keys instead.'],
  gateway_refused: [502, 'The gateway refused or did not answer; `detail` says what it said.'],
  gateway_not_configured: [409, 'The merchant has no account at this gateway.'],
  gateway_not_enabled: [409, "The merchant's account at this gateway is disabled."],
  prompt_open: [409, 'This phone was prompted a moment ago, and the first prompt may still be approved.'],
  environment_has_books: [409, 'The account has books in its environment, which therefore cannot change.'],
  not_unmatched: [409, 'The notification is not unmatched money.'],
  not_dismissible: [409, 'The notification is not in front of a person, or it tells of money.'],
  merchant_switched: [409, '`Quittance-Merchant` is not the merchant that the session works for.'],
  slug_taken: [409, 'Another merchant has this slug.'],
  test_merchant: [
    409,
    'The merchant is for trying out: it takes no live account, and has no merchant for trying out of its own.',
  ],
  merchant_has_owner: [
    409,
    'The merchant has an owner, who invites the others; recovery is the way where none can come in.',
  ],
  last_owner: [409, 'The last owner of a merchant stays, and stays owner.'],
  last_second_factor: [409, 'A merchant wants a second factor of this role, and this is the only one.'],
  no_passkey: [409, 'The person has no passkey that could be asked.'],
  passkey_refused: [409, 'The passkey is not the answer to the last question, not of this site, or known already.'],
  already_here: [409, "Somebody with this address is among the merchant's people; change their role instead."],
  invitation_used: [410, 'The invitation was accepted before; it works once.'],
  invitation_expired: [410, 'The invitation is too old; ask for another one.'],
  link_used: [410, 'The link was used before; it works once.'],
  link_expired: [410, 'The link is too old.'],
  last_admin_key: [
    409,
    'The last key of the merchant with the scope `admin` stays: without it nobody could make another.',
  ],
  too_many_views: [409, 'So many filters are saved already; remove one first.'],
  webhook_endpoint_disabled: [409, 'The webhook endpoint is disabled, and nothing is sent to it.'],
  mail_not_configured: [409, 'This would send a letter, and the platform has no mail server (`MAIL`).'],
  idempotency_key_in_use: [409, 'A request with this Idempotency-Key is still running.'],
  body_too_large: [413, 'The body is over the limit.'],
  unsupported_media_type: [415, 'The body must be application/json, or text/csv where a file is sent.'],
  encoding_not_supported: [422, 'The file is not UTF-8.'],
  amount_not_supported: [422, 'The gateway cannot take this amount or currency.'],
  currency_not_supported: [422, "The currency is not the merchant's."],
  recurring_not_supported: [422, 'The gateway, or any account of this merchant, collects nothing by itself.'],
  method_not_supported: [422, 'The gateway has no such payment method.'],
  phone_not_supported: [422, 'The gateway cannot prompt this phone number.'],
  url_not_allowed: [422, 'Webhooks are not sent there: `https` to a machine on the internet, by its name.'],
  idempotency_key_reused: [422, 'This Idempotency-Key was used with another body.'],
  too_many_requests: [429, 'Too many requests; `Retry-After` says when to come again.'],
  internal_error: [500, 'Our fault. The log has the details under the request id.'],
  unavailable: [503, 'Something we need is down or overloaded; try again.'],
} as const satisfies Record<string, readonly [number, string]>;
export type ProblemCode = keyof typeof PROBLEMS;

/** One wrong field: `path` as `charges.0` or empty for the body itself. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

interface ProblemExtras {
  /** In the place of the code's own: it is the caller who is refused, not what the body says. */
  readonly status?: 403;
  readonly errors?: readonly FieldError[];
  /** Of a refusal on purpose: when to come again. It is no failure, and is not logged as one. */
  readonly retryAfterS?: number;
  /** The methods that the path does take. */
  readonly allow?: readonly string[];
  /** Of a refund that is too large: what can be given back now, in minor units. */
  readonly refundable?: number;
  /** Of a call that is not for this caller: each role, and each scope of a key, for which it is. */
  readonly may?: { readonly roles: readonly string[]; readonly scopes: readonly string[] };
  /** For our log, never for the client. */
  readonly cause?: unknown;
}

/** So many wrong fields are named: a client mends one after the other, and a body of mistakes must not be answered by four of its size. */
const MOST_ERRORS = 20;
/** The longest sentence of ours is far shorter; what is cut is what somebody else wrote. */
const LONGEST_TEXT = 500;

/** A refusal that reaches the client as `application/problem+json`. It stays small, whatever was refused. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly detail: string;
  readonly more: ProblemExtras;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    more: ProblemExtras = {},
  ) {
    super(`${code}: ${cut(detail)}`, { cause: more.cause });
    this.status = more.status ?? PROBLEMS[code][0];
    this.detail = cut(detail);
    const errors = more.errors
      ?.slice(0, MOST_ERRORS)
      .map(({ path, message }) => ({ path: cut(path), message: cut(message) }));
    this.more = { ...more, ...(errors && { errors }) };
  }
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}

export function notFound(what: string): Problem {
  return new Problem('not_found', `there is no such ${what}`);
}

export function erased(): Problem {
  return new Problem('member_erased', 'this member was erased');
}

/** The first sentence names the first wrong field, so that a log line or a toast is enough to mend it. */
export function invalid(issues: readonly z.core.$ZodIssue[], where: 'body' | 'query' | 'path' | 'header'): Problem {
  const errors = issues.flatMap(toFieldErrors);
  const first = errors[0];
  return new Problem(
    'invalid_request',
    first ? `${where}: ${first.path === '' ? '' : `${first.path}: `}${first.message}` : `the ${where} is wrong`,
    { errors },
  );
}

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'unknown field' }));
  return [{ path: path.join('.'), message: issue.message }];
}

/** How long a client that was refused may go on sending a body that nobody reads: the answer is on its way meanwhile, where a connection cut at once might lose it. */
const LINGER_MS = 5_000;

/** What is left of a refused body is dropped as it comes, and not waited for. */
function stopReading(req: Request): void {
  if (
    req.complete ||
    ((req.headers['content-length'] ?? '0') === '0' && req.headers['transfer-encoding'] === undefined)
  )
    return;
  const cut = setTimeout(() => {
    // What came meanwhile is read first: this process may have been busy all that time.
    setImmediate(() => {
      if (!req.complete) req.socket.destroy();
    });
  }, LINGER_MS).unref();
  req.on('close', () => {
    if (req.complete) clearTimeout(cut);
  });
}

export function sendProblem(res: Response, problem: Problem): void {
  if (problem.more.retryAfterS !== undefined) res.setHeader('Retry-After', String(problem.more.retryAfterS));
  if (problem.more.allow) res.setHeader('Allow', problem.more.allow.join(', '));
  if (problem.status === 401) res.setHeader('WWW-Authenticate', 'Bearer');
  res
    .status(problem.status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `/docs/problems#${problem.code}`,
        title: PROBLEMS[problem.code][1],
        status: problem.status,
        code: problem.code,
        detail: problem.detail,
        ...(problem.more.errors && { errors: problem.more.errors }),
        ...(problem.more.may && { may: problem.more.may }),
        ...(problem.more.refundable !== undefined && { refundable: problem.more.refundable }),
      }),
    );
}

/** The last middleware: whatever was thrown becomes a problem; a bug becomes a 500 without details. */
export function problemHandler(log: Logger) {
  const fail = (about: object): void => {
    log.error(about, 'request failed');
  };
  // While something we need is away, every request of a flood fails of that one cause.
  const failNowAndThen = sayNowAndThen<object>((count, about) => {
    fail({ ...about, count });
  });
  return (error: unknown, req: Request, res: Response, next: NextFunction): void => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const problem = toProblem(error);
    if (problem.status >= 500 && problem.more.retryAfterS === undefined)
      (problem.code === 'internal_error' ? fail : failNowAndThen)({
        err: error,
        method: req.method,
        path: withoutSecrets(req.originalUrl),
        requestId: req.id,
      });
    sendProblem(res, problem);
    stopReading(req);
  };
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { type, status } = (error ?? {}) as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') return new Problem('body_too_large', 'the body is over the limit');
  if (type === 'entity.parse.failed')
    return new Problem('invalid_request', 'the body is not JSON', { errors: [{ path: '', message: 'not JSON' }] });
  if (status === 415)
    return new Problem('unsupported_media_type', 'send the body as application/json in UTF-8, not packed');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Problem('invalid_request', 'the request cannot be read');
  if (isConnectionFailure(error) || isConflict(error))
    return new Problem('unavailable', 'the database cannot do this now; try again');
  return new Problem('internal_error', 'something broke on our side');
}

/** PostgreSQL away, starting, stopping or out of connections: the request may be repeated as it is. */
export function isConnectionFailure(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|08|57P|53)/.test(String(code)) ||
    /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Can't reach database/.test(
      String(message),
    )
  );
}

/** Two transactions stood in each other's way (serialization_failure, deadlock_detected); this one left nothing behind. */
function isConflict(error: unknown): boolean {
  return /^40(001|P01)$/.test(String((error as { code?: unknown } | null)?.code));
}
