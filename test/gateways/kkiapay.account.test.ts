import { kkiapay } from '../../activities/gateways/kkiapay';
import type { KkiapayCredentials } from '../../activities/gateways/kkiapay/credentials';
import type { Currency } from '../../workflows/domain/money';
import type { AccountCheck, GatewayContext } from '../../activities/gateways/port';
import { CREDENTIALS, json, NO_ANSWERS, nobody, notFound, startKkiapay, type KkiapayServer } from './kkiapay-messages';

let server: KkiapayServer;
beforeAll(async () => {
  server = await startKkiapay();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.reset();
  server.answers('status', notFound);
});

async function inspect(
  over: Partial<GatewayContext<KkiapayCredentials>> = {},
  currency: Currency = 'XOF',
): Promise<Record<string, AccountCheck>> {
  const use = { notificationUrl: 'https://club.example/hooks/kkiapay/token', currency };
  const { checks, learned } = await kkiapay.inspectAccount(use, server.context(over));
  expect(learned).toEqual({});
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

it('an account in order has nothing to be done', async () => {
  const checks = await inspect();
  expect(Object.values(checks).map(({ name, ok, required, remedy }) => ({ name, ok, required, remedy }))).toEqual([
    { name: 'credentials_accepted', ok: true, required: true, remedy: null },
    { name: 'environment', ok: true, required: true, remedy: null },
    { name: 'currency_accepted', ok: true, required: true, remedy: null },
    { name: 'prompts', ok: true, required: false, remedy: null },
  ]);
});

it.each([401, 403])('keys that KKiaPay refuses with %i must be replaced', async (status) => {
  server.answers('status', json(status, { message: 'Unauthorized' }));
  const { credentials_accepted } = await inspect();
  expect(credentials_accepted).toMatchObject({
    ok: false,
    required: true,
    detail: expect.stringContaining('simulator environment'),
  });
  expect(credentials_accepted?.remedy).not.toBeNull();
});

it.each(NO_ANSWERS.filter(({ what }) => what !== 'HTTP 401 in JSON'))(
  '$what leaves open whether the keys are right',
  async ({ says }) => {
    server.answers('status', says);
    expect((await inspect())['credentials_accepted']).toMatchObject({ ok: null, remedy: 'Check again later.' });
  },
);

it('nobody there leaves open whether the keys are right', async () => {
  expect((await inspect({ simulatorUrl: await nobody() }))['credentials_accepted']).toMatchObject({ ok: null });
});

it.each([
  { environment: 'live' as const, keys: {}, ok: false },
  { environment: 'live' as const, keys: { privateKey: 'pk_1' }, ok: false },
  { environment: 'live' as const, keys: { privateKey: 'pk_1', secret: 'sk_1' }, ok: true },
  { environment: 'sandbox' as const, keys: {}, ok: true },
  { environment: 'sandbox' as const, keys: { privateKey: 'pk_1', secret: 'sk_1' }, ok: true },
])('the keys $keys on a $environment account: $ok', async ({ environment, keys, ok }) => {
  const fetch = async () => new Response('{"status":"TRANSACTION_NOT_FOUND"}', { status: 400 });
  const checks = await inspect({ environment, fetch, credentials: { ...CREDENTIALS, ...keys } });
  expect(checks['environment']).toMatchObject({ ok, required: true });
});

it('books in another currency than XOF cannot use KKiaPay', async () => {
  expect((await inspect({}, 'EUR'))['currency_accepted']).toMatchObject({
    ok: false,
    required: true,
    detail: expect.stringContaining('EUR'),
  });
});

it('prompts that are turned off are shown, and forbid nothing', async () => {
  expect((await inspect({ credentials: { ...CREDENTIALS, merchantInitiated: false } }))['prompts']).toMatchObject({
    ok: false,
    required: false,
  });
});

it('no check shows a key', async () => {
  server.answers('status', json(401, { message: CREDENTIALS.secret }));
  const shown = JSON.stringify(await inspect());
  for (const key of [CREDENTIALS.privateKey, CREDENTIALS.secret, CREDENTIALS.webhookSecret])
    expect(shown).not.toContain(key);
});
