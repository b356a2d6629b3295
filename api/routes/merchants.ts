import { differing, noteChange } from '../../books/audit';
import type { Author } from '../../books/audit';
import { addKey } from '../../books/keys';
import {
  addMerchant,
  changeMerchant,
  findTwin,
  holdMerchant,
  isSlugTaken,
  isZoneUnknown,
  listMerchants,
  readMerchant,
  SETTING_NAMES,
} from '../../books/merchants';
import type { MerchantRow, NewMerchant } from '../../books/merchants';
import { bringPeople } from '../../books/people';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import type { Database } from '../../prisma/client';
import { mintSecretKey } from '../http/auth';
import { newId } from '../../platform/ids';
import { isId } from '../../workflows/domain/ids';
import { timeZoneOf } from '../../workflows/domain/time-zone';
import { checkOrigin } from '../http/origins';
import { Problem } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';

export function merchantRoutes({ db }: { db: Database }) {
  /** Makes a merchant and its first key, which is told here only. */
  async function make(tx: Sql, author: Author, merchant: Omit<NewMerchant, 'id'>) {
    const { secretKey, hash, last4 } = mintSecretKey();
    const [merchantId, keyId] = [newId('mer'), newId('key')];
    const key = { name: 'first key', scopes: ['admin'] as const, expiresAt: null };
    const made = await addMerchant(tx, { ...merchant, id: merchantId });
    await addKey(tx, { ...key, id: keyId, merchantId, hash, last4 });
    await noteChange(
      tx,
      author,
      { merchantId, action: 'merchant.created', object: { kind: 'merchant', id: merchantId }, after: merchant },
      { merchantId, action: 'key.created', object: { kind: 'key', id: keyId }, after: key },
    );
    return { made, secretKey };
  }

  /** The merchant's people work for the one beside it too, so that they can try out what they do. */
  async function bringAlong(tx: Sql, author: Author, from: string, to: string): Promise<void> {
    const people = await bringPeople(tx, { from, to });
    const joined = people.map(({ id, role }) => ({
      ...{ merchantId: to, action: 'person.joined', object: { kind: 'person', id } },
      after: { role },
    }));
    await noteChange(tx, author, ...joined);
  }

  return [
    route({
      operationId: 'createMerchant',
      method: 'post',
      path: '/v1/merchants',
      summary: 'Create a merchant',
      right: 'make_merchants',
      body: schemas.newMerchant,
      answers: { 201: schemas.merchantWithKey },
      refusals: ['slug_taken', 'origin_not_registered'],
      async handle({ author, body }) {
        checkOrigin('thankYouUrl', body.thankYouUrl, body.returnOrigins);
        const timeZone = body.timeZone ?? timeZoneOf({ country: body.country ?? null, currency: body.currency });
        const { made, secretKey } = await inTransaction(db, (tx) => make(tx, author, { ...body, timeZone })).catch(
          refuse,
        );
        return { status: 201, body: { ...viewMerchant(made), secretKey } };
      },
    }),
    route({
      operationId: 'listMerchants',
      method: 'get',
      path: '/v1/merchants',
      summary: 'List the merchants, newest first',
      right: 'make_merchants',
      query: schemas.noFilter,
      answers: { 200: schemas.list(schemas.merchant) },
      async handle({ query: { limit, cursor } }) {
        const before = cursor === undefined ? null : merchantAt(cursor);
        const rows = await listMerchants(db, { before, limit });
        const data = rows.slice(0, limit).map(viewMerchant);
        const last = rows.length > limit ? data.at(-1) : undefined;
        return { status: 200, body: { data, nextCursor: last ? Buffer.from(last.id).toString('base64url') : null } };
      },
    }),
    route({
      operationId: 'readMerchant',
      method: 'get',
      path: '/v1/merchant',
      summary: 'Read the merchant of this key',
      right: 'read_merchant',
      answers: { 200: schemas.merchant },
      async handle({ caller }) {
        return { status: 200, body: viewMerchant(await readMerchant(db, caller.merchantId)) };
      },
    }),
    route({
      operationId: 'changeMerchant',
      method: 'patch',
      path: '/v1/merchant',
      summary: 'Change the merchant of this key; null takes away what was known',
      right: 'change_merchant',
      body: schemas.merchantChange,
      answers: { 200: schemas.merchant },
      refusals: ['slug_taken', 'origin_not_registered'],
      async handle({ caller: { merchantId }, author, body }) {
        const { thankYouUrl } = body;
        if (typeof thankYouUrl === 'string') {
          const origins = body.returnOrigins ?? (await readMerchant(db, merchantId)).returnOrigins;
          checkOrigin('thankYouUrl', thankYouUrl, origins);
        }
        const changed = await inTransaction(db, async (tx) => {
          const { before, after } = await changeMerchant(tx, merchantId, body);
          const differs = differing(before, after, SETTING_NAMES);
          const object = { kind: 'merchant', id: merchantId };
          if (differs) await noteChange(tx, author, { merchantId, action: 'merchant.changed', object, ...differs });
          return after;
        }).catch(refuse);
        return { status: 200, body: viewMerchant(changed) };
      },
    }),
    route({
      operationId: 'createTestTwin',
      method: 'post',
      path: '/v1/merchant/test-twin',
      summary: 'Make the merchant beside this one for trying out, with books of its own and no live account',
      detail:
        "Again: the same one, without its key. The merchant's people get the roles there that they have here now; again brings those who came since. Who changes their role or leaves is changed there too, by its owner.",
      right: 'make_twin',
      body: schemas.nothing,
      answers: { 200: schemas.twin, 201: schemas.newTwin },
      refusals: ['test_merchant'],
      async handle({ caller: { merchantId }, author }) {
        return inTransaction(db, async (tx) => {
          await holdMerchant(tx, merchantId);
          const merchant = await readMerchant(tx, merchantId);
          if (merchant.testOf !== null) throw new Problem('test_merchant', 'this merchant is for trying out itself');
          const twin = await findTwin(tx, merchantId);
          if (twin !== null) {
            await bringAlong(tx, author, merchantId, twin);
            return { status: 200, body: { id: twin, testOf: merchantId } };
          }
          const { made, secretKey } = await make(tx, author, twinOf(merchant));
          const object = { kind: 'merchant', id: made.id };
          await noteChange(tx, author, { merchantId, action: 'merchant.test_twin_created', object });
          await bringAlong(tx, author, merchantId, made.id);
          return { status: 201, body: { id: made.id, testOf: merchantId, secretKey } };
        });
      },
    }),
  ];
}

/** The same in all but its name, its slug and its books. */
function twinOf({ id, name, slug: _slug, createdAt: _createdAt, ...merchant }: MerchantRow): Omit<NewMerchant, 'id'> {
  return { ...merchant, name: `${name.slice(0, 190)} test`, testOf: id };
}

function refuse(failure: unknown): never {
  if (isSlugTaken(failure)) throw new Problem('slug_taken', 'another merchant has this slug');
  if (isZoneUnknown(failure)) {
    const message = 'the database does not know this time zone';
    throw new Problem('invalid_request', `body: timeZone: ${message}`, { errors: [{ path: 'timeZone', message }] });
  }
  throw failure;
}

/** The merchant after which a page begins: they have no sequence, so a cursor is the id of the last one shown. */
function merchantAt(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (isId('mer', id)) return id;
  const message = 'not a cursor of this list';
  throw new Problem('invalid_request', `query: cursor: ${message}`, { errors: [{ path: 'cursor', message }] });
}

function viewMerchant({ createdAt, ...merchant }: MerchantRow) {
  return { ...merchant, createdAt: createdAt.toISOString() };
}
