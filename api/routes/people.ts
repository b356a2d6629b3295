import { noteChange, withheld } from '../../books/audit';
import type { Author } from '../../books/audit';
import { listInvitations, withdrawFor, withdrawInvitation } from '../../books/invitations';
import type { Invitation } from '../../books/invitations';
import { changeRole, listPeople, readPersonName } from '../../books/people';
import type { Person, Role } from '../../books/people';
import type { Recovery } from '../../books/recoveries';
import { inTransaction } from '../../books/sql';
import type { Database } from '../../prisma/client';
import { INVITATION_HOLDS_MS } from '../desks/inviting';
import type { InvitingDesk } from '../desks/inviting';
import type { RecoveryDesk } from '../desks/recovering';
import { readCursor, toPage } from '../http/paging';
import { notFound, Problem } from '../http/problems';
import type { Revocations } from '../http/revocations';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import * as staff from '../http/staff-schemas';

export interface PeopleDependencies {
  readonly db: Database;
  readonly inviting: InvitingDesk;
  readonly recoveries: RecoveryDesk;
  readonly revocations: Pick<Revocations, 'look'>;
}

/** A merchant's people: who they are, who is invited, and what is done where no owner can come in any more. */
export function peopleRoutes({ db, inviting, recoveries, revocations }: PeopleDependencies) {
  /** Gives one of the people another role, or none; gives them as they were last. */
  async function change(merchantId: string, author: Author, id: string, role: Role | null): Promise<Person> {
    const changed = await inTransaction(db, async (tx) => {
      const outcome = await changeRole(tx, merchantId, id, role);
      if (outcome === 'unknown') throw notFound('person among your people');
      if (outcome === 'last_owner')
        throw new Problem('last_owner', 'nobody else is an owner of this merchant; make somebody one first');
      const { before, after } = outcome;
      if (after?.role === before.role) return before;
      await withdrawFor(tx, merchantId, before.email); // a letter that is still under way would undo this
      await noteChange(tx, author, {
        merchantId,
        action: after ? 'person.role_changed' : 'person.removed',
        object: { kind: 'person', id },
        before: { role: before.role },
        after: after && { role: after.role },
      });
      return after ?? before;
    });
    await revocations.look(); // other processes hear of it within a second; this one goes by it from now on
    return changed;
  }

  return [
    route({
      operationId: 'listPeople',
      method: 'get',
      path: '/v1/people',
      summary: "List the merchant's people, newest first",
      right: 'read_people',
      query: schemas.noFilter,
      answers: { 200: schemas.list(staff.person) },
      async handle({ caller, query }) {
        const rows = await listPeople(db, caller.merchantId, { before: readCursor(query), limit: query.limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewPerson) };
      },
    }),
    route({
      operationId: 'changePerson',
      method: 'patch',
      path: '/v1/people/:id',
      summary: 'Give one of the people another role',
      detail: 'Their sessions have it within a second; an invitation that is open for their address is withdrawn.',
      right: 'manage_people',
      params: schemas.idParams,
      body: staff.personChange,
      answers: { 200: staff.person },
      refusals: ['last_owner'],
      async handle({ caller, author, params, body }) {
        return { status: 200, body: viewPerson(await change(caller.merchantId, author, params.id, body.role)) };
      },
    }),
    route({
      operationId: 'removePerson',
      method: 'delete',
      path: '/v1/people/:id',
      summary: 'Remove one of the people: within a second they may nothing here any more, and their streams end',
      right: 'manage_people',
      params: schemas.idParams,
      answers: { 200: staff.person },
      refusals: ['last_owner'],
      async handle({ caller, author, params }) {
        return { status: 200, body: viewPerson(await change(caller.merchantId, author, params.id, null)) };
      },
    }),
    route({
      operationId: 'invitePerson',
      method: 'post',
      path: '/v1/invitations',
      summary: 'Invite somebody among the people',
      detail: 'The letter is for this address alone and works once. An open invitation for the address is withdrawn.',
      right: 'manage_people',
      body: staff.newInvitation,
      answers: { 201: staff.invitation },
      refusals: ['already_here', 'mail_not_configured'],
      async handle({ caller: { merchantId, personId }, author, body: { email, role, expiresAt } }) {
        const inviter = { id: personId, name: await readPersonName(db, personId) };
        const until = { expiresAt: endOf(expiresAt) };
        const made = await inviting.inviteTo(merchantId, author, { email, role, inviter, ...until });
        return { status: 201, body: viewInvitation(made) };
      },
    }),
    route({
      operationId: 'listInvitations',
      method: 'get',
      path: '/v1/invitations',
      summary: 'List invitations that nobody has accepted yet, newest first',
      right: 'read_people',
      query: schemas.noFilter,
      answers: { 200: schemas.list(staff.invitation) },
      async handle({ caller, query }) {
        const rows = await listInvitations(db, caller.merchantId, { before: readCursor(query), limit: query.limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewInvitation) };
      },
    }),
    route({
      operationId: 'withdrawInvitation',
      method: 'delete',
      path: '/v1/invitations/:id',
      summary: 'Withdraw an invitation',
      right: 'manage_people',
      params: schemas.idParams,
      answers: { 200: staff.invitation },
      async handle({ caller: { merchantId }, author, params: { id } }) {
        const withdrawn = await inTransaction(db, async (tx) => {
          const invitation = await withdrawInvitation(tx, merchantId, id);
          if (!invitation) throw notFound('open invitation');
          const before = { role: invitation.role, ...withheld(['email']) };
          const object = { kind: 'invitation', id };
          await noteChange(tx, author, { merchantId, action: 'invitation.withdrawn', object, before });
          return invitation;
        });
        return { status: 200, body: viewInvitation(withdrawn) };
      },
    }),
    route({
      operationId: 'inviteFirstOwner',
      method: 'post',
      path: '/v1/merchants/:id/invitations',
      summary: "Invite a merchant's first owner",
      detail: 'Again, while there is no owner: the letter before does not work any more.',
      right: 'make_merchants',
      params: schemas.idParams,
      body: staff.ownerToBe,
      answers: { 201: staff.invitation },
      refusals: ['merchant_has_owner', 'mail_not_configured'],
      async handle({ author, params, body }) {
        return { status: 201, body: viewInvitation(await inviting.inviteFirstOwner(params.id, author, body.email)) };
      },
    }),
    route({
      operationId: 'beginRecovery',
      method: 'post',
      path: '/v1/merchants/:id/recovery',
      summary: 'Have another owner invited after a wait, since none of the owners can come in any more',
      detail: 'Each owner gets a letter that names the address, and by which they can end this.',
      right: 'make_merchants',
      params: schemas.idParams,
      body: staff.ownerToBe,
      answers: { 202: staff.recovery },
      refusals: ['already_here', 'mail_not_configured'],
      async handle({ author, params, body }) {
        return { status: 202, body: viewRecovery(await recoveries.plan(params.id, author, body.email)) };
      },
    }),
    route({
      operationId: 'endRecovery',
      method: 'delete',
      path: '/v1/merchant/recovery',
      summary: 'Object: nobody is invited as owner because of a lost one',
      right: 'object_to_recovery',
      answers: { 200: staff.recovery },
      refusals: ['not_found'],
      async handle({ caller, author }) {
        return { status: 200, body: viewRecovery(await recoveries.end(caller.merchantId, author)) };
      },
    }),
  ];
}

/** When an invitation ends that is to end at this instant, or as late as it may. */
function endOf(expiresAt: string | undefined): Date {
  const [now, latest] = [Date.now(), Date.now() + INVITATION_HOLDS_MS];
  const end = expiresAt === undefined ? latest : Date.parse(expiresAt);
  if (end > now && end <= latest) return new Date(end);
  const message = 'an instant within the next 7 days';
  throw new Problem('invalid_request', `body: expiresAt: ${message}`, { errors: [{ path: 'expiresAt', message }] });
}

function viewPerson({ id, name, email, role, secondFactor, since }: Person) {
  return { id, name, email, role, secondFactor, since: since.toISOString() };
}

function viewInvitation({ id, email, role, createdAt, expiresAt, mail }: Invitation) {
  const instants = { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
  return { id, email, role, ...instants, mail: { state: mail } };
}

function viewRecovery({ email, dueAt }: Recovery) {
  return { email, dueAt: dueAt.toISOString() };
}
