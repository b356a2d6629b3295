import { signedIn } from '../support/browser';
import { eventually, Merchant } from '../support/client';
import { control } from '../support/gateways';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf } from './asking';
import { openEvents } from './event-stream';
import { refused, refusedField } from './refusal';
import { expectNowhere } from './whole-database';

interface SignedIn {
  readonly member: string | null;
  readonly members: readonly { readonly id: string; readonly name: string }[];
}

const ASK = '/v1/member-sign-in';
const SESSION = '/v1/member-sign-in/session';

let world: World;
let off: World;
let merchant: Merchant;
beforeAll(async () => {
  [world, off] = [await startWorld({ mail: 'simulator' }), await startWorld({ workers: 0 })];
  merchant = await Merchant.create(world, { name: 'Rowing', slug: 'rowing' });
});
afterAll(async () => {
  await world.stop();
  await off.stop();
});

let count = 0;
async function memberAt(email = `member-${++count}@person.example`, name = 'Anne Martin') {
  const { body } = await merchant.post<{ id: string }>('/v1/members', { name, email });
  return { id: body.id, name, email };
}
const nobody = () => asking(world, null);
const ask = (email: string, of = 'rowing') => nobody().post(ASK, { merchant: of, email });
const lettersTo = async (email: string) =>
  (await control<{ data: { text: string }[] }>(world, 'GET', `/mailbox/letters?to=${email}`)).data;
/** The token of the newest letter, once there are so many. */
async function tokenFor(email: string, letters = 1): Promise<string> {
  const found = await eventually(
    () => lettersTo(email),
    (all) => all.length >= letters,
  );
  return /\/member-sign-in\/([\w-]+)/.exec(found[0]!.text)![1]!;
}
async function linkFor(email: string): Promise<string> {
  expect((await ask(email)).status).toBe(202);
  return tokenFor(email);
}
const cookieOf = (headers: Headers): string => headers.get('set-cookie')?.split(';')[0] ?? '';
/** A browser of ours with this cookie. */
const browserWith = (cookie: string) => {
  const headers = { cookie, origin: world.baseUrl };
  return {
    get: <Body>(path: string, over = {}) => nobody().get<Body>(path, { ...headers, ...over }),
    post: <Body>(path: string, body: unknown, over = {}) => nobody().post<Body>(path, body, { ...headers, ...over }),
    put: <Body>(path: string, body: unknown, over = {}) => nobody().put<Body>(path, body, { ...headers, ...over }),
    ask: <Body>(method: string, path: string, over = {}, body?: unknown) =>
      nobody().ask<Body>(method, path, body, { ...headers, ...over }),
    headers,
  };
};
const signIn = (token: string) => nobody().post<SignedIn>(SESSION, { token });

test('a member signs in by a letter’s link, reads the own cart and pays; another’s is not found', async () => {
  const [anne, ben] = [await memberAt(), await memberAt()];
  const token = await linkFor(anne.email);
  const { status, body, headers } = await signIn(token);
  expect([status, body]).toEqual([200, { member: anne.id, members: [{ id: anne.id, name: anne.name }] }]);
  expect(headers.get('set-cookie')).toMatch(/^quittance_member=\w+; Max-Age=43200; Path=\/; .*HttpOnly; SameSite=Lax$/);
  const browser = browserWith(cookieOf(headers));
  expect((await browser.get(`/v1/members/${anne.id}/cart`)).status).toBe(200);
  refused(await browser.get(`/v1/members/${ben.id}/cart`), 'not_found');
  refused(await browser.get('/v1/members'), 'forbidden');
  const payment = { member: anne.id, gateway: 'paypal-standard', amount: 100 };
  expect((await browser.post('/v1/payments', payment)).status).toBe(201);
  const { rows } = await world.db.sql.query(
    'SELECT actor_kind, actor_id FROM audit_trail WHERE action = $1 AND object_id = $2',
    ['member.signed_in', anne.id],
  );
  expect(rows).toEqual([{ actor_kind: 'member', actor_id: anne.id }]);
  await expectNowhere(world.db, token, cookieOf(headers).split('=')[1]!);
});

test('a cookie is no way in for another page, nor for a form', async () => {
  const anne = await memberAt();
  const cookie = cookieOf((await signIn(await linkFor(anne.email))).headers);
  const browser = browserWith(cookie);
  const payment = { member: anne.id, gateway: 'paypal-standard', amount: 100 };
  for (const over of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'content-type': 'text/plain' }])
    refused(await browser.post('/v1/payments', payment, over), 'cross_origin');
  refused(await nobody().post('/v1/payments', payment, { cookie }), 'cross_origin');
  expect(await merchant.payments(anne.id)).toEqual([]);
});

test('a link works once, for as long as it holds, and signs nobody in on another page’s behalf', async () => {
  const anne = await memberAt();
  const token = await linkFor(anne.email);
  refused(await nobody().post(SESSION, { token }, { origin: 'https://evil.example' }), 'cross_origin');
  const both = await Promise.all([signIn(token), signIn(token)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
  refused(await signIn(token), 'link_used');
  refused(await signIn('nonsense'), 'not_found');
  await ask(anne.email);
  const second = await tokenFor(anne.email, 2);
  await world.db.sql.query('UPDATE member_sign_in_links SET expires_at = now() WHERE used_at IS NULL');
  const late = await signIn(second);
  refused(late, 'link_expired');
  expect(late.headers.get('set-cookie')).toBeNull();
});

test('a mail scanner that only looks changes nothing: the page has a button, sets no cookie, and the button signs in', async () => {
  const anne = await memberAt();
  const token = await linkFor(anne.email);
  const url = `${world.baseUrl}/member-sign-in/${token}`;
  for (const method of ['GET', 'HEAD', 'GET']) {
    const { status, headers } = await fetch(url, { method });
    expect([status, headers.get('set-cookie'), headers.get('cache-control')]).toEqual([200, null, 'no-store']);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  }
  const pressed = await fetch(url, { method: 'POST', redirect: 'manual' });
  expect([pressed.status, pressed.headers.get('location')]).toEqual([303, '/m']);
  expect((await browserWith(cookieOf(pressed.headers)).get(`/v1/members/${anne.id}/cart`)).status).toBe(200);
  for (const method of ['GET', 'POST']) expect((await fetch(url, { method })).status).toBe(410);
  expect((await fetch(`${world.baseUrl}/member-sign-in/nonsense`)).status).toBe(404);
});

test('two members with one address choose; until then neither’s cart is seen', async () => {
  const one = await memberAt('family@person.example', 'Anne');
  const other = await memberAt('Family@person.example', 'Ben');
  const stranger = await memberAt();
  const { body, headers } = await signIn(await linkFor('family@PERSON.example'));
  const members = [one, other].map(({ id, name }) => ({ id, name }));
  expect(body).toEqual({ member: null, members });
  const browser = browserWith(cookieOf(headers));
  refused(await browser.get(`/v1/members/${one.id}/cart`), 'unauthenticated');
  refused(await browser.put(SESSION, { member: stranger.id }), 'not_found');
  refused(await browser.put(SESSION, { member: other.id }, { origin: 'https://evil.example' }), 'cross_origin');
  expect((await browser.put(SESSION, { member: other.id })).body).toEqual({ member: other.id, members });
  expect((await browser.get(`/v1/members/${other.id}/cart`)).status).toBe(200);
  refused(await browser.get(`/v1/members/${one.id}/cart`), 'not_found');
  refused(await nobody().put(SESSION, { member: one.id }), 'unauthenticated');
});

test('a session ends with its time, with the address, and with the member', async () => {
  const [late, moved, gone] = [await memberAt(), await memberAt(), await memberAt()];
  const browsers = new Map<string, ReturnType<typeof browserWith>>();
  for (const { id, email } of [late, moved, gone])
    browsers.set(id, browserWith(cookieOf((await signIn(await linkFor(email))).headers)));
  await world.db.sql.query('UPDATE member_sessions SET expires_at = now() WHERE member_id = $1', [late.id]);
  await asking(world, merchant.secretKey).patch(`/v1/members/${moved.id}`, { email: 'moved@person.example' });
  await asking(world, merchant.secretKey).ask('DELETE', `/v1/members/${gone.id}`);
  for (const [id, browser] of browsers) refused(await browser.get(`/v1/members/${id}/cart`), 'unauthenticated');
});

test('a member signs out: the cookie opens nothing any more, and another browser of theirs stays signed in', async () => {
  const anne = await memberAt();
  const cookies = [];
  for (let letters = 1; letters <= 2; letters++) {
    await ask(anne.email);
    cookies.push(cookieOf((await signIn(await tokenFor(anne.email, letters))).headers));
  }
  const [phone, laptop] = cookies.map((cookie) => browserWith(cookie));
  refused(await phone!.ask('DELETE', SESSION, { origin: 'https://evil.example' }), 'cross_origin');
  expect((await phone!.get(`/v1/members/${anne.id}/cart`)).status).toBe(200);
  for (let i = 0; i < 2; i++) {
    const { status, headers } = await phone!.ask('DELETE', SESSION);
    expect([status, cookieOf(headers)]).toEqual([200, 'quittance_member=']);
    refused(await phone!.get(`/v1/members/${anne.id}/cart`), 'unauthenticated');
  }
  expect((await laptop!.get(`/v1/members/${anne.id}/cart`)).status).toBe(200);
});

/** Signs in by one letter after the other, each time in the browser that calls itself so. */
async function browsersOf({ email }: { readonly email: string }, ...agents: readonly string[]) {
  const browsers = [];
  for (const [index, agent] of agents.entries()) {
    await ask(email);
    const token = await tokenFor(email, index + 1);
    const { headers } = await nobody().post<SignedIn>(SESSION, { token }, { 'user-agent': agent });
    browsers.push(browserWith(cookieOf(headers)));
  }
  return browsers;
}
interface SessionView {
  readonly id: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly userAgent: string | null;
  readonly current: boolean;
}
type Browsing = ReturnType<typeof browserWith>;
const AS_MEMBER = { 'quittance-as': 'member' };
const sessionsOf = async (browser: Browsing) => (await browser.get<{ data: SessionView[] }>('/v1/sessions')).body.data;

test('a member sees in which browsers they are signed in, and ends one of them with its streams', async () => {
  const anne = await memberAt();
  const [phone, laptop] = await browsersOf(anne, 'Phone/1', 'Laptop/2');
  const shown = await sessionsOf(laptop!);
  expect(shown).toEqual([
    { ...shown[0], userAgent: 'Laptop/2', current: true },
    { ...shown[1], userAgent: 'Phone/1', current: false },
  ]);
  const { id } = await merchant.pay(anne.id, { amount: 100 });
  const stream = await openEvents(world, null, id, phone!.headers);
  refused(
    await phone!.ask('DELETE', `/v1/sessions/${shown[1]!.id}`, { origin: 'https://evil.example' }),
    'cross_origin',
  );
  expect((await laptop!.ask('DELETE', `/v1/sessions/${shown[1]!.id}`)).status).toBe(200);
  refused(await phone!.get(`/v1/members/${anne.id}/cart`), 'unauthenticated');
  await stream.rest(); // the server ends it
  refused(await laptop!.ask('DELETE', `/v1/sessions/${shown[1]!.id}`), 'not_found');
  expect((await sessionsOf(laptop!)).map(({ current }) => current)).toEqual([true]);
  const { rows } = await world.db.sql.query(
    'SELECT actor_kind, actor_id, user_agent FROM audit_trail WHERE action = $1 AND object_id = $2',
    ['member.signed_out', anne.id],
  );
  expect(rows).toEqual([{ actor_kind: 'member', actor_id: anne.id, user_agent: expect.any(String) }]);
});

test('another member’s session is neither seen nor ended, also beside a cookie of staff; of one address each sees all', async () => {
  const [anne, ben] = [await memberAt(), await memberAt()];
  const [[annes], [bens]] = [await browsersOf(anne, 'A/1'), await browsersOf(ben, 'B/1')];
  const [foreign] = await sessionsOf(bens!);
  refused(await annes!.ask('DELETE', `/v1/sessions/${foreign!.id}`), 'not_found');
  const staff = await signedIn(world, { [merchant.id]: 'owner' });
  const both = browserWith(`${staff.cookie()}; ${annes!.headers.cookie}`);
  expect((await sessionsOf(both))[0]!.userAgent).not.toBe('A/1');
  expect((await both.get<{ data: SessionView[] }>('/v1/sessions', AS_MEMBER)).body.data).toMatchObject([
    { userAgent: 'A/1', current: true },
  ]);
  // A reader of the letters to an address can become any member who has it.
  const twin = await memberAt(anne.email);
  const seen = (await (await memberOf(merchant, twin.id)).get<{ data: SessionView[] }>('/v1/sessions')).body.data;
  expect(seen).toMatchObject([{ userAgent: 'A/1', current: false }]);
  expect((await sessionsOf(bens!)).map(({ id }) => id)).toEqual([foreign!.id]);
});

test('a session says to the minute when it was last used, and is forgotten with its member', async () => {
  const anne = await memberAt();
  const [browser] = await browsersOf(anne, 'Phone/1');
  const age = "UPDATE member_sessions SET last_seen_at = now() - interval '1 hour' WHERE member_id = $1";
  await world.db.sql.query(age, [anne.id]);
  await pageFor(browser!.headers.cookie);
  await eventually(
    () => sessionsOf(browser!),
    ([session]) => Date.now() - Date.parse(session!.lastSeenAt) < 60_000,
  );
  await asking(world, merchant.secretKey).ask('DELETE', `/v1/members/${anne.id}`);
  const { rows } = await world.db.sql.query('SELECT FROM member_sessions WHERE member_id = $1', [anne.id]);
  expect(rows).toEqual([]);
});

test('the language that a member chooses is that of their letters from then on', async () => {
  const anne = await memberAt();
  const [browser] = await browsersOf(anne, 'Phone/1');
  const change = await browser!.ask('PATCH', `/v1/members/${anne.id}`, {}, { locale: 'fr' });
  expect(change.body).toMatchObject({ id: anne.id, locale: 'fr' });
  const noted = await world.db.sql.query(
    "SELECT actor_kind, after FROM audit_trail WHERE action = 'member.changed' AND object_id = $1",
    [anne.id],
  );
  expect(noted.rows).toEqual([{ actor_kind: 'member', after: { withheld: ['locale'] } }]);
  await ask(anne.email);
  await tokenFor(anne.email, 2);
  expect((await lettersTo(anne.email))[0]!.text).toContain('Bonjour');
  // Of pages it is where their browser asks for none that we have.
  expect(await (await pageFor(browser!.headers.cookie)).text()).toContain('<html lang="fr"');
});

test('beside a cookie of staff theirs counts, unless the page says that the member’s is meant', async () => {
  const anne = await memberAt();
  const staff = await signedIn(world, { [merchant.id]: 'desk' });
  const member = cookieOf((await signIn(await linkFor(anne.email))).headers);
  const browser = browserWith(`${staff.cookie()}; ${member}`);
  expect((await browser.get('/v1/members')).status).toBe(200);
  const asMember = { cookie: `${staff.cookie()}; ${member}`, origin: world.baseUrl, 'quittance-as': 'member' };
  refused(await nobody().get('/v1/members', asMember), 'forbidden');
  expect((await nobody().get(`/v1/members/${anne.id}/cart`, asMember)).status).toBe(200);
});

test('an address that nobody has is answered like any other, and no address gets more than three letters an hour', async () => {
  const anne = await memberAt();
  const replies = [await ask(anne.email), await ask('nobody@person.example'), await ask(anne.email, 'no-such-club')];
  for (const { status, body } of replies) expect([status, body]).toEqual([202, {}]);
  for (let times = 0; times < 4; times++) expect((await ask(anne.email, merchant.id)).status).toBe(202);
  await tokenFor(anne.email, 3);
  const { rows } = await world.db.sql.query('SELECT FROM letters WHERE member_id = $1', [anne.id]);
  expect(rows).toHaveLength(3);
  expect(await lettersTo('nobody@person.example')).toEqual([]);
});

/** The answers of the API that came with a page. */
const broughtBy = (html: string): Record<string, unknown> =>
  JSON.parse(/<script type="application\/json" id="answers">(.*?)<\/script>/s.exec(html)?.[1] ?? '{}') as Record<
    string,
    unknown
  >;
const pageFor = (cookie: string, path = '/m') => fetch(`${world.baseUrl}${path}`, { headers: { cookie } });

test('the page of who signed in carries what its script would ask for first, and nothing of anybody else', async () => {
  const anne = await memberAt(undefined, 'Anne </script><b>');
  const ben = await memberAt();
  await merchant.post(`/v1/members/${anne.id}/charges`, {
    label: 'fee',
    category: 'fee',
    amount: 4_200,
    currency: 'EUR',
  });
  const theirs = await merchant.pay(ben.id, { amount: 100 });
  const cookie = cookieOf((await signIn(await linkFor(anne.email))).headers);
  const own = `/v1/members/${anne.id}`;
  const browser = browserWith(cookie);
  const account = await pageFor(cookie, `/m?payment=${theirs.id}`);
  const answers = broughtBy(await account.text());
  expect(account.headers.get('cache-control')).toBe('no-store');
  expect(answers[`${own}/cart`]).toEqual((await browser.get(`${own}/cart`)).body);
  expect(answers[`${own}/checkout-options`]).toEqual((await browser.get(`${own}/checkout-options`)).body);
  expect(Object.keys(answers)).toHaveLength(6); // the foreign payment is not among them
  const me = await (await pageFor(cookie, '/m?page=me')).text();
  expect(broughtBy(me)[own]).toMatchObject({ email: anne.email, name: 'Anne </script><b>' });
  expect(me).not.toContain('<b>');
});

test('without a session the member space shows nobody’s account, and of two who share an address nobody’s before one is chosen', async () => {
  const nobodys = await fetch(`${world.baseUrl}/m`, { headers: { 'accept-language': 'fr' } });
  expect([nobodys.status, (await nobodys.text()).includes('Vous n’êtes pas connecté')]).toEqual([401, true]);
  for (const name of ['Anne', 'Ben']) await memberAt('two@person.example', name);
  const cookie = cookieOf((await signIn(await linkFor('two@person.example'))).headers);
  const answers = broughtBy(await (await pageFor(cookie, '/m?page=payments')).text());
  expect(answers).toEqual({
    '/v1/member-sign-in/session': {
      member: null,
      members: [{ id: expect.any(String), name: 'Anne' }, expect.anything()],
    },
  });
});

describe('the page of a club', () => {
  const post = (path: string, email: string, headers: Record<string, string> = {}, of = world) =>
    fetch(`${of.baseUrl}${path}`, { method: 'POST', body: new URLSearchParams({ email }), headers });

  test('sends a letter to who is known, and says the same to who is not', async () => {
    const anne = await memberAt();
    expect(await (await fetch(`${world.baseUrl}/m/rowing`)).text()).toContain('<form method="post"');
    const texts = [];
    for (const email of [anne.email, 'nobody@person.example']) {
      const sent = await post('/m/rowing', email);
      texts.push((await sent.text()).replaceAll(email, ''));
      expect(sent.status).toBe(202);
    }
    expect(texts[0]).toBe(texts[1]);
    await tokenFor(anne.email);
  });

  test('asks again for what is no address, and is sent by no page elsewhere', async () => {
    const wrong = await post('/m/rowing', 'anne@');
    expect([wrong.status, (await wrong.text()).includes('value="anne@"')]).toEqual([422, true]);
    expect((await post('/m/rowing', 'a@person.example', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await fetch(`${world.baseUrl}/m/no-such-club`)).status).toBe(404);
    expect((await post('/m/no-such-club', 'a@person.example')).status).toBe(404);
  });

  test('says so where no letters are sent', async () => {
    await Merchant.create(off, { name: 'Chess', slug: 'chess' });
    expect((await post('/m/chess', 'a@person.example', {}, off)).status).toBe(409);
  });
});

test('what is no address is refused by the name of the field; without mail it is said so', async () => {
  refusedField(await nobody().post(ASK, { merchant: 'rowing', email: 'anne' }), 'email');
  refusedField(await nobody().post(ASK, { email: 'anne@person.example' }), 'merchant');
  refused(await nobody().post(ASK, 'merchant=x', { 'content-type': 'text/plain' }), 'unsupported_media_type');
  refused(await asking(off, null).post(ASK, { merchant: 'x', email: 'a@person.example' }), 'mail_not_configured');
});
