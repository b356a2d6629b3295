import { differing, noteChange } from '../../books/audit';
import { addKey } from '../../books/keys';
import { addMerchant, changeMerchant, SETTING_NAMES } from '../../books/merchants';
import { inTransaction } from '../../books/sql';
import type { Merchant } from '../../prisma/generated/client';
import type { Database } from '../../prisma/client';
import { mintSecretKey } from '../http/auth';
import { newId } from '../../platform/ids';
import { timeZoneOf } from '../../workflows/domain/time-zone';
import { checkOrigin } from '../http/origins';
import { notFound } from '../http/problems';
import { route } from '../http/routing';
import * as schemas from '../http/schemas';

export function merchantRoutes({ db }: { db: Database }) {
  async function readMerchant(id: string): Promise<Merchant> {
    const found = await db.prisma.merchant.findUnique({ where: { id } });
    if (!found) throw notFound('merchant');
    return found;
  }

  return [
    route({
      method: 'post',
      path: '/v1/merchants',
      summary: 'Create a merchant',
      right: 'make_merchants',
      body: schemas.newMerchant,
      answers: { 201: schemas.merchantWithKey },
      async handle({ author, body }) {
        const { secretKey, hash, last4 } = mintSecretKey();
        const [merchantId, keyId] = [newId('mer'), newId('key')];
        const merchant = { ...body, country: body.country ?? null, timeZone: timeZoneOf(body.country) };
        const key = { name: 'first key', scopes: ['admin'] as const, expiresAt: null };
        await inTransaction(db, async (tx) => {
          await addMerchant(tx, { ...merchant, id: merchantId });
          await addKey(tx, { ...key, id: keyId, merchantId, hash, last4 });
          await noteChange(
            tx,
            author,
            { merchantId, action: 'merchant.created', object: { kind: 'merchant', id: merchantId }, after: merchant },
            { merchantId, action: 'key.created', object: { kind: 'key', id: keyId }, after: key },
          );
        });
        return { status: 201, body: { ...viewMerchant(await readMerchant(merchantId)), secretKey } };
      },
    }),
    route({
      method: 'get',
      path: '/v1/merchant',
      summary: 'Read the merchant of this key',
      right: 'read_merchant',
      answers: { 200: schemas.merchant },
      async handle({ caller }) {
        return { status: 200, body: viewMerchant(await readMerchant(caller.merchantId)) };
      },
    }),
    route({
      method: 'patch',
      path: '/v1/merchant',
      summary: 'Change the merchant of this key',
      right: 'change_merchant',
      body: schemas.merchantChange,
      answers: { 200: schemas.merchant },
      refusals: ['origin_not_registered'],
      async handle({ caller: { merchantId }, author, body }) {
        const { thankYouUrl, returnOrigins } = body;
        if (thankYouUrl)
          checkOrigin('thankYouUrl', thankYouUrl, returnOrigins ?? (await readMerchant(merchantId)).returnOrigins);
        await inTransaction(db, async (tx) => {
          const { before, after } = await changeMerchant(tx, merchantId, body);
          const changed = differing(before, after, SETTING_NAMES);
          const object = { kind: 'merchant', id: merchantId };
          if (changed) await noteChange(tx, author, { merchantId, action: 'merchant.changed', object, ...changed });
        });
        return { status: 200, body: viewMerchant(await readMerchant(merchantId)) };
      },
    }),
  ];
}

function viewMerchant({ createdAt, ...merchant }: Merchant) {
  return { ...merchant, createdAt: createdAt.toISOString() };
}
