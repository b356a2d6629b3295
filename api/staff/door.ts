import { raw } from 'express';
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import { z } from 'zod';
import { addPerson, findChallenged } from '../../books/people';
import type { Sql } from '../../books/sql';
import { newId } from '../../platform/ids';
import { networkOf } from '../http/networks';
import { refuseCrossOrigin } from '../http/origin-check';
import { assertion } from '../http/passkey-schemas';
import { invalid, notFound, Problem } from '../http/problems';
import { strictRouter } from '../http/routing';
import { countLetter } from './letters';
import type { Letters } from './letters';
import { countingFailures } from './limits';
import type { StaffLimits, Taken } from './limits';
import type { SessionCookie } from './cookies';
import { HALF_SIGNED_IN } from './passkey-step';
import type { StaffCaller, StaffRecognition } from './recognition';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD, signInHeaders } from './sign-in';
import type { SignIn } from './sign-in';
import type { StepUp } from './step-up';

/** How one path of the sign-in is let through. */
interface Passage {
  readonly method: 'get' | 'post';
  /** What of a body goes on; the rest is left behind. */
  readonly body?: z.ZodObject;
  /** Whether it tries a password, a code or a link. */
  readonly isGuess?: boolean;
  /** Whether it changes how somebody proves who they are: with a second factor, a password alone does not suffice for that. */
  readonly changesProof?: boolean;
}

const email = z.email().max(254);
const password = z.string().max(LONGEST_PASSWORD);
const newPassword = z.string().min(SHORTEST_PASSWORD).max(LONGEST_PASSWORD);
const code = z.string().max(64);

/** What of better-auth is offered: the rest (sign-up, other addresses, its own lists of sessions) is not there. */
const PASSAGES: Readonly<Record<string, Passage>> = {
  '/sign-in/email': { method: 'post', body: z.object({ email, password }), isGuess: true },
  '/two-factor/verify-totp': { method: 'post', body: z.object({ code }), isGuess: true },
  '/two-factor/verify-backup-code': { method: 'post', body: z.object({ code }), isGuess: true },
  '/two-factor/passkey-options': { method: 'post', body: z.object({}) },
  '/two-factor/verify-passkey': { method: 'post', body: z.object({ passkey: assertion }), isGuess: true },
  '/sign-out': { method: 'post', body: z.object({}) },
  '/request-password-reset': { method: 'post', body: z.object({ email }) },
  '/reset-password': { method: 'post', body: z.object({ newPassword, token: z.string().max(200) }), isGuess: true },
  '/change-password': {
    method: 'post',
    body: z.object({ currentPassword: password, newPassword, revokeOtherSessions: z.boolean().default(true) }),
    isGuess: true,
    changesProof: true,
  },
  '/two-factor/enable': { method: 'post', body: z.object({ password }), isGuess: true, changesProof: true },
  '/two-factor/disable': { method: 'post', body: z.object({ password }), isGuess: true, changesProof: true },
  '/two-factor/generate-backup-codes': {
    method: 'post',
    body: z.object({ password }),
    isGuess: true,
    changesProof: true,
  },
};
const REQUEST_RESET = '/request-password-reset';

/** Bodies here are an address and a password. */
const keepBytes: RequestHandler = raw({ type: () => true, limit: '16kb', inflate: false });

export interface DoorDependencies {
  readonly db: Sql;
  readonly signIn: SignIn;
  readonly cookie: SessionCookie;
  readonly recognition: StaffRecognition;
  readonly limits: StaffLimits;
  readonly stepUp: Pick<StepUp, 'sufficesForProof'>;
  readonly letters: Letters;
  /** Addresses of the platform's own people, who have an account as soon as they ask for a password. */
  readonly operators: ReadonlySet<string>;
  readonly ownOrigin: string;
  /** Learns at once that a session has ended. */
  readonly look: () => Promise<void>;
}

/** /auth: the sign-in of staff, as better-auth answers it. What it refuses keeps its own shape; what we refuse before has ours. */
export function doorRoutes(deps: DoorDependencies): Router {
  const { db, signIn, recognition, limits, operators, ownOrigin } = deps;
  const router = strictRouter();
  for (const [path, passage] of Object.entries(PASSAGES))
    router[passage.method](`/auth${path}`, keepBytes, pass(path, passage));
  router.use('/auth', (req: Request, _res: Response, next: NextFunction) => {
    next(notFound(`path as ${req.originalUrl.split('?')[0] ?? ''}`));
  });
  return router;

  function pass(path: string, { body: schema, isGuess = false, changesProof = false }: Passage) {
    return async (req: Request, res: Response): Promise<void> => {
      if (req.headers.cookie !== undefined || req.headers.origin !== undefined) refuseCrossOrigin(req, ownOrigin);
      const caller = await recognition.recognise(req);
      const body = schema ? readBody(schema, req) : undefined;
      if (changesProof && caller && !(await deps.stepUp.sufficesForProof(caller)))
        throw new Problem('step_up_required', 'prove anew who you are: POST /v1/session/step-up');
      if (path === REQUEST_RESET) await admitReset(String(body?.['email']).toLowerCase());
      // A session that has ended for us has ended for the sign-in too.
      const request = toWebRequest(req, body, { withCookies: caller !== null || !deps.cookie.isSent(req) });
      const answer = isGuess
        ? await countingFailures(await guessedBy(req, body, caller), () => signIn.answer(request), isNoFailure)
        : await signIn.answer(request);
      await deps.look(); // a session may have ended: this process refuses it from now on
      await send(res, answer);
    };
  }

  /** Whose failures a wrong guess adds to. */
  async function guessedBy(req: Request, body: Body, caller: StaffCaller | null): Promise<readonly Taken[]> {
    const network: Taken = [limits.network, networkOf(req.ip ?? '')];
    const account =
      typeof body?.['email'] === 'string' ? body['email'].toLowerCase() : (caller?.personId ?? (await challenged(req)));
    return account === null ? [network] : [network, [limits.account, account]];
  }

  /** Who has given the right password and is asked for a code. */
  async function challenged(req: Request): Promise<string | null> {
    const challenge = deps.cookie.readSigned(req, HALF_SIGNED_IN);
    return challenge === null ? null : findChallenged(db, challenge);
  }

  async function admitReset(to: string): Promise<void> {
    deps.letters.refuseWhereOff(); // whether or not there is such an address
    await countLetter(limits.letters, to);
    if (operators.has(to))
      await addPerson(db, {
        personId: newId('per'),
        name: to,
        email: to,
        passwordHash: null,
      });
  }
}

type Body = Readonly<Record<string, unknown>> | undefined;

function readBody(schema: z.ZodObject, req: Request): Body {
  const bytes = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  if (bytes.length > 0 && !req.is('application/json'))
    throw new Problem('unsupported_media_type', 'send the body as application/json');
  let sent: unknown;
  try {
    sent = bytes.length === 0 ? {} : JSON.parse(bytes.toString());
  } catch {
    throw new Problem('invalid_request', 'the body is not JSON', { errors: [{ path: '', message: 'not JSON' }] });
  }
  const parsed = schema.safeParse(sent);
  if (!parsed.success) throw invalid(parsed.error.issues, 'body');
  return parsed.data;
}

/** What better-auth is shown of a request: nothing that it could mistake for more. */
function toWebRequest(
  req: Request,
  body: Body,
  { withCookies }: { readonly withCookies: boolean },
): globalThis.Request {
  const headers = signInHeaders(req);
  if (withCookies && req.headers.cookie !== undefined) headers.set('cookie', req.headers.cookie);
  if (req.headers.origin !== undefined) headers.set('origin', req.headers.origin);
  if (body) headers.set('content-type', 'application/json');
  return new globalThis.Request(`http://localhost${req.path}`, {
    method: req.method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** Of a failure of its own nobody can tell whether the guess was right. */
function isNoFailure({ status }: globalThis.Response): boolean {
  return status < 400 || status >= 500;
}

async function send(res: Response, answer: globalThis.Response): Promise<void> {
  res.status(answer.status);
  for (const cookie of answer.headers.getSetCookie()) res.append('set-cookie', cookie);
  res.type('application/json').send(await answer.text());
}
