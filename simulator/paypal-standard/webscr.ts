import { Router, type Request, type Response } from 'express';
import { readForm, type Fields } from '../form-encoding';
import { answerBadly, PAYER_PAGE, type Misbehaviour } from '../misbehaviour';
import { sendPage } from '../page';
import { bodyOf, readBody } from '../request-body';
import type { Accounts } from './accounts';
import { readCheckoutForm } from './checkout-form';
import type { Checkouts } from './checkouts';
import { DEFAULT_CHARSET, type Messenger } from './messenger';
import { whyRefused } from './pay';
import { refusedPage } from './payer-pages';
import type { Payments } from './payments';
import { answerPdt } from './pdt';
import { PLACES } from './places';
import { isSubscriptionForm, readSubscriptionForm } from './subscriptions/form';

export interface WebscrDeps {
  readonly base: string;
  readonly accounts: Accounts;
  readonly checkouts: Checkouts;
  readonly payments: Payments;
  readonly messenger: Messenger;
  readonly misbehaviour: Misbehaviour;
}

// The message to verify is what follows, to the last byte.
const POSTBACK = Buffer.from('cmd=_notify-validate&');

/** The one address behind which PayPal Standard has everything: payment forms, post-backs and PDT. */
export function webscr(deps: WebscrDeps): Router {
  const { base, misbehaviour } = deps;
  const router = Router();

  router.all('/cgi-bin/webscr', readBody, (req, res) => {
    const body = bodyOf(req);
    const query = queryOf(req);
    const fields = readForm(req.method === 'GET' ? query : body, DEFAULT_CHARSET);
    const where = whatIsAsked(body, query, fields);
    const place = where === 'page' ? PAYER_PAGE : PLACES[where];
    const fault = misbehaviour.take(place);
    if (fault !== null) answerBadly(res, fault.mode, place, `${base}/paypal/elsewhere`);
    else if (where === 'page') openCheckout(res, fields);
    else if (!isDescriptive(req.get('user-agent')))
      res.status(403).type('html').send('<html><body><h1>Access Denied</h1></body></html>');
    else if (req.method !== 'POST' || !isForm(req))
      res.status(400).type('html').send('<html><body><h1>Bad Request</h1></body></html>');
    else if (where === 'pdt') sendText(res, answerPdt(fields, deps));
    else sendText(res, Buffer.from(isVerified(body) ? 'VERIFIED' : 'INVALID'));
  });

  // Where a misbehaving post-back redirects to. It says VERIFIED to anybody: following redirects is how receivers get robbed.
  router.all('/elsewhere', (_req, res) => {
    sendText(res, Buffer.from('VERIFIED'));
  });

  return router;

  function isVerified(body: Buffer): boolean {
    return startsLike(body, POSTBACK) && deps.messenger.isGenuine(body.subarray(POSTBACK.length));
  }

  function openCheckout(res: Response, fields: Fields): void {
    const reading = isSubscriptionForm(fields) ? readSubscriptionForm(fields) : readCheckoutForm(fields);
    const refusal = reading.ok ? whyRefused(reading.form, deps) : null;
    if (reading.ok && refusal === null) {
      res.redirect(303, `${base}/paypal/checkout/${deps.checkouts.open(reading.form).id}`);
      return;
    }
    const problems = reading.ok ? [refusal ?? ''] : reading.problems;
    sendPage(res, 400, { base, title: 'Refused (simulator)', body: refusedPage(problems) });
  }
}

function whatIsAsked(body: Buffer, query: Buffer, fields: Fields): 'postback' | 'pdt' | 'page' {
  const cmd = fields['cmd'] ?? readForm(query, DEFAULT_CHARSET)['cmd'];
  if (startsLike(body, POSTBACK) || cmd === '_notify-validate') return 'postback';
  return cmd === '_notify-synch' ? 'pdt' : 'page';
}

function queryOf(req: Request): Buffer {
  const mark = req.originalUrl.indexOf('?');
  return Buffer.from(mark < 0 ? '' : req.originalUrl.slice(mark + 1), 'latin1');
}

function startsLike(body: Buffer, start: Buffer): boolean {
  return body.subarray(0, start.length).equals(start);
}

/** PayPal turns away who does not say who he is. The names that HTTP libraries give themselves do not count. */
function isDescriptive(userAgent: string | undefined): boolean {
  return userAgent !== undefined && userAgent.trim() !== '' && !/^(node|undici|node-fetch|axios)\b/i.test(userAgent);
}

function isForm(req: Request): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(req.get('content-type') ?? '');
}

/** Plain text whose bytes are as given: Express adds no charset of its own to bytes. */
function sendText(res: Response, bytes: Buffer): void {
  res.status(200).set('content-type', 'text/html; charset=UTF-8').send(bytes);
}
