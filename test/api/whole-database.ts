import type { Database } from '../../prisma/client';

/** Every row of every table as text; bytes stand there as hexadecimal digits. */
async function dump({ sql }: Database): Promise<string> {
  const { rows: tables } = await sql.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  const dumps: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql.query<{ text: string }>(`SELECT row.*::text AS text FROM "${name}" AS row`);
    dumps.push(`${name}\n`, ...rows.map((row) => row.text));
  }
  return dumps.join('\n');
}

/** Checks that none of these words stands anywhere in the database in clear, as text or as bytes. */
export async function expectNowhere(db: Database, ...words: string[]): Promise<void> {
  const everything = await dump(db);
  expect(everything).toContain('_prisma_migrations');
  for (const word of words) {
    expect(everything.includes(word) ? word : null).toBeNull();
    expect(everything.includes(Buffer.from(word).toString('hex')) ? `bytes of ${word}` : null).toBeNull();
    expect(
      everything.includes(Buffer.from(word).toString('base64').slice(0, -4)) ? `base64 of ${word}` : null,
    ).toBeNull();
  }
}
