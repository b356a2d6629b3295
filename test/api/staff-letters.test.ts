import { waitingAt } from '../../api/desks/waiting';
import { queueDigests } from '../../outbox/digests';
import { createVault } from '../../vault/vault';
import { pino } from 'pino';
import { newPerson } from '../support/browser';
import { call, eventually, Merchant } from '../support/client';
import { connectCheckout, control } from '../support/gateways';
import { ipn, sendGenuine } from '../support/paypal';
import { startReceiver } from '../support/receiver';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';

interface LetterInMailbox {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

let world: World;
let readWaiting: ReturnType<typeof waitingAt>;
beforeAll(async () => {
  world = await startWorld({ mail: 'simulator' });
  readWaiting = waitingAt({ db: world.db, vault: createVault(ENCRYPTION_KEY) });
});
afterAll(() => world.stop());

const lettersTo = async ({ email }: { readonly email: string }) =>
  (await call<{ data: LetterInMailbox[] }>(world.simulator.url, null, 'GET', `/control/mailbox/letters?to=${email}`))
    .body.data;
const untilLetter = async (person: { readonly email: string }) =>
  (
    await eventually(
      () => lettersTo(person),
      ({ length }) => length > 0,
    )
  )[0]!;
/** Every letter that was queued has left. */
const untilSent = () =>
  eventually(
    async () => (await world.db.sql.query("SELECT FROM letters WHERE state = 'queued'")).rowCount,
    (count) => count === 0,
  );
const digest = () => queueDigests({ db: world.db, log: pino({ level: 'silent' }), readWaiting });

/** A time zone in which it is this hour of the day now. */
function zoneAt(hour: number): string {
  const hourIn = (timeZone: string) =>
    Number(new Intl.DateTimeFormat('en-GB', { hour: '2-digit', timeZone }).format(new Date()));
  return Intl.supportedValuesOf('timeZone').find((zone) => hourIn(zone) === hour)!;
}

/** A merchant with one person of each role. */
async function clubOf(over: Record<string, unknown> = {}) {
  const merchant = await Merchant.create(world, { timeZone: zoneAt(12), ...over });
  const as = (role: 'owner' | 'treasurer' | 'desk' | 'accountant') => newPerson(world, { [merchant.id]: role });
  return {
    merchant,
    owner: await as('owner'),
    treasurer: await as('treasurer'),
    desk: await as('desk'),
    accountant: await as('accountant'),
  };
}
/** Money that comes and does not fit. */
async function misfit(merchant: Merchant, sum = '30.00') {
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  await sendGenuine(merchant, ipn(merchant, payment, { mc_gross: sum }));
  await untilWaiting(merchant, 'misfit');
}
const untilWaiting = (merchant: Merchant, kind: string) =>
  eventually(
    async () => (await merchant.get<{ data: unknown[] }>(`/v1/attention?kind=${kind}`)).body.data.length,
    (count) => count > 0,
  );
/** Their day has passed. */
const nextDay = ({ id }: Merchant) =>
  world.db.sql.query('UPDATE merchants SET digested_on = digested_on - 1 WHERE id = $1', [id]);

describe('a gateway account that was switched off', () => {
  test('is told to owners and treasurers, once', async () => {
    const { merchant, owner, treasurer, desk, accountant } = await clubOf({ name: 'Rowing', locale: 'fr' });
    const { clientId } = await connectCheckout(merchant);
    await control(world, 'PUT', `/paypal-checkout/clients/${clientId}`, { secret: 'another-secret' });
    for (let time = 0; time < 2; time++) {
      const { body } = await merchant.post<{ enabled: boolean }>('/v1/gateway-accounts/paypal-checkout/check');
      expect(body.enabled).toBe(false);
    }
    expect(await untilLetter(owner)).toMatchObject({
      subject: 'Rowing ne reçoit plus de paiements par PayPal Checkout',
      text: expect.stringMatching(/La raison.*credentials/),
    });
    await untilSent();
    expect(await lettersTo(owner)).toHaveLength(1);
    expect(await lettersTo(treasurer)).toHaveLength(1);
    expect([...(await lettersTo(desk)), ...(await lettersTo(accountant))]).toEqual([]);
  });

  test('is told to nobody who has lost their role before the letter left', async () => {
    const { merchant, owner, treasurer } = await clubOf();
    const { clientId } = await connectCheckout(merchant);
    await control(world, 'PUT', `/paypal-checkout/clients/${clientId}`, { secret: 'another-secret' });
    await call(world.simulator.url, null, 'POST', '/control/mailbox/answers', { answer: 'away' });
    await merchant.post('/v1/gateway-accounts/paypal-checkout/check');
    await world.db.sql.query('DELETE FROM staff_roles WHERE person_id = $1', [treasurer.id]);
    await call(world.simulator.url, null, 'DELETE', '/control/mailbox/answers');
    await untilLetter(owner);
    await untilSent();
    expect(await lettersTo(treasurer)).toEqual([]);
  });
});

test('a webhook endpoint that was disabled is told to the owners, by its host alone', async () => {
  const { merchant, owner, treasurer } = await clubOf();
  const shop = await startReceiver();
  shop.answers = 410;
  await merchant.post('/v1/webhook-endpoints', { url: shop.url, types: ['payment.created'] });
  await merchant.pay(await merchant.member([['fee', 5000]]));
  const letter = await untilLetter(owner);
  const { host, pathname } = new URL(shop.url);
  expect(letter.subject).toBe(`${host} is told nothing any more by Club`);
  expect(letter.text).toContain('answered that it is gone');
  expect(letter.text).not.toContain(pathname);
  await untilSent();
  expect(await lettersTo(treasurer)).toEqual([]);
  await shop.close();
});

describe('what waits', () => {
  test('is told once a day to owners and treasurers, counted as the list counts it, however many workers look', async () => {
    const { merchant, owner, treasurer, desk } = await clubOf({ name: 'Rowing' });
    const other = await clubOf({ name: 'Chess' });
    await misfit(merchant);
    await misfit(other.merchant, '77.00');
    await sendGenuine(merchant, ipn(merchant, { nextAction: null }, { mc_gross: '12.00', mc_currency: 'EUR' }));
    await untilWaiting(merchant, 'unmatched');
    await Promise.all([digest(), digest(), digest()]);
    await digest();
    const { subject, text } = await untilLetter(owner);
    expect(subject).toBe('2 matters wait at Rowing');
    expect(text).toContain('Payments that do not fit: 1 (€30.00)');
    expect(text).toContain('Messages and money that name no payment: 1 (€12.00)');
    expect(text).not.toMatch(/77|Chess/);
    expect((await untilLetter(other.owner)).text).toContain('Payments that do not fit: 1 (€77.00)');
    await untilSent();
    expect(await lettersTo(owner)).toHaveLength(1);
    expect(await lettersTo(treasurer)).toHaveLength(1);
    expect(await lettersTo(desk)).toEqual([]);

    await nextDay(merchant);
    await digest();
    await eventually(
      () => lettersTo(owner),
      ({ length }) => length === 2,
    );
    await untilSent();
    expect(await lettersTo(other.owner)).toHaveLength(1);
  });

  test('is told of the next morning, where nothing waited on this one', async () => {
    const { merchant, owner } = await clubOf();
    await digest();
    await misfit(merchant);
    await digest();
    await untilSent();
    expect(await lettersTo(owner)).toEqual([]);
    await nextDay(merchant);
    await digest();
    expect((await untilLetter(owner)).subject).toBe('One matter waits at Club');
  });

  test.each([6, 21])('is told to nobody at %i o’clock of the merchant’s own clock', async (hour) => {
    const { merchant, owner } = await clubOf({ timeZone: zoneAt(hour) });
    await misfit(merchant);
    await digest();
    await untilSent();
    expect(await lettersTo(owner)).toEqual([]);
    await world.db.sql.query('UPDATE merchants SET time_zone = $2 WHERE id = $1', [merchant.id, zoneAt(10)]);
    await digest();
    await untilLetter(owner);
  });

  test('at one merchant is told, though at another it cannot be counted', async () => {
    const [broken, well] = [await clubOf(), await clubOf()];
    await misfit(broken.merchant);
    await misfit(well.merchant);
    const failing: typeof readWaiting = (id) =>
      id === broken.merchant.id ? Promise.reject(new Error('unreadable')) : readWaiting(id);
    const log = pino({ level: 'silent' });
    await queueDigests({ db: world.db, log, readWaiting: failing });
    await untilLetter(well.owner);
    expect(await lettersTo(broken.owner)).toEqual([]);
    await digest();
    await untilLetter(broken.owner);
  });
});
