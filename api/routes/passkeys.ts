import { noteChange } from '../../books/audit';
import type { Author } from '../../books/audit';
import { addPasskey, listPasskeys, removePasskey } from '../../books/passkeys';
import type { Passkey } from '../../books/passkeys';
import { readStanding } from '../../books/staff-sessions';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import { newId } from '../../platform/ids';
import type { Database } from '../../prisma/client';
import * as schemas from '../http/passkey-schemas';
import { notFound, Problem } from '../http/problems';
import type { Revocations } from '../http/revocations';
import { route } from '../http/routing';
import { idParams, list } from '../http/schemas';
import type { Passkeys } from '../staff/passkeys';
import type { StaffCaller } from '../staff/recognition';

interface PasskeyDependencies {
  readonly db: Database;
  readonly passkeys: Passkeys;
  readonly revocations: Pick<Revocations, 'look'>;
}

/** The devices by which somebody who is signed in proves who they are. */
export function passkeyRoutes({ db, passkeys, revocations }: PasskeyDependencies) {
  return [
    route({
      operationId: 'listPasskeys',
      method: 'get',
      path: '/v1/session/passkeys',
      summary: "List the person's passkeys, the first one first",
      right: 'own_sessions',
      answers: { 200: list(schemas.passkey) },
      async handle({ caller }) {
        const data = (await listPasskeys(db, caller.personId)).map(viewPasskey);
        return { status: 200, body: { data, nextCursor: null } };
      },
    }),
    route({
      operationId: 'askToAddPasskey',
      method: 'post',
      path: '/v1/session/passkeys/options',
      summary: 'Ask the browser for a new passkey: what `navigator.credentials.create` is given',
      detail: 'It is answered once, within 5 minutes.',
      right: 'own_passkeys',
      answers: { 200: schemas.question },
      async handle({ caller: { sessionId } }) {
        const { user } = await readStanding(db, sessionId);
        return { status: 200, body: await passkeys.askToRegister({ ...user, sessionId }) };
      },
    }),
    route({
      operationId: 'addPasskey',
      method: 'post',
      path: '/v1/session/passkeys',
      summary: 'Add a passkey: from then on a password alone neither signs in nor proves anything',
      right: 'own_passkeys',
      body: schemas.newPasskey,
      answers: { 201: schemas.passkey },
      refusals: ['passkey_refused'],
      async handle({ caller, author, body }) {
        const registered = await passkeys.readRegistration(caller.sessionId, body.passkey);
        if (!registered)
          throw new Problem('passkey_refused', 'this is not the answer to the last question, or not of this site');
        const added = await inTransaction(db, async (tx) => {
          const passkey = { id: newId('psk'), personId: caller.personId, name: body.name, ...registered };
          const known = await addPasskey(tx, passkey);
          if (!known) throw new Problem('passkey_refused', 'this one is known already, or there are too many');
          await noteAtMerchants(tx, author, caller, 'passkey.added', known);
          return known;
        });
        await revocations.look();
        return { status: 201, body: viewPasskey(added) };
      },
    }),
    route({
      operationId: 'removePasskey',
      method: 'delete',
      path: '/v1/session/passkeys/:id',
      summary: "Remove one of the person's passkeys",
      right: 'own_passkeys',
      params: idParams,
      answers: { 200: schemas.passkey },
      refusals: ['last_second_factor'],
      async handle({ caller, author, params: { id } }) {
        const removed = await inTransaction(db, async (tx) => {
          const passkey = await removePasskey(tx, caller.personId, id);
          if (passkey === 'unknown') throw notFound('passkey');
          if (passkey === 'last_second_factor')
            throw new Problem(
              'last_second_factor',
              'a merchant wants a second factor of you: set up another one first',
            );
          await noteAtMerchants(tx, author, caller, 'passkey.removed', passkey);
          return passkey;
        });
        await revocations.look();
        return { status: 200, body: viewPasskey(removed) };
      },
    }),
  ];
}

/** A passkey is its person's and no merchant's; each merchant that they work for sees in its trail how they come in. */
async function noteAtMerchants(tx: Sql, author: Author, { sessionId }: StaffCaller, action: string, { id }: Passkey) {
  const { merchants } = await readStanding(tx, sessionId);
  const concerned = merchants.length === 0 ? [null] : merchants.map((merchant) => merchant.id);
  const changes = concerned.map((merchantId) => ({ merchantId, action, object: { kind: 'passkey', id } }));
  await noteChange(tx, author, ...changes);
}

function viewPasskey({ id, name, createdAt, lastUsedAt }: Passkey) {
  return { id, name, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
}
