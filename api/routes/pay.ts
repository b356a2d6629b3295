import { urlencoded } from 'express';
import type { NextFunction, Request, Response, Router } from 'express';
import type { Redis } from 'ioredis';
import { labelOf } from '../../activities/gateways/registry';
import type { RecordedPayment } from '../../books/facts';
import type { PayLinkSituation } from '../../books/pay-links';
import { createLimiter, waitFor } from '../../platform/limits';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import type { GatewayName, NextAction } from '../../workflows/domain/gateway';
import { MAX_AMOUNT, minorUnitDecimals, parseDecimal } from '../../workflows/domain/money';
import type { SendPage } from '../../web/pages/layout';
import { noPayPage, payPage } from '../../web/pages/pay-page';
import type { PayPage } from '../../web/pages/pay-page';
import type { PageLanguage } from '../../words/language';
import type { LinkStanding, PayLinkDesk } from '../desks/pay-links';
import { sourceOf } from '../http/author';
import { isFromElsewhere } from '../http/origin-check';
import { pageLanguage } from '../http/page-language';
import { Problem } from '../http/problems';
import { refuseOtherMethods, strictRouter } from '../http/routing';

/** A payer presses some times; a caller who opens one payment after the other wants to keep us busy. */
const MOST_PRESSES_PER_HOUR = 60;

type PayRequest = Request<{ code: string }>;
type Trouble = Extract<PayPage['state'], { kind: 'to_pay' }>['trouble'];

/** The page of a pay link: for the holder of its code, in any browser. */
export function payRoutes({
  payLinks,
  sendPage,
  publicUrl,
  redis,
}: {
  readonly payLinks: PayLinkDesk;
  readonly sendPage: SendPage;
  readonly publicUrl: string;
  readonly redis: Redis | null;
}): Router {
  const presses = createLimiter(redis, { name: 'pay-links', points: MOST_PRESSES_PER_HOUR, seconds: 3600 });
  const router = strictRouter();
  const path = '/p/:code';

  router.use('/p', (_req: Request, res: Response, next: NextFunction) => {
    res.setHeader('x-robots-tag', 'noindex');
    next();
  });

  router.get(path, async (req: PayRequest, res: Response) => {
    await show(req, res, await payLinks.look(req.params.code));
  });

  router.post(path, urlencoded({ extended: false, limit: '4kb' }), async (req: PayRequest, res: Response) => {
    if (isFromElsewhere(req, publicUrl))
      throw new Problem('cross_origin', 'this form is sent by the page it stands on, and by no other');
    const { code } = req.params;
    const pauseMs = await waitFor(presses, code);
    if (pauseMs > 0) {
      res.setHeader('retry-after', String(Math.ceil(pauseMs / 1000)));
      sendPage(res, 429, noPayPage(pageLanguage(req), 'tooOften'));
      return;
    }
    const form = (req.body ?? {}) as {
      readonly gateway?: unknown;
      readonly amount?: unknown;
      readonly instead?: unknown;
    };
    if (form.instead === undefined) {
      await pay(req, res, form);
      return;
    }
    await payLinks.giveUp(code, sourceOf(req));
    res.redirect(303, `/p/${code}`);
  });
  refuseOtherMethods(router, path, ['get', 'post']);

  async function pay(
    req: PayRequest,
    res: Response,
    form: { readonly gateway?: unknown; readonly amount?: unknown },
  ): Promise<void> {
    const { code } = req.params;
    const before = await payLinks.look(code);
    if (before.outcome !== 'to_pay' && before.outcome !== 'open') {
      await show(req, res, before);
      return;
    }
    const written = before.link.editable && typeof form.amount === 'string' ? form.amount : null;
    const amount = written === null ? null : readAmount(written, before.link.merchant.currency);
    const gateway = await chosen(before, form.gateway);
    if (gateway === undefined || amount === 'not_an_amount') {
      await show(req, res, before, 422, written, gateway === undefined ? null : { refusedBy: null });
      return;
    }
    try {
      const standing = await payLinks.pay(code, { gateway, amount }, sourceOf(req));
      if (standing.outcome === 'open') res.redirect(303, onwards(code, standing.payment));
      else await show(req, res, standing);
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      await show(req, res, before, error.status, written, { refusedBy: labelOf(gateway) });
    }
  }

  /** A payer who names no gateway takes the only one there is. */
  async function chosen(standing: LinkStanding, named: unknown): Promise<GatewayName | undefined> {
    if (named !== undefined) return GATEWAY_NAMES.find((name) => name === named);
    if (standing.outcome === 'open') return standing.payment.terms.gateway;
    if (standing.outcome !== 'to_pay') return undefined;
    const offers = await payLinks.offersFor(standing.link, standing.amount);
    return offers.length === 1 ? offers[0] : undefined;
  }

  async function show(
    req: PayRequest,
    res: Response,
    standing: LinkStanding,
    refusedWith = 200,
    written: string | null = null,
    trouble: Trouble = null,
  ): Promise<void> {
    if (standing.outcome === 'unknown') {
      sendPage(res, 404, noPayPage(pageLanguage(req), 'unknown'));
      return;
    }
    const { link } = standing;
    const language = pageLanguage(req, link.member.locale, link.merchant.locale);
    if (standing.outcome === 'expired') sendPage(res, 410, noPayPage(language, 'expired'));
    else sendPage(res, refusedWith, payPage(await describe(standing, language, written, trouble)));
  }

  async function describe(
    standing: Exclude<LinkStanding, { outcome: 'unknown' | 'expired' }>,
    language: PageLanguage,
    written: string | null,
    trouble: Trouble,
  ): Promise<PayPage> {
    const { link } = standing;
    const { currency } = link.merchant;
    const url = `${publicUrl}/p/${link.code}`;
    const about = { language, merchant: link.merchant.name, firstName: firstNameOf(link), labels: link.labels, url };
    switch (standing.outcome) {
      case 'to_pay': {
        const offers = await payLinks.offersFor(link, standing.amount);
        const gateways = offers.map((name) => ({ name, label: labelOf(name) }));
        const state = { kind: 'to_pay', gateways, editable: link.editable, written, trouble } as const;
        return { ...about, money: { amount: standing.amount, currency }, state };
      }
      case 'open': {
        const { terms, row } = standing.payment;
        const nextAction = row.nextAction as NextAction | null;
        const state = { kind: 'open', label: labelOf(terms.gateway), nextAction, payment: terms.id } as const;
        return { ...about, money: terms, state };
      }
      case 'paid':
      case 'on_its_way': {
        const { terms } = standing.payment;
        return { ...about, money: terms, state: { kind: standing.outcome, payment: terms.id } };
      }
      case 'settled':
        return { ...about, money: { amount: 0, currency }, state: { kind: 'settled' } };
    }
  }

  return router;
}

/** Where a payer goes from the button: to the gateway, or to the page with what it is asked by. */
function onwards(code: string, { terms, row }: RecordedPayment): string {
  const nextAction = row.nextAction as NextAction | null;
  if (nextAction?.kind === 'redirect') return nextAction.url;
  return nextAction?.kind === 'form' ? `/p/${code}` : `/cancel/${terms.id}`;
}

function firstNameOf({ member }: PayLinkSituation): string {
  return member.name.trim().split(/\s+/)[0] ?? '';
}

/** What a payer wrote, in minor units; with a comma or a point. */
function readAmount(written: string, currency: string): number | 'not_an_amount' {
  const money = parseDecimal(written.trim().replace(',', '.'), currency, minorUnitDecimals(currency));
  return money !== null && money.amount > 0 && money.amount <= MAX_AMOUNT ? money.amount : 'not_an_amount';
}
