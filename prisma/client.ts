import { PrismaPg } from '@prisma/adapter-pg';
import { Pool, types } from 'pg';
import { PrismaClient } from './generated/client';

/** The one way to the database: Prisma for types and reads, `sql` for the booking functions (a tenth of the time of an interactive transaction). */
export interface Database {
  readonly prisma: PrismaClient;
  readonly sql: Pool;
  close(): Promise<void>;
}

/** `connections`: at most so many for `sql`, and as many again for Prisma. */
export function openDatabase(url: string, { connections = 10 }: { connections?: number } = {}): Database {
  // A network that swallows an answer must not keep a connection, and whoever waits for it, for ever.
  const common = {
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 5_000,
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
