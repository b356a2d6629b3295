import { GATEWAYS } from '../activities/gateways/registry';
import type { Database } from '../prisma/client';
import type { GatewayAccount } from '../prisma/generated/client';
import { GatewayFailure } from '../workflows/domain/gateway';
import type { GatewayName, GatewayWorld, Onboarding, OnboardingContext } from '../workflows/domain/gateway';
import { isId } from '../workflows/domain/ids';
import type { AccountDesk } from './accounts';
import { newId } from './ids';
import { Problem } from './problems';

export interface OnboardingDependencies {
  readonly db: Database;
  readonly gateways: GatewayWorld;
  readonly accounts: AccountDesk;
  readonly publicUrl: string;
}

/** How a person came back from the gateway. */
export type Arrival =
  | { readonly outcome: 'connected'; readonly account: GatewayAccount; readonly returnUrl: string | null }
  | { readonly outcome: 'not_connected'; readonly detail: string; readonly returnUrl: string | null }
  | { readonly outcome: 'unknown' };

const PATIENCE_MS = 20_000;

/** Connects a merchant's account by their consent at the gateway, instead of by keys. */
export function createOnboarding({ db, gateways, accounts, publicUrl }: OnboardingDependencies) {
  /** Makes the link on which the merchant agrees. */
  async function invite(merchantId: string, gateway: GatewayName, returnUrl: string | null): Promise<{ url: string; trackingId: string }> {
    const offer = offerOf(gateway, gateways);
    if (!offer) throw new Problem('onboarding_not_offered', `${gateway} accounts are connected by their keys here`);
    const trackingId = newId('onb');
    await db.sql.query('INSERT INTO onboardings (tracking_id, merchant_id, gateway, environment, return_url) VALUES ($1, $2, $3, $4, $5)', [
      trackingId,
      merchantId,
      gateway,
      offer.context.environment,
      returnUrl,
    ]);
    const url = await offer.onboarding.invite({ trackingId, returnUrl: `${publicUrl}/connect/${trackingId}` }, offer.context).catch(refuse);
    return { url, trackingId };
  }

  /** The browser is back. It says where to look; the gateway says who agreed, and to what. */
  async function arrive(trackingId: string, query: URLSearchParams): Promise<Arrival> {
    const row = isId('onb', trackingId) ? await db.prisma.onboarding.findUnique({ where: { trackingId } }) : null;
    const offer = row && offerOf(row.gateway as GatewayName, gateways);
    if (!row || !offer) return { outcome: 'unknown' };
    const { returnUrl } = row;
    const onboarded = await offer.onboarding.complete({ trackingId, query }, offer.context).catch(refuse);
    if (!onboarded.ok) return { outcome: 'not_connected', detail: onboarded.detail, returnUrl };
    const saved = await accounts.save(row.merchantId, row.gateway as GatewayName, row.environment, onboarded.credentials);
    await db.sql.query('UPDATE onboardings SET completed_at = coalesce(completed_at, now()) WHERE tracking_id = $1', [trackingId]);
    return { outcome: 'connected', account: await accounts.inspect(saved, false), returnUrl };
  }

  return { invite, arrive };
}
export type OnboardingDesk = ReturnType<typeof createOnboarding>;

function offerOf(gateway: GatewayName, { partner, ...world }: GatewayWorld): { onboarding: Onboarding; context: OnboardingContext } | null {
  const { onboarding } = GATEWAYS[gateway];
  if (!onboarding || !partner) return null;
  return { onboarding, context: { ...world, partner, environment: partner.environment, signal: AbortSignal.timeout(PATIENCE_MS) } };
}

function refuse(failure: unknown): never {
  if (failure instanceof GatewayFailure) throw new Problem('gateway_refused', failure.message, { cause: failure });
  throw failure;
}
