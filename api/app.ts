import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Database } from '../prisma/client';
import type { Vault } from '../vault/vault';
import type { GatewayWorld } from '../activities/gateways/port';
import { createAccountDesk } from './desks/gateway-accounts';
import { askerOf, createAuthenticator, createTokens } from './http/auth';
import type { Caller, Guesses, Tokens } from './http/auth';
import type { watchBacklog } from '../outbox/backlog';
import type { Deliveries } from '../outbox/deliveries';
import { healthRoutes } from './health';
import { createInbox } from './desks/reception';
import { newId } from '../platform/ids';
import { createLimiter, waitFor } from '../platform/limits';
import type { Live } from '../platform/live';
import { httpSerializers } from '../platform/log';
import { createMetrics } from './metrics';
import { networkOf } from './http/networks';
import { crossOrigin } from './http/cors';
import { createAskFirst } from './http/first-answers';
import { createMemberCookies } from './http/member-cookie';
import { describeApi } from './http/openapi';
import { notFound, Problem, problemHandler } from './http/problems';
import { ownContentOnly } from './http/page-policy';
import type { Revocations } from './http/revocations';
import { mount } from './http/routing';
import type { Authenticate, Recognise, Route } from './http/routing';
import { createRefundDesk } from './desks/refunding';
import type { RefundDesk } from './desks/refunding';
import { commandRoutes } from './routes/commands';
import { disputeRoutes } from './routes/disputes';
import { receiptRoutes } from './routes/receipts';
import { refundRoutes } from './routes/refunds';
import { savedViewRoutes } from './routes/saved-views';
import { searchRoutes } from './routes/search';
import { statisticsRoutes } from './routes/statistics';
import { sessionRoutes } from './routes/session';
import { attentionRoutes } from './routes/attention';
import { auditRoutes } from './routes/audit';
import { reminderRoutes } from './routes/reminders';
import { optionRoutes } from './routes/checkout-options';
import { createOnboarding } from './desks/onboarding';
import type { OnboardingDesk } from './desks/onboarding';
import { createSignInDesk } from './desks/member-sign-in';
import { createInvitingDesk } from './desks/inviting';
import type { InvitingDesk } from './desks/inviting';
import { createRecoveryDesk } from './desks/recovering';
import type { RecoveryDesk } from './desks/recovering';
import { createPayLinkDesk } from './desks/pay-links';
import { docsRoutes } from './routes/docs';
import { eventRoutes } from './routes/events';
import { accountRoutes } from './routes/gateway-accounts';
import { hookRoutes } from './routes/hooks';
import { importRoutes } from './routes/imports';
import { keyRoutes } from './routes/keys';
import { ledgerRoutes } from './routes/ledger';
import { memberDataRoutes } from './routes/member-data';
import { memberRoutes } from './routes/members';
import { merchantEventStream } from './routes/merchant-event-stream';
import { merchantEventRoutes } from './routes/merchant-events';
import { agreementRoutes } from './routes/agreements';
import { offerRoutes } from './routes/offers';
import { merchantRoutes } from './routes/merchants';
import { notificationRoutes } from './routes/notifications';
import { passkeyRoutes } from './routes/passkeys';
import { payLinkRoutes } from './routes/pay-links';
import { paymentRoutes } from './routes/payments';
import { peopleRoutes } from './routes/people';
import { pageRoutes } from './routes/pages';
import { webhookRoutes } from './routes/webhooks';
import type { Runs } from '../outbox/runs';
import { createStaff } from './staff';
import type { StaffSettings } from './staff';
import type { ViewSettings } from './http/views';

export interface AppDependencies {
  readonly db: Database;
  readonly vault: Vault;
  /** What gateways may use of the world when they are asked about an account. */
  readonly gateways: GatewayWorld;
  readonly runs: Runs;
  readonly deliveries: Deliveries;
  readonly live: Live;
  readonly backlog: ReturnType<typeof watchBacklog>;
  readonly revocations: Revocations;
  readonly redis: Redis | null;
  readonly log: Logger;
  /** Whether letters leave; what needs one answers 409 `mail_not_configured` otherwise. */
  readonly mailConfigured: boolean;
  /** How long the link works by which a member signs in. */
  readonly memberLinkMs: number;
  readonly staff: StaffSettings;
  /** Whether webhooks may be sent to this machine by http, which is for development. */
  readonly allowWebhooksByHttp: boolean;
  readonly temporalAnswers: () => Promise<boolean>;
  readonly trustedProxies: number;
  readonly operatorKey: string;
  readonly publicUrl: string;
  readonly simulatorPublicUrl: string;
  readonly view: ViewSettings;
  readonly limits: { readonly requestsPerMinute: number; readonly failedLoginsPerMinute: number };
}

/** What is made of them, once for all calls. */
interface Parts {
  readonly tokens: Tokens;
  readonly stepUp: ReturnType<typeof createStaff>['stepUp'];
  readonly passkeys: ReturnType<typeof createStaff>['passkeys'];
  readonly inviting: InvitingDesk;
  readonly recoveries: RecoveryDesk;
  readonly accounts: ReturnType<typeof createAccountDesk>;
  readonly onboarding: OnboardingDesk;
  readonly refunds: RefundDesk;
}

/** Every call of the API that is described by its row. */
function apiRoutes(deps: AppDependencies & Parts): readonly Route[] {
  const { db, vault, runs, deliveries, revocations, publicUrl, simulatorPublicUrl, view } = deps;
  const { tokens, stepUp, passkeys, inviting, recoveries, accounts, onboarding, refunds } = deps;
  return [
    ...merchantRoutes({ db }),
    ...keyRoutes({ db, revocations }),
    ...sessionRoutes({ db, revocations, stepUp }),
    ...passkeyRoutes({ db, passkeys, revocations }),
    ...peopleRoutes({ db, inviting, recoveries, revocations }),
    ...memberRoutes({ db, tokens }),
    ...memberDataRoutes({ db, vault, view }),
    ...importRoutes({ db }),
    ...payLinkRoutes({ db, publicUrl }),
    ...reminderRoutes({ db, publicUrl, mailConfigured: deps.mailConfigured }),
    ...paymentRoutes({ db, vault, deliveries, refunds, publicUrl, simulatorPublicUrl, view }),
    ...optionRoutes({ db, vault, publicUrl, simulatorPublicUrl }),
    ...offerRoutes({ db }),
    ...agreementRoutes({ db, vault, runs, publicUrl, view }),
    ...commandRoutes({ db, runs, refunds, view }),
    ...refundRoutes({ db, runs, refunds }),
    ...disputeRoutes({ db, runs }),
    ...notificationRoutes({ db, vault, runs, refunds }),
    ...accountRoutes({ db, accounts, onboarding, publicUrl }),
    ...ledgerRoutes({ db }),
    ...auditRoutes({ db }),
    ...statisticsRoutes({ db }),
    ...attentionRoutes({ db, vault, refunds }),
    ...searchRoutes({ db }),
    ...savedViewRoutes({ db }),
    ...merchantEventRoutes({ db }),
    ...webhookRoutes({ db, vault, allowHttp: deps.allowWebhooksByHttp }),
  ];
}

/** The document of the API by itself: describing a call asks nothing of what it would use. */
export function documentApi(publicUrl: string) {
  const unused: unknown = new Proxy({}, { get: () => unused });
  const deps = new Proxy({ publicUrl }, { get: (own, name) => (name === 'publicUrl' ? own.publicUrl : unused) });
  return describeApi(apiRoutes(deps as AppDependencies & Parts), { publicUrl });
}

/** The whole HTTP surface. No side effects: everything it touches comes with `deps`. */
export function createApp(deps: AppDependencies): Express {
  const { db, vault, runs, deliveries, live, backlog, revocations, publicUrl, simulatorPublicUrl, log } = deps;
  const tokens = createTokens(vault);
  const cookies = createMemberCookies({ db, publicUrl });
  const signIns = createSignInDesk({ ...deps, db, vault, publicUrl });
  const staff = createStaff({
    ...deps.staff,
    db,
    redis: deps.redis,
    revocations,
    publicUrl,
    mailConfigured: deps.mailConfigured,
    vault,
    log,
  });
  const inviting = createInvitingDesk({ db, publicUrl, ...staff });
  const recoveries = createRecoveryDesk({ ...deps, ...deps.staff });
  const recognise = createAuthenticator({
    db,
    tokens,
    cookies,
    operatorKey: deps.operatorKey,
    guesses: countGuesses(deps),
    revocations,
    recogniseStaff: staff.recognition.recognise,
  });
  const noteSeen = (caller: Caller) => {
    staff.recognition.noteSeen(caller);
    if (caller.kind === 'member' && caller.sessionId !== null) cookies.noteSeen(caller.sessionId);
  };
  const authenticate = counted(recognise, noteSeen, deps);
  const accounts = createAccountDesk({ db, vault, gateways: deps.gateways, publicUrl });
  const onboarding = createOnboarding({ db, gateways: deps.gateways, accounts, publicUrl, redis: deps.redis, log });
  const refunds = createRefundDesk({ vault });
  const inbox = createInbox({ db, vault, deliveries, isFull: backlog.isFull });
  const payLinks = createPayLinkDesk({ db, vault, deliveries, runs, publicUrl, simulatorPublicUrl });
  const metrics = createMetrics({ waiting: backlog.waiting });
  const routes = apiRoutes({
    ...deps,
    tokens,
    stepUp: staff.stepUp,
    passkeys: staff.passkeys,
    inviting,
    recoveries,
    accounts,
    onboarding,
    refunds,
  });

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.set('trust proxy', deps.trustedProxies);
  app.set('query parser', 'simple');
  app.use(security(publicUrl));
  app.use(keptByNobody);
  app.use(metrics.measure);
  app.use(healthRoutes({ db, temporalAnswers: deps.temporalAnswers, redis: deps.redis, metrics: metrics.registry }));
  app.use(
    pinoHttp({
      logger: log,
      serializers: httpSerializers,
      genReqId: () => newId('cmd').slice(4),
      quietReqLogger: true,
      // What failed is said with its cause where it failed; a second line for each request of a flood would fill the disk.
      customLogLevel: () => 'debug',
    }),
  );
  app.use(staff.door);
  app.use(hookRoutes({ db, inbox }));
  app.use(
    pageRoutes({
      db,
      runs,
      inbox,
      tokens,
      onboarding,
      payLinks,
      signIns,
      inviting,
      recoveries,
      recognition: staff.recognition,
      demoSignIn: deps.staff.demoEntry === true ? staff.signIn : null,
      revocations,
      cookies,
      askFirst: createAskFirst(routes),
      redis: deps.redis,
      publicUrl,
      simulatorPublicUrl,
      log,
    }),
  );
  app.use(docsRoutes(() => describeApi(routes, { publicUrl })));
  app.use('/v1', crossOrigin({ db, tokens, publicUrl }));
  app.use(eventRoutes({ db, live, authenticate, recognise, revocations }));
  app.use(receiptRoutes({ db, authenticate }));
  app.use(merchantEventStream({ db, live, authenticate, recognise, revocations }));
  mount(app, routes, { authenticate, idempotency: { db }, isSteppedUp: staff.stepUp.holds });
  app.use((req) => {
    throw notFound(`path as ${req.path}`);
  });
  app.use(problemHandler(log));
  return app;
}

/** Answers are one caller's, and true for a moment. What may be kept (styles, scripts) says so itself. */
function keptByNobody(_req: Request, res: Response, next: NextFunction): void {
  res.setHeader('cache-control', 'no-store');
  next();
}

function security(publicUrl: string) {
  return helmet({
    contentSecurityPolicy: ownContentOnly,
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' }, // a bank's page opens from inside a gateway's widget
    strictTransportSecurity: publicUrl.startsWith('https:') ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
  });
}

/** Counts what each key and person asks for, by what it takes. */
function counted(
  recognise: Recognise,
  noteSeen: (caller: Caller) => void,
  { redis, limits }: Pick<AppDependencies, 'redis' | 'limits'>,
): Authenticate {
  const requests = createLimiter(redis, { name: 'requests', points: limits.requestsPerMinute, seconds: 60 });
  return async (req, points) => {
    const caller = await recognise(req);
    refuseFor(await waitFor(requests, askerOf(caller), points));
    noteSeen(caller);
    return caller;
  };
}

/** Counts keys that are not valid, per network they come from. */
function countGuesses({ redis, limits }: Pick<AppDependencies, 'redis' | 'limits'>): Guesses {
  const failures = createLimiter(redis, { name: 'logins', points: limits.failedLoginsPerMinute, seconds: 60 });
  const from = (req: Request): string => networkOf(req.ip ?? '');
  return {
    async count(req) {
      refuseFor(await waitFor(failures, from(req)));
    },
    async forgive(req) {
      await failures.reward(from(req));
    },
  };
}

function refuseFor(pauseMs: number): void {
  if (pauseMs > 0) throw new Problem('too_many_requests', 'slow down', { retryAfterS: Math.ceil(pauseMs / 1000) });
}
