import { json, raw, Router } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { Author } from '../../books/audit';
import type { Sql } from '../../books/sql';
import type { Caller } from './auth';
import { authorOf } from './author';
import { answerOnce } from './idempotency';
import type { IdempotencyDependencies, KeptFor } from './idempotency';
import { invalid, Problem } from './problems';
import type { ProblemCode } from './problems';
import { permit, refuseFields, refuseSwitched, wantsStepUp } from './rights';
import type { CallerWith, RightName } from './rights';
import { pointsFor } from './weights';
import type { Weight } from './weights';

/** What a handler answers. `download`: the name of the file that a browser makes of it. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly download?: string;
}

/** The types of files that are sent in the place of JSON. */
export type FileType = 'text/csv';

type Shape = z.ZodType | undefined;
type Parsed<S extends Shape> = S extends z.ZodType ? z.output<S> : undefined;

/** The parts of a request that make its effect happen once. */
export interface Once {
  /** Runs the effect in one transaction that also keeps its result under the Idempotency-Key; a repeat gets the first result. */
  once<Result>(effect: (tx: Sql) => Promise<Result>): Promise<Result>;
  /** Forgets what {@link once} kept: the effect turned out to be a refusal. */
  forget(): Promise<void>;
}

export interface RouteRequest<
  Name extends RightName,
  Params extends Shape,
  Query extends Shape,
  Body extends Shape,
> extends Once {
  readonly caller: CallerWith<Name>;
  /** In whose name, and from where, what is changed is noted. */
  readonly author: Author;
  readonly params: Parsed<Params>;
  readonly query: Parsed<Query>;
  readonly body: Parsed<Body>;
  /** The bytes of the file that was sent, where the route takes one. */
  readonly file: Buffer;
}

/** One route: validates by its schemas, documents itself by the same. */
export interface Route<
  Name extends RightName = RightName,
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends Shape = Shape,
> {
  /** Its name in the document, and in the programs that are generated from it: verb and noun, one of its kind, never changed. */
  readonly operationId: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In Express's form: `/v1/members/:id`. */
  readonly path: string;
  readonly summary: string;
  /** What the document says beside the summary and who may. */
  readonly detail?: string;
  /** Its row in the table of who may what. */
  readonly right: Name;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** What the document says of the body, where what is valid depends on the path. */
  readonly documentedBody?: z.ZodType;
  /** Takes a file of this type in the place of a JSON body. */
  readonly file?: FileType;
  /** Schemas of the answers by status. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  readonly refusals?: readonly ProblemCode[];
  /** Takes an Idempotency-Key, for so long; without: the answer holds a secret, or a repetition does nothing. */
  readonly idempotentFor?: KeptFor;
  /** What it takes of its key's requests, beside the rows of a list; without it, what a light one does. */
  readonly weight?: Weight;
  handle(request: RouteRequest<Name, Params, Query, Body>): Promise<Answer>;
}

/** Lets inference find the types of one route; the list of routes forgets them. */
export function route<
  Name extends RightName,
  Params extends Shape = undefined,
  Query extends Shape = undefined,
  Body extends Shape = undefined,
>(definition: Route<Name, Params, Query, Body>): Route {
  return definition;
}

/** A path has one spelling: `/V1/Payments` and `/v1/payments/` are not found, rather than a second way to the same payment. */
export function strictRouter(): Router {
  return Router({ strict: true, caseSensitive: true });
}

/** Finds out who calls. */
export type Recognise = (req: Request) => Promise<Caller>;
/** The same, and takes so many points of what the caller may ask for. */
export type Authenticate = (req: Request, points: number) => Promise<Caller>;

/** After the routes of a path: whoever comes with another method is told which ones there are. */
export function refuseOtherMethods(router: Router, path: string, methods: readonly Route['method'][]): void {
  const allow = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  router.route(path).all(() => {
    throw new Problem('method_not_allowed', `this path takes ${allow.join(', ')}`, { allow });
  });
}

export interface ServingDependencies {
  readonly authenticate: Authenticate;
  readonly idempotency: IdempotencyDependencies;
  /** Whether somebody who is signed in has lately proven anew who they are. */
  readonly isSteppedUp: (caller: Caller) => Promise<boolean>;
}

export function mount(router: Router, routes: readonly Route[], deps: ServingDependencies): void {
  for (const definition of routes) router[definition.method](definition.path, serve(definition, deps));
  for (const [path, methods] of methodsByPath(routes)) refuseOtherMethods(router, path, methods);
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly Route['method'][]> {
  const methods = new Map<string, Route['method'][]>();
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method]);
  return methods;
}

function serve(definition: Route, deps: ServingDependencies): RequestHandler {
  return async (req: Request, res: Response) => {
    const known = await deps.authenticate(req, pointsFor(definition, req.query));
    refuseSwitched(definition.right, known, req.get('quittance-merchant'));
    const caller = permit(definition.right, known);
    const params = parse(definition.params, req.params, 'path');
    const query = parse(definition.query, req.query, 'query');
    if (!definition.query) refuseParameters(req);
    await (definition.file ? readFile(definition.file, req, res) : read(parseJson, req, res));
    refuseFields(definition.right, caller, req.body);
    const body = parseBody(definition.body, req);
    const file = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    if (wantsStepUp(definition.right, caller, req.body) && !(await deps.isSteppedUp(caller)))
      throw new Problem('step_up_required', 'prove anew who you are: POST /v1/session/step-up');
    const kept = answerOnce(
      deps.idempotency,
      definition.idempotentFor
        ? { req, resource: resourceOf(definition, req.params), keptFor: definition.idempotentFor }
        : null,
      caller,
    );
    const answer = await definition.handle({
      caller,
      author: authorOf(caller, req),
      params,
      query,
      body,
      file,
      once: kept.once,
      forget: kept.forget,
    });
    if (kept.replayed()) res.setHeader('Idempotency-Replayed', 'true');
    if (answer.download !== undefined)
      res.setHeader('content-disposition', `attachment; filename="${answer.download}"`);
    res.status(answer.status).json(answer.body);
  };
}

/** The path as its route writes it: the same resource, however a client escaped its letters. */
function resourceOf({ path }: Route, params: Request['params']): string {
  return path.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(String(params[name])));
}

/** A request of this API is a few kilobytes. */
const parseJson: RequestHandler = json({ limit: '256kb', strict: false });
/** A file of a large association has some ten thousand lines. */
const keepBytes: RequestHandler = raw({ type: () => true, limit: '20mb', inflate: false });

/** Reads the body, and parses it where it is JSON: only once it is known who sends it. */
function read(how: RequestHandler, req: Request, res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void how(req, res, (error?: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });
}

async function readFile(type: FileType, req: Request, res: Response): Promise<void> {
  if (!req.is(type)) throw new Problem('unsupported_media_type', `send the file as ${type}`);
  await read(keepBytes, req, res);
}

function parse(schema: Shape, value: unknown, where: 'path' | 'query' | 'body'): undefined {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(parsed.error.issues, where);
  return parsed.data as undefined; // the route's own types say what it is
}

function parseBody(schema: Shape, req: Request): undefined {
  if (!schema) return undefined;
  const hasBody =
    req.headers['content-length'] !== undefined
      ? req.headers['content-length'] !== '0'
      : req.headers['transfer-encoding'] !== undefined;
  if (hasBody && !req.is('application/json'))
    throw new Problem('unsupported_media_type', 'send the body as application/json');
  return parse(schema, req.body ?? {}, 'body');
}

/** The query as it came, undecoded. */
export function queryOf(req: Pick<Request, 'originalUrl'>): string {
  const start = req.originalUrl.indexOf('?');
  return start < 0 ? '' : req.originalUrl.slice(start + 1);
}

/** Refuses any query: this call takes none. */
export function refuseParameters(req: Pick<Request, 'query'>): void {
  const [name] = Object.keys(req.query);
  if (name !== undefined)
    throw new Problem('invalid_request', `query: ${name}: unknown parameter`, {
      errors: [{ path: name, message: 'unknown parameter' }],
    });
}
