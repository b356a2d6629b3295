import { Merchant } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { startApi } from './api-alone';
import { newMerchant } from './asking';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
});
afterAll(() => world.stop());

/** The policy of a page, by directive. */
async function policyOf(path: string, baseUrl = world.baseUrl): Promise<Readonly<Record<string, string>>> {
  const answer = await fetch(new URL(path, baseUrl));
  await answer.body?.cancel();
  const policy = answer.headers.get('content-security-policy') ?? '';
  return Object.fromEntries(policy.split(';').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]));
}
const OWN = { 'script-src': "'self'", 'frame-src': "'none'", 'form-action': "'self'" };
const REAL = {
  'script-src': "'self' https://cdn.kkiapay.me",
  'frame-src': 'https://widget.kkiapay.me https://widget-v3.kkiapay.me',
  'form-action': "'self' https://www.paypal.com https://www.sandbox.paypal.com",
};
const unknown = `pay_${'0'.repeat(26)}`;

test('pages of payers allow the real gateways, and the simulator from the moment on that an account is there', async () => {
  await newMerchant(world);
  for (const path of ['/checkout', '/m', '/m/nobody', `/return/${unknown}`, `/cancel/${unknown}`])
    expect(await policyOf(path)).toMatchObject(REAL);

  await Merchant.create(world);
  const simulated = Object.fromEntries(
    Object.entries(REAL).map(([name, origins]) => [name, `${origins} ${world.simulator.url}`]),
  );
  for (const path of ['/checkout', '/m', '/m/nobody', `/return/${unknown}`, `/cancel/${unknown}`])
    expect(await policyOf(path)).toMatchObject(simulated);
});

test.each(['/v1/merchant', '/docs', `/connect/onb_${'0'.repeat(26)}`, '/openapi.json', '/nothing', '/healthz'])(
  '%s allows nobody but ourselves',
  async (path) => {
    expect(await policyOf(path)).toMatchObject(OWN);
  },
);

test('a page is shown with the real gateways only while nobody can say who is at the simulator', async () => {
  const api = await startApi(); // its database is away
  expect(await policyOf('/checkout', api.baseUrl)).toMatchObject(REAL);
  await api.stop();
});
