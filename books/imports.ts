import type { Sql } from './sql';

export const IMPORT_KINDS = ['members', 'charges'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

/** The import of these bytes, or null where they did not come before or were taken back. */
export async function findImport(
  { sql }: Sql,
  merchantId: string,
  kind: ImportKind,
  contentHash: Buffer,
): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM imports WHERE merchant_id = $1 AND kind = $2 AND content_hash = $3',
    [merchantId, kind, contentHash],
  );
  return rows[0]?.id ?? null;
}

/** Begins an import, unless its bytes came before; gives the id by which the merchant's import of these bytes goes, and whether it is new. */
export async function beginImport(
  db: Sql,
  { id, merchantId, kind, contentHash }: { id: string; merchantId: string; kind: ImportKind; contentHash: Buffer },
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const { rowCount } = await db.sql.query(
    'INSERT INTO imports (id, merchant_id, kind, content_hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [id, merchantId, kind, contentHash],
  );
  const begun = await findImport(db, merchantId, kind, contentHash);
  if (begun === null) throw new Error(`import ${id} was taken back while it began`);
  return { id: begun, isNew: rowCount === 1 };
}

/**
 * Lets one import at a time change a merchant's books, until the caller's transaction ends: two would take carts in different orders, and
 * make the same member twice.
 */
export async function lockImports({ sql }: Sql, merchantId: string): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`imports ${merchantId}`]);
}

/** Whether the import stands: nobody has taken it back. */
export async function importStands({ sql }: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('SELECT FROM imports WHERE id = $1 AND taken_back_at IS NULL', [id]);
  return rowCount === 1;
}

/** Which of these lines of the import have made something. */
export async function linesDone({ sql }: Sql, id: string, lines: readonly number[]): Promise<ReadonlySet<number>> {
  const { rows } = await sql.query<{ line: number }>(
    'SELECT line FROM import_rows WHERE import_id = $1 AND line = ANY ($2)',
    [id, lines],
  );
  return new Set(rows.map(({ line }) => line));
}

/** Keeps what a line made. */
export async function keepLine(
  { sql }: Sql,
  importId: string,
  line: number,
  made: { readonly memberId: string | null; readonly chargeId: string | null },
): Promise<void> {
  await sql.query('INSERT INTO import_rows (import_id, line, member_id, charge_id) VALUES ($1, $2, $3, $4)', [
    importId,
    line,
    made.memberId,
    made.chargeId,
  ]);
}

/** A member by what an import may name them with. */
export interface NamedMember {
  readonly id: string;
  readonly reference: string | null;
  /** In lower case. */
  readonly email: string | null;
}

/** The merchant's members with one of these references or e-mails, which are in lower case. */
export async function findNamed(
  { sql }: Sql,
  merchantId: string,
  references: readonly string[],
  emails: readonly string[],
): Promise<readonly NamedMember[]> {
  const { rows } = await sql.query<NamedMember>(
    `SELECT id, reference, lower(email) AS email FROM members WHERE merchant_id = $1 AND reference = ANY ($2)
     UNION SELECT id, reference, lower(email) AS email FROM members WHERE merchant_id = $1 AND lower(email) = ANY ($3)`,
    [merchantId, references, emails],
  );
  return rows;
}

/** Takes an import back, so that its bytes may come again. `over`: it was taken back before; null: the merchant has no such import. */
export async function endImport({ sql }: Sql, merchantId: string, id: string): Promise<'ended' | 'over' | null> {
  const { rowCount } = await sql.query(
    'UPDATE imports SET taken_back_at = now(), content_hash = NULL WHERE id = $2 AND merchant_id = $1 AND taken_back_at IS NULL',
    [merchantId, id],
  );
  if (rowCount === 1) return 'ended';
  const { rows } = await sql.query('SELECT FROM imports WHERE id = $2 AND merchant_id = $1', [merchantId, id]);
  return rows.length === 1 ? 'over' : null;
}

/** Of the charges that the import made, those that nothing was paid of and nobody has cancelled; their carts are held for the caller's transaction. */
export async function lockUnpaid(
  { sql }: Sql,
  importId: string,
  most: number,
): Promise<readonly { readonly chargeId: string; readonly memberId: string }[]> {
  const unpaid = `FROM import_rows r JOIN charges c ON c.id = r.charge_id
    JOIN cart_open o ON o.member_id = c.member_id AND o.due_on = day_owed(c) AND o.sequence = c.sequence AND o.open = c.amount
    WHERE r.import_id = $1`;
  // First the carts, then a look at what stands in them: a payment that is being laid meanwhile is waited for, and seen.
  const { rows } = await sql.query<{ member: string }>(
    `SELECT k.member_id AS member FROM carts k WHERE k.member_id IN (SELECT c.member_id ${unpaid} LIMIT $2) ORDER BY k.member_id FOR NO KEY UPDATE`,
    [importId, most],
  );
  const found = await sql.query<{ chargeId: string; memberId: string }>(
    `SELECT c.id AS "chargeId", c.member_id AS "memberId" ${unpaid} AND c.member_id = ANY ($2) ORDER BY c.sequence`,
    [importId, rows.map(({ member }) => member)],
  );
  return found.rows;
}
