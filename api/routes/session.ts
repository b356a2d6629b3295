import { noteChange } from '../../books/audit';
import type { Author } from '../../books/audit';
import { endSessionOfMember, listMemberSessions } from '../../books/member-sign-in';
import { inTransaction } from '../../books/sql';
import { endSession, listSessions, moveSession, readStanding } from '../../books/staff-sessions';
import type { Database } from '../../prisma/client';
import type { Caller } from '../http/auth';
import { question } from '../http/passkey-schemas';
import { notFound } from '../http/problems';
import type { Revocations } from '../http/revocations';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import * as staff from '../http/staff-schemas';
import type { StaffCaller } from '../staff/recognition';
import type { StepUp } from '../staff/step-up';

export interface SessionDependencies {
  readonly db: Database;
  readonly revocations: Pick<Revocations, 'look'>;
  readonly stepUp: StepUp;
}

type MemberCaller = Extract<Caller, { kind: 'member' }>;

/** Who is signed in: what they are, where they work, and that they are still themselves. */
export function sessionRoutes({ db, revocations, stepUp }: SessionDependencies) {
  async function view({ sessionId, isOperator }: StaffCaller) {
    const { user, merchants, merchantId, steppedUpUntil } = await readStanding(db, sessionId);
    const here = merchants.find(({ id }) => id === merchantId);
    return {
      user,
      merchants,
      merchant: here?.id ?? null,
      role: here?.role ?? null,
      steppedUpUntil: steppedUpUntil?.toISOString() ?? null,
      operator: isOperator,
    };
  }

  function endForMember({ merchantId, memberId }: MemberCaller, id: string, author: Author): Promise<boolean> {
    return inTransaction(db, async (tx) => {
      if (!(await endSessionOfMember(tx, memberId, id))) return false;
      const object = { kind: 'member', id: memberId };
      await noteChange(tx, author, { merchantId, action: 'member.signed_out', object });
      return true;
    });
  }

  return [
    route({
      operationId: 'readSession',
      method: 'get',
      path: '/v1/session',
      summary: 'Read who is signed in, and where they work',
      right: 'own_sessions',
      answers: { 200: staff.session },
      async handle({ caller }) {
        return { status: 200, body: await view(caller) };
      },
    }),
    route({
      operationId: 'chooseMerchant',
      method: 'put',
      path: '/v1/session/merchant',
      summary: 'Work for another merchant',
      detail: 'What was proven by a step-up is not carried along.',
      right: 'own_sessions',
      body: staff.sessionMerchant,
      answers: { 200: staff.session },
      refusals: ['not_found'],
      async handle({ caller, body }) {
        if (!(await moveSession(db, caller.sessionId, body.merchant))) throw notFound('merchant');
        await revocations.look(); // other processes hear of it within a second; this one works for it from now on
        return { status: 200, body: await view(caller) };
      },
    }),
    route({
      operationId: 'stepUp',
      method: 'post',
      path: '/v1/session/step-up',
      summary: 'Prove anew who you are, for 10 minutes',
      detail:
        'With a second factor: a passkey, a code, or one of the backup codes. Without: the password, or the code of a letter. It holds for this session, and while it works for this merchant.',
      right: 'own_sessions',
      body: staff.stepUp,
      answers: { 200: staff.steppedUp },
      refusals: ['step_up_failed'],
      async handle({ caller, body }) {
        return { status: 200, body: { steppedUpUntil: (await stepUp.prove(caller, body)).toISOString() } };
      },
    }),
    route({
      operationId: 'sendStepUpCode',
      method: 'post',
      path: '/v1/session/step-up-code',
      summary: 'Have a code for a step-up sent by e-mail',
      right: 'own_sessions',
      answers: { 202: staff.codeSent },
      refusals: ['mail_not_configured', 'step_up_failed'],
      async handle({ caller }) {
        return { status: 202, body: { sentTo: await stepUp.sendCode(caller) } };
      },
    }),
    route({
      operationId: 'askStepUpPasskey',
      method: 'post',
      path: '/v1/session/step-up-passkey',
      summary: 'Ask a passkey for a step-up: what `navigator.credentials.get` is given',
      detail: 'It is answered once, within 5 minutes.',
      right: 'own_sessions',
      answers: { 200: question },
      refusals: ['no_passkey'],
      async handle({ caller }) {
        return { status: 200, body: await stepUp.askPasskey(caller) };
      },
    }),
    route({
      operationId: 'listSessions',
      method: 'get',
      path: '/v1/sessions',
      summary: "List one's own sessions, newest first",
      detail: "A member's: every browser that signed in by a letter to their address.",
      right: 'own_browsers',
      answers: { 200: schemas.list(staff.listedSession) },
      async handle({ caller }) {
        const rows =
          caller.kind === 'member'
            ? await listMemberSessions(db, caller.memberId)
            : await listSessions(db, caller.personId);
        const data = rows.map(({ id, createdAt, lastSeenAt, userAgent }) => ({
          id,
          createdAt: createdAt.toISOString(),
          lastSeenAt: lastSeenAt.toISOString(),
          userAgent,
          current: id === caller.sessionId,
        }));
        return { status: 200, body: { data, nextCursor: null } };
      },
    }),
    route({
      operationId: 'endSession',
      method: 'delete',
      path: '/v1/sessions/:id',
      summary: "End one of one's own sessions, with its streams",
      right: 'own_browsers',
      params: schemas.idParams,
      answers: { 200: staff.endedSession },
      async handle({ caller, author, params }) {
        const isEnded =
          caller.kind === 'member'
            ? await endForMember(caller, params.id, author)
            : await endSession(db, caller.personId, params.id);
        if (!isEnded) throw notFound('session');
        await revocations.look();
        return { status: 200, body: { id: params.id } };
      },
    }),
  ];
}
