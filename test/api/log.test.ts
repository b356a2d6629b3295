import { Writable } from 'node:stream';
import { CREDENTIAL_FIELDS } from '../../activities/gateways/registry';
import { createDeliveries } from '../../outbox/deliveries';
import { createLog } from '../../platform/log';
import { Merchant } from '../support/client';
import { startWorld } from '../support/world';
import { NO_RUNS } from '../support/no-runs';
import type { World } from '../support/world';
import { breaking, startApi } from './api-alone';
import type { RunningApi } from './api-alone';
import { asking } from './asking';

/** What a log wrote, line by line. */
function listen() {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(...chunk.toString().split('\n').filter(Boolean));
      done();
    },
  });
  return { lines, log: createLog('api', 'trace', CREDENTIAL_FIELDS, stream) };
}

let world: World;
let merchant: Merchant;
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
  merchant = await Merchant.create(world);
});
afterAll(() => world.stop());

async function logged(
  ask: (api: RunningApi) => Promise<unknown>,
  broken?: { word: string; error: Error },
): Promise<string> {
  const { lines, log } = listen();
  const api = await startApi({ db: broken ? breaking(world.db, broken.word, broken.error) : world.db, log });
  await ask(api);
  await api.stop();
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  return lines.join('\n');
}

const CANARY = 'CANARY-OF-THE-LOG';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const hook = () => new URL(merchant.notificationUrl).pathname;
const hookToken = () => hook().split('/')[3]!;
const account = { environment: 'simulator', receiverId: 'SELLER1', pdtIdentityToken: CANARY };

test('a request is logged by method and path, without its key', async () => {
  const text = await logged(async (api) => {
    await asking(api, merchant.secretKey).get('/v1/merchant');
    await asking(api, `sk_${CANARY}`).get('/v1/merchant', { cookie: `session=${CANARY}`, 'x-api-key': CANARY });
  });
  expect(text).toContain('"method":"GET","url":"/v1/merchant"');
  expect(text).not.toContain(merchant.secretKey);
  expect(text).not.toContain(CANARY);
});

test('what stands in a query is not logged', async () => {
  const text = await logged((api) => asking(api, null).get(`/v1/merchant?token=${CANARY}`));
  expect(text).toContain('/v1/merchant?…');
  expect(text).not.toContain(CANARY);
});

test.each([
  ['taken', account],
  ['refused', { ...account, receiverId: 5 }],
])('credentials that are %s are not logged', async (_what, body) => {
  const text = await logged((api) => asking(api, merchant.secretKey).put('/v1/gateway-accounts/paypal-standard', body));
  expect(text).toContain('/v1/gateway-accounts/paypal-standard');
  expect(text).not.toContain(CANARY);
});

test('credentials are not logged even when storing them fails', async () => {
  const broken = { word: 'gateway_accounts', error: new Error('it broke here') };
  const text = await logged(
    (api) => asking(api, merchant.secretKey).put('/v1/gateway-accounts/paypal-standard', account),
    broken,
  );
  expect(text).toContain('it broke here');
  expect(text).not.toContain(CANARY);
});

test("a member's name and address are not logged", async () => {
  const member = { name: CANARY, email: `${CANARY.toLowerCase()}@example.org`, reference: CANARY };
  const text = await logged((api) => asking(api, merchant.secretKey).post('/v1/members', member));
  expect(text).toContain('/v1/members');
  expect(text.toLowerCase()).not.toContain(CANARY.toLowerCase());
});

test.each(['invitation', 'password-reset', 'recovery', 'member-sign-in'])(
  'the token of a letter’s link is not logged (%s)',
  async (page) => {
    const text = await logged((api) => asking(api, null).get(`/${page}/${CANARY}`));
    expect(text).toContain(`/${page}/…`);
    expect(text).not.toContain(CANARY);
  },
);

test('the code of a pay link is not logged', async () => {
  const text = await logged((api) => asking(api, null).get(`/p/${CANARY}`));
  expect(text).toContain('/p/…');
  expect(text).not.toContain(CANARY);
});

test("a gateway's message is logged without its address's token and without its content", async () => {
  const text = await logged(async (api) => {
    await asking(api, null).post(hook(), `txn_id=1&payer_email=${CANARY}`, FORM);
    await asking(api, null).post(hook().replace('hooks', 'HOOKS'), `txn_id=1&payer_email=${CANARY}`, FORM);
    await asking(api, null).get(hook());
  });
  expect(text).toContain('/hooks/paypal-standard/…/ipn');
  expect(text).not.toContain(hookToken());
  expect(text).not.toContain(CANARY);
});

test('a message that could not be stored is logged with the reason, and still without token and content', async () => {
  const broken = { word: 'receive_message', error: new Error('it broke here') };
  const text = await logged((api) => asking(api, null).post(hook(), `txn_id=1&payer_email=${CANARY}`, FORM), broken);
  expect(text).toContain('"level":50');
  expect(text).toContain('it broke here');
  expect(text).not.toContain(hookToken());
  expect(text).not.toContain(CANARY);
});

test('a flood of messages that are refused writes no failure into the log', async () => {
  const { lines, log } = listen();
  const api = await startApi({
    db: world.db,
    log,
    backlog: { isFull: () => true, waiting: () => 0, stop: () => undefined },
  });
  for (let i = 0; i < 20; i++) expect((await asking(api, null).post(hook(), `txn_id=${i}`, FORM)).status).toBe(503);
  await api.stop();
  expect(lines.filter((line) => (JSON.parse(line) as { level: number }).level >= 40)).toEqual([]);
});

test('a thousand messages that Temporal does not hear are one line with one reason', async () => {
  const { lines, log } = listen();
  const deliveries = createDeliveries({
    db: world.db,
    runs: NO_RUNS,
    log,
    isLate: () => false,
  });
  for (let i = 0; i < 1000; i++) deliveries.notified(`ntf_${i}`, null);
  await deliveries.close();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('Temporal is away');
});

test('a thousand messages that could not be stored are a few lines, which say how many and why', async () => {
  const { lines, log } = listen();
  const broken = breaking(
    world.db,
    'receive_message',
    Object.assign(new Error('it is away'), { code: 'ECONNREFUSED' }),
  );
  const api = await startApi({ db: broken, log });
  const send = (i: number) => asking(api, null).post(hook(), `txn_id=${i}`, FORM);
  for (let i = 0; i < 1000; i += 50)
    for (const { status } of await Promise.all(Array.from({ length: 50 }, (_, more) => send(i + more))))
      expect(status).toBe(503);
  await api.stop();
  const loud = lines
    .map((line) => JSON.parse(line) as { level: number; count?: number })
    .filter(({ level }) => level >= 40);
  expect(loud.length).toBeLessThanOrEqual(20); // one now and then; how many that is depends on the machine
  expect(loud[0]).toMatchObject({ count: 1, err: { message: expect.stringContaining('it is away') } });
});

test('a failure of ours is logged with its request id and its cause, which the client does not see', async () => {
  const broken = { word: 'api_keys', error: new Error('relation "api_keys" is gone') };
  const text = await logged((api) => asking(api, merchant.secretKey).get('/v1/merchant'), broken);
  const line = text.split('\n').find((one) => one.includes('request failed'));
  expect(JSON.parse(line!)).toMatchObject({ level: 50, path: '/v1/merchant', requestId: expect.stringMatching(/./) });
  expect(line).toContain('is gone');
  expect(text).not.toContain(merchant.secretKey);
});

test('a browser that comes back is logged without what its address brought along', async () => {
  const payment = await merchant.pay(await merchant.member([['fee', 1000]]));
  const text = await logged((api) => asking(api, null).get(`/return/${payment.id}?tx=${CANARY}&cm=${CANARY}`));
  expect(text).toContain(`/return/${payment.id}`);
  expect(text).not.toContain(CANARY);
});

test.each([
  'authorization',
  'cookie',
  'secretKey',
  'credentials',
  'pdtIdentityToken',
  'token',
  'password',
  'signature',
  'email',
  'payer',
  'body',
])('whoever logs a field called %s logs that it was cut', (field) => {
  const { lines, log } = listen();
  log.info({ [field]: CANARY, inner: { [field]: CANARY } }, 'careless');
  expect(lines.join()).not.toContain(CANARY);
  expect(JSON.parse(lines[0]!)).toMatchObject({ [field]: '[cut]', inner: { [field]: '[cut]' } });
});
