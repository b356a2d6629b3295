import { json, urlencoded } from 'express';
import type { Request, Response, Router } from 'express';
import { findInvitation } from '../../books/invitations';
import { readResetLink } from '../../books/people';
import type { Sql } from '../../books/sql';
import {
  deadLetterPage,
  invitationPage,
  recoveryEndedPage,
  recoveryPage,
  resetPage,
} from '../../web/pages/entering-pages';
import type { SendPage } from '../../web/pages/layout';
import type { InvitingDesk } from '../desks/inviting';
import type { RecoveryDesk } from '../desks/recovering';
import { hashKey } from '../http/auth';
import { sourceOf } from '../http/author';
import { isFromElsewhere } from '../http/origin-check';
import { pageLanguage } from '../http/page-language';
import { invalid, Problem } from '../http/problems';
import type { Revocations } from '../http/revocations';
import { refuseOtherMethods, strictRouter } from '../http/routing';
import * as staff from '../http/staff-schemas';
import type { StaffRecognition } from '../staff/recognition';
import { resetLinkName, signInHeaders } from '../staff/sign-in';

export interface EnteringDependencies {
  readonly db: Sql;
  readonly inviting: Pick<InvitingDesk, 'accept'>;
  readonly recoveries: Pick<RecoveryDesk, 'readLink' | 'end'>;
  readonly recognition: Pick<StaffRecognition, 'recognise'>;
  readonly revocations: Pick<Revocations, 'look'>;
  readonly sendPage: SendPage;
  readonly publicUrl: string;
}

type LinkRequest = Request<{ token: string }>;

/** Where the letters of staff lead. Looking changes nothing and sets no cookie: programs that look into letters open their links too. */
export function enteringRoutes(deps: EnteringDependencies): Router {
  const { db, inviting, recoveries, recognition, revocations, sendPage, publicUrl } = deps;
  const router = strictRouter();
  const acceptance = '/v1/invitations/acceptance';

  router.post(acceptance, json({ limit: '16kb', strict: false }), async (req: Request, res: Response) => {
    refuseElsewhere(req);
    const caller = await recognition.recognise(req);
    if (!req.is('application/json')) throw new Problem('unsupported_media_type', 'send the body as application/json');
    const parsed = staff.acceptance.safeParse(req.body);
    if (!parsed.success) throw invalid(parsed.error.issues, 'body');
    const accepting = { caller, source: sourceOf(req), headers: signInHeaders(req) };
    const { merchantId, role, cookies } = await inviting.accept(parsed.data, accepting);
    await revocations.look(); // a session works for another merchant now: this process knows at once
    for (const cookie of cookies) res.append('set-cookie', cookie);
    res.status(201).json({ merchant: merchantId, role });
  });
  refuseOtherMethods(router, acceptance, ['post']);

  router.get('/invitation/:token', async (req: LinkRequest, res: Response) => {
    const invitation = await findInvitation(db, hashKey(req.params.token));
    if (invitation?.state === 'open') sendPage(res, 200, invitationPage(languageOf(req), invitation));
    else sendDead(req, res, invitation?.state ?? 'unknown');
  });
  refuseOtherMethods(router, '/invitation/:token', ['get']);

  router.get('/password-reset/:token', async (req: LinkRequest, res: Response) => {
    const state = await readResetLink(db, resetLinkName(req.params.token));
    if (state === 'good') sendPage(res, 200, resetPage(languageOf(req)));
    else sendDead(req, res, state);
  });
  refuseOtherMethods(router, '/password-reset/:token', ['get']);

  const recovery = '/recovery/:token';
  router.get(recovery, async (req: LinkRequest, res: Response) => {
    const objection = await recoveries.readLink(req.params.token);
    if (objection) sendPage(res, 200, recoveryPage(languageOf(req), objection));
    else sendDead(req, res, 'unknown');
  });
  router.post(recovery, urlencoded({ extended: false, limit: '4kb' }), async (req: LinkRequest, res: Response) => {
    refuseElsewhere(req);
    const objection = await recoveries.readLink(req.params.token);
    if (!objection) return sendDead(req, res, 'unknown');
    const author = { actor: { kind: 'person', id: objection.personId }, source: sourceOf(req) } as const;
    await recoveries.end(objection.merchantId, author);
    sendPage(res, 200, recoveryEndedPage(languageOf(req)));
  });
  refuseOtherMethods(router, recovery, ['get', 'post']);

  function sendDead(req: Request, res: Response, why: 'unknown' | 'used' | 'expired'): void {
    sendPage(res, why === 'unknown' ? 404 : 410, deadLetterPage(languageOf(req), why));
  }

  /** Another page must not bring somebody in. */
  function refuseElsewhere(req: Request): void {
    if (isFromElsewhere(req, publicUrl)) throw new Problem('cross_origin', 'this is sent by our own pages only');
  }

  return router;
}

const languageOf = (req: Request) => pageLanguage(req);
