import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { seedDemo } from '../../tools/local/seed';
import { Browser } from '../support/browser';
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
