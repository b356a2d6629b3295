import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { seedDemo } from '../../tools/local/seed';
import { asking } from '../api/asking';
import { Browser } from '../support/browser';
import { eventually } from '../support/client';
import { OPERATOR_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
let dataDir: string;
beforeAll(async () => {
  world = await startWorld({ mail: 'simulator' });
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'quittance-demo-'));
});
afterAll(async () => {
  await world.stop();
  rmSync(dataDir, { recursive: true });
});

const seed = () =>
  seedDemo({
    baseUrl: world.baseUrl,
    operatorKey: OPERATOR_KEY,
    simulatorUrl: world.simulator.url,
    dataDir,
    hasMailbox: true,
  });

test('the first start shows an owner with a password, and a link by which another comes in once; later ones show neither', async () => {
  const { lines } = await seed();
  const shown = lines.join('\n');
  const [, email = '', password = ''] = /Its owner is (\S+), password \(shown this once\): (\S+)/.exec(shown)!;
  const owner = new Browser(world);
  expect((await owner.signIn(email, password)).status).toBe(200);
  expect((await owner.get('/v1/session')).body).toMatchObject({
    role: 'owner',
    merchants: [{ name: 'Tennis Club Demo' }],
  });

  const [, link = ''] = /Come in as its owner, once: (\S+)/.exec(shown)!;
  expect((await fetch(link)).status).toBe(200);
  const token = new URL(link).pathname.split('/').at(-1);
  const accepted = await new Browser(world).post('/v1/invitations/acceptance', { token, name: 'Koffi', password });
  expect(accepted.status).toBe(201);

  expect(readFileSync(path.join(dataDir, 'demo.json'), 'utf8')).not.toContain(password);
  expect((await seed()).lines.join('\n')).not.toMatch(/password|once/);
});

test("what happens at a club arrives at the simulator's receiver, which knows the secret anew after each start", async () => {
  const file = readFileSync(path.join(dataDir, 'demo.json'), 'utf8');
  const { clubs } = JSON.parse(file) as { clubs: { secretKey: string; members: { id: string }[] }[] };
  const [{ secretKey, members } = { secretKey: '', members: [] }] = clubs;
  await fetch(`${world.simulator.url}/control/reset`, { method: 'POST' });
  await seed();
  const payment = { member: members[0]!.id, gateway: 'paypal-standard', amount: 100 };
  await asking(world, secretKey).post('/v1/payments', payment);
  const { data } = await eventually(
    async () => (await (await fetch(`${world.simulator.url}/control/receiver/tennis-club`)).json()) as Arrived,
    ({ data: arrived }) => arrived.some(({ type }) => type === 'payment.created'),
  );
  expect(new Set(data.map(({ signature }) => signature))).toEqual(new Set(['right']));
});
interface Arrived {
  readonly data: readonly { readonly type: string; readonly signature: string }[];
}
