import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  // Generation needs no database, so a missing address is no reason to fail here.
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://DATABASE_URL-is-not-set' },
});
