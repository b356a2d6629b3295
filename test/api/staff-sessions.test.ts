import { newId } from '../../platform/ids';
import { Browser, lettersTo, signedIn } from '../support/browser';
import { eventually, Merchant } from '../support/client';
import type { Reply } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { openEvents } from './event-stream';
import { refused } from './refusal';

interface ListedSession {
  readonly id: string;
  readonly current: boolean;
  readonly userAgent: string | null;
}

let world: World;
let merchant: Merchant, other: Merchant;
beforeAll(async () => {
  world = await startWorld({ workers: 0, mail: { smtpUrl: 'smtp://127.0.0.1:1' } });
  [merchant, other] = await Promise.all([Merchant.create(world), Merchant.create(world)]);
});
afterAll(() => world.stop());

const newMember = (browser: Browser, headers?: Record<string, string>) =>
  browser.post('/v1/members', { name: 'Anne' }, headers);
const makeKey = (browser: Browser, body: unknown = { name: 'Shop', scopes: ['read'] }) =>
  browser.post('/v1/keys', body);
const current = async (browser: Browser) =>
  (await browser.get<{ merchant: string | null }>('/v1/session')).body.merchant;

/** Gives somebody another role, or takes it away, as a release of another process would. */
async function setRole(person: string, role: string | null): Promise<void> {
  await world.db.sql.query(
    role === null
      ? 'DELETE FROM staff_roles WHERE person_id = $1 AND $2::text IS NULL'
      : 'UPDATE staff_roles SET role = $2 WHERE person_id = $1',
    [person, role],
  );
}

/** The answer of what is asked again and again, once it is a refusal: what ended is heard of within a second. */
const onceRefused = (ask: () => Promise<Reply>) => eventually(ask, ({ status }) => status >= 400);

describe('the merchant of a session', () => {
  test('is changed by its person, to one where they have a role', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'treasurer', [other.id]: 'desk' });
    expect(await current(browser)).toBe(merchant.id);
    refused(await browser.put('/v1/session/merchant', { merchant: newId('mer') }), 'not_found');
    expect((await browser.put('/v1/session/merchant', { merchant: other.id })).status).toBe(200);
    expect((await browser.get<{ id: string }>('/v1/merchant')).body.id).toBe(other.id);
    refused(await browser.get('/v1/ledger/balances'), 'forbidden');
  });

  test('is the one that a page says it works for, or nothing is done', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner', [other.id]: 'owner' });
    const of = (id: string) => ({ 'quittance-merchant': id });
    expect((await newMember(browser, of(merchant.id))).status).toBe(201);
    await browser.put('/v1/session/merchant', { merchant: other.id }, of(merchant.id));
    refused(await newMember(browser, of(merchant.id)), 'merchant_switched');
    expect((await browser.get('/v1/session', of(merchant.id))).status).toBe(200);
    expect((await newMember(browser, of(other.id))).status).toBe(201);
  });

  test('is none where the role was taken away, though the person has another elsewhere', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner', [other.id]: 'owner' });
    await world.db.sql.query('DELETE FROM staff_roles WHERE person_id = $1 AND merchant_id = $2', [
      browser.id,
      merchant.id,
    ]);
    expect(await current(browser)).toBeNull();
    refused(await onceRefused(() => newMember(browser)), 'forbidden');
  });
});

describe('a role', () => {
  test('that is lowered while a session is open is what the session has within a second', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner' });
    expect((await browser.get('/v1/ledger/balances')).status).toBe(200);
    await setRole(browser.id, 'desk');
    const { may } = refused(await onceRefused(() => browser.get('/v1/ledger/balances')), 'forbidden');
    expect(may?.roles).toEqual(['owner', 'treasurer', 'accountant']);
  });

  test('that is taken away ends an open stream', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'desk' });
    const payment = await merchant.pay(await merchant.member([['fee', 1000]]));
    const stream = await openEvents(world, null, payment.id, { cookie: browser.cookie() });
    expect(stream.status).toBe(200);
    await setRole(browser.id, null);
    await stream.rest();
  });

  test('of desk or accountant shows gateways without how they are connected', async () => {
    const cards = async (role: 'owner' | 'desk') => {
      const browser = await signedIn(world, { [merchant.id]: role });
      return (
        await browser.get<{ data: { notificationUrl: string | null; checks: unknown[] }[] }>('/v1/gateway-accounts')
      ).body.data;
    };
    expect(await cards('desk')).toMatchObject([{ notificationUrl: null, checks: [] }]);
    expect((await cards('owner'))[0]?.notificationUrl).toBe(merchant.notificationUrl);
  });

  test('of owner or treasurer may do nothing without a second factor where the merchant wants one', async () => {
    const club = await Merchant.create(world);
    const owner = await signedIn(world, { [club.id]: 'owner' });
    expect((await owner.patch('/v1/merchant', { requireSecondFactor: true })).status).toBe(200);
    const [treasurer, desk] = [
      await signedIn(world, { [club.id]: 'treasurer' }),
      await signedIn(world, { [club.id]: 'desk' }),
    ];
    refused(await treasurer.get('/v1/merchant'), 'second_factor_required');
    expect((await treasurer.get('/v1/session')).status).toBe(200);
    expect((await desk.get('/v1/merchant')).status).toBe(200);
  });
});

describe('a step-up', () => {
  test('is asked for before keys and settings that move money, after the body and before the object', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner' });
    refused(await makeKey(browser, { name: '' }), 'invalid_request');
    refused(await makeKey(browser), 'step_up_required');
    expect((await browser.get('/v1/keys')).status).toBe(200);
    refused(await browser.delete(`/v1/keys/${newId('key')}`), 'step_up_required');
    refused(await browser.patch('/v1/merchant', { latePayments: 'refund' }), 'step_up_required');
    refused(await browser.patch(`/v1/members/${newId('mem')}`, { email: 'x@person.example' }), 'step_up_required');
    refused(await browser.patch(`/v1/members/${newId('mem')}`, { phone: null }), 'not_found');
    expect((await browser.patch('/v1/merchant', { name: 'Club' })).status).toBe(200);
    expect((await browser.stepUp()).status).toBe(200);
    expect((await makeKey(browser)).status).toBe(201);
    refused(await browser.delete(`/v1/keys/${newId('key')}`), 'not_found');
  });

  test('holds for this session and this merchant, and no longer than it is for', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner', [other.id]: 'owner' });
    const elsewhere = new Browser(world);
    await elsewhere.signIn(browser.email);
    await browser.stepUp();
    refused(await makeKey(elsewhere), 'step_up_required');
    await browser.put('/v1/session/merchant', { merchant: other.id });
    refused(await makeKey(browser), 'step_up_required');
    await browser.put('/v1/session/merchant', { merchant: merchant.id });
    refused(await makeKey(browser), 'step_up_required');
    await browser.stepUp();
    await world.db.sql.query("UPDATE staff_sessions SET stepped_up_until = stepped_up_until - interval '10 minutes'");
    refused(await makeKey(browser), 'step_up_required');
  });

  test('fails with what is wrong; five times in a quarter of an hour are enough, in all sessions together', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner' });
    const elsewhere = new Browser(world);
    await elsewhere.signIn(browser.email);
    for (const one of [browser, browser, browser, elsewhere, elsewhere])
      refused(await one.stepUp({ password: 'wrong' }), 'step_up_failed');
    refused(await elsewhere.stepUp(), 'too_many_requests');
    refused(await browser.stepUp(), 'too_many_requests');
  });

  test('takes the code of a letter once, in the session that asked for it', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner' });
    const elsewhere = new Browser(world);
    await elsewhere.signIn(browser.email);
    expect((await browser.post('/v1/session/step-up-code')).status).toBe(202);
    const { code } = (await lettersTo(world, browser.email)).at(-1)!.data as { code: string };
    refused(await elsewhere.stepUp({ code }), 'step_up_failed');
    expect((await browser.stepUp({ code })).status).toBe(200);
    refused(await browser.stepUp({ code }), 'step_up_failed');
  });
});

describe('sessions', () => {
  test('are listed with the one that asks, and ended with their streams', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'desk' });
    const lost = new Browser(world);
    await lost.ask(
      'POST',
      '/auth/sign-in/email',
      { email: browser.email, password: 'correct horse battery' },
      { 'user-agent': 'Lost' },
    );
    const payment = await merchant.pay(await merchant.member([['fee', 1000]]));
    const stream = await openEvents(world, null, payment.id, { cookie: lost.cookie() });
    const { body } = await browser.get<{ data: ListedSession[] }>('/v1/sessions');
    expect(body.data).toHaveLength(2);
    const [theirs, mine] = [body.data.find((one) => !one.current)!, body.data.find((one) => one.current)!];
    expect(theirs.userAgent).toBe('Lost');
    const stranger = await signedIn(world, {});
    refused(await stranger.delete(`/v1/sessions/${mine.id}`), 'not_found');
    expect((await browser.delete(`/v1/sessions/${theirs.id}`)).status).toBe(200);
    refused(await lost.get('/v1/session'), 'unauthenticated');
    await stream.rest();
    expect((await browser.get<{ data: ListedSession[] }>('/v1/sessions')).body.data).toEqual([mine]);
  });
});
