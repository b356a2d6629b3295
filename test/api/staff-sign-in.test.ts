import { getMigrations } from 'better-auth/db/migration';
import type { Pool } from 'pg';
import { pino } from 'pino';
import { optionsFor } from '../../api/staff/sign-in';
import { createSessionCookie } from '../../api/staff/cookies';
import { createPasskeys } from '../../api/staff/passkeys';
import { openSignIn } from '../../prisma/client';
import { Browser, codeOf, lettersTo, newPerson, PASSWORD, signedIn } from '../support/browser';
import { call } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { newMerchant } from './asking';
import { refused } from './refusal';

interface SessionView {
  readonly user: { readonly id: string; readonly name: string; readonly email: string; readonly secondFactor: boolean };
  readonly merchants: readonly { readonly id: string; readonly name: string; readonly role: string }[];
  readonly merchant: string | null;
  readonly role: string | null;
  readonly steppedUpUntil: string | null;
}

let world: World;
let merchant: Awaited<ReturnType<typeof newMerchant>>;
beforeAll(async () => {
  world = await startWorld({ workers: 0, mail: { smtpUrl: 'smtp://127.0.0.1:1' } });
  merchant = await newMerchant(world);
});
afterAll(() => world.stop());

const session = (browser: Browser) => browser.get<SessionView>('/v1/session');

/** The browser's person sets up an authenticator app; gives what the app was told, and the backup codes. */
async function enrol(browser: Browser) {
  const { body } = await browser.post<{ totpURI: string; backupCodes: string[] }>('/auth/two-factor/enable', {
    password: PASSWORD,
  });
  const verified = await browser.post('/auth/two-factor/verify-totp', { code: codeOf(body.totpURI) });
  expect(verified.status).toBe(200);
  return body;
}

/** The token of the last letter with a link to this address. */
async function linkedToken(to: string): Promise<string> {
  const letter = (await lettersTo(world, to)).findLast(({ kind }) => kind === 'password_reset')!;
  return new URL((letter.data as { url: string }).url).pathname.split('/').at(-1)!;
}

test('the tables of the sign-in are those that it wants', async () => {
  const pool: Pool = openSignIn(world.database.url);
  const options = optionsFor({
    pool,
    db: world.db,
    secrets: ['a secret of thirty-two characters'],
    cookie: createSessionCookie({ secret: 'x', publicUrl: world.baseUrl }),
    passkeys: createPasskeys({ db: world.db, publicUrl: world.baseUrl }),
    publicUrl: world.baseUrl,
    sendReset: () => Promise.resolve(),
    log: pino({ level: 'silent' }),
  });
  const { toBeCreated, toBeAdded } = await getMigrations(options);
  expect([toBeCreated, toBeAdded]).toEqual([[], []]);
  await pool.end();
});

test('a person signs in with a password and works for their merchant', async () => {
  const browser = await signedIn(world, { [merchant.id]: 'treasurer' });
  const { status, body } = await session(browser);
  expect(status).toBe(200);
  expect(body).toEqual({
    user: { id: browser.id, name: 'Paul Petit', email: browser.email, secondFactor: false },
    merchants: [{ id: merchant.id, name: 'Club', role: 'treasurer' }],
    merchant: merchant.id,
    role: 'treasurer',
    steppedUpUntil: null,
    operator: false,
  });
  expect((await browser.get<{ id: string }>('/v1/merchant')).body.id).toBe(merchant.id);
});

test('the cookie is for this host and no script; over https its name says so too', async () => {
  const person = await newPerson(world);
  const browser = new Browser(world);
  const [line] = (await browser.signIn(person.email)).headers.getSetCookie();
  expect(line).toMatch(/^quittance-staff\.session_token=[^;]+; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax$/);
  const secure = createSessionCookie({ secret: 'x', publicUrl: 'https://pay.example' });
  expect([secure.prefix, secure.secure]).toEqual(['__Host-quittance-staff', true]);
});

test('without a session, and with a cookie that nobody signed or that has ended, it is 401', async () => {
  const browser = new Browser(world);
  refused(await session(browser), 'unauthenticated');
  browser.cookies.set('quittance-staff.session_token', 'a-token.AAAA');
  refused(await session(browser), 'unauthenticated');
  const { email } = await newPerson(world, { [merchant.id]: 'desk' });
  await browser.signIn(email);
  const kept = new Map(browser.cookies);
  expect((await browser.post('/auth/sign-out')).status).toBe(200);
  for (const [name, value] of kept) browser.cookies.set(name, value);
  refused(await session(browser), 'unauthenticated');
});

test('a session that was silent for half an hour, and one of eight hours, have ended', async () => {
  for (const over of [`"updatedAt" = now() - interval '31 minutes'`, `"expiresAt" = now()`]) {
    const browser = await signedIn(world, { [merchant.id]: 'desk' });
    await world.db.sql.query(`UPDATE auth.session SET ${over} WHERE "userId" = $1`, [browser.id]);
    refused(await session(browser), 'unauthenticated');
    expect((await browser.post('/auth/two-factor/enable', { password: PASSWORD })).status).toBe(401);
  }
});

test('a cookie planted before signing in is worth nothing afterwards', async () => {
  const thief = await signedIn(world, { [merchant.id]: 'desk' });
  const victim = new Browser(world);
  for (const [name, value] of thief.cookies) victim.cookies.set(name, value);
  const { email } = await newPerson(world, { [merchant.id]: 'owner' });
  await victim.signIn(email);
  expect(victim.cookie()).not.toBe(thief.cookie());
  expect((await session(victim)).body.user.email).toBe(email);
  expect((await session(thief)).body.user.email).toBe(thief.email);
});

test('nobody signs up, changes an address or lists sessions by the sign-in itself', async () => {
  const browser = await signedIn(world, { [merchant.id]: 'owner' });
  for (const path of [
    'sign-up/email',
    'change-email',
    'delete-user',
    'update-user',
    'revoke-sessions',
    'sign-in/social',
  ])
    refused(await browser.post(`/auth/${path}`, { email: 'x@y.example', password: PASSWORD, name: 'x' }), 'not_found');
  for (const path of ['list-sessions', 'get-session', 'ok', 'error'])
    refused(await browser.get(`/auth/${path}`), 'not_found');
});

describe('another site', () => {
  test('has nothing changed with the cookie of a browser, by its page or by a form', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner' });
    const member = { name: 'Anne' };
    for (const origin of ['https://evil.example', 'null', world.baseUrl.replace('http:', 'https:')])
      refused(await browser.post('/v1/members', member, { origin }), 'cross_origin');
    const answer = await call(world.baseUrl, null, 'POST', '/v1/members', member, { cookie: browser.cookie() });
    refused(answer, 'cross_origin');
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])
      refused(await browser.post('/v1/members', 'name=Anne', { 'content-type': type }), 'cross_origin');
    expect((await browser.post('/v1/members', member)).status).toBe(201);
    expect((await merchant.get<{ data: unknown[] }>('/v1/members')).body.data).toHaveLength(1);
  });

  test('signs nobody in or out', async () => {
    const { email } = await newPerson(world, { [merchant.id]: 'owner' });
    const browser = new Browser(world, 'https://evil.example');
    refused(await browser.signIn(email), 'cross_origin');
    const victim = await signedIn(world, { [merchant.id]: 'owner' });
    refused(await victim.post('/auth/sign-out', {}, { origin: 'https://evil.example' }), 'cross_origin');
    expect((await session(victim)).status).toBe(200);
  });

  test('where a key comes beside a cookie, the key counts', async () => {
    const other = await newMerchant(world);
    const browser = await signedIn(world, { [merchant.id]: 'owner' });
    const headers = { authorization: `Bearer ${other.secretKey}`, origin: 'https://elsewhere.example' };
    expect((await browser.get<{ id: string }>('/v1/merchant', headers)).body.id).toBe(other.id);
    expect((await browser.post('/v1/members', { name: 'Anne' }, headers)).status).toBe(201);
    refused(await browser.get('/v1/merchant', { authorization: 'Bearer sk_none' }), 'unauthenticated');
  });
});

describe('guessing', () => {
  test('ten wrong passwords of an account in a quarter of an hour are enough; right ones do not count', async () => {
    const { email } = await newPerson(world, { [merchant.id]: 'owner' });
    const browser = new Browser(world);
    for (let time = 0; time < 12; time++) expect((await browser.signIn(email)).status).toBe(200);
    for (let time = 0; time < 10; time++) expect((await new Browser(world).signIn(email, 'wrong')).status).toBe(401);
    const late = await new Browser(world).signIn(email);
    refused(late, 'too_many_requests');
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(800);
    expect((await new Browser(world).signIn((await newPerson(world)).email)).status).toBe(200);
  });

  test('a thousand at once are no more than ten', async () => {
    const { email } = await newPerson(world);
    const tries = Array.from({ length: 30 }, () => new Browser(world).signIn(email.toUpperCase(), 'wrong'));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
  });

  test('codes of a second factor are counted with the passwords of the account, however often it begins anew', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner' });
    await enrol(browser);
    let wrong = 0;
    for (let time = 0; time < 14; time++) {
      const guesser = new Browser(world);
      if ((await guesser.signIn(browser.email)).status === 429) break;
      if ((await guesser.post('/auth/two-factor/verify-totp', { code: '000000' })).status === 401) wrong++;
    }
    expect(wrong).toBe(10);
  });
});

describe('a new password', () => {
  test('is asked for by a letter; its link works once and ends all sessions', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner' });
    const asks = new Browser(world);
    expect((await asks.post('/auth/request-password-reset', { email: browser.email })).status).toBe(200);
    const token = await linkedToken(browser.email);
    const chosen = { token, newPassword: 'another long password' };
    expect((await asks.post('/auth/reset-password', { token, newPassword: 'short' })).status).toBe(400);
    expect((await asks.post('/auth/reset-password', chosen)).status).toBe(200);
    expect((await asks.post('/auth/reset-password', chosen)).status).toBe(400);
    refused(await session(browser), 'unauthenticated');
    expect((await asks.signIn(browser.email)).status).toBe(401);
    expect((await asks.signIn(browser.email, chosen.newPassword)).status).toBe(200);
  });

  test('is answered alike for an address that nobody has, and three letters an hour are enough', async () => {
    const { email } = await newPerson(world);
    const ask = async (to: string) =>
      (await new Browser(world).post('/auth/request-password-reset', { email: to })).status;
    for (const to of [email, 'nobody@club.example']) {
      expect([await ask(to), await ask(to), await ask(to)]).toEqual([200, 200, 200]);
      expect(await ask(to)).toBe(429);
    }
    expect(await lettersTo(world, email)).toHaveLength(3);
    expect(await lettersTo(world, 'nobody@club.example')).toEqual([]);
  });

  test('gives one of the platform’s own people an account, who may what its key may', async () => {
    const email = 'operator@platform.example';
    const browser = new Browser(world);
    await browser.post('/auth/request-password-reset', { email: email.toUpperCase() });
    await browser.post('/auth/reset-password', { token: await linkedToken(email), newPassword: PASSWORD });
    await browser.signIn(email);
    expect((await session(browser)).body).toMatchObject({ merchants: [], merchant: null, role: null });
    expect((await browser.post('/v1/merchants', { name: 'Club', currency: 'EUR' })).status).toBe(201);
    refused(await browser.get('/v1/merchant'), 'forbidden');
    refused(await (await signedIn(world, {})).post('/v1/merchants', { name: 'x', currency: 'EUR' }), 'forbidden');
  });
});

describe('a second factor', () => {
  test('is asked for after the password: a code of the app, or a backup code once', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner' });
    const before = new Browser(world);
    for (const [name, value] of browser.cookies) before.cookies.set(name, value);
    const { totpURI, backupCodes } = await enrol(browser);
    expect((await session(browser)).body.user.secondFactor).toBe(true);
    refused(await session(before), 'unauthenticated');

    const phone = new Browser(world);
    expect((await phone.signIn(browser.email)).body).toMatchObject({ twoFactorRedirect: true });
    refused(await session(phone), 'unauthenticated');
    expect(
      (await phone.post('/auth/two-factor/verify-totp', { code: codeOf(totpURI), trustDevice: true })).status,
    ).toBe(200);
    expect((await session(phone)).status).toBe(200);
    expect([...phone.cookies.keys()]).toEqual(['quittance-staff.session_token']);

    const code = backupCodes[0];
    const withCode = async () => {
      const lost = new Browser(world);
      await lost.signIn(browser.email);
      return (await lost.post('/auth/two-factor/verify-backup-code', { code })).status;
    };
    expect([await withCode(), await withCode()]).toEqual([200, 401]);
  });

  test('is not taken away by a password alone', async () => {
    const browser = await signedIn(world, { [merchant.id]: 'owner' });
    const { totpURI } = await enrol(browser);
    const changes = {
      'two-factor/disable': { password: PASSWORD },
      'two-factor/generate-backup-codes': { password: PASSWORD },
      'change-password': { currentPassword: PASSWORD, newPassword: 'another long password' },
    };
    for (const [path, body] of Object.entries(changes))
      refused(await browser.post(`/auth/${path}`, body), 'step_up_required');
    refused(await browser.stepUp(), 'step_up_failed');
    expect((await browser.stepUp({ code: codeOf(totpURI) })).status).toBe(200);
    expect((await browser.post('/auth/two-factor/disable', { password: PASSWORD })).status).toBe(200);
    expect((await session(browser)).body.user.secondFactor).toBe(false);
  });
});
