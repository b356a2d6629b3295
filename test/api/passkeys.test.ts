import { Authenticator } from '../support/authenticator';
import { Browser, codeOf, PASSWORD, signedIn } from '../support/browser';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { newMerchant } from './asking';
import { refused, refusedField } from './refusal';

interface Question {
  readonly challenge: string;
  readonly rp?: { readonly id: string };
  readonly rpId?: string;
  readonly allowCredentials?: readonly { readonly id: string }[];
  readonly excludeCredentials?: readonly { readonly id: string }[];
}
interface PasskeyView {
  readonly id: string;
  readonly name: string;
  readonly lastUsedAt: string | null;
}
type Person = Browser & { readonly id: string; readonly email: string };

let world: World;
let club: Awaited<ReturnType<typeof newMerchant>>;
let person: Person;
let device: Authenticator;
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
});
afterAll(() => world.stop());
beforeEach(async () => {
  club = await newMerchant(world);
  person = await signedIn(world, { [club.id]: 'owner' });
  device = new Authenticator(world.baseUrl);
});

const askToRegister = async (who: Browser) => (await who.post<Question>('/v1/session/passkeys/options')).body;
/** The person, who has just proven who they are, adds the device. */
async function add(who: Browser, what = device): Promise<PasskeyView> {
  const passkey = what.register(await askToRegister(who));
  const reply = await who.post<PasskeyView>('/v1/session/passkeys', { name: 'Laptop', passkey });
  expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
  return reply.body;
}
async function withPasskey(who: Person = person, what = device): Promise<PasskeyView> {
  expect((await who.stepUp()).status).toBe(200);
  return add(who, what);
}
const passkeysOf = async (who: Browser) => (await who.get<{ data: PasskeyView[] }>('/v1/session/passkeys')).body.data;
const questionTo = async (who: Browser) => (await who.post<Question>('/v1/session/step-up-passkey')).body;
/** A browser whose person has given their password, and nothing more. */
async function halfSignedIn({ email }: Pick<Person, 'email'>) {
  const browser = new Browser(world);
  const { status, body } = await browser.signIn(email);
  expect([status, body]).toEqual([200, expect.objectContaining({ twoFactorRedirect: true })]);
  expect((await browser.get('/v1/session')).status).toBe(401);
  return browser;
}
const ask = (browser: Browser) => browser.post<Question>('/auth/two-factor/passkey-options');
const verify = (browser: Browser, passkey: object) => browser.post('/auth/two-factor/verify-passkey', { passkey });
/** Nothing is remembered of a step-up. */
const later = ({ id }: Person) =>
  world.db.sql.query(
    `UPDATE staff_sessions SET stepped_up_until = NULL WHERE session_id IN (SELECT id FROM auth.session WHERE "userId" = $1)`,
    [id],
  );

describe('adding one', () => {
  test('wants a proof of who adds it, and makes it their second factor', async () => {
    refused(await person.post('/v1/session/passkeys/options'), 'step_up_required');
    const added = await withPasskey();
    expect(added).toEqual({
      ...{ id: expect.stringMatching(/^psk_/), name: 'Laptop', lastUsedAt: null },
      createdAt: expect.stringMatching(/^\d{4}-/),
    });
    expect(await passkeysOf(person)).toEqual([added]);
    const { body } = await person.get<{ user: { secondFactor: boolean } }>('/v1/session');
    expect(body.user.secondFactor).toBe(true);
    expect((await askToRegister(person)).excludeCredentials).toHaveLength(1);
  });

  test('leaves in the trail who did, and removing it too', async () => {
    const { id } = await withPasskey();
    expect((await person.delete(`/v1/session/passkeys/${id}`)).status).toBe(200);
    const { body } = await club.get<{ data: object[] }>(`/v1/audit?object=${id}`);
    const actor = { kind: 'person', id: person.id };
    expect(body.data).toMatchObject([
      { action: 'passkey.removed', actor },
      { action: 'passkey.added', actor },
    ]);
  });

  test('is refused to another site’s page, to an old question, and to the same answer again', async () => {
    await person.stepUp();
    const post = (passkey: object) => person.post('/v1/session/passkeys', { name: 'x', passkey });
    refused(
      await post(device.register(await askToRegister(person), { origin: 'https://evil.example' })),
      'passkey_refused',
    );
    refused(await post(device.register(await askToRegister(person), { rpId: 'evil.example' })), 'passkey_refused');
    const first = await askToRegister(person);
    await askToRegister(person);
    refused(await post(device.register(first)), 'passkey_refused');
    const late = await askToRegister(person);
    await world.db.sql.query(`UPDATE passkey_questions SET expires_at = now()`);
    refused(await post(device.register(late)), 'passkey_refused');
    const right = device.register(await askToRegister(person));
    expect((await post(right)).status).toBe(201);
    refused(await post(right), 'passkey_refused');
    refused(await post(device.register(await askToRegister(person))), 'passkey_refused');
    refusedField(await post({ ...right, id: 'no base64' }), 'passkey.id');
    expect(await passkeysOf(person)).toHaveLength(1);
  });
});

describe('signing in', () => {
  test('asks for it after the password, and begins a session by its answer', async () => {
    await withPasskey();
    const browser = await halfSignedIn(person);
    const { body: question } = await ask(browser);
    expect(question).toMatchObject({ rpId: '127.0.0.1', allowCredentials: [{ id: expect.any(String) }] });
    expect((await verify(browser, device.answer(question))).status).toBe(200);
    const session = await browser.get<{ user: { id: string }; merchant: string }>('/v1/session');
    expect(session.body).toMatchObject({ user: { id: person.id }, merchant: club.id, steppedUpUntil: null });
    expect((await passkeysOf(browser))[0]!.lastUsedAt).toMatch(/^\d{4}-/);
    expect((await ask(browser)).status).toBe(401);
  });

  test('is not done by a question of before, by another’s device, by another page, or by a device that was copied', async () => {
    await withPasskey();
    const other = await signedIn(world, { [club.id]: 'desk' });
    const theirs = new Authenticator(world.baseUrl);
    await withPasskey(other, theirs);
    const browser = await halfSignedIn(person);
    const fresh = async () => (await ask(browser)).body;
    const used = await fresh();
    await fresh();
    const wrong = [
      device.answer(used),
      theirs.answer(await fresh()),
      device.answer(await fresh(), { origin: 'https://evil.example' }),
      device.answer(await fresh(), { rpId: 'evil.example' }),
      { ...device.answer(await fresh()), id: theirs.answer(await fresh()).id },
    ];
    for (const answer of wrong) expect((await verify(browser, answer)).status).toBe(401);
    expect((await browser.get('/v1/session')).status).toBe(401);
    const question = await fresh();
    const right = device.answer(question);
    expect((await verify(browser, right)).status).toBe(200);

    const again = await halfSignedIn(person);
    expect((await verify(again, right)).status).toBe(401);
    expect((await verify(again, device.answer((await ask(again)).body, { counter: 1 }))).status).toBe(401);
    expect((await verify(again, device.answer((await ask(again)).body))).status).toBe(200);
  });

  test('cannot be finished by a password alone, nor begun without one', async () => {
    await withPasskey();
    const browser = new Browser(world);
    expect((await ask(browser)).status).toBe(401);
    expect((await verify(browser, device.answer({ challenge: 'AAAA' }))).status).toBe(401);
    const half = await halfSignedIn(person);
    expect((await half.post('/auth/two-factor/verify-totp', { code: '000000' })).status).toBe(400);
    expect((await half.get('/v1/session')).status).toBe(401);
  });

  test('of somebody without one finds none, and takes the code instead', async () => {
    const { body } = await person.post<{ totpURI: string }>('/auth/two-factor/enable', { password: PASSWORD });
    await person.post('/auth/two-factor/verify-totp', { code: codeOf(body.totpURI) });
    const browser = await halfSignedIn(person);
    expect([(await ask(browser)).status, (await ask(browser)).body]).toEqual([
      401,
      expect.objectContaining({ code: 'NO_PASSKEY' }),
    ]);
    expect((await browser.post('/auth/two-factor/verify-totp', { code: codeOf(body.totpURI) })).status).toBe(200);
  });

  test('ten wrong answers in a quarter of an hour are enough, whether of devices or codes', async () => {
    await withPasskey();
    const wrong = new Authenticator(world.baseUrl);
    for (let time = 0; time < 10; time++) {
      const browser = await halfSignedIn(person);
      expect((await verify(browser, wrong.answer((await ask(browser)).body))).status).toBe(401);
    }
    const late = await halfSignedIn(person);
    refused(await verify(late, device.answer((await ask(late)).body)), 'too_many_requests');
  });
});

describe('a step-up', () => {
  test('is made by it, and by a password no more', async () => {
    await withPasskey();
    await later(person);
    refused(await person.stepUp(), 'step_up_failed');
    refused(await person.post('/v1/keys', { name: 'x', scopes: ['read'] }), 'step_up_required');
    const question = await questionTo(person);
    const answer = device.answer(question);
    expect((await person.stepUp({ passkey: answer })).status).toBe(200);
    expect((await person.post('/v1/keys', { name: 'x', scopes: ['read'] })).status).toBe(201);
    refused(await person.stepUp({ passkey: answer }), 'step_up_failed');
  });

  test('is not made by the answer to another question: of another session, or of a sign-in', async () => {
    await withPasskey();
    const browser = await halfSignedIn(person);
    const { body: ofSignIn } = await ask(browser);
    refused(await person.stepUp({ passkey: device.answer(ofSignIn) }), 'step_up_failed');
    expect((await verify(browser, device.answer(ofSignIn))).status).toBe(200);
    const ofOther = await questionTo(browser);
    await questionTo(person);
    refused(await person.stepUp({ passkey: device.answer(ofOther) }), 'step_up_failed');
    expect((await browser.stepUp({ passkey: device.answer(ofOther) })).status).toBe(200);
  });

  test('is offered to nobody without one', async () => {
    refused(await person.post('/v1/session/step-up-passkey'), 'no_passkey');
  });
});

describe('removing one', () => {
  test('wants a proof, and another’s is not found', async () => {
    const { id } = await withPasskey();
    const other = await signedIn(world, { [club.id]: 'owner' });
    await other.stepUp();
    refused(await other.delete(`/v1/session/passkeys/${id}`), 'not_found');
    await later(person);
    refused(await person.delete(`/v1/session/passkeys/${id}`), 'step_up_required');
    await person.stepUp({ passkey: device.answer(await questionTo(person)) });
    expect((await person.delete(`/v1/session/passkeys/${id}`)).status).toBe(200);
    expect((await new Browser(world).signIn(person.email)).body).not.toHaveProperty('twoFactorRedirect');
  });

  test('that is the last second factor is refused where a merchant wants one; of two that go at once one stays', async () => {
    const first = await withPasskey();
    expect((await person.patch('/v1/merchant', { requireSecondFactor: true })).status).toBe(200);
    refused(await person.delete(`/v1/session/passkeys/${first.id}`), 'last_second_factor');
    const second = await add(person, new Authenticator(world.baseUrl));
    const replies = await Promise.all([first, second].map(({ id }) => person.delete(`/v1/session/passkeys/${id}`)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await passkeysOf(person)).toHaveLength(1);
  });
});

describe('beside codes', () => {
  test('each is a second factor of its own: either signs in, and one stays when the other goes', async () => {
    const { id } = await withPasskey();
    const { body } = await person.post<{ totpURI: string }>('/auth/two-factor/enable', { password: PASSWORD });
    expect((await person.post('/auth/two-factor/verify-totp', { code: codeOf(body.totpURI) })).status).toBe(200);
    const byCode = await halfSignedIn(person);
    expect((await byCode.post('/auth/two-factor/verify-totp', { code: codeOf(body.totpURI) })).status).toBe(200);
    const byDevice = await halfSignedIn(person);
    expect((await verify(byDevice, device.answer((await ask(byDevice)).body))).status).toBe(200);

    await byDevice.stepUp({ passkey: device.answer(await questionTo(byDevice)) });
    expect((await byDevice.post('/auth/two-factor/disable', { password: PASSWORD })).status).toBe(200);
    const still = await halfSignedIn(person);
    expect((await verify(still, device.answer((await ask(still)).body))).status).toBe(200);
    await still.stepUp({ passkey: device.answer(await questionTo(still)) });
    expect((await still.delete(`/v1/session/passkeys/${id}`)).status).toBe(200);
    expect((await new Browser(world).signIn(person.email)).body).not.toHaveProperty('twoFactorRedirect');
  });

  test('codes stay when the passkey goes, and are not set up by a stolen session with a password', async () => {
    const { id } = await withPasskey();
    await later(person);
    refused(await person.post('/auth/two-factor/enable', { password: PASSWORD }), 'step_up_required');
    await person.stepUp({ passkey: device.answer(await questionTo(person)) });
    const { body } = await person.post<{ totpURI: string }>('/auth/two-factor/enable', { password: PASSWORD });
    await person.post('/auth/two-factor/verify-totp', { code: codeOf(body.totpURI) });
    expect((await person.delete(`/v1/session/passkeys/${id}`)).status).toBe(200);
    const browser = await halfSignedIn(person);
    expect((await browser.post('/auth/two-factor/verify-totp', { code: codeOf(body.totpURI) })).status).toBe(200);
  });
});

test('a merchant that wants a second factor is content with it', async () => {
  await person.stepUp();
  expect((await person.patch('/v1/merchant', { requireSecondFactor: true })).status).toBe(200);
  const browser = new Browser(world);
  await browser.signIn(person.email);
  refused(await browser.get('/v1/members'), 'second_factor_required');
  await browser.stepUp();
  await add(browser);
  expect((await browser.get('/v1/members')).status).toBe(200);
});
