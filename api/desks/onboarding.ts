import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { GATEWAYS } from '../../activities/gateways/registry';
import { readAccount } from '../../books/accounts';
import type { AccountRow } from '../../books/accounts';
import { noteChange } from '../../books/audit';
import type { Author, Change } from '../../books/audit';
import {
  addInvitation,
  bindArrival,
  findInvitation,
  holdConnection,
  useUp,
  voidInvitations,
} from '../../books/onboardings';
import type { Invitation } from '../../books/onboardings';
import { readMerchant } from '../../books/merchants';
import { inTransaction } from '../../books/sql';
import type { Database } from '../../prisma/client';
import { GatewayFailure, worldFor } from '../../activities/gateways/port';
import type {
  GatewayWorld,
  Onboarded,
  Onboarding,
  OnboardingContext,
  PartnerCredentials,
} from '../../activities/gateways/port';
import type { GatewayName } from '../../workflows/domain/gateway';
import { isId } from '../../workflows/domain/ids';
import { liveAtTwin } from './gateway-accounts';
import type { AccountDesk } from './gateway-accounts';
import { hashKey } from '../http/auth';
import { newId } from '../../platform/ids';
import { createLimiter, waitFor } from '../../platform/limits';
import { isRegistered } from '../http/origins';
import { Problem } from '../http/problems';

export interface OnboardingDependencies {
  readonly db: Database;
  readonly gateways: GatewayWorld;
  readonly accounts: AccountDesk;
  readonly publicUrl: string;
  readonly redis: Redis | null;
  readonly log: Logger;
}

/** What a browser finds that comes with an invitation. `onwardUrl`: where its person goes on, if that is still registered. */
export type Arrival =
  /** The gateway named the account. `token` goes into the form, and as a cookie into the browser that came first. */
  | {
      readonly outcome: 'to_confirm';
      readonly token: string;
      readonly gateway: GatewayName;
      readonly account: string;
      readonly merchantName: string;
      readonly replaces: boolean;
      readonly onwardUrl: string | null;
    }
  | { readonly outcome: 'connected'; readonly account: AccountRow; readonly onwardUrl: string | null }
  | { readonly outcome: 'not_connected'; readonly detail: string; readonly onwardUrl: string | null }
  /** Somebody connected an account with it, which is all that others than its browser learn. */
  | { readonly outcome: 'used'; readonly gateway: GatewayName }
  /** Another browser came first, or this one brings the wrong token. */
  | { readonly outcome: 'elsewhere'; readonly gateway: GatewayName }
  | { readonly outcome: 'over' }
  | { readonly outcome: 'unanswered'; readonly gateway: GatewayName }
  | { readonly outcome: 'too_often'; readonly retryAfterS: number }
  | { readonly outcome: 'unknown' };

const PATIENCE_MS = 20_000;
/** A treasurer comes back once or twice. Whoever has the link may make us ask the gateway, but no more often than this. */
const QUESTIONS_PER_MINUTE = 10;
/** Like the account's own: nobody guesses it. */
const TOKEN_BYTES = 32;

/** Connects a merchant's account by their consent at the gateway, instead of by keys. */
export function createOnboarding({ db, gateways, accounts, publicUrl, redis, log }: OnboardingDependencies) {
  const questions = createLimiter(redis, { name: 'connect', points: QUESTIONS_PER_MINUTE, seconds: 60 });

  /** Makes the link on which the merchant agrees. Those made before are void from now on. */
  async function invite(
    author: Author,
    merchantId: string,
    gateway: GatewayName,
    returnUrl: string | null,
  ): Promise<{ url: string; trackingId: string }> {
    const offer = offerOf(gateway, gateways);
    if (!offer) throw new Problem('onboarding_not_offered', `${gateway} accounts are connected by their keys here`);
    const trackingId = newId('onb');
    const { environment } = offer.context;
    if (environment === 'live' && (await readMerchant(db, merchantId)).testOf !== null) throw liveAtTwin();
    const url = await offer.onboarding
      .invite({ trackingId, returnUrl: `${publicUrl}/connect/${trackingId}` }, offer.context)
      .catch(refuse);
    await inTransaction(db, async (tx) => {
      await holdConnection(tx, merchantId, gateway);
      await voidInvitations(tx, merchantId, gateway);
      await addInvitation(tx, { trackingId, merchantId, gateway, environment, returnUrl });
      await noteChange(tx, author, connecting('connection.invited', { merchantId, gateway, environment }));
    });
    log.info({ invitation: trackingId, merchant: merchantId, gateway }, 'a merchant was invited to connect an account');
    return { url, trackingId };
  }

  /**
   * A browser comes with an invitation. That changes nothing at the merchant's account: it says where to look, the gateway
   * says who agreed, and the first browser for which it names an account is the one that may confirm. A link that is opened
   * before anybody agreed (by a mail scanner, say) binds nobody.
   */
  async function arrive(
    author: Author,
    trackingId: string,
    query: URLSearchParams,
    token: string | null,
  ): Promise<Arrival> {
    const invitation = isId('onb', trackingId) ? await findInvitation(db, trackingId) : null;
    if (!invitation) return { outcome: 'unknown' };
    const standing = await standingOf(invitation, token);
    if (standing) return standing;

    const { gateway } = invitation;
    const answer = await ask(invitation, query);
    if (!answer.ok) return answer.instead;
    const fresh = randomBytes(TOKEN_BYTES).toString('base64url');
    const isFirst = await inTransaction(db, async (tx) => {
      if (!(await bindArrival(tx, trackingId, hashKey(fresh), answer.account))) return false;
      await noteChange(tx, author, connecting('connection.arrived', invitation));
      return true;
    });
    if (!isFirst) return arrive(author, trackingId, query, token); // somebody was faster
    log.info(
      { invitation: trackingId, merchant: invitation.merchantId, gateway, account: answer.account },
      'a browser came to connect',
    );
    return toConfirm(invitation, answer.account, fresh);
  }

  /** The person in the browser that came first says yes. The gateway is asked once more: what it named then, it must name now. */
  async function confirm(
    author: Author,
    trackingId: string,
    query: URLSearchParams,
    { cookie, form }: { cookie: string | null; form: string | null },
  ): Promise<Arrival> {
    const invitation = isId('onb', trackingId) ? await findInvitation(db, trackingId) : null;
    if (!invitation) return { outcome: 'unknown' };
    const { merchantId, gateway, environment, account } = invitation;
    const standing = await standingOf(invitation, cookie);
    if (standing?.outcome !== 'to_confirm') return standing ?? { outcome: 'elsewhere', gateway };
    if (form !== standing.token) return { outcome: 'elsewhere', gateway };

    const answer = await ask(invitation, query);
    if (!answer.ok) return answer.instead;
    if (answer.account !== account)
      return {
        outcome: 'not_connected',
        detail: 'Another account agreed than the one that was shown',
        onwardUrl: onwardOf(invitation),
      };
    const isConnected = await inTransaction(db, async (tx) => {
      await holdConnection(tx, merchantId, gateway);
      if (!(await useUp(tx, trackingId, hashKey(standing.token)))) return false;
      await noteChange(tx, author, connecting('connection.confirmed', invitation));
      await accounts.write(tx, author, merchantId, gateway, environment, answer.credentials);
      return true;
    });
    if (!isConnected) return arrive(author, trackingId, query, cookie);
    log.info({ invitation: trackingId, merchant: merchantId, gateway, account }, 'an account was connected');
    const saved = await readAccount(db, merchantId, gateway);
    return {
      outcome: 'connected',
      account: await accounts.inspect(author, saved, false),
      onwardUrl: onwardOf(invitation),
    };
  }

  /** What can be said without asking the gateway; null: nobody has come yet, and somebody may. */
  async function standingOf(invitation: Invitation, token: string | null): Promise<Arrival | null> {
    const { merchantId, gateway, account, arrivalHash, completedAt, isOver, isInUse } = invitation;
    const cameFirst = token !== null && !isOver && arrivalHash?.equals(hashKey(token)) === true;
    if (completedAt) {
      if (!cameFirst || !isInUse) return { outcome: 'used', gateway };
      const connected = await readAccount(db, merchantId, gateway);
      return { outcome: 'connected', account: connected, onwardUrl: onwardOf(invitation) };
    }
    if (isOver) return { outcome: 'over' };
    if (account === null) return null;
    return cameFirst ? toConfirm(invitation, account, token) : { outcome: 'elsewhere', gateway };
  }

  async function ask(
    invitation: Invitation,
    query: URLSearchParams,
  ): Promise<(Onboarded & { readonly ok: true }) | { readonly ok: false; readonly instead: Arrival }> {
    const { trackingId, gateway, environment } = invitation;
    const offer = offerOf(gateway, gateways);
    if (offer?.context.environment !== environment) return { ok: false, instead: { outcome: 'over' } }; // the platform is another partner now
    const pauseMs = await waitFor(questions, trackingId);
    if (pauseMs > 0) return { ok: false, instead: { outcome: 'too_often', retryAfterS: Math.ceil(pauseMs / 1000) } };
    try {
      const onboarded = await offer.onboarding.complete({ trackingId, query }, offer.context);
      if (onboarded.ok) return onboarded;
      return {
        ok: false,
        instead: { outcome: 'not_connected', detail: onboarded.detail, onwardUrl: onwardOf(invitation) },
      };
    } catch (failure) {
      if (!(failure instanceof GatewayFailure)) throw failure;
      log.warn({ err: failure, invitation: trackingId, gateway }, 'a gateway did not say who agreed');
      return { ok: false, instead: { outcome: 'unanswered', gateway } };
    }
  }

  function toConfirm(invitation: Invitation, account: string, token: string): Arrival & { outcome: 'to_confirm' } {
    const { gateway, merchantName, hasAccount: replaces } = invitation;
    return { outcome: 'to_confirm', token, gateway, account, merchantName, replaces, onwardUrl: onwardOf(invitation) };
  }

  /** The merchant may have taken the origin back since the invitation; our own office stays. */
  function onwardOf({ returnUrl, returnOrigins }: Invitation): string | null {
    return returnUrl !== null && isRegistered(returnUrl, [publicUrl, ...returnOrigins]) ? returnUrl : null;
  }

  return { invite, arrive, confirm };
}
export type OnboardingDesk = ReturnType<typeof createOnboarding>;

/** A step of connecting an account, which goes by its gateway. The link is not told: it is all that is asked of who comes with it. */
function connecting(
  action: 'connection.invited' | 'connection.arrived' | 'connection.confirmed',
  { merchantId, gateway, environment }: Pick<Invitation, 'merchantId' | 'gateway' | 'environment'>,
): Change {
  return { merchantId, action, object: { kind: 'gateway_account', id: gateway }, after: { environment } };
}

function offerOf(
  gateway: GatewayName,
  gateways: GatewayWorld,
): { onboarding: Onboarding<PartnerCredentials>; context: OnboardingContext<PartnerCredentials> } | null {
  const { onboarding } = GATEWAYS[gateway];
  const { partner, ...world } = worldFor(gateway, gateways);
  if (!onboarding || !partner) return null;
  return {
    onboarding,
    context: { ...world, partner, environment: partner.environment, signal: AbortSignal.timeout(PATIENCE_MS) },
  };
}

function refuse(failure: unknown): never {
  if (failure instanceof GatewayFailure) throw new Problem('gateway_refused', failure.message, { cause: failure });
  throw failure;
}
