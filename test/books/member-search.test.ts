import { listMembers } from '../../books/members';
import { newClub, openBooks } from './bookkeeping';
import type { Books, Club } from './bookkeeping';
import { eventually } from '../support/client';

let db: Books;
beforeAll(async () => {
  db = await openBooks();
});
afterAll(() => db.close());

describe('with 200,000 members of one merchant', () => {
  let club: Club;
  beforeAll(async () => {
    club = await newClub(db);
    const many = { text: CROWD, values: [club.merchantId], query_timeout: 120_000 };
    await db.sql.query(many);
    // As autovacuum leaves them: pages that everybody sees are read by their index alone. It is asked again while somebody still looks.
    await eventually(
      async () => {
        await db.sql.query('VACUUM (ANALYZE) members, member_words');
        const { rows } = await db.sql.query<{ unseen: number }>(
          "SELECT relpages - relallvisible AS unseen FROM pg_class WHERE relname = 'member_words'",
        );
        return rows[0]!.unseen;
      },
      (unseen) => unseen < 10,
    );
  }, 180_000);

  /** Every word begins like many others; all telephone numbers begin alike. */
  const CROWD = `
    INSERT INTO members (id, merchant_id, name, email, phone, reference)
    SELECT 'mem_' || lpad(n::text, 26, '0'), $1,
      (ARRAY['Anne','Awa','Bruno','Chloé','Koffi','Léa','Marc','Zoé'])[1 + n % 8] || ' ' || chr(97 + n % 26) || chr(97 + n / 26 % 26) || 'tin' || n,
      'person' || n || '@example.org', '+22901' || lpad(n::text, 8, '0'), 'L-' || n
    FROM generate_series(1, 200000) n`;

  /** Reads a page as the API does, and counts what each of its statements reads. */
  const blocksOf = async (q: string) => {
    let blocks = 0;
    const counting = {
      sql: {
        query: async (text: string, values: unknown[]) => {
          const plan = await db.sql.query<{ 'QUERY PLAN': string }>(
            `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) ${text}`,
            values,
          );
          const [, hit = '0', read = '0'] =
            /Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/.exec(
              plan.rows.map((row) => row['QUERY PLAN']).join('\n'),
            ) ?? [];

          blocks += Number(hit) + Number(read);
          return db.sql.query(text, values);
        },
      },
    };
    const rows = await listMembers(counting, club.merchantId, { q }, { before: null, limit: 50 });
    return { blocks, found: rows.length };
  };

  test.each(['zoe', 'aw', 'anne', 'anne aatin', 'anne q', 'person19', 'L-1999', '+229 01 00 19', 'nobody'])(
    '%s reads at most 1,000 blocks',
    async (q) => {
      const { blocks, found } = await blocksOf(q);
      expect(found > 0).toBe(q !== 'nobody');
      expect(blocks).toBeGreaterThan(0);
      expect(blocks).toBeLessThanOrEqual(1000);
    },
  );
});
