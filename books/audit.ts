import { call } from './functions';
import { inPeriod } from './period';
import type { Period } from './period';
import type { Page, Sql } from './sql';

export const ACTOR_KINDS = ['operator', 'key', 'person', 'member', 'payer', 'gateway', 'clock'] as const;

/** Who changes something. `id`: the key, person, member, the payment of a payer, or the gateway's name; the operator and the clock have none. */
export interface Actor {
  readonly kind: (typeof ACTOR_KINDS)[number];
  readonly id: string | null;
}

/** Whose change it is, and from where they asked for it; nobody asks a gateway or the clock from anywhere. */
export interface Author {
  readonly actor: Actor;
  readonly source: { readonly ip: string | null; readonly userAgent: string | null };
}

/**
 * What is changed. `action` is `noun.verb_past`. Before and after hold what differs, by the names of the API. Secrets, and what erasing a
 * member would overwrite, are never in them: {@link withheld} names those that changed.
 */
export interface Change {
  /** Null: the platform's own. */
  readonly merchantId: string | null;
  readonly action: string;
  readonly object: { readonly kind: string; readonly id: string };
  readonly before?: Readonly<Record<string, unknown>> | null;
  readonly after?: Readonly<Record<string, unknown>> | null;
}

/** Notes changes in the transaction that makes them, so that neither is there without the other. One statement for all of them. */
export async function noteChange(tx: Sql, author: Author, ...changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ merchantId, action, object, before = null, after = null }) => ({
    merchant: merchantId,
    action,
    kind: object.kind,
    object: object.id,
    before,
    after,
  }));
  await call(tx, 'note_changes', asPayload(author), JSON.stringify(rows));
}

/** An author as the functions take one. */
export interface AuthorPayload {
  readonly kind: Actor['kind'];
  readonly id: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}
export const asPayload = ({ actor, source }: Author): AuthorPayload => ({ ...actor, ...source });

/** Nobody asks from anywhere: a gateway said so, or the time had come. */
export const byItself = (actor: Actor): Author => ({ actor, source: { ip: null, userAgent: null } });

/** Names what changed and is not told, because it is secret or personal. */
export function withheld(names: readonly string[]): { readonly withheld?: readonly string[] } {
  return names.length === 0 ? {} : { withheld: [...names].sort() };
}

/** What differs of these fields between two moments; null where nothing does. */
export function differing<Fields extends object>(
  before: Fields,
  after: Fields,
  names: readonly (keyof Fields & string)[],
): { readonly before: Partial<Fields>; readonly after: Partial<Fields> } | null {
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const pick = (of: Fields) => Object.fromEntries(changed.map((name) => [name, of[name]])) as Partial<Fields>;
  return changed.length === 0 ? null : { before: pick(before), after: pick(after) };
}

/** A change as it was noted. */
export interface AuditRow {
  readonly id: number;
  readonly at: Date;
  readonly action: string;
  readonly object: Change['object'];
  readonly actor: Actor;
  /** What people, keys and members are called now; null: the others have no name, or it is not known any more. */
  readonly actorName: string | null;
  readonly objectName: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly source: Author['source'];
}

/** Which changes a list shows; what is left out shows all. */
export interface AuditFilter extends Period {
  /** The actor's id, or the kind of one that has none. */
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** The object's id. */
  readonly object?: string | undefined;
}

/** The name of whom these two columns of the trail are about. It is read and never kept, so that the trail forgets whom erasure forgets. */
const nameOf = (kind: string, id: string): string => `CASE ${kind}
     WHEN 'person' THEN (SELECT u.name FROM auth."user" u WHERE u.id = ${id})
     WHEN 'key' THEN (SELECT k.name FROM api_keys k WHERE k.id = ${id})
     WHEN 'member' THEN (SELECT m.name FROM members m WHERE m.id = ${id}) END`;

/** What was changed of a merchant, newest first; one more than asked for where there are more. */
export async function listChanges(
  { sql }: Sql,
  merchantId: string,
  { actor, action, object, from, to }: AuditFilter,
  { before, limit }: Page,
): Promise<readonly AuditRow[]> {
  const values: unknown[] = [merchantId, limit + 1];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    't.merchant_id = $1',
    ...(actor === undefined ? [] : [`coalesce(t.actor_id, t.actor_kind::text) = ${given(actor)}`]),
    ...(action === undefined ? [] : [`t.action = ${given(action)}`]),
    ...(object === undefined ? [] : [`t.object_id = ${given(object)}`]),
    ...inPeriod('t.at', { from, to }, given),
    // A cursor is the id of the last row shown, and the list goes by time: a transaction that began earlier may have been noted later.
    ...(before === null
      ? []
      : [
          `(t.at, t.id) < (SELECT c.at, c.id FROM audit_trail c WHERE c.id <= ${given(before)} ORDER BY c.id DESC LIMIT 1)`,
        ]),
  ];
  // It has no name, so that it is planned for the filters that it is given.
  const { rows } = await sql.query<AuditRow>(
    `SELECT t.id, t.at, t.action, jsonb_build_object('kind', t.object_kind, 'id', t.object_id) AS object,
            jsonb_build_object('kind', t.actor_kind, 'id', t.actor_id) AS actor,
            ${nameOf('t.actor_kind::text', 't.actor_id')} AS "actorName",
            ${nameOf('t.object_kind', 't.object_id')} AS "objectName", t.before, t.after,
            jsonb_build_object('ip', t.ip, 'userAgent', t.user_agent) AS source
     FROM audit_trail t WHERE ${conditions.join(' AND ')} ORDER BY t.at DESC, t.id DESC LIMIT $2`,
    values,
  );
  return rows;
}
