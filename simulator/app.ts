import { setMaxListeners } from 'node:events';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { actionRoutes } from './actions';
import { stoppable, type Clock } from './clock';
import { createCommands } from './commands';
import { controlRoutes } from './control';
import { homePage } from './home';
import { html } from './html';
import { createLookAlikes } from './look-alikes';
import { Mailbox } from './mailbox/mailbox';
import { mailboxRoutes } from './mailbox/routes';
import { Misbehaviour } from './misbehaviour';
import { Outbox } from './outbox';
import { sendPage } from './page';
import { Receiver } from './receiver/receiver';
import { receiverRoutes } from './receiver/routes';
import { STYLE } from './style';
import { createTransport } from './transport';
import { answerOnlyAs } from './visitors';

export interface SimulatorDeps {
  readonly clock: Clock;
  /** How many times faster than in life the gateways' time passes: resends, eChecks, reviews. */
  readonly resendSpeed: number;
  /** The address where a browser finds the simulator, when it is not the one it listens at; its path goes before all links. */
  readonly publicUrl?: string | undefined;
  /** Other names under which it is found, besides those of this machine. */
  readonly hosts?: readonly string[];
  /** `by_hand`: eChecks and reviews end only when told to. For tests that decide themselves. */
  readonly laterEvents?: 'by_themselves' | 'by_hand';
}

export interface Simulator {
  readonly app: Express;
  /** Ends all waiting and sending. Afterwards nothing leaves any more. */
  stop(): void;
}

/** Puts the look-alikes together. Listens nowhere and starts nothing by itself. */
export function createSimulator({
  clock,
  resendSpeed,
  publicUrl,
  hosts = [],
  laterEvents = 'by_themselves',
}: SimulatorDeps): Simulator {
  const base = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
  const timers = stoppable(clock);
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // each message under way listens, however many there are
  const misbehaviour = new Misbehaviour();
  const outbox = new Outbox(timers, createTransport(timers, stopping.signal), misbehaviour);
  const lookAlikes = createLookAlikes({
    base,
    publicUrl: publicUrl?.replace(/\/+$/, '') ?? null,
    clock: timers,
    outbox,
    misbehaviour,
    resendSpeed,
    laterEvents,
  });
  const mailbox = new Mailbox(timers);
  const receiver = new Receiver(timers);
  const commands = createCommands({ misbehaviour, outbox, mailbox, receiver, lookAlikes });

  const app = express();
  app.disable('x-powered-by');
  app.use(answerOnlyAs(publicUrl === undefined ? hosts : [...hosts, new URL(publicUrl).hostname]));
  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  app.get('/style.css', (_req, res) => {
    res.type('css').send(STYLE);
  });
  app.get('/', (_req, res) => {
    sendPage(res, 200, {
      base,
      title: 'Gateway simulator',
      body: homePage({ base, misbehaviour, outbox, lookAlikes, places: commands.places, resendSpeed }),
    });
  });
  app.use('/control', controlRoutes({ commands, misbehaviour, outbox, mailbox, receiver, lookAlikes }));
  app.use('/actions', actionRoutes({ base, commands, mailbox, receiver, lookAlikes }));
  app.use('/mailbox', mailboxRoutes(base, mailbox));
  app.use('/receiver', receiverRoutes(base, receiver, timers));
  for (const { host } of lookAlikes) app.use(host.path, host.router);
  app.use((_req, res) => {
    sendPage(res, 404, {
      base,
      title: 'Not found (simulator)',
      body: html`<h1>Nothing is here</h1>
        <p><a href="${base}/">The control page</a></p>`,
    });
  });
  app.use(answerError);

  return {
    app,
    stop() {
      timers.stop();
      stopping.abort();
    },
  };
}

const answerError: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  const status = statusOf(error);
  if (status === 500)
    process.stderr.write(`simulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  res
    .status(status)
    .type('text/plain')
    .send(
      status === 500 ? 'The simulator is broken; its log says where.' : 'The simulator could not read this request.',
    );
};

/** What body parsers and routers say of a request that is not in order (too long, cut off, badly escaped). */
function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : null;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
