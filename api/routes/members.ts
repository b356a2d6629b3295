import { differing, noteChange, withheld } from '../../books/audit';
import type { Database } from '../../prisma/client';
import {
  addCharge,
  cancelCharge,
  findCharges,
  listCharges,
  listPaylines,
  readCartLines,
  readCharge,
} from '../../books/cart';
import type { PaylineLine } from '../../books/cart';
import { addMember, changeMember, findMember, knownOf, listMembers, PERSONAL } from '../../books/members';
import type { ListedMember } from '../../books/members';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import { isId } from '../../workflows/domain/ids';
import type { Caller, Tokens } from '../http/auth';
import { newId } from '../../platform/ids';
import { cursorAt, readCursor, toPage } from '../http/paging';
import { erased, notFound, Problem } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';
import { viewCharge, viewMember } from '../http/views';

/** How many paid or cancelled charges, and how many paylines, a cart shows; the lists have the rest. */
const NEWEST_SHOWN = 200;

export function memberRoutes({ db, tokens }: { db: Database; tokens: Tokens }) {
  async function memberOf({ merchantId }: { readonly merchantId: string }, id: string) {
    const found = isId('mem', id) ? await findMember(db, merchantId, id) : null;
    if (!found) throw notFound('member');
    return found;
  }

  /** One of whom something new may be asked. */
  async function keptMemberOf(caller: { readonly merchantId: string }, id: string) {
    const found = await memberOf(caller, id);
    if (found.erasedAt !== null) throw erased();
    return found;
  }

  async function ownMemberOf(caller: CartReader, id: string) {
    if (caller.kind === 'member' && caller.memberId !== id) throw notFound('member');
    return memberOf(caller, id);
  }

  return [
    route({
      operationId: 'createMember',
      method: 'post',
      path: '/v1/members',
      summary: 'Create a member',
      right: 'manage_members',
      body: schemas.newMember,
      answers: { 201: schemas.member },
      idempotentFor: 'days',
      async handle({ caller: { merchantId }, author, body, once }) {
        const { name, email = null, phone = null, reference = null, locale = null, address = null } = body;
        const created = await once(async (tx) => {
          const member = { id: newId('mem'), name, email, phone, reference, locale, address };
          const createdAt = await addMember(tx, { ...member, merchantId });
          const object = { kind: 'member', id: member.id };
          const after = withheld(knownOf(member));
          await noteChange(tx, author, { merchantId, action: 'member.created', object, after });
          return viewMember({ ...member, createdAt, erasedAt: null });
        });
        return { status: 201, body: created };
      },
    }),
    route({
      operationId: 'listMembers',
      method: 'get',
      path: '/v1/members',
      summary: 'List or find members, newest first',
      right: 'read_work',
      query: schemas.memberFilter,
      answers: { 200: schemas.list(schemas.listedMember) },
      async handle({ caller, query }) {
        const { q, owes, limit } = query;
        const filter = { q, owes: owes !== undefined };
        const rows = await listMembers(db, caller.merchantId, filter, { before: readCursor(query), limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewListed) };
      },
    }),
    route({
      operationId: 'readMember',
      method: 'get',
      path: '/v1/members/:id',
      summary: 'Read a member',
      right: 'read_payments',
      params: schemas.idParams,
      answers: { 200: schemas.member },
      async handle({ caller, params }) {
        return { status: 200, body: viewMember(await ownMemberOf(caller, params.id)) };
      },
    }),
    route({
      operationId: 'changeMember',
      method: 'patch',
      path: '/v1/members/:id',
      summary: 'Change a member; null takes away what was known',
      detail: 'A member changes their own `locale`, the language of their letters.',
      right: 'change_members',
      params: schemas.idParams,
      body: schemas.memberChange,
      answers: { 200: schemas.member },
      refusals: ['member_erased'],
      async handle({ caller, author, params, body }) {
        const { merchantId } = caller;
        const { id } = await ownMemberOf(caller, params.id);
        const { after: changed } = await inTransaction(db, async (tx) => {
          const change = await changeMember(tx, merchantId, id, body);
          if (!change) throw erased();
          const names = Object.keys(differing(change.before, change.after, PERSONAL)?.after ?? {});
          const object = { kind: 'member', id };
          if (names.length > 0)
            await noteChange(tx, author, { merchantId, action: 'member.changed', object, after: withheld(names) });
          return change;
        });
        return { status: 200, body: viewMember(changed) };
      },
    }),
    route({
      operationId: 'createMemberToken',
      method: 'post',
      path: '/v1/members/:id/tokens',
      summary: "Mint a short-lived token for the member's browser",
      right: 'manage_members',
      params: schemas.idParams,
      body: schemas.newToken,
      answers: { 201: schemas.memberToken },
      refusals: ['member_erased'],
      async handle({ caller, author, params, body }) {
        const { merchantId } = caller;
        const { id } = await keptMemberOf(caller, params.id);
        const minted = await tokens.mintMember(merchantId, id, body.expiresInMs);
        await noteChange(db, author, {
          merchantId,
          action: 'member_token.minted',
          object: { kind: 'member', id },
          after: { expiresAt: minted.expiresAt },
        });
        return { status: 201, body: minted };
      },
    }),
    route({
      operationId: 'readCart',
      method: 'get',
      path: '/v1/members/:id/cart',
      summary: "Read a member's cart",
      right: 'read_payments',
      params: schemas.idParams,
      answers: { 200: schemas.cart },
      async handle({ caller, params }) {
        return { status: 200, body: await viewCart(db, await ownMemberOf(caller, params.id)) };
      },
    }),
    route({
      operationId: 'listCharges',
      method: 'get',
      path: '/v1/members/:id/charges',
      summary: 'List the charges of a cart, newest first',
      right: 'read_payments',
      params: schemas.idParams,
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.charge) },
      async handle({ caller, params, query }) {
        const { id } = await ownMemberOf(caller, params.id);
        const rows = await listCharges(db, id, { before: readCursor(query), limit: query.limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewCharge) };
      },
    }),
    route({
      operationId: 'listPaylines',
      method: 'get',
      path: '/v1/members/:id/paylines',
      summary: 'List the paylines of a cart, newest first',
      right: 'read_payments',
      params: schemas.idParams,
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.payline) },
      async handle({ caller, params, query }) {
        const { id } = await ownMemberOf(caller, params.id);
        const rows = await listPaylines(db, id, { before: readCursor(query), limit: query.limit });
        return { status: 200, body: toPage(rows, query, (row) => row.sequence, viewPayline) };
      },
    }),
    route({
      operationId: 'createCharge',
      method: 'post',
      path: '/v1/members/:id/charges',
      summary: 'Add a charge to a cart',
      right: 'manage_members',
      params: schemas.idParams,
      body: schemas.newCharge,
      answers: { 201: schemas.charge },
      refusals: ['member_erased', 'currency_not_supported'],
      idempotentFor: 'days',
      async handle({ caller, author, params, body, once }) {
        const { merchantId } = caller;
        const member = await keptMemberOf(caller, params.id);
        const { currency } = member.merchant;
        if (body.currency !== currency)
          throw new Problem('currency_not_supported', `this merchant's books are in ${currency}, not ${body.currency}`);
        const created = await once(async (tx) => {
          const id = newId('chg');
          const { label, category, amount, dueOn = null } = body;
          const charge = { label, category, amount, currency, dueOn };
          await addCharge(tx, { ...charge, id, merchantId, memberId: member.id });
          const after = { member: member.id, ...charge };
          await noteChange(tx, author, { merchantId, action: 'charge.added', object: { kind: 'charge', id }, after });
          return viewCharge(await readCharge(tx, id));
        });
        return { status: 201, body: created };
      },
    }),
    route({
      operationId: 'cancelCharge',
      method: 'post',
      path: '/v1/members/:id/charges/:charge/cancellation',
      summary: 'Cancel a charge: it is owed no more, and what was paid of it is credit again',
      right: 'cancel_charges',
      params: schemas.chargeParams,
      body: schemas.refundNote,
      answers: { 200: schemas.charge },
      refusals: ['charge_already_cancelled'],
      idempotentFor: 'days',
      async handle({ caller, author, params, body, once }) {
        const { merchantId } = caller;
        const member = await memberOf(caller, params.id);
        const chargeId = params.charge;
        const known = isId('chg', chargeId) ? await findCharges(db, member.id, [chargeId]) : [];
        if (known.length === 0) throw notFound('charge');
        const cancelled = await once(async (tx) => {
          const done = await cancelCharge(tx, {
            commandId: newId('cmd'),
            merchantId,
            memberId: member.id,
            chargeId,
            currency: member.merchant.currency,
            note: body.note ?? null,
          });
          if (done === 'already_cancelled')
            throw new Problem('charge_already_cancelled', 'this charge was cancelled before');
          const charge = await readCharge(tx, chargeId);
          const { label, category, amount } = charge;
          await noteChange(tx, author, {
            merchantId,
            action: 'charge.cancelled',
            object: { kind: 'charge', id: chargeId },
            before: { member: member.id, label, category, amount, currency: member.merchant.currency },
          });
          return viewCharge(charge);
        });
        return { status: 200, body: cancelled };
      },
    }),
  ];
}

type CartReader = Extract<Caller, { kind: 'key' | 'staff' | 'member' }>;

function viewListed(row: ListedMember) {
  return { ...viewMember(row), balance: row.balance };
}

export function viewPayline({ sequence: _sequence, ...payline }: PaylineLine) {
  return payline;
}

async function viewCart(db: Sql, member: { id: string; merchant: { currency: string; name: string } }) {
  const { balance, charges, paylines, more, pending } = await readCartLines(db, member.id, NEWEST_SHOWN);
  return {
    member: member.id,
    merchantName: member.merchant.name,
    currency: member.merchant.currency,
    balance,
    due: Math.max(0, -balance),
    credit: Math.max(0, balance),
    pending,
    charges: charges.map(viewCharge),
    paylines: paylines.map(viewPayline),
    more: { charges: cursorAt(more.charges), paylines: cursorAt(more.paylines) },
  };
}
