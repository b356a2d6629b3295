import { PrismaPg } from '@prisma/adapter-pg';
import { Pool, types } from 'pg';
import { PrismaClient } from './generated/client';

/** The one way to the database: Prisma for types and reads, `sql` for the booking functions (a tenth of the time of an interactive transaction). */
export interface Database {
  readonly prisma: PrismaClient;
  readonly sql: Pool;
  close(): Promise<void>;
}

interface DatabaseOptions {
  /** At most so many for `sql`, and as many again for Prisma. */
  readonly connections?: number;
  /** Whether letters leave: only then is what is booked over these connections told to those whom it concerns. */
  readonly mailing?: boolean;
  /** Whether a commit may be answered before it is on the disk: a machine that breaks down loses the last ones, and nothing else. */
  readonly hurried?: boolean;
  /** How long a connection is waited for: beyond that a caller is better told to come again. */
  readonly patienceMs?: number;
}

export function openDatabase(
  url: string,
  { connections = 10, mailing = false, hurried = false, patienceMs = 5_000 }: DatabaseOptions = {},
): Database {
  // A network that swallows an answer must not keep a connection, and whoever waits for it, for ever.
  const common = {
    connectionString: withSettings(url, [
      ...(mailing ? ['quittance.mailing=on'] : []),
      ...(hurried ? ['synchronous_commit=off'] : []),
    ]),
    max: connections,
    connectionTimeoutMillis: patienceMs,
    keepAlive: true,
    query_timeout: 20_000,
  };
  const sql = new Pool({ ...common, types: { getTypeParser } });
  sql.on('error', () => undefined); // an idle connection that breaks is replaced by the pool; the next query reports what matters
  const prisma = new PrismaClient({ adapter: new PrismaPg(common) });
  return {
    prisma,
    sql,
    async close() {
      await prisma.$disconnect();
      await sql.end();
    },
  };
}

/** Every session begins with these settings, beside whatever else the URL has it begin with. */
function withSettings(url: string, settings: readonly string[]): string {
  if (settings.length === 0) return url;
  const told = new URL(url);
  const given = told.searchParams.get('options');
  const options = [...(given === null ? [] : [given]), ...settings.map((setting) => `-c ${setting}`)];
  told.searchParams.set('options', options.join(' '));
  return told.href;
}

/** Connections of the sign-in of staff, which names its tables without their schema. */
export function openSignIn(url: string, { connections = 3 }: { connections?: number } = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    query_timeout: 20_000,
    options: '-c search_path=auth',
  });
  pool.on('error', () => undefined); // replaced by the pool, as above
  return pool;
}

const BIGINT = 20;
/** bigint as a number: amounts and sequences stay far below 2^53, and the database holds them there. */
const getTypeParser = ((id: number, format?: 'text' | 'binary') =>
  id === BIGINT
    ? Number
    : (types.getTypeParser as (id: number, format?: string) => unknown)(id, format)) as typeof types.getTypeParser;
