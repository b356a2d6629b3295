import type { PaypalPartner } from '../../activities/gateways/paypal-checkout/partner';
import { createVault } from '../../vault/vault';
import { approveAs, control, visit } from '../support/gateways';
import { newPerson } from '../support/browser';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, newMerchant } from './asking';
import { refused } from './refusal';

interface AccountView {
  readonly gateway: string;
  readonly enabled: boolean;
  readonly disabledReason: string | null;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean | null;
    readonly detail: string;
    readonly remedy: string | null;
  }[];
}

const PARTNER: PaypalPartner = {
  environment: 'simulator',
  partnerId: 'PARTNER000001',
  clientId: 'platform-app',
  clientSecret: 'platform-secret',
};
const CONNECT = '/v1/gateway-accounts/paypal-checkout/connect';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: { 'paypal-checkout': PARTNER }, mail: 'simulator' });
});
afterAll(() => world.stop());

/** A person answers the invitation on PayPal's page; gives where the browser is sent, or null where they stay. */
async function answerAs(person: string, url: string): Promise<string | null> {
  const referralToken = new URL(url).searchParams.get('referralToken') ?? '';
  const page = await fetch(url.split('?')[0] ?? '', {
    method: 'POST',
    body: new URLSearchParams({ referralToken, person }),
  });
  const back = /href="([^"]*\/connect\/[^"]*)"/.exec(await page.text())?.[1];
  return back?.replaceAll('&#38;', '&').replaceAll('&amp;', '&') ?? null;
}
async function invite(merchant: { post: Merchant['post'] }) {
  const { status, body } = await merchant.post<{ url: string; trackingId: string }>(CONNECT, {});
  expect(status).toBe(201);
  return body;
}
/** What was changed of the merchant's account at PayPal Checkout, newest first. */
async function trailOf(merchant: Merchant) {
  return (await merchant.get<{ data: object[] }>('/v1/audit?object=paypal-checkout')).body.data;
}
async function accountOf(secretKey: string): Promise<AccountView | undefined> {
  const { body } = await asking(world, secretKey).get<{ data: AccountView[] }>('/v1/gateway-accounts');
  return body.data.find(({ gateway }) => gateway === 'paypal-checkout');
}
interface Shown {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

interface Asked {
  readonly method?: string;
  readonly body?: URLSearchParams;
  readonly headers?: Record<string, string>;
}

/** A browser without scripts: it keeps cookies for their path, follows redirects, and sends the form of the page it shows. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async show(url: string | null, init: Asked = {}): Promise<Shown> {
    const { href, pathname } = new URL(url ?? '', world.baseUrl);
    const cookie = [...this.#cookies]
      .filter(([path]) => pathname.startsWith(path))
      .map(([, pair]) => pair)
      .join('; ');
    const answer = await fetch(href, {
      redirect: 'manual',
      ...init,
      headers: { ...init.headers, ...(cookie !== '' && { cookie }) },
    });
    const set = answer.headers.get('set-cookie');
    if (set !== null) this.#cookies.set(/path=([^;]*)/i.exec(set)?.[1] ?? '/', set.split(';')[0] ?? '');
    if (answer.status === 303) return this.show(new URL(answer.headers.get('location') ?? '', href).href);
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  }

  /** Presses the button of the page at `url`, as it stood there. */
  send(url: string, { text }: Pick<Shown, 'text'>, headers: Record<string, string> = {}): Promise<Shown> {
    const token = /name="token" value="([^"]*)"/.exec(text)?.[1] ?? '';
    return this.show(url, { method: 'POST', body: new URLSearchParams({ token }), headers });
  }

  /** Arrives, reads and agrees. */
  async connect(url: string | null): Promise<Shown> {
    const page = await this.show(url);
    return this.send(url ?? '', page);
  }
}
const show = (url: string | null, init?: Asked): Promise<Shown> => new Browser().show(url, init);
const connect = (url: string | null): Promise<Shown> => new Browser().connect(url);
const hasForm = ({ text }: Shown): boolean => text.includes('<form');
const eventsOf = async (trackingId: string): Promise<readonly string[]> =>
  (
    await world.db.sql.query<{ kind: string; account: string | null }>(
      'SELECT kind, account FROM onboarding_events WHERE tracking_id = $1 ORDER BY id',
      [trackingId],
    )
  ).rows.map(({ kind, account }) => (account === null ? kind : `${kind} ${account}`));
const sellerIn = (back: string): string => new URL(back).searchParams.get('merchantIdInPayPal') ?? '';
/** The treasurer agreed at PayPal; gives the address at which their browser comes back. */
async function agreed(merchant: { post: Merchant['post'] }): Promise<{ back: string; trackingId: string }> {
  const { url, trackingId } = await invite(merchant);
  return { back: (await answerAs('grants', url)) ?? '', trackingId };
}
const KEYS = { environment: 'simulator', clientId: 'app-of-its-own', clientSecret: 'own-secret' };

test('a treasurer connects by logging in at PayPal, and a member pays through that account at once', async () => {
  const merchant = await Merchant.create(world);
  const { url } = await invite(merchant);
  const page = await connect(await answerAs('grants', url));
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('is connected')]);
  expect(await accountOf(merchant.secretKey)).toMatchObject({ enabled: true, disabledReason: null });

  const payment = await merchant.pay(await merchant.member([['fee', 3000]]), { gateway: 'paypal-checkout' });
  await visit(await approveAs(merchant, payment));
  await untilStatus(merchant, payment.id, 'paid');
});

test('the trail has who invited, and each step of the person who came with the link; the link itself it does not tell', async () => {
  const merchant = await Merchant.create(world);
  const { url, trackingId } = await invite(merchant);
  await connect(await answerAs('grants', url));
  const trail = await trailOf(merchant);
  const key = { kind: 'key', id: expect.stringMatching(/^key_/) };
  const somebody = { kind: 'person', id: null };
  expect(trail).toMatchObject([
    {
      action: 'gateway_account.enabled',
      actor: somebody,
      before: { enabled: false },
      after: { enabled: true, withheld: ['webhookId'] },
    },
    {
      action: 'gateway_account.created',
      actor: somebody,
      after: { environment: 'simulator', enabled: false, withheld: ['merchantId'] },
    },
    { action: 'connection.confirmed', actor: somebody },
    { action: 'connection.arrived', actor: somebody, source: { ip: expect.stringContaining('127.0.0.1') } },
    { action: 'connection.invited', actor: key, object: { kind: 'gateway_account', id: 'paypal-checkout' } },
  ]);
  expect(JSON.stringify(trail)).not.toContain(trackingId);
});

test('no key of the merchant lies in the vault: the account is the platform’s to act for, and only as that merchant', async () => {
  const merchant = await Merchant.create(world);
  await connect(await answerAs('grants', (await invite(merchant)).url));
  const { rows } = await world.db.sql.query<{ id: string; credentials: Buffer }>(
    `SELECT id, credentials FROM gateway_accounts WHERE merchant_id = $1 AND gateway = 'paypal-checkout'`,
    [merchant.id],
  );
  const stored = JSON.parse(createVault(ENCRYPTION_KEY).open(rows[0]!.credentials, rows[0]!.id).toString()) as object;
  expect(Object.keys(stored).sort()).toEqual(['merchantId', 'webhookId']);
});

test.each([
  ['unconfirmed_email', /e-?mail/i],
  ['cannot_receive', /receive/i],
])('an account that is %s is connected, not used, and says why and what to do', async (person, why) => {
  const merchant = await Merchant.create(world);
  const page = await connect(await answerAs(person, (await invite(merchant)).url));
  expect(page.text).toContain('cannot be used yet');
  const account = await accountOf(merchant.secretKey);
  expect(account).toMatchObject({ enabled: false, disabledReason: expect.stringMatching(why) });
  const failing = account?.checks.filter(({ ok }) => ok === false) ?? [];
  expect(failing.map(({ remedy }) => typeof remedy)).toEqual(failing.map(() => 'string'));
  const member = await merchant.member([['fee', 3000]]);
  const problem = refused(
    await merchant.post('/v1/payments', { member, gateway: 'paypal-checkout' }),
    'gateway_not_enabled',
  );
  expect(problem.detail).toMatch(why);
});

test('a person who says no, or whose account is personal, connects nothing', async () => {
  const merchant = await Merchant.create(world);
  const page = await show(await answerAs('declines', (await invite(merchant)).url));
  expect(page.text).toContain('not connected');
  expect(await answerAs('personal', (await invite(merchant)).url)).toBeNull(); // PayPal keeps them, with its reason
  expect(await accountOf(merchant.secretKey)).toBeUndefined();
});

test('what the browser says on its way back counts for nothing: not another merchant’s account, not a promise', async () => {
  const [rich, thief] = [await Merchant.create(world), await Merchant.create(world)];
  const back = new URL((await answerAs('grants', (await invite(rich)).url)) ?? '');
  await connect(back.href);
  const { trackingId } = await invite(thief);
  const account = back.searchParams.get('merchantIdInPayPal') ?? '';
  for (const query of [
    `merchantId=${trackingId}&merchantIdInPayPal=${account}&permissionsGranted=true&consentStatus=true`,
    'merchantIdInPayPal=NOBODY0000001&permissionsGranted=true',
    'permissionsGranted=true&consentStatus=true',
    '',
  ]) {
    const browser = new Browser();
    const url = `${world.baseUrl}/connect/${trackingId}?${query}`;
    const page = await browser.show(url);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('not connected')]);
    expect((await browser.send(url, page)).status).toBe(403);
  }
  expect(await accountOf(thief.secretKey)).toBeUndefined();
  expect((await accountOf(rich.secretKey))?.enabled).toBe(true);
  expect(
    (await show(`${world.baseUrl}/connect/onb_00000000000000000000000000?merchantIdInPayPal=${account}`)).status,
  ).toBe(404);
});

test('a consent taken back at PayPal disables the account at once and says so, its owner too; granted again, a check enables it', async () => {
  const merchant = await Merchant.create(world);
  const owner = await newPerson(world, { [merchant.id]: 'owner' });
  const { url } = await invite(merchant);
  const back = new URL((await answerAs('grants', url)) ?? '');
  await connect(back.href);
  const seller = back.searchParams.get('merchantIdInPayPal') ?? '';
  await control(world, 'POST', `/paypal-checkout/sellers/${seller}/revoke`, { clientId: PARTNER.clientId });
  await eventually(
    () => accountOf(merchant.secretKey),
    (account) => account?.enabled === false,
  );
  expect(await accountOf(merchant.secretKey)).toMatchObject({ disabledReason: 'consent_revoked' });
  expect((await trailOf(merchant))[0]).toMatchObject({
    action: 'gateway_account.disabled',
    actor: { kind: 'gateway', id: 'paypal-checkout' },
    before: { enabled: true },
    after: { enabled: false, reason: 'consent_revoked' },
    source: { ip: null, userAgent: null },
  });
  const letters = await eventually(
    () => control<{ data: object[] }>(world, 'GET', `/mailbox/letters?to=${owner.email}`),
    ({ data }) => data.length > 0,
  );
  expect(letters.data).toMatchObject([{ subject: 'Club takes no payments by PayPal Checkout' }]);
  const { body } = await merchant.post<AccountView>('/v1/gateway-accounts/paypal-checkout/check');
  expect(body.enabled).toBe(false);

  await answerAs('grants', url);
  const checked = await merchant.post<AccountView>('/v1/gateway-accounts/paypal-checkout/check');
  expect(checked.body).toMatchObject({ enabled: true, disabledReason: null });
});

describe('a link to connect', () => {
  let merchant: Merchant;
  beforeEach(async () => {
    merchant = await Merchant.create(world, { name: 'Club <Ost>', returnOrigins: ['https://club.example'] });
  });
  const enterKeys = () =>
    asking(world, merchant.secretKey).put<AccountView>('/v1/gateway-accounts/paypal-checkout', KEYS);
  const isConnectedAs = async (seller: string): Promise<boolean> =>
    JSON.stringify((await accountOf(merchant.secretKey)) ?? {}).includes(seller);
  /** The clock of an invitation goes on. */
  const later = (trackingId: string, by: string) =>
    world.db.sql.query(`UPDATE onboardings SET expires_at = expires_at - $2::interval WHERE tracking_id = $1`, [
      trackingId,
      by,
    ]);

  test('shows whose account would be connected to whom, and changes nothing by being opened', async () => {
    const { back, trackingId } = await agreed(merchant);
    const browser = new Browser();
    for (let times = 0; times < 3; times++) {
      const page = await browser.show(back);
      expect([page.status, hasForm(page)]).toEqual([200, true]);
      expect(page.text).toContain('Club &#60;Ost&#62;');
      expect(page.text).toContain(sellerIn(back));
    }
    expect(await accountOf(merchant.secretKey)).toBeUndefined();
    expect(await eventsOf(trackingId)).toEqual(['invited', `arrived ${sellerIn(back)}`]);
  });

  test('says so when it would take the place of another account', async () => {
    await enterKeys();
    expect((await show((await agreed(merchant)).back)).text).toContain('takes the place of');
  });

  test('keeps its token from scripts, from other sites and from other invitations', async () => {
    const { back, trackingId } = await agreed(merchant);
    const cookie = (await show(back)).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(cookie).toContain(`Path=/connect/${trackingId}`);
    expect(cookie).toContain('Max-Age=3600');
    const token = /=([^;]+)/.exec(cookie)?.[1] ?? '';
    const { rows } = await world.db.sql.query<{ row: string }>(
      'SELECT o::text AS row FROM onboardings o WHERE tracking_id = $1',
      [trackingId],
    );
    expect(rows[0]?.row).not.toContain(token);
  });

  test('is used once: whoever opens or sends it afterwards connects nothing, and strangers learn nothing of the account', async () => {
    const { back, trackingId } = await agreed(merchant);
    const browser = new Browser();
    const page = await browser.show(back);
    expect((await browser.send(back, page)).text).toContain('is connected');
    await enterKeys();

    expect((await browser.send(back, page)).text).toContain('was used'); // the Back button, and the button once more
    const stranger = new Browser();
    const seen = await stranger.show(back);
    expect([seen.status, hasForm(seen)]).toEqual([200, false]);
    expect(seen.text).not.toContain(sellerIn(back));
    await stranger.send(back, page);
    expect(await isConnectedAs(sellerIn(back))).toBe(false);
    expect(await accountOf(merchant.secretKey)).toMatchObject({ enabled: true });
    expect(await eventsOf(trackingId)).toEqual(['invited', `arrived ${sellerIn(back)}`, `connected ${sellerIn(back)}`]);
  });

  test('shows its own browser how the account stands, however often the button is pressed', async () => {
    const { back, trackingId } = await agreed(merchant);
    const browser = new Browser();
    const page = await browser.show(back);
    const answers = await Promise.all(Array.from({ length: 4 }, () => browser.send(back, page)));
    for (const answer of [...answers, await browser.show(back)])
      expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('is connected')]);
    expect((await eventsOf(trackingId)).filter((event) => event.startsWith('connected'))).toHaveLength(1);
  });

  test('can be confirmed in two tabs of one browser, and in no other browser than the first', async () => {
    const { back } = await agreed(merchant);
    const [browser, stranger] = [new Browser(), new Browser()];
    const first = await browser.show(back);
    const second = await browser.show(back);
    const seen = await stranger.show(back);
    expect([seen.status, hasForm(seen), seen.headers.get('set-cookie')]).toEqual([403, false, null]);
    for (const stolen of [first, second]) expect((await stranger.send(back, stolen)).status).toBe(403); // the form alone
    expect((await browser.send(back, { text: '' })).status).toBe(403); // the cookie alone
    expect((await browser.send(back, { text: 'name="token" value="x"' })).status).toBe(403);
    expect(await accountOf(merchant.secretKey)).toBeUndefined();
    expect((await browser.send(back, second)).text).toContain('is connected');
    expect((await browser.send(back, first)).text).toContain('is connected');
  });

  test('that a mail scanner opens before anybody agreed is still the treasurer’s', async () => {
    const { url, trackingId } = await invite(merchant);
    for (const query of ['', '?merchantIdInPayPal=NOBODY0000001', '?x'])
      expect(hasForm(await show(`${world.baseUrl}/connect/${trackingId}${query}`))).toBe(false);
    const head = await show(`${world.baseUrl}/connect/${trackingId}`, { method: 'HEAD' });
    expect(head.status).toBe(405);
    expect((await connect(await answerAs('grants', url))).text).toContain('is connected');
  });

  test.each(['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('takes no %s', async (method) => {
    const { back, trackingId } = await agreed(merchant);
    const answer = await show(back, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(await eventsOf(trackingId)).toEqual(['invited']);
  });

  test.each<Record<string, string>>([
    { origin: 'https://evil.example' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
  ])('is not confirmed from a page elsewhere (%j)', async (headers) => {
    const { back } = await agreed(merchant);
    const browser = new Browser();
    const page = await browser.show(back);
    expect((await browser.send(back, page, headers)).status).toBe(403);
    expect(await accountOf(merchant.secretKey)).toBeUndefined();
    expect((await browser.send(back, page, { origin: 'null', 'sec-fetch-site': 'same-origin' })).text).toContain(
      'is connected',
    );
  });

  test('is void as soon as a newer one is made', async () => {
    const older = await agreed(merchant);
    const browser = new Browser();
    const page = await browser.show(older.back);
    const newer = await agreed(merchant);
    expect((await browser.send(older.back, page)).status).toBe(410);
    expect((await browser.show(older.back)).status).toBe(410);
    expect(await eventsOf(older.trackingId)).toContain('voided');
    expect((await connect(newer.back)).text).toContain('is connected');
    expect(await isConnectedAs(sellerIn(newer.back))).toBe(true);
  });

  test('of invitations made at one moment only one works', async () => {
    const made = await Promise.all(Array.from({ length: 4 }, () => agreed(merchant)));
    const pages = await Promise.all(made.map(({ back }) => show(back)));
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 410, 410, 410]);
  });

  test('is void as soon as keys are entered, also when it was opened before', async () => {
    const [opened, unopened] = [await agreed(merchant), await agreed(await Merchant.create(world))];
    const browser = new Browser();
    const page = await browser.show(opened.back);
    await enterKeys();
    expect((await browser.send(opened.back, page)).status).toBe(410);
    expect(await isConnectedAs(sellerIn(opened.back))).toBe(false);
    expect((await show(unopened.back)).status).toBe(200); // another merchant's keys end nothing
  });

  test('and keys entered at one moment: whoever is last counts, and is told the truth', async () => {
    const { back } = await agreed(merchant);
    const browser = new Browser();
    const page = await browser.show(back);
    const [confirmed] = await Promise.all([browser.send(back, page), enterKeys()]);
    expect(await isConnectedAs(sellerIn(back))).toBe(false);
    expect([200, 410]).toContain(confirmed.status);
  });

  test('ends a day after the invitation, and an hour after it was first opened', async () => {
    const unopened = await agreed(merchant);
    await later(unopened.trackingId, '23 hours 59 minutes');
    expect((await show(unopened.back)).status).toBe(200);
    const opened = await agreed(merchant);
    const browser = new Browser();
    const page = await browser.show(opened.back);
    const { rows } = await world.db.sql.query<{ hours: number }>(
      'SELECT extract(epoch FROM expires_at - arrived_at) / 3600 AS hours FROM onboardings WHERE tracking_id = $1',
      [opened.trackingId],
    );
    expect(Number(rows[0]?.hours)).toBe(1);
    await later(opened.trackingId, '1 hour');
    expect((await browser.send(opened.back, page)).status).toBe(410);
    const old = await agreed(merchant);
    await later(old.trackingId, '24 hours');
    expect((await show(old.back)).status).toBe(410);
    expect(await accountOf(merchant.secretKey)).toBeUndefined();
  });

  test('connects only what was shown: another account in the address of the form is refused', async () => {
    const { back } = await agreed(merchant);
    const other = await agreed(await Merchant.create(world));
    const browser = new Browser();
    const page = await browser.show(back);
    const bent = new URL(back);
    bent.searchParams.set('merchantIdInPayPal', sellerIn(other.back));
    expect((await browser.send(bent.href, page)).text).toContain('not connected');
    bent.search = '';
    expect((await browser.send(bent.href, page)).text).toContain('not connected');
    expect(await accountOf(merchant.secretKey)).toBeUndefined();
  });

  test('connects nothing when the consent was taken back before the button was pressed', async () => {
    const { back } = await agreed(merchant);
    const browser = new Browser();
    const page = await browser.show(back);
    await control(world, 'POST', `/paypal-checkout/sellers/${sellerIn(back)}/revoke`, { clientId: PARTNER.clientId });
    expect((await browser.send(back, page)).text).toContain('not connected');
    expect(await accountOf(merchant.secretKey)).toBeUndefined();
  });

  test('leads on only while the origin is registered, and only in the browser that came first', async () => {
    const returnUrl = 'https://club.example/settings';
    const { url } = (await merchant.post<{ url: string }>(CONNECT, { returnUrl })).body;
    const back = await answerAs('grants', url);
    const browser = new Browser();
    expect((await browser.show(back)).text).toContain(returnUrl);
    expect((await show(back)).text).not.toContain(returnUrl);
    expect((await browser.connect(back)).text).toContain(returnUrl);
    await asking(world, merchant.secretKey).patch('/v1/merchant', { returnOrigins: [] });
    const after = await browser.show(back);
    expect(after.text).toContain('is connected');
    expect(after.text).not.toContain(returnUrl);
  });

  test('makes a stranger’s browser ask the gateway only so often', async () => {
    const { trackingId } = await invite(merchant);
    const statuses = [];
    for (let times = 0; times < 12; times++)
      statuses.push((await show(`${world.baseUrl}/connect/${trackingId}?merchantIdInPayPal=NOBODY${times}`)).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
    expect(statuses.slice(10)).toEqual([429, 429]);
  });

  test('is not found when nobody made it, whatever stands in it', async () => {
    for (const id of [`onb_${'0'.repeat(26)}`, 'x', '%00', 'onb_', 'x'.repeat(5_000)]) {
      expect((await show(`${world.baseUrl}/connect/${id}?merchantIdInPayPal=X`)).status).toBe(404);
      expect(
        (await show(`${world.baseUrl}/connect/${id}`, { method: 'POST', body: new URLSearchParams({ token: 'x' }) }))
          .status,
      ).toBe(404);
    }
  });
});

test('who connected an account adds the token of its classic messages without naming the account again; nor does one who changes it', async () => {
  const merchant = await newMerchant(world);
  const classic = '/v1/gateway-accounts/paypal-standard';
  const asked = asking(world, merchant.secretKey);
  refused(await asked.put(classic, { environment: 'simulator', pdtIdentityToken: 'one' }), 'invalid_request');
  const { back } = await agreed(merchant);
  await connect(back);
  refused(await asked.put(classic, { environment: 'sandbox', pdtIdentityToken: 'one' }), 'invalid_request');
  for (const pdtIdentityToken of ['one', 'another']) {
    const put = await asked.put<AccountView>(classic, { environment: 'simulator', pdtIdentityToken });
    expect([put.status, put.body.enabled]).toEqual([200, true]);
    const member = (await merchant.post<{ id: string }>('/v1/members', { name: 'Anne Martin' })).body.id;
    const order = { member, gateway: 'paypal-standard', amount: 1_000 };
    const { nextAction } = (await merchant.post<PaymentView>('/v1/payments', order)).body;
    expect(nextAction?.fields['business']).toBe(sellerIn(back));
  }
});

test('the way on may be our own office', async () => {
  const merchant = await newMerchant(world);
  const returnUrl = `${world.baseUrl}/office/gateways`;
  const { status, body } = await merchant.post<{ url: string }>(CONNECT, { returnUrl });
  expect(status).toBe(201);
  expect((await connect(await answerAs('grants', body.url))).text).toContain(returnUrl);
});

test('a gateway that connects by keys, and a way on to a strange origin, are refused', async () => {
  const merchant = await newMerchant(world, { returnOrigins: ['https://club.example'] });
  refused(await merchant.post('/v1/gateway-accounts/kkiapay/connect', {}), 'onboarding_not_offered');
  refused(await merchant.post('/v1/gateway-accounts/nope/connect', {}), 'not_found');
  refused(await merchant.post(CONNECT, { returnUrl: 'https://evil.example/x' }), 'origin_not_registered');
  expect((await merchant.post(CONNECT, { returnUrl: 'https://club.example/settings' })).status).toBe(201);
});

test('a body of credentials cannot pretend to be connected', async () => {
  const merchant = await newMerchant(world);
  const reply = await merchant.put('/v1/gateway-accounts/paypal-checkout', {
    environment: 'simulator',
    merchantId: 'SOMEBODYELSE1',
  });
  refused(reply, 'invalid_request');
});
