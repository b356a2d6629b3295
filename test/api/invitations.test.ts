import type { ProblemCode } from '../../api/http/problems';
import { newId } from '../../platform/ids';
import { Browser, lettersTo, newPerson, PASSWORD, signedIn } from '../support/browser';
import { call } from '../support/client';
import type { Reply } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, newMerchant, operatorOf } from './asking';
import { refused, refusedField } from './refusal';
import { expectNowhere } from './whole-database';

interface InvitationView {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly expiresAt: string;
  readonly mail: { readonly state: string };
}
interface SessionView {
  readonly user: { readonly id: string; readonly email: string };
  readonly merchant: string | null;
  readonly role: string | null;
}

const ACCEPTANCE = '/v1/invitations/acceptance';
const WHO = { name: 'Anne Martin', password: PASSWORD };

let world: World;
let merchant: Awaited<ReturnType<typeof newMerchant>>;
let owner: Browser & { id: string; email: string };
beforeAll(async () => {
  world = await startWorld({ workers: 0, mail: { smtpUrl: 'smtp://127.0.0.1:1' } });
  merchant = await newMerchant(world, { name: 'Rowing', locale: 'fr' });
});
afterAll(() => world.stop());
beforeEach(async () => {
  owner = await signedIn(world, { [merchant.id]: 'owner' });
  await owner.stepUp();
});

const newAddress = () => `${newId('per')}@club.example`;
async function invite(email: string, body: object = {}): Promise<InvitationView> {
  const reply = await owner.post<InvitationView>('/v1/invitations', { email, role: 'treasurer', ...body });
  expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
  return reply.body;
}
/** The link of the newest letter to this address. */
async function linkTo(email: string): Promise<URL> {
  const letter = (await lettersTo(world, email)).findLast(({ kind }) => kind === 'invitation')!;
  return new URL((letter.data as { url: string }).url);
}
const tokenIn = (link: URL): string => link.pathname.split('/').at(-1)!;
async function invitedTo(email: string, body: object = {}): Promise<string> {
  await invite(email, body);
  return tokenIn(await linkTo(email));
}
const accept = (browser: Browser, token: string, body: object = WHO) =>
  browser.post<{ merchant: string; role: string }>(ACCEPTANCE, { token, ...body });
const session = async (browser: Browser) => (await browser.get<SessionView>('/v1/session')).body;
const rowsOf = async (object: string) =>
  (
    await world.db.sql.query<{ action: string; actor_kind: string; actor_id: string | null }>(
      'SELECT action, actor_kind, actor_id FROM audit_trail WHERE object_id = $1 ORDER BY id',
      [object],
    )
  ).rows;

test('somebody new comes in by the letter: an account, a role, and a browser that is signed in', async () => {
  const email = newAddress();
  const { id } = await invite(email.toUpperCase());
  const [letter] = await lettersTo(world, email);
  expect(letter).toMatchObject({
    kind: 'invitation',
    locale: 'fr',
    data: { merchant: 'Rowing', role: 'treasurer', inviter: 'Paul Petit' },
  });
  const browser = new Browser(world);
  const { status, body } = await accept(browser, tokenIn(await linkTo(email)));
  expect([status, body]).toEqual([201, { merchant: merchant.id, role: 'treasurer' }]);
  const { user, ...at } = await session(browser);
  expect([user, at]).toMatchObject([{ email }, { merchant: merchant.id, role: 'treasurer' }]);
  expect((await new Browser(world).signIn(email)).status).toBe(200);
  expect(await rowsOf(id)).toEqual([
    { action: 'invitation.created', actor_kind: 'person', actor_id: owner.id },
    { action: 'invitation.accepted', actor_kind: 'person', actor_id: user.id },
  ]);
});

test('the token stands nowhere, and neither does the invited address where it would stay', async () => {
  const email = newAddress();
  const { id } = await invite(email);
  await expectNowhere(world.db, tokenIn(await linkTo(email)));
  const { rows } = await world.db.sql.query<{ text: string }>(
    'SELECT t::text AS text FROM audit_trail t WHERE object_id = $1',
    [id],
  );
  expect(rows[0]?.text).not.toContain(email);
});

test('the list shows what became of the letter', async () => {
  const email = newAddress();
  const { id, mail } = await invite(email);
  expect(mail).toEqual({ state: 'queued' });
  const { rows } = await world.db.sql.query<{ letter: string }>(
    'SELECT letter_id AS letter FROM invitations WHERE id = $1',
    [id],
  );
  const state = async () =>
    (await owner.get<{ data: InvitationView[] }>('/v1/invitations')).body.data.find((one) => one.id === id)?.mail.state;
  for (const ended of ['sent', 'refused']) {
    await world.db.sql.query('UPDATE letters SET state = $2, sealed = NULL, ended_at = now() WHERE id = $1', [
      rows[0]!.letter,
      ended,
    ]);
    expect(await state()).toBe(ended);
  }
});

test('a process that dies between the letter and the invitation leaves neither', async () => {
  const email = newAddress();
  await world.db.sql.query(`ALTER TABLE invitations ADD CONSTRAINT dies CHECK (email <> '${email}') NOT VALID`);
  expect((await owner.post('/v1/invitations', { email, role: 'desk' })).status).toBe(500);
  expect(await lettersTo(world, email)).toEqual([]);
  await world.db.sql.query('ALTER TABLE invitations DROP CONSTRAINT dies');
  await invite(email);
  expect(await lettersTo(world, email)).toHaveLength(1);
});

test('no key invites, lists or removes people; and an owner only after proving who they are', async () => {
  const body = { email: newAddress(), role: 'desk' };
  refused(await merchant.post('/v1/invitations', body), 'forbidden');
  refused(await merchant.get('/v1/people'), 'forbidden');
  const hasty = await signedIn(world, { [merchant.id]: 'owner' });
  refused(await hasty.post('/v1/invitations', body), 'step_up_required');
  expect((await hasty.get('/v1/invitations')).status).toBe(200);
});

test('where no letter leaves nobody is invited', async () => {
  const silent = await startWorld({ workers: 0 });
  const club = await newMerchant(silent);
  const body = { email: newAddress() };
  refused(await operatorOf(silent).post(`/v1/merchants/${club.id}/invitations`, body), 'mail_not_configured');
  refused(await operatorOf(silent).post(`/v1/merchants/${club.id}/recovery`, body), 'mail_not_configured');
  const theirs = await signedIn(silent, { [club.id]: 'owner' });
  await theirs.stepUp();
  refused(await theirs.post('/v1/invitations', { ...body, role: 'desk' }), 'mail_not_configured');
  await silent.stop();
});

describe('the page of a link', () => {
  const look = async (method: string, link: URL) => fetch(link, { method, redirect: 'manual' });

  test('can be looked at any number of times, by a scanner too: it changes nothing, sets no cookie and is kept by nobody', async () => {
    const email = newAddress();
    await invite(email);
    const link = await linkTo(email);
    const before = await world.db.sql.query('SELECT * FROM invitations WHERE email = $1', [email]);
    for (const method of ['GET', 'HEAD', 'GET', 'HEAD']) {
      const { status, headers } = await look(method, link);
      expect(status).toBe(200);
      expect(headers.getSetCookie()).toEqual([]);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
    const page = await (await look('GET', link)).text();
    expect(page).toContain('<button');
    expect(page).toContain('Rowing');
    expect((await world.db.sql.query('SELECT * FROM invitations WHERE email = $1', [email])).rows).toEqual(before.rows);
    expect((await accept(new Browser(world), tokenIn(link))).status).toBe(201);
    expect((await look('GET', link)).status).toBe(410);
  });

  test('of a new password can be looked at twice too, and the password chosen once', async () => {
    const { email } = await newPerson(world);
    const browser = new Browser(world);
    await browser.post('/auth/request-password-reset', { email });
    const [letter] = await lettersTo(world, email);
    const link = new URL((letter!.data as { url: string }).url);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const { status, headers } = await look(method, link);
      expect([status, headers.getSetCookie(), headers.get('cache-control')]).toEqual([200, [], 'no-store']);
    }
    await expectNowhere(world.db, tokenIn(link));
    const chosen = { token: tokenIn(link), newPassword: 'another long password' };
    expect((await browser.post('/auth/reset-password', chosen)).status).toBe(200);
    expect((await look('GET', link)).status).toBe(404);
  });
});

describe('an invitation', () => {
  const ends: Readonly<
    Record<string, readonly [(id: string, token: string) => Promise<unknown>, ProblemCode, number]>
  > = {
    'that was accepted': [(_id, token) => accept(new Browser(world), token), 'invitation_used', 410],
    'that is too old': [
      (id) => world.db.sql.query("UPDATE invitations SET expires_at = now() - interval '1 s' WHERE id = $1", [id]),
      'invitation_expired',
      410,
    ],
    'that was withdrawn': [(id) => owner.delete(`/v1/invitations/${id}`), 'not_found', 404],
  };
  test.each(Object.entries(ends))('%s brings nobody in', async (_how, [end, code, status]) => {
    const email = newAddress();
    const { id } = await invite(email);
    const link = await linkTo(email);
    await end(id, tokenIn(link));
    const browser = new Browser(world);
    refused(await accept(browser, tokenIn(link)), code);
    expect(browser.cookies.size).toBe(0);
    expect((await fetch(link)).status).toBe(status);
  });

  test('that nobody knows is not found, and after a hundred such in a minute no more are looked up', async () => {
    const other = await startWorld({ workers: 0 });
    const browser = new Browser(other);
    for (let time = 0; time < 100; time++) refused(await accept(browser, `${time}`), 'not_found');
    refused(await accept(browser, 'once more'), 'too_many_requests');
    await other.stop();
  });

  test('of another merchant is not withdrawn, and not seen', async () => {
    const other = await newMerchant(world);
    const stranger = await signedIn(world, { [other.id]: 'owner' });
    await stranger.stepUp();
    const { id } = await invite(newAddress());
    refused(await stranger.delete(`/v1/invitations/${id}`), 'not_found');
    expect((await stranger.get<{ data: unknown[] }>('/v1/invitations')).body.data).toEqual([]);
  });

  test('holds at most seven days', async () => {
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    const body = (expiresAt: string) => ({ email: newAddress(), role: 'desk', expiresAt });
    refusedField(await owner.post('/v1/invitations', body(inDays(7.01))), 'expiresAt');
    refusedField(await owner.post('/v1/invitations', body(inDays(-1))), 'expiresAt');
    const soon = inDays(1);
    expect((await invite(newAddress(), { expiresAt: soon })).expiresAt).toBe(soon);
  });

  test('takes the place of the one before for the same address, whose link and letter are gone', async () => {
    const email = newAddress();
    const [first, second] = [await invitedTo(email), await invitedTo(email, { role: 'desk' })];
    expect(await lettersTo(world, email)).toHaveLength(1);
    refused(await accept(new Browser(world), first), 'not_found');
    expect((await accept(new Browser(world), second)).body.role).toBe('desk');
  });

  test('is not sent to one of the people', async () => {
    const { email } = await newPerson(world, { [merchant.id]: 'desk' });
    refused(await owner.post('/v1/invitations', { email, role: 'owner' }), 'already_here');
  });

  test('that is accepted twice at once makes one account and one session', async () => {
    const email = newAddress();
    const token = await invitedTo(email);
    const replies = await Promise.all([1, 2, 3].map(() => accept(new Browser(world), token)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 410, 410]);
  });

  test('is for its address: no body says another, and who is new brings a name and a password', async () => {
    const token = await invitedTo(newAddress());
    const browser = new Browser(world);
    refusedField(await accept(browser, token, { ...WHO, email: 'eve@example.org' }), 'email');
    refusedField(await accept(browser, token, { password: PASSWORD }), 'name');
    refusedField(await accept(browser, token, { name: 'Anne' }), 'password');
    refusedField(await accept(browser, token, { name: 'Anne', password: 'short' }), 'password');
    expect((await accept(browser, token)).status).toBe(201);
  });

  test('is not accepted from the page of another site', async () => {
    const token = await invitedTo(newAddress());
    refused(await accept(new Browser(world, 'https://evil.example'), token), 'cross_origin');
    const form = await call(world.baseUrl, null, 'POST', ACCEPTANCE, `token=${token}`, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    refused(form, 'unsupported_media_type');
    expect((await accept(new Browser(world), token)).status).toBe(201);
  });
});

describe('an address that has an account', () => {
  test('signs in first and comes in then; its password stays as it is', async () => {
    const { email } = await newPerson(world);
    const token = await invitedTo(email);
    refused(await accept(new Browser(world), token, { name: 'Eve', password: 'a password of eve' }), 'sign_in_first');
    const browser = new Browser(world);
    await browser.signIn(email);
    const { status, body } = await accept(browser, token, { name: 'Eve', password: 'a password of eve' });
    expect([status, body]).toEqual([201, { merchant: merchant.id, role: 'treasurer' }]);
    expect(await session(browser)).toMatchObject({ merchant: merchant.id, role: 'treasurer', user: { email } });
    expect((await new Browser(world).signIn(email, 'a password of eve')).status).toBe(401);
    expect((await new Browser(world).signIn(email)).status).toBe(200);
  });

  test('is not come in for by somebody who is signed in as another, whether or not it has one', async () => {
    const another = await signedIn(world, { [merchant.id]: 'desk' });
    for (const email of [newAddress(), (await newPerson(world)).email])
      refused(await accept(another, await invitedTo(email)), 'invitation_for_another_address');
    expect((await session(another)).role).toBe('desk');
  });

  test('works for two merchants, one at a time', async () => {
    const club = await newMerchant(world);
    const browser = await signedIn(world, { [club.id]: 'owner' });
    await accept(browser, await invitedTo(browser.email, { role: 'accountant' }), {});
    expect(await session(browser)).toMatchObject({ merchant: merchant.id, role: 'accountant' });
    await browser.put('/v1/session/merchant', { merchant: club.id });
    expect(await session(browser)).toMatchObject({ merchant: club.id, role: 'owner' });
  });
});

describe('a merchant’s first owner', () => {
  const inviteFirst = (club: { id: string }, email: string): Promise<Reply<InvitationView>> =>
    operatorOf(world).post(`/v1/merchants/${club.id}/invitations`, { email });

  test('is invited by the operator while there is none; invited again, the letter before is worth nothing', async () => {
    const club = await newMerchant(world);
    const [wrong, right] = [newAddress(), newAddress()];
    const first = await inviteFirst(club, wrong);
    expect([first.status, first.body.role]).toEqual([201, 'owner']);
    const lost = tokenIn(await linkTo(wrong));
    expect((await inviteFirst(club, right)).status).toBe(201);
    refused(await accept(new Browser(world), lost), 'not_found');
    expect((await accept(new Browser(world), tokenIn(await linkTo(right)))).body).toEqual({
      merchant: club.id,
      role: 'owner',
    });
    refused(await inviteFirst(club, wrong), 'merchant_has_owner');
    refused(await inviteFirst({ id: newId('mer') }, wrong), 'not_found');
  });

  test('is invited by one of the platform’s people too, and by nobody else', async () => {
    const club = await newMerchant(world);
    const operator = new Browser(world);
    const { email } = await newPerson(world, {}, 'operator@platform.example');
    await operator.signIn(email);
    const path = `/v1/merchants/${club.id}/invitations`;
    expect((await operator.post(path, { email: newAddress() })).status).toBe(201);
    for (const other of [owner, asking(world, merchant.secretKey)])
      refused(await other.post(path, { email: newAddress() }), 'forbidden');
  });
});
