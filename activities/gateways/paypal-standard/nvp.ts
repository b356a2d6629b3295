import { GatewayFailure } from '../port';
import type { GatewayContext } from '../port';
import { unreachable } from '../../../workflows/domain/unreachable';
import { ask, unexpectedStatus, type Question } from '../http';
import { word } from './codec';
import type { NvpCredentials } from './credentials';
import { valueOf, type Fields } from './form';

/** One call of PayPal's classic API for name-value pairs. */
export interface NvpCall {
  readonly method:
    | 'GetTransactionDetails'
    | 'TransactionSearch'
    | 'RefundTransaction'
    | 'GetRecurringPaymentsProfileDetails'
    | 'ManageRecurringPaymentsProfileStatus';
  readonly fields: Readonly<Record<string, string>>;
  /** What is attempted, as a clause for messages. */
  readonly attempt: string;
  /** Whether the call may move money. */
  readonly moves: boolean;
  /** How long to wait for PayPal, where the usual patience is not right. */
  readonly timeoutMs?: number;
}
export type NvpAnswer =
  { readonly ok: true; readonly fields: Fields } | { readonly ok: false; readonly refusal: NvpRefusal };
/** PayPal's clear no. */
export interface NvpRefusal {
  /** `L_ERRORCODE0`, for example `10004`. */
  readonly code: string;
  /** PayPal's short message in lower snake case. */
  readonly reason: string;
  /** PayPal's long message, one line. */
  readonly detail: string;
}

/** Security error: no such user, password or signature (PayPal NVP guide, "General API errors"). */
export const CREDENTIALS_REFUSED = '10002';
export const PERMISSION_DENIED = '10007';
/** For a transaction id: PayPal knows none of this account. */
export const INVALID_ARGUMENT = '10004';

/**
 * Asks PayPal's API once (PayPal NVP API developer guide). A refusal is an answer; no answer, one that cannot be read, and
 * trouble on PayPal's own side are a {@link GatewayFailure}, to be asked again later. No message of it holds a credential.
 */
export async function askNvp(
  credentials: NvpCredentials,
  call: NvpCall,
  context: GatewayContext<unknown>,
): Promise<NvpAnswer> {
  const question = questionOf(credentials, call, context);
  const answer = await ask(context, question);
  if (answer.status !== 200) throw unexpectedStatus(question, answer);
  const fields = parseNvp(answer.body);
  switch (word(valueOf(fields, 'ACK'))) {
    case 'success':
    case 'successwithwarning':
    case 'warning':
      return { ok: true, fields };
    case 'failure':
    case 'failurewithwarning': {
      const refusal = readRefusal(fields);
      if (TROUBLE_AT_PAYPAL.has(refusal.code))
        throw failed(call, 'gateway_error', `PayPal had an internal error (${refusal.code})`);
      return { ok: false, refusal };
    }
    default:
      throw failed(call, 'unreadable_answer', `HTTP 200 with ${answer.body.length} bytes that hold no ACK`);
  }
}

/** The failure for a question that PayPal refused to answer: whoever mends the account's credentials gets an answer later. */
export function notTold(call: NvpCall, { code }: NvpRefusal): GatewayFailure {
  const known = new Map([
    [CREDENTIALS_REFUSED, 'credentials_refused'],
    [PERMISSION_DENIED, 'permission_denied'],
  ]);
  return new GatewayFailure({
    code: known.get(code) ?? `nvp_${code}`,
    message: `${call.attempt}: PayPal refused with ${code}`,
    moved: 'no',
  });
}

/** PayPal writes instants without a fraction (PayPal NVP guide, "Date/time formats"). `ms`: since 1970. */
export function nvpDate(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

const VERSION = '124';
// PayPal NVP guide, "General API errors": an internal error may have happened after the money moved; "temporarily unavailable".
const TROUBLE_AT_PAYPAL: ReadonlySet<string> = new Set(['10001', '10101']);
const LONGEST_DETAIL = 500;

function questionOf(
  { username, password, signature }: NvpCredentials,
  call: NvpCall,
  context: GatewayContext<unknown>,
): Question {
  const identity = { USER: username, PWD: password, SIGNATURE: signature };
  return {
    attempt: call.attempt,
    url: nvpUrl(context),
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ METHOD: call.method, VERSION, ...identity, ...call.fields }).toString(),
    moves: call.moves,
    ...(call.timeoutMs !== undefined && { timeoutMs: call.timeoutMs }),
  };
}

function nvpUrl({ environment, simulatorUrl }: Pick<GatewayContext<unknown>, 'environment' | 'simulatorUrl'>): string {
  switch (environment) {
    case 'live':
      return 'https://api-3t.paypal.com/nvp';
    case 'sandbox':
      return 'https://api-3t.sandbox.paypal.com/nvp';
    case 'simulator':
      return `${simulatorUrl.replace(/\/+$/, '')}/paypal/nvp`;
    default:
      return unreachable(environment);
  }
}

/** An answer in the form of a query string, always UTF-8 (PayPal NVP guide, "Response format"). Total: garbage gives fields without an ACK. */
function parseNvp(body: Uint8Array): Fields {
  return Array.from(new URLSearchParams(Buffer.from(body).toString('utf8').trim()), ([name, value]) => ({
    name,
    value,
  }));
}

function readRefusal(fields: Fields): NvpRefusal {
  const short = line(valueOf(fields, 'L_SHORTMESSAGE0'));
  const code = /^\d{1,9}$/.exec(valueOf(fields, 'L_ERRORCODE0'))?.[0] ?? 'unknown';
  return {
    code,
    // "Transaction refused because of an invalid argument. See additional error messages for details."
    reason: word(short.split('. ')[0] ?? '') || `nvp_${code}`,
    detail: `${line(valueOf(fields, 'L_LONGMESSAGE0')) || short || 'PayPal gave no reason'} (${code})`,
  };
}

function line(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_DETAIL);
}

function failed(call: NvpCall, code: string, what: string): GatewayFailure {
  return new GatewayFailure({ code, message: `${call.attempt}: ${what}`, moved: call.moves ? 'perhaps' : 'no' });
}
