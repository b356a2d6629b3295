import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { noteChange, withheld } from '../../books/audit';
import type { Author, Change } from '../../books/audit';
import { addCharge, cancelCharge } from '../../books/cart';
import {
  beginImport,
  endImport,
  findImport,
  findNamed,
  importStands,
  keepLine,
  linesDone,
  lockImports,
  lockUnpaid,
} from '../../books/imports';
import type { ImportKind, NamedMember } from '../../books/imports';
import { addMember, knownOf } from '../../books/members';
import { readCurrency } from '../../books/merchants';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import { newId } from '../../platform/ids';
import type { Database } from '../../prisma/client';
import { formatDecimal, minorUnitDecimals, parseDecimal } from '../../workflows/domain/money';
import type { Currency } from '../../workflows/domain/money';
import * as schemas from '../http/schemas';
import { readTable, wrongFile } from './csv';
import type { TableRow } from './csv';

type ImportResult = z.input<typeof schemas.importResult>;
type RowResult = ImportResult['rows'][number];

/** So many lines are one transaction: who waits for one of their carts waits a moment. */
const CHUNK = 100;

const COLUMNS = {
  members: { known: ['name', 'email', 'phone', 'reference'], needed: [['name']] },
  charges: {
    known: ['reference', 'email', 'label', 'category', 'amount', 'dueOn'],
    needed: [['reference', 'email'], ['label'], ['category'], ['amount']],
  },
} as const satisfies Record<ImportKind, { known: readonly string[]; needed: readonly (readonly string[])[] }>;

/**
 * Makes what a file's lines say, line by line: a bad one is refused and stops no other. The same bytes make nothing twice; what a
 * process that was killed left out, or what was refused, is made when they come again. `dryRun`: says the same and makes nothing.
 */
export async function importFile(
  db: Database,
  { merchantId, author }: Importer,
  { kind, bytes, dryRun }: { readonly kind: ImportKind; readonly bytes: Buffer; readonly dryRun: boolean },
): Promise<ImportResult> {
  const rows = await readTable(bytes, COLUMNS[kind].known);
  for (const choice of COLUMNS[kind].needed)
    if (rows[0]?.cells && !choice.some((name) => rows[0]?.cells?.has(name)))
      throw wrongFile(`no column ${choice.join(' or ')}`, choice[0]);
  const contentHash = createHash('sha256').update(bytes).digest();
  const id = dryRun
    ? await findImport(db, merchantId, kind, contentHash)
    : await inTransaction(db, async (tx) => {
        const begun = await beginImport(tx, { id: newId('imp'), merchantId, kind, contentHash });
        const object = { kind: 'import', id: begun.id };
        if (begun.isNew) await noteChange(tx, author, { merchantId, action: 'import.begun', object, after: { kind } });
        return begun.id;
      });
  const currency = await readCurrency(db, merchantId);
  const taking = { merchantId, author, currency, kind, id, dryRun, seen: new Set<string>() };
  const results: RowResult[] = [];
  for (let start = 0; start < rows.length; start += CHUNK) {
    const chunk = rows.slice(start, start + CHUNK);
    results.push(...(await inTransaction(db, (tx) => takeChunk(tx, taking, chunk))));
  }
  const count = (outcome: RowResult['outcome']) => results.filter((row) => row.outcome === outcome).length;
  return { id: dryRun ? null : id, rows: results, created: count('created'), refused: count('refused') };
}

/** Whose books a file changes, and who brings it. */
export interface Importer {
  readonly merchantId: string;
  readonly author: Author;
}

interface Taking extends Importer {
  readonly currency: Currency;
  readonly kind: ImportKind;
  readonly id: string | null;
  readonly dryRun: boolean;
  /** How members of this file are named that it made, or would have made. */
  readonly seen: Set<string>;
}

async function takeChunk(tx: Sql, taking: Taking, chunk: readonly TableRow[]): Promise<RowResult[]> {
  const { id, merchantId, author, kind, dryRun } = taking;
  await lockImports(tx, merchantId);
  const lines = chunk.map(({ line }) => line);
  if (id !== null && !(await importStands(tx, id)))
    return lines.map((line) => refusedRow(line, 'the import was taken back meanwhile'));
  const done = id === null ? new Set<number>() : await linesDone(tx, id, lines);
  const valuesOf = (name: string) =>
    chunk.flatMap(({ cells }) => cells?.get(name) ?? []).filter((value) => value !== '');
  const named = await findNamed(
    tx,
    merchantId,
    valuesOf('reference'),
    valuesOf('email').map((email) => email.toLowerCase()),
  );
  const results: RowResult[] = [];
  const changes: Change[] = [];
  for (const { line, cells } of chunk) {
    if (cells === null) {
      results.push(refusedRow(line, 'not as many cells as there are columns'));
      continue;
    }
    if (done.has(line)) {
      results.push({ line, outcome: 'unchanged', message: 'made by this file before' });
      continue;
    }
    const decided = kind === 'members' ? decideMember(taking, cells, named) : decideCharge(taking, cells, named);
    if (decided.outcome !== 'created') {
      results.push({ line, outcome: decided.outcome, message: decided.message });
      continue;
    }
    if (!dryRun && id !== null) {
      const { change, ...made } = await decided.make(tx);
      await keepLine(tx, id, line, made);
      changes.push({ merchantId, ...change, after: { import: id, ...change.after } });
    }
    results.push({ line, outcome: 'created', message: null });
  }
  await noteChange(tx, author, ...changes);
  return results;
}

type Decided =
  | { readonly outcome: 'unchanged' | 'refused'; readonly message: string }
  | {
      readonly outcome: 'created';
      make(tx: Sql): Promise<{
        readonly memberId: string | null;
        readonly chargeId: string | null;
        readonly change: Omit<Change, 'merchantId'>;
      }>;
    };

function decideMember(
  { merchantId, seen }: Taking,
  cells: ReadonlyMap<string, string>,
  named: readonly NamedMember[],
): Decided {
  const read = schemas.newMember.safeParse(filled(cells));
  if (!read.success) return { outcome: 'refused', message: wrongCell(read.error) };
  const { name, email = null, phone = null, reference = null } = read.data;
  // The reference is the merchant's own id: where it is given it alone decides, for a family may share an e-mail.
  const column = reference !== null ? 'reference' : 'email';
  const key = reference ?? email?.toLowerCase();
  if (key !== undefined) {
    if (seen.has(`${column} ${key}`) || named.some((member) => member[column] === key))
      return { outcome: 'unchanged', message: `column ${column}: a member has it` };
    seen.add(`${column} ${key}`);
  }
  return {
    outcome: 'created',
    async make(tx) {
      const id = newId('mem');
      const member = { name, email, phone, reference, locale: null, address: null };
      await addMember(tx, { id, merchantId, ...member });
      const object = { kind: 'member', id };
      return {
        memberId: id,
        chargeId: null,
        change: { action: 'member.created', object, after: withheld(knownOf(member)) },
      };
    },
  };
}

function decideCharge(
  { merchantId, currency }: Taking,
  cells: ReadonlyMap<string, string>,
  named: readonly NamedMember[],
): Decided {
  const { reference, email, amount: written, ...rest } = filled(cells);
  const amount = readAmount(written ?? '', currency);
  if (typeof amount !== 'number') return { outcome: 'refused', message: `column amount: ${amount}` };
  const read = schemas.newCharge.safeParse({ ...rest, amount, currency });
  if (!read.success) return { outcome: 'refused', message: wrongCell(read.error) };
  const column = reference !== undefined ? 'reference' : 'email';
  const key = reference ?? email?.toLowerCase();
  if (key === undefined) return { outcome: 'refused', message: 'column reference or email: one must name the member' };
  const members = named.filter((member) => member[column] === key);
  const [member] = members;
  if (!member || members.length > 1)
    return {
      outcome: 'refused',
      message: `column ${column}: ${members.length === 0 ? 'no member has' : `${members.length} members have`} it`,
    };
  const { label, category, dueOn = null } = read.data;
  return {
    outcome: 'created',
    async make(tx) {
      const id = newId('chg');
      const charge = { label, category, amount, currency, dueOn };
      await addCharge(tx, { id, merchantId, memberId: member.id, ...charge });
      const object = { kind: 'charge', id };
      return {
        memberId: null,
        chargeId: id,
        change: { action: 'charge.added', object, after: { member: member.id, ...charge } },
      };
    },
  };
}

/** The cells that hold something. */
function filled(cells: ReadonlyMap<string, string>): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries([...cells].filter(([, cell]) => cell !== ''));
}

/** A mark before three digits: it separates thousands as well as decimals. Nobody writes thousands after a zero. */
const READ_IN_TWO_WAYS = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/;

/** In minor units; or why it cannot be read. A sum that could be two is refused, since nobody sees which of them was guessed. */
function readAmount(written: string, currency: Currency): number | string {
  const decimals = minorUnitDecimals(currency);
  if (decimals !== 3 && READ_IN_TWO_WAYS.test(written))
    return `${written} can be read in two ways: write no mark between thousands, and no more decimals than ${currency} has`;
  const example = formatDecimal({ amount: 1250, currency }, decimals);
  return (
    parseDecimal(written.replace(',', '.'), currency, decimals)?.amount ??
    `not an amount in ${currency}, such as ${example}`
  );
}

function wrongCell({ issues }: z.ZodError): string {
  return issues.map((issue) => `column ${issue.path.join('.')}: ${issue.message}`).join('; ');
}

const refusedRow = (line: number, message: string): RowResult => ({ line, outcome: 'refused', message });

/** Cancels the charges of an import that nothing was paid of; what was paid, and members, stay. Null: there is no such import. */
export async function takeBack(
  db: Database,
  { merchantId, author }: Importer,
  id: string,
): Promise<{ id: string; cancelled: number } | null> {
  const ended = await inTransaction(db, async (tx) => {
    await lockImports(tx, merchantId); // a chunk of it that is being made is waited for, and no other follows
    const end = await endImport(tx, merchantId, id);
    const object = { kind: 'import', id };
    if (end === 'ended') await noteChange(tx, author, { merchantId, action: 'import.taken_back', object });
    return end;
  });
  if (ended === null) return null;
  const currency = await readCurrency(db, merchantId);
  let cancelled = 0;
  for (;;) {
    const inThis = await inTransaction(db, async (tx) => {
      await lockImports(tx, merchantId);
      const unpaid = await lockUnpaid(tx, id, CHUNK);
      for (const { chargeId, memberId } of unpaid)
        await cancelCharge(tx, {
          commandId: newId('cmd'),
          merchantId,
          memberId,
          chargeId,
          currency,
          note: 'import taken back',
        });
      const changes = unpaid.map(({ chargeId, memberId: member, label, category, amount }) => ({
        merchantId,
        action: 'charge.cancelled',
        object: { kind: 'charge', id: chargeId },
        before: { import: id, member, label, category, amount, currency },
      }));
      await noteChange(tx, author, ...changes);
      return unpaid.length;
    });
    if (inThis === 0) return { id, cancelled };
    cancelled += inThis;
  }
}
