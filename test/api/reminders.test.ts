import { askReminders } from '../../books/reminders';
import { inTransaction } from '../../books/sql';
import { call, eventually, Merchant, untilStatus } from '../support/client';
import { connectCheckout } from '../support/gateways';
import { payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking } from './asking';
import { refused } from './refusal';

let world: World;
beforeAll(async () => {
  world = await startWorld({ mail: 'simulator' });
});
afterAll(() => world.stop());
afterEach(() => call(world.simulator.url, null, 'DELETE', '/control/mailbox/answers'));

interface ReminderView {
  readonly member: string;
  readonly memberName: string;
  readonly due: number;
  readonly state: string;
  readonly reason: string | null;
}
/** While nobody takes letters, reminders wait. */
const takeNoLetters = () => call(world.simulator.url, null, 'POST', '/control/mailbox/answers', { answer: 'away' });
const takeLetters = () => call(world.simulator.url, null, 'DELETE', '/control/mailbox/answers');
const lettersTo = async (address: string) =>
  (
    await call<{ data: { subject: string; text: string }[] }>(
      world.simulator.url,
      null,
      'GET',
      `/control/mailbox/letters?to=${address}`,
    )
  ).body.data.filter(({ text }) => /is due|à régler dans/.test(text));
const remind = (merchant: Merchant, body: unknown = {}, headers: Record<string, string> = {}) =>
  merchant.post<{ asked: number }>('/v1/reminders', body, headers);
const reminders = async (merchant: Merchant) =>
  (await merchant.get<{ data: ReminderView[] }>('/v1/reminders')).body.data;
const untilDecided = (merchant: Merchant) =>
  eventually(
    () => reminders(merchant),
    (all) => all.every(({ state }) => state !== 'queued'),
  );

async function pay(merchant: Merchant, member: string, amount: number): Promise<void> {
  const payment = await merchant.pay(member, { amount });
  await payAs(merchant, payment);
  await untilStatus(merchant, payment.id, 'paid');
}

/** All who owe are asked for, then something happens, and only then the letters are there to be sent. */
const remindAfter = (merchant: Merchant, happens: () => Promise<void>) =>
  inTransaction(world.db, async (tx) => {
    await askReminders(tx, merchant.id, { members: null, notAgainDays: 7, payPage: `${world.baseUrl}/p/` });
    await happens();
  });

let made = 0;
/** A member of this merchant, with an address of their own unless told otherwise. */
async function memberWho(merchant: Merchant, owes: number, email: string | null = `member-${++made}@example.org`) {
  const { body } = await merchant.post<{ id: string }>('/v1/members', { name: 'Anne', email: email ?? undefined });
  const charge = { label: 'Fee', category: 'fee', amount: owes, currency: 'EUR' };
  if (owes > 0) await merchant.post(`/v1/members/${body.id}/charges`, charge);
  return { id: body.id, email: email ?? '' };
}

test('who owes something is reminded once, and who owes nothing is not asked at all', async () => {
  const merchant = await Merchant.create(world);
  const debtor = await memberWho(merchant, 2500);
  await memberWho(merchant, 0);
  expect(await remind(merchant)).toMatchObject({ status: 201, body: { asked: 1 } });
  expect(await untilDecided(merchant)).toMatchObject([
    { member: debtor.id, memberName: 'Anne', due: 2500, state: 'sent', reason: null },
  ]);
  expect(await lettersTo(debtor.email)).toMatchObject([{ subject: '€25.00 is due at Club' }]);
});

test('a reminder is in the language of its member, else of the merchant', async () => {
  const merchant = await Merchant.create(world);
  await merchant.patch('/v1/merchant', { locale: 'fr' });
  const [one, other] = [await memberWho(merchant, 2500), await memberWho(merchant, 2500)];
  await merchant.patch(`/v1/members/${other.id}`, { locale: 'en' });
  await remind(merchant);
  await untilDecided(merchant);
  const texts = [...(await lettersTo(one.email)), ...(await lettersTo(other.email))].map(({ text }) => text);
  expect(texts).toEqual([expect.stringContaining('à régler dans'), expect.stringContaining('is due')]);
});

test('the letter leads to a page where anybody pays what is due, and the next letter to the same one', async () => {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const debtor = await memberWho(merchant, 2500);
  for (let i = 0; i < 2; i++) {
    await remind(merchant, { notAgainDays: 0 });
    await untilDecided(merchant);
  }
  const links = (await lettersTo(debtor.email)).map(({ text }) => /http\S+\/p\/\w{16,}/.exec(text)?.[0]);
  expect(links).toEqual([expect.any(String), links[0]]);
  const page = await (await fetch(links[0] ?? '')).text();
  expect(page).toContain('25.00');
  expect((await merchant.get<{ data: object[] }>('/v1/pay-links')).body.data).toMatchObject([
    { member: debtor.id, amount: null, editable: true, expiresAt: null },
  ]);
  expect((await merchant.get<{ data: object[] }>('/v1/audit?action=pay_link.created')).body.data).toMatchObject([
    { actor: { kind: 'clock', id: null }, after: { member: debtor.id } },
  ]);
});

test('a member who pays between the asking and the sending is not reminded', async () => {
  const merchant = await Merchant.create(world);
  const debtor = await memberWho(merchant, 3000);
  await remindAfter(merchant, () => pay(merchant, debtor.id, 3000));
  expect(await untilDecided(merchant)).toMatchObject([{ due: 3000, state: 'left_out', reason: 'paid_meanwhile' }]);
  expect(await lettersTo(debtor.email)).toEqual([]);
});

test('a member who pays a part meanwhile is reminded of the rest', async () => {
  const merchant = await Merchant.create(world);
  const debtor = await memberWho(merchant, 3000);
  await remindAfter(merchant, () => pay(merchant, debtor.id, 1000));
  expect(await untilDecided(merchant)).toMatchObject([{ due: 3000, state: 'sent' }]);
  expect(await lettersTo(debtor.email)).toMatchObject([{ subject: '€20.00 is due at Club' }]);
});

test('each who is left out is listed with the reason', async () => {
  const merchant = await Merchant.create(world);
  const unreachable = await memberWho(merchant, 1000, null);
  const even = await memberWho(merchant, 0);
  const paying = await memberWho(merchant, 1000);
  await merchant.pay(paying.id);
  const told = await memberWho(merchant, 1000);
  await remind(merchant, { members: [told.id] });
  await untilDecided(merchant);
  const members = [unreachable, even, paying, told].map(({ id }) => id);
  expect((await remind(merchant, { members })).body).toEqual({ asked: 4 });
  const outcome = Object.fromEntries(
    (await untilDecided(merchant)).map(({ member, reason }) => [member, reason]).reverse(),
  );
  expect(outcome).toEqual({
    [unreachable.id]: 'no_email',
    [even.id]: 'owes_nothing',
    [paying.id]: 'payment_under_way',
    [told.id]: 'reminded_recently',
  });
  await remind(merchant, { members: [told.id], notAgainDays: 0 });
  await untilDecided(merchant);
  expect(await lettersTo(told.email)).toHaveLength(2);
});

test('a member who is erased while their reminder waits is left out', async () => {
  const merchant = await Merchant.create(world);
  const debtor = await memberWho(merchant, 1000);
  await takeNoLetters();
  await remind(merchant);
  await call(world.baseUrl, merchant.secretKey, 'DELETE', `/v1/members/${debtor.id}`);
  await takeLetters();
  expect(await untilDecided(merchant)).toMatchObject([{ state: 'left_out', reason: 'erased' }]);
  expect(await lettersTo(debtor.email)).toEqual([]);
});

test('a repeat asks nobody again, and neither does another while the first waits', async () => {
  const merchant = await Merchant.create(world);
  const debtor = await memberWho(merchant, 1000);
  await takeNoLetters();
  const headers = { 'idempotency-key': 'evening-of-dues' };
  const [first, repeat] = [await remind(merchant, {}, headers), await remind(merchant, {}, headers)];
  expect([first.body, repeat.body]).toEqual([{ asked: 1 }, { asked: 1 }]);
  expect(repeat.headers.get('idempotency-replayed')).toBe('true');
  expect((await remind(merchant)).body).toEqual({ asked: 0 });
  await takeLetters();
  expect(await untilDecided(merchant)).toHaveLength(1);
  expect(await lettersTo(debtor.email)).toHaveLength(1);
});

test('members of another merchant are not found, and none of those named with them is reminded', async () => {
  const [merchant, other] = [await Merchant.create(world), await Merchant.create(world)];
  const [own, foreign] = [await memberWho(merchant, 1000), await memberWho(other, 1000)];
  refused(await remind(merchant, { members: [own.id, foreign.id] }), 'not_found');
  expect(await reminders(merchant)).toEqual([]);
});

test('without a mail server nobody can be reminded', async () => {
  const silent = await startWorld({ workers: 0 });
  try {
    const merchant = await Merchant.create(silent);
    refused(await asking(silent, merchant.secretKey).post('/v1/reminders', {}), 'mail_not_configured');
  } finally {
    await silent.stop();
  }
});
