import type { Environment, GatewayName } from '../workflows/domain/gateway';
import type { Sql } from './sql';

/** An invitation to connect an account, as it stands now. */
export interface Invitation {
  readonly trackingId: string;
  readonly merchantId: string;
  readonly merchantName: string;
  readonly returnOrigins: readonly string[];
  readonly gateway: GatewayName;
  readonly environment: Environment;
  readonly returnUrl: string | null;
  /** The account that was shown at the first arrival, and the hash of the token that went into that browser. */
  readonly account: string | null;
  readonly arrivalHash: Buffer | null;
  readonly completedAt: Date | null;
  /** Made void, or too old. */
  readonly isOver: boolean;
  /** The merchant's account is still the one that this invitation connected. */
  readonly isInUse: boolean;
  /** The merchant has an account at this gateway, which another one would replace. */
  readonly hasAccount: boolean;
}

/** Invitations and keys of one merchant at one gateway change one after the other, so that the later one surely wins. */
export async function holdConnection({ sql }: Sql, merchantId: string, gateway: GatewayName): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`connection ${merchantId} ${gateway}`]);
}

/** Ends the invitations that are still open: a newer one was made, or keys were entered. */
export async function voidInvitations({ sql }: Sql, merchantId: string, gateway: GatewayName): Promise<void> {
  await sql.query(
    `WITH voided AS (
       UPDATE onboardings SET voided_at = now() WHERE merchant_id = $1 AND gateway = $2 AND completed_at IS NULL AND voided_at IS NULL
       RETURNING tracking_id)
     INSERT INTO onboarding_events (tracking_id, kind) SELECT tracking_id, 'voided' FROM voided`,
    [merchantId, gateway],
  );
}

/** Keeps an invitation that was made, open for a day. */
export async function addInvitation(
  { sql }: Sql,
  {
    trackingId,
    merchantId,
    gateway,
    environment,
    returnUrl,
  }: Pick<Invitation, 'trackingId' | 'merchantId' | 'gateway' | 'environment' | 'returnUrl'>,
): Promise<void> {
  await sql.query(
    `WITH invited AS (
       INSERT INTO onboardings (tracking_id, merchant_id, gateway, environment, return_url) VALUES ($1, $2, $3, $4, $5) RETURNING tracking_id)
     INSERT INTO onboarding_events (tracking_id, kind) SELECT tracking_id, 'invited' FROM invited`,
    [trackingId, merchantId, gateway, environment, returnUrl],
  );
}

/** The invitation as it stands now, or null. */
export async function findInvitation({ sql }: Sql, trackingId: string): Promise<Invitation | null> {
  const { rows } = await sql.query<Invitation>(
    `SELECT o.tracking_id AS "trackingId", o.merchant_id AS "merchantId", m.name AS "merchantName", m.return_origins AS "returnOrigins", o.gateway,
            o.environment, o.return_url AS "returnUrl", o.account, o.arrival_hash AS "arrivalHash", o.completed_at AS "completedAt",
            o.voided_at IS NOT NULL OR o.expires_at <= now() AS "isOver",
            coalesce(a.updated_at = o.completed_at, false) AS "isInUse", a.id IS NOT NULL AS "hasAccount"
     FROM onboardings o JOIN merchants m ON m.id = o.merchant_id
       LEFT JOIN gateway_accounts a ON a.merchant_id = o.merchant_id AND a.gateway = o.gateway
     WHERE o.tracking_id = $1`,
    [trackingId],
  );
  return rows[0] ?? null;
}

const OPEN = 'tracking_id = $1 AND completed_at IS NULL AND voided_at IS NULL AND expires_at > now()';

/** Binds an open invitation to the browser that came first, for an hour. False: another one came first, or it is open no more. */
export async function bindArrival(
  { sql }: Sql,
  trackingId: string,
  tokenHash: Buffer,
  account: string,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `WITH arrived AS (
       UPDATE onboardings SET arrived_at = now(), arrival_hash = $2, account = $3, expires_at = least(expires_at, now() + interval '1 hour')
       WHERE ${OPEN} AND arrived_at IS NULL RETURNING tracking_id, account)
     INSERT INTO onboarding_events (tracking_id, kind, account) SELECT tracking_id, 'arrived', account FROM arrived`,
    [trackingId, tokenHash, account],
  );
  return rowCount === 1;
}

/** Uses an open invitation up. False: somebody was faster, or it is open no more. */
export async function useUp({ sql }: Sql, trackingId: string, tokenHash: Buffer): Promise<boolean> {
  const { rowCount } = await sql.query(
    `WITH connected AS (
       UPDATE onboardings SET completed_at = now() WHERE ${OPEN} AND arrival_hash = $2 RETURNING tracking_id, account)
     INSERT INTO onboarding_events (tracking_id, kind, account) SELECT tracking_id, 'connected', account FROM connected`,
    [trackingId, tokenHash],
  );
  return rowCount === 1;
}
