import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { Clock } from '../clock';
import { answerBadly, type AnsweringPlace, type Misbehaviour } from '../misbehaviour';
import { bodyOf } from '../request-body';
import type { Clients, Token } from './clients';
import { Problem } from './problem';
import type { Sellers } from './sellers';

/** A call to the REST API whose app is known. */
export interface Call<Params> {
  readonly params: Params;
  readonly query: URLSearchParams;
  readonly clientId: string;
  /** The seller for whom the app acts: its own, or one who let it. */
  readonly merchantId: string;
  /** Parsed; undefined when there was none. */
  readonly body: unknown;
  readonly raw: Buffer;
  /** Where the caller finds the simulator. */
  readonly origin: string;
  /** `PayPal-Request-Id`: the same for every repetition of one call. */
  readonly requestId: string | null;
  /** `Prefer: return=representation`. */
  readonly wantsAll: boolean;
}

/** What is answered: JSON, or nothing where the body is null. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export interface RestDeps {
  readonly base: string;
  readonly clock: Clock;
  readonly clients: Clients;
  readonly sellers: Sellers;
  readonly misbehaviour: Misbehaviour;
}

/** What answers calls to one address. */
export type Rest = <Params extends object = object>(
  where: AnsweringPlace,
  act: (call: Call<Params>) => Reply | Promise<Reply>,
) => RequestHandler<Params>;

/** Makes handlers that know the app, read the body, misbehave when told to, and say no in PayPal's words. */
export function createRest(deps: RestDeps): Rest {
  return (where, act) => async (req, res) => {
    await answer(deps, where, res, async () => {
      const token = tokenOf(req, deps);
      if (token === null) return INVALID_TOKEN;
      return act({
        params: req.params,
        query: new URL(req.originalUrl, 'http://localhost').searchParams,
        clientId: token.clientId,
        merchantId: actsFor(req, token, deps),
        body: parse(req),
        raw: bodyOf(req),
        origin: originOf(req),
        requestId: req.get('paypal-request-id') ?? null,
        wantsAll: /\breturn=representation\b/.test(req.get('prefer') ?? ''),
      });
    });
  };
}

/** Does what was asked and answers it, unless told to misbehave: then it does nothing, or loses the answer. */
export async function answer(
  { base, misbehaviour }: Pick<RestDeps, 'base' | 'misbehaviour'>,
  where: AnsweringPlace,
  res: Response,
  act: () => Reply | Promise<Reply>,
): Promise<void> {
  const fault = misbehaviour.take(where);
  const reply = fault === null || fault.afterActing ? await refusing(act) : null;
  if (fault !== null) answerBadly(res, fault.mode, where, `${base}/paypal/elsewhere/rest`);
  else if (reply === null || reply.body === null) res.status(reply?.status ?? 204).end();
  else res.status(reply.status).json(reply.body);
}

async function refusing(act: () => Reply | Promise<Reply>): Promise<Reply> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Problem) return { status: error.status, body: error.body() };
    throw error;
  }
}

const INVALID_TOKEN: Reply = {
  status: 401,
  body: { error: 'invalid_token', error_description: 'Token signature verification failed' },
};

type Asked = Pick<Request, 'get' | 'protocol' | 'body'>;

/** Where this caller finds the simulator: the addresses in an answer must be within their reach. */
export function originOf(req: Asked): string {
  return `${req.protocol}://${req.get('host') ?? 'localhost'}`;
}

function tokenOf(req: Asked, { clients, clock }: RestDeps): Token | null {
  const token = /^Bearer (.+)$/i.exec(req.get('authorization') ?? '')?.[1];
  return token === undefined ? null : clients.read(token, clock.now());
}

/**
 * A partner names the seller in `PayPal-Auth-Assertion`, an unsigned token; without it an app acts for its own. A bearer token
 * knows nothing of permissions that were given after it was issued.
 */
function actsFor(req: Asked, { clientId, issuedAt }: Token, { sellers }: RestDeps): string {
  const own = sellers.ownerOf(clientId).merchantId;
  const assertion = req.get('paypal-auth-assertion');
  if (assertion === undefined) return own;
  const { iss, payer_id: merchantId } = claimsOf(assertion);
  if (iss === clientId && typeof merchantId === 'string') {
    const consent = sellers.consentOf(merchantId, clientId);
    if (merchantId === own || (consent !== null && consent.grantedAt <= issuedAt)) return merchantId;
  }
  throw new Problem(403, 'PERMISSION_DENIED', {
    description: 'You do not have permission to access or perform operations on this resource.',
  });
}

function claimsOf(assertion: string): Readonly<Record<string, unknown>> {
  const claims = parseJson(Buffer.from(assertion.split('.')[1] ?? '', 'base64url'));
  return typeof claims === 'object' && claims !== null ? { ...claims } : {};
}

function parse(req: Asked): unknown {
  const raw = bodyOf(req);
  if (raw.length === 0) return undefined;
  if (!/^application\/(\w+\+)?json\b/i.test(req.get('content-type') ?? ''))
    throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE');
  const body = parseJson(raw);
  if (body === undefined) throw new Problem(400, 'MALFORMED_REQUEST_JSON');
  return body;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Reads a body, or says what is wrong with it in PayPal's words. */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const reading = schema.safeParse(body ?? {}, { reportInput: true });
  if (reading.success) return reading.data;
  const [issue] = reading.error.issues;
  const field = `/${(issue?.path ?? []).join('/')}`;
  throw new Problem(400, issue === undefined ? 'INVALID_PARAMETER_VALUE' : wordFor(issue), {
    field,
    ...(issue === undefined ? {} : { description: issue.message }),
  });
}

function wordFor({ code, input }: z.core.$ZodIssue): string {
  if (input === undefined) return 'MISSING_REQUIRED_PARAMETER';
  return code === 'too_big' || code === 'too_small' ? 'INVALID_STRING_LENGTH' : 'INVALID_PARAMETER_VALUE';
}
