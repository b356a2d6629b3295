import type { TurnRules } from '../workflows/domain/places';
import { call, interval, turnRules } from './functions';
import type { Sql } from './sql';

/** What Temporal is to be told: a payment's first run, a stored message or command, or that a run is to be renewed, or is to look at what changed. */
export interface Due {
  readonly kind:
    | 'start'
    | 'notification'
    | 'command'
    | 'renewal'
    | 'wake'
    | 'look'
    | 'refund'
    | 'deliveries'
    | 'agreement'
    | 'agreement_command';
  /** The payment, message, command or agreement; of a renewal, and of an endpoint's deliveries, the workflow's id. */
  readonly subjectId: string;
  /** Whose run is told: a payment's, or an agreement's; null: the message has its own. */
  readonly paymentId: string | null;
  /** How often it was taken, this time included. */
  readonly tries: number;
}

/** A message as Temporal was told of it. */
export interface Told {
  readonly id: string;
  readonly paymentId: string | null;
}

/** Due at once, whatever is being confirmed: the run that was told was renewed meanwhile, and the new one must hear of it. */
const TELL_ANEW = "timestamptz 'epoch'";

/** How long what was taken is left to whoever took it, before it is due again. */
export interface TakingPauses {
  /** Of a message, to tell it and to confirm that. */
  readonly leaseMs: number;
  /** Of anything else after the first try; each pause is twice the one before, up to the longest. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Takes what is due and whose turn it is, at most `most` of each kind; nobody else takes it for a while. */
export async function takeDue(db: Sql, most: number, rules: TurnRules, pauses: TakingPauses): Promise<Due[]> {
  return call(db, 'take_outbox', {
    most,
    turns: turnRules(rules),
    lease: interval(pauses.leaseMs),
    firstPause: interval(pauses.firstMs),
    longestPause: interval(pauses.longestMs),
  });
}

/** Nothing of these has to be told any more. */
export async function strike({ sql }: Sql, subjectIds: readonly string[]): Promise<void> {
  await sql.query('DELETE FROM outbox WHERE subject_id = ANY ($1)', [subjectIds]);
}

/** This need not be told any more, unless it became due again since it was taken. */
export async function strikeUnlessDue({ sql }: Sql, subjectId: string): Promise<void> {
  await sql.query('DELETE FROM outbox WHERE subject_id = $1 AND due_at > now()', [subjectId]);
}

/** These were told to nobody: they are due again after the pause. */
export async function putOff({ sql }: Sql, subjectIds: readonly string[], pauseMs: number): Promise<void> {
  await sql.query("UPDATE outbox SET due_at = now() + $2 * interval '1 millisecond' WHERE subject_id = ANY ($1)", [
    subjectIds,
    pauseMs,
  ]);
}

/**
 * Temporal has these messages, and is told again only after `pauseMs`. Only as they were told: verification may have found
 * meanwhile that a message is another payment's, who must still hear of it, or have sent it back to wait for its turn.
 */
export async function confirmTold({ sql }: Sql, told: readonly Told[], pauseMs: number): Promise<void> {
  await sql.query(
    `UPDATE outbox o SET due_at = now() + $3 * interval '1 millisecond' FROM unnest($1::text[], $2::text[]) AS told (id, payment_id)
     WHERE o.subject_id = told.id AND o.payment_id IS NOT DISTINCT FROM told.payment_id AND o.told_at IS NOT NULL AND o.due_at > ${TELL_ANEW}`,
    [told.map(({ id }) => id), told.map(({ paymentId }) => paymentId), pauseMs],
  );
}

/** Takes a message's place with Temporal back, as it was told: until it is due, nothing else of its turn is told. False: it was settled or moved. */
export async function putBack({ sql }: Sql, { id, paymentId }: Told, pauseMs: number): Promise<boolean> {
  const { rowCount } = await sql.query({
    name: 'put_back',
    text: `UPDATE outbox SET told_at = NULL, throttled = true, due_at = now() + $3 * interval '1 millisecond'
           WHERE subject_id = $1 AND payment_id IS NOT DISTINCT FROM $2`,
    values: [id, paymentId, pauseMs],
  });
  return rowCount !== 0;
}

/** Whether a message left its place with Temporal, for so long, to another one of its account that waits for it. */
export async function giveWay(db: Sql, notificationId: string, pauseMs: number): Promise<boolean> {
  return call(db, 'leave_place', notificationId, interval(pauseMs));
}

/** Runs of an older story, each with what it is about. */
export interface RunsToRenew {
  readonly workflowIds: readonly string[];
  readonly paymentIds: readonly (string | null)[];
  readonly notificationIds: readonly (string | null)[];
}

/** Plans the renewal of the first of these runs, so that no more than `most` stand in the outbox at once; gives how many stand there now. */
export async function planRenewals(
  db: Sql,
  { workflowIds, paymentIds, notificationIds }: RunsToRenew,
  story: number,
  most: number,
): Promise<number> {
  return call(db, 'plan_renewals', workflowIds, paymentIds, notificationIds, story, most);
}

export interface PlannedRenewal {
  readonly story: number;
  /** Those that the run was told of and that are not settled: read before the payment is, since what settles one of them changes both at once. */
  readonly messages: readonly string[];
}

/** The renewal that is planned of this run, or null. */
export async function readRenewal({ sql }: Sql, workflowId: string): Promise<PlannedRenewal | null> {
  const { rows } = await sql.query<PlannedRenewal>(
    `SELECT r.story,
            ARRAY(SELECT o.subject_id FROM outbox o WHERE o.payment_id = r.payment_id AND o.kind = 'notification' AND o.told_at IS NOT NULL) AS messages
     FROM outbox r WHERE r.subject_id = $1`,
    [workflowId],
  );
  return rows[0] ?? null;
}

/** Strikes a renewal that is done; what the run before was told of, but for the messages that the new one was, is told anew. */
export async function endRenewal(
  { sql }: Sql,
  workflowId: string,
  paymentId: string | null,
  toldAlready: readonly string[],
): Promise<void> {
  await sql.query(
    `WITH done AS (DELETE FROM outbox WHERE subject_id = $1)
     UPDATE outbox SET due_at = ${TELL_ANEW}
       WHERE payment_id = $2 AND (kind = 'command' OR kind = 'notification' AND told_at IS NOT NULL) AND subject_id <> ALL ($3)`,
    [workflowId, paymentId, toldAlready],
  );
}

/** An account's unverified messages. */
export interface Backlog {
  readonly accountId: string;
  readonly waiting: number;
  /** Those that name no living payment. */
  readonly strays: number;
}

/**
 * How many messages wait, by account: of each kind at most one more than the limit is counted, in the index of those that wait, so
 * that the count costs the same however many wait. `told`: those with Temporal, which are few.
 */
export async function countWaiting({ sql }: Sql, limit: number): Promise<Backlog[]> {
  const { rows } = await sql.query<Backlog>(
    `WITH RECURSIVE walk AS (
       (SELECT o.account_id FROM outbox o WHERE o.told_at IS NULL AND o.account_id IS NOT NULL ORDER BY o.account_id LIMIT 1)
       UNION ALL
       SELECT (SELECT o.account_id FROM outbox o WHERE o.told_at IS NULL AND o.account_id > w.account_id ORDER BY o.account_id LIMIT 1)
       FROM walk w WHERE w.account_id IS NOT NULL),
     counted AS (
       SELECT w.account_id, s.stray, c.waiting FROM walk w, (VALUES (false), (true)) s (stray), LATERAL (
         SELECT count(*) AS waiting FROM (
           SELECT FROM outbox o WHERE o.account_id = w.account_id AND o.told_at IS NULL AND o.stray = s.stray ORDER BY o.due_at LIMIT $1::int + 1) first) c
       WHERE w.account_id IS NOT NULL
       UNION ALL
       SELECT o.account_id, o.stray, count(*) FROM outbox o WHERE o.told_at IS NOT NULL AND o.account_id IS NOT NULL GROUP BY 1, 2)
     SELECT account_id AS "accountId", sum(waiting)::int AS waiting, coalesce(sum(waiting) FILTER (WHERE stray), 0)::int AS strays
     FROM counted GROUP BY 1`,
    [limit],
  );
  return rows;
}

/** Paid payments of these gateways are looked at once more after each span, in hours; gives how many are planned now. */
export async function planLooks(
  db: Sql,
  gateways: readonly string[],
  afterHours: readonly [number, number],
): Promise<number> {
  return call(
    db,
    'plan_looks',
    gateways,
    afterHours.map((hours) => `${hours} hours`),
  );
}
