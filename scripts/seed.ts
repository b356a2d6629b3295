import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What the demo leaves behind, so that a second start greets the same members with their past payments. */
interface Demo {
  readonly secretKey: string;
  readonly members: readonly { readonly id: string; readonly name: string }[];
}

const DAY_MS = 86_400_000;

const MEMBERS = [
  { name: 'Anne Martin', charges: [['Membership 2027', 'membership', 12_000], ['Insurance', 'insurance', 2_350]] },
  { name: 'Jörg Müller', charges: [['Membership 2027', 'membership', 12_000], ['Spring outing', 'outing', 4_500]] },
  { name: 'Koffi Adjovi', charges: [['Membership 2027', 'membership', 12_000]] },
] as const; // prettier-ignore

/** Makes a club with members and charges through the public API, once per data folder; gives the lines to print. */
export async function seedDemo({
  baseUrl,
  operatorKey,
  dataDir,
}: {
  baseUrl: string;
  operatorKey: string;
  dataDir: string;
}): Promise<{ lines: string[] }> {
  const file = path.join(dataDir, 'demo.json');
  const demo = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Demo) : await createDemo(baseUrl, operatorKey);
  writeFileSync(file, JSON.stringify(demo, null, 2), { mode: 0o600 });

  const lines = [`Demo merchant's secret key: ${demo.secretKey}`];
  for (const member of demo.members) {
    const { token } = await call<{ token: string }>(baseUrl, demo.secretKey, 'POST', `/v1/members/${member.id}/tokens`, {
      expiresInMs: DAY_MS,
    });
    lines.push(`Pay as ${member.name}: ${baseUrl}/checkout#${token}`);
  }
  return { lines };
}

async function createDemo(baseUrl: string, operatorKey: string): Promise<Demo> {
  const { secretKey } = await call<{ secretKey: string }>(baseUrl, operatorKey, 'POST', '/v1/merchants', {
    name: 'Tennis Club Demo',
    currency: 'EUR',
    country: 'FR',
    returnOrigins: [new URL(baseUrl).origin],
  });
  await call(baseUrl, secretKey, 'PUT', '/v1/gateway-accounts/paypal-standard', {
    environment: 'simulator',
    receiverId: 'DEMOCLUB00001',
    receiverEmails: ['treasurer@club.example'],
    pdtIdentityToken: 'demo-identity-token',
  });
  const members = [];
  for (const { name, charges } of MEMBERS) {
    const { id } = await call<{ id: string }>(baseUrl, secretKey, 'POST', '/v1/members', { name });
    for (const [label, category, amount] of charges)
      await call(baseUrl, secretKey, 'POST', `/v1/members/${id}/charges`, { label, category, amount, currency: 'EUR' });
    members.push({ id, name });
  }
  return { secretKey, members };
}

/** One call of the public API; any answer but success is an error that says what came. */
export async function call<Answer>(baseUrl: string, key: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(new URL(path, baseUrl), {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as Answer;
}
