import { randomBytes } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { Client } from 'pg';
import { newId } from '../../platform/ids';
import type { Stack } from './stack';
import { BenchFailure } from './workbench';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Letters are off here, so the owner is put where an invitation would have put them. */
export async function addOwner(stack: Stack): Promise<Credentials> {
  const client = new Client({ connectionString: stack.databaseUrl });
  await client.connect();
  const [id, password] = [newId('per'), randomBytes(12).toString('hex')];
  const email = `${id}@club.example`;
  try {
    await client.query(`INSERT INTO auth."user" (id, name, email, "emailVerified") VALUES ($1, 'Olive', $2, true)`, [
      id,
      email,
    ]);
    await client.query(
      `INSERT INTO auth.account (id, "accountId", "providerId", "userId", password, "updatedAt") VALUES ($1, $1, 'credential', $1, $2, now())`,
      [id, await hashPassword(password)],
    );
    await client.query(
      `INSERT INTO staff_roles (merchant_id, person_id, role) SELECT id, $1, 'owner' FROM merchants LIMIT 1`,
      [id],
    );
  } finally {
    await client.end();
  }
  return { email, password };
}

/** Signs in; gives the cookies as a browser sends them. */
export async function signIn(baseUrl: string, credentials: Credentials): Promise<string> {
  const answer = await fetch(new URL('/auth/sign-in/email', baseUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: baseUrl },
    body: JSON.stringify(credentials),
  });
  if (!answer.ok) throw new BenchFailure(`a sign-in was answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}
