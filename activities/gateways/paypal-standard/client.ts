import { GatewayFailure } from '../port';
import type { GatewayContext } from '../port';
import { unreachable } from '../../../workflows/domain/unreachable';
import { ask, unexpectedStatus, type Answer, type Question } from '../http';
import type { PaypalStandardCredentials } from './credentials';

type Context = GatewayContext<PaypalStandardCredentials>;

/** How long to wait for PayPal, where 20 s is not right. */
export interface Patience {
  readonly timeoutMs?: number;
}

/**
 * Asks PayPal whether it sent exactly these bytes (PayPal IPN integration guide, "Verify postback"). Only the two words
 * themselves, with HTTP 200, are an answer; whatever else comes is a {@link GatewayFailure}, to be asked again later.
 */
export async function postBack(
  body: Uint8Array,
  context: Context,
  patience: Patience = {},
): Promise<'VERIFIED' | 'INVALID'> {
  const question = ofWebscr(
    context,
    'asking PayPal whether a notification is its own',
    Buffer.concat([VALIDATE, body]),
    patience,
  );
  const answer = await askWebscr(context, question);
  const text = Buffer.from(answer.body).toString('latin1');
  if (/^\s*VERIFIED\s*$/.test(text)) return 'VERIFIED';
  if (/^\s*INVALID\s*$/.test(text)) return 'INVALID';
  throw unreadableAnswer(
    `${question.attempt}: HTTP 200 with ${answer.body.length} bytes that are neither VERIFIED nor INVALID`,
  );
}

/** Asks PayPal for the transaction behind a PDT token (PayPal PDT guide, `_notify-synch`). Gives the answer's bytes as they came. */
export async function synchronise(
  token: string,
  identityToken: string,
  context: Context,
  patience: Patience = {},
): Promise<Uint8Array> {
  const form = new URLSearchParams({ cmd: '_notify-synch', tx: token, at: identityToken }).toString();
  const answer = await askWebscr(
    context,
    ofWebscr(context, `asking PayPal for the transaction ${token}`, form, patience),
  );
  return answer.body;
}

/** PayPal said something that is no answer: neither a yes nor a no, so the question stays open. */
export function unreadableAnswer(message: string): GatewayFailure {
  return new GatewayFailure({ code: 'unreadable_answer', message, moved: 'no' });
}

// In front, and the message's own bytes behind it: taking a message apart and writing it again changes its bytes.
const VALIDATE = Buffer.from('cmd=_notify-validate&');

function ofWebscr(context: Context, attempt: string, body: Uint8Array | string, { timeoutMs }: Patience): Question {
  return {
    attempt,
    url: webscrUrl(context),
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
    moves: false,
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

async function askWebscr(context: Context, question: Question): Promise<Answer> {
  const answer = await ask(context, question);
  if (answer.status !== 200) throw unexpectedStatus(question, answer);
  return answer;
}

/** By the account's environment, never by what the message says about itself. The www hosts redirect and lose the body. */
function webscrUrl({ environment, simulatorUrl }: Context): string {
  switch (environment) {
    case 'live':
      return 'https://ipnpb.paypal.com/cgi-bin/webscr';
    case 'sandbox':
      return 'https://ipnpb.sandbox.paypal.com/cgi-bin/webscr';
    case 'simulator':
      return `${simulatorUrl.replace(/\/+$/, '')}/paypal/cgi-bin/webscr`;
    default:
      return unreachable(environment);
  }
}
