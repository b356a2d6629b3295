import { GatewayFailure } from '../port';
import type { GatewayContext } from '../port';
import { unreachable } from '../../../workflows/domain/unreachable';
import { ask, unexpectedStatus, type Answer, type Question } from '../http';
import type { KkiapayCredentials } from './credentials';
import { readJsonObject, type Fields } from './json';

type Context = GatewayContext<KkiapayCredentials>;

/** A transaction as KKiaPay tells it, or its word that these keys see none of this id. */
export type StatusAnswer =
  | { readonly known: true; readonly fields: Fields }
  | { readonly known: false; readonly word: 'TRANSACTION_NOT_FOUND' | 'INVALID_TRANSACTION' };

/** `INVALID_TRANSACTION` is another merchant's. Both come as HTTP 400 with the word as `status` (KKiaPay, admin SDK). */
export async function askStatus(
  transactionId: string,
  credentials: KkiapayCredentials,
  context: Context,
): Promise<StatusAnswer> {
  const question = toPath('/api/v1/transactions/status', { transactionId }, credentials, context, {
    attempt: `asking KKiaPay for the transaction ${transactionId}`,
    moves: false,
  });
  const answer = await askAsMerchant(question, context);
  const fields = readJsonObject(answer.body);
  const word = wordOf(fields?.['status']);
  if (answer.status === 400 && (word === 'TRANSACTION_NOT_FOUND' || word === 'INVALID_TRANSACTION'))
    return { known: false, word };
  if (answer.status !== 200) throw unexpectedStatus(question, answer);
  if (fields === null) throw unreadableAnswer(question);
  return { known: true, fields };
}

/**
 * Asks KKiaPay to give a transaction back, whole, which it does once. There is no idempotency key: whoever repeats looks
 * first. Gives KKiaPay's word, `SUCCESS` or a refusal; it stands in `code` or in `status`, and the official clients differ.
 */
export async function requestRevert(
  transactionId: string,
  credentials: KkiapayCredentials,
  context: Context,
): Promise<string> {
  const question = toPath('/api/v1/transactions/revert', { transactionId }, credentials, context, {
    attempt: `asking KKiaPay to give back the transaction ${transactionId}`,
    moves: true,
  });
  const answer = await askAsMerchant(question, context);
  const fields = readJsonObject(answer.body);
  const words = [wordOf(fields?.['code']), wordOf(fields?.['status'])].filter((word) => word !== null);
  if (answer.status !== 200 && answer.status !== 400) throw unexpectedStatus(question, answer);
  const word = answer.status === 200 && words.includes('SUCCESS') ? 'SUCCESS' : words[0];
  if (word === undefined) throw unreadableAnswer(question);
  return word;
}

/** What a prompt carries (kkiapay/js-sdk, `request`). */
export interface PromptRequest {
  readonly phoneNumber: string;
  readonly amount: number;
  readonly partnerId: string;
  readonly stateData: string;
  readonly reason: string;
  readonly firstname: string;
  readonly lastname: string;
  readonly email: string;
}

// Our haste, or another call of ours: these say nothing about what was asked for (RFC 9110, 6585, 8470). 401 is said of the keys.
const NO_VERDICT: ReadonlySet<number> = new Set([401, 408, 409, 425, 429]);

/**
 * Sends a prompt to the payer's phone. Each call sends one, so a call whose answer is lost is a {@link GatewayFailure}
 * that is never retried. Gives the status, 200 or a 4xx that is a verdict, and the JSON object of an answer that has one.
 */
export async function requestPrompt(
  prompt: PromptRequest,
  context: Context,
): Promise<{ readonly status: number; readonly fields: Fields }> {
  const question = toPath('/api/v1/payments/request', prompt, context.credentials, context, {
    attempt: `asking KKiaPay to prompt the payer of ${prompt.partnerId}`,
    moves: true,
    // The network is asked meanwhile, and an answer that comes too late costs the prompt its id.
    timeoutMs: 20_000,
  });
  try {
    const answer = await askAsMerchant(question, context);
    const { status } = answer;
    const isVerdict = status >= 400 && status < 500 && !NO_VERDICT.has(status);
    if (status !== 200 && !isVerdict) throw unexpectedStatus(question, answer);
    const fields = readJsonObject(answer.body);
    if (fields === null) throw unreadableAnswer(question);
    return { status, fields };
  } catch (failure) {
    if (!(failure instanceof GatewayFailure) || failure.moved === 'no') throw failure;
    throw new GatewayFailure({
      code: failure.code,
      message: failure.message,
      moved: 'perhaps',
      retry: 'never',
      cause: failure,
    });
  }
}

/** The code of the failure when KKiaPay itself says that it does not know these keys in this environment. */
export const KEYS_REFUSED = 'keys_refused';

async function askAsMerchant(question: Question, context: Context): Promise<Answer> {
  const answer = await ask(context, question);
  // KKiaPay refuses keys in JSON and before it does anything; a page with 403 is some door-keeper's, and proves nothing.
  if ((answer.status === 401 || answer.status === 403) && readJsonObject(answer.body) !== null) {
    throw new GatewayFailure({
      code: KEYS_REFUSED,
      message: `${question.attempt}: HTTP ${answer.status}, the keys are not accepted by the ${context.environment} environment`,
      moved: 'no',
    });
  }
  return answer;
}

function toPath(
  path: string,
  body: object,
  { publicKey, privateKey, secret }: KkiapayCredentials,
  context: Context,
  rest: Pick<Question, 'attempt' | 'moves' | 'timeoutMs'>,
): Question {
  return {
    url: `${apiHost(context)}${path}`,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-api-key': publicKey,
      'x-private-key': privateKey,
      'x-secret-key': secret,
    },
    body: JSON.stringify(body),
    ...rest,
  };
}

/** By the account's environment, never by what a message says about itself. */
function apiHost({ environment, simulatorUrl }: Context): string {
  switch (environment) {
    case 'live':
      return 'https://api.kkiapay.me';
    case 'sandbox':
      return 'https://api-sandbox.kkiapay.me';
    case 'simulator':
      return `${simulatorUrl.replace(/\/+$/, '')}/kkiapay`;
    default:
      return unreachable(environment);
  }
}

function wordOf(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Za-z_]{1,64}$/.test(value) ? value.toUpperCase() : null;
}

function unreadableAnswer({ attempt, moves }: Question): GatewayFailure {
  return new GatewayFailure({
    code: 'unreadable_answer',
    message: `${attempt}: the answer is not what KKiaPay answers`,
    moved: moves ? 'perhaps' : 'no',
  });
}
