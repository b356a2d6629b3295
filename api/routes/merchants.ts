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
      async handle({ body }) {
        const { secretKey, hash, last4 } = mintSecretKey();
        const created = await db.prisma.merchant.create({
          data: {
            ...body,
            id: newId('mer'),
            country: body.country ?? null,
            timeZone: timeZoneOf(body.country),
            apiKeys: {
              create: {
                id: newId('key'),
                hash: new Uint8Array(hash),
                name: 'first key',
                scopes: ['admin'],
                last4,
              },
            },
          },
        });
        return { status: 201, body: { ...viewMerchant(created), secretKey } };
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
      async handle({
        caller,
        body: { name, latePayments, refundFees, requireSecondFactor, returnOrigins, thankYouUrl },
      }) {
        if (thankYouUrl)
          checkOrigin(
            'thankYouUrl',
            thankYouUrl,
            returnOrigins ?? (await readMerchant(caller.merchantId)).returnOrigins,
          );
        const changed = await db.prisma.merchant.update({
          where: { id: caller.merchantId },
          data: {
            ...(name !== undefined && { name }),
            ...(latePayments && { latePayments }),
            ...(refundFees && { refundFees }),
            ...(requireSecondFactor !== undefined && { requireSecondFactor }),
            ...(returnOrigins && { returnOrigins }),
            ...(thankYouUrl !== undefined && { thankYouUrl }),
          },
        });
        return { status: 200, body: viewMerchant(changed) };
      },
    }),
  ];
}

function viewMerchant({ createdAt, ...merchant }: Merchant) {
  return { ...merchant, createdAt: createdAt.toISOString() };
}
