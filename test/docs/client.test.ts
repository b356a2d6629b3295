import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import createClient from 'openapi-fetch';
import { documentApi } from '../../api/app';
import { clientTypes } from '../../tools/client-types';
import { Merchant } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import type { components, paths } from '../../web/shared/schema';

const ROOT = path.resolve(__dirname, '../..');
const COMMITTED = readFileSync(path.join(ROOT, 'web/shared/schema.d.ts'), 'utf8');
const [, PROGRAM = ''] =
  /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(path.join(ROOT, 'docs/using-the-api.md'), 'utf8')) ?? [];

let world: World;
let folder: string;
beforeAll(async () => {
  world = await startWorld();
  folder = mkdtempSync(path.join(os.tmpdir(), 'quittance-client-'));
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  const live = (await (await fetch(`${world.baseUrl}/openapi.json`)).json()) as object;
  writeFileSync(path.join(folder, 'schema.d.ts'), await clientTypes(live));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.stop();
});

interface Ended {
  readonly ok: boolean;
  readonly said: string;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env }, (error, out, err) => {
      resolve({ ok: error === null, said: out + err });
    });
  });
}

/** Compiles one program beside the generated types, as a stranger would who trusts nothing. */
function compile(name: string, text: string): Promise<Ended> {
  writeFileSync(path.join(folder, `${name}.ts`), text);
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false', '--types', 'node'];
  const modules = ['--module', 'nodenext', '--target', 'es2023'];
  return run([path.join(ROOT, 'node_modules/typescript/bin/tsc'), ...strict, ...modules, `${name}.ts`]);
}

test('a client that is generated from the document opens a payment, reads it, and knows why another is refused', async () => {
  const merchant = await Merchant.create(world);
  const member = await merchant.member();
  expect(await compile('pay', PROGRAM)).toEqual({ ok: true, said: '' });
  const env = { URL: world.baseUrl, SECRET_KEY: merchant.secretKey, MEMBER: member };
  const { ok, said } = await run(['pay.js'], env);
  const [payment] = (await merchant.get<{ data: { id: string }[] }>('/v1/payments')).body.data;
  expect([ok, said.trimEnd().split('\n')]).toEqual([
    true,
    ['awaiting_payer, 12000 EUR', `payment.created: ${payment!.id}`, expect.stringContaining('no account')],
  ]);
});

test('a program that compares a refusal with a code that the call never answers does not compile', async () => {
  const wrong = PROGRAM.replace("'gateway_not_configured'", "'last_owner'");
  expect(wrong).not.toBe(PROGRAM);
  const { ok, said } = await compile('wrong', wrong);
  expect(ok).toBe(false);
  expect(said).toContain('"last_owner"');
});

test('the types of our own pages know what a merchant is', async () => {
  const { secretKey } = await Merchant.create(world);
  const headers = { Authorization: `Bearer ${secretKey}` };
  const api = createClient<paths>({ baseUrl: world.baseUrl, headers });
  const { data } = await api.GET('/v1/merchant');
  const currency: components['schemas']['Merchant']['currency'] | undefined = data?.currency;
  expect(currency).toBe('EUR');
});

test('the types of our own pages are those of the document: npm run docs writes them', async () => {
  expect(COMMITTED).toBe(await clientTypes(documentApi('http://localhost:3000')));
  expect(COMMITTED).toBe(readFileSync(path.join(folder, 'schema.d.ts'), 'utf8'));
});
