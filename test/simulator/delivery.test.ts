import { resendSchedule } from '../../simulator/paypal-standard/resend-schedule';
import { ManualClock } from './manual-clock';
import { fieldsOf, openShop, type Merchant } from './merchant';

let shop: Merchant;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

interface Shown {
  state: string;
  genuine: boolean;
  copyOf: string | null;
  attempts: { status: number | null; error: string | null }[];
}
const history = async () => (await shop.control('GET', '/messages')).body as { data: Shown[] };
const bodies = () => shop.receiver.received.map(({ body }) => body.toString('latin1'));

it('a message that was not taken is resent, byte for byte, until it is', async () => {
  shop.receiver.answerNext(500, 503, 404);
  await shop.pay('anne');
  expect(bodies()).toHaveLength(4);
  expect(new Set(bodies()).size).toBe(1);
  const { data } = await history();
  expect(data[0]).toMatchObject({
    state: 'Sent',
    attempts: [{ status: 500 }, { status: 503 }, { status: 404 }, { status: 200 }],
  });
});

it('after fifteen resends a message has failed', async () => {
  shop.receiver.answerNext(...Array.from({ length: 20 }, () => 500));
  await shop.pay('anne');
  expect(bodies()).toHaveLength(16);
  expect((await history()).data[0]).toMatchObject({ state: 'Failed' });
});

it('a redirect is not followed and counts as not taken', async () => {
  shop.receiver.answerNext(302);
  await shop.pay('anne');
  expect(shop.receiver.received.map(({ path }) => path)).toEqual(['/ipn', '/ipn']);
});

it('the pauses grow, and fifteen of them stay within four days', () => {
  const pauses = resendSchedule(1);
  expect(pauses).toHaveLength(15);
  expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
  expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(4 * 86_400_000);
  expect(resendSchedule(600).slice(0, 3)).toEqual([17, 33, 67]);
});

it('between two attempts it waits the time of the schedule and no less', async () => {
  const clock = new ManualClock();
  const patient = await openShop({ clock, resendSpeed: 600 });
  patient.receiver.answerNext(500);
  await patient.control('POST', '/pay', { buyer: 'anne', fields: patient.form() });
  await clock.pass(17);
  await patient.idle();
  expect(patient.receiver.received).toHaveLength(2);
  await patient.stop();
});

it('an eCheck clears by itself after three of PayPal’s days, unless it was cleared by hand', async () => {
  const clock = new ManualClock();
  const patient = await openShop({ clock, resendSpeed: 600, laterEvents: 'by_themselves' });
  await patient.pay('bruno', { invoice: 'left alone' });
  const { txnId } = await patient.pay('bruno', { invoice: 'by hand' });
  await patient.happen(txnId, { status: 'Completed' });
  await clock.pass(432_000);
  await clock.pass(432_000);
  await patient.idle();
  const seen = patient.receiver.received.map(fieldsOf).map((m) => `${m['invoice']}: ${m['payment_status']}`);
  expect(seen).toEqual(['left alone: Pending', 'by hand: Pending', 'by hand: Completed', 'left alone: Completed']);
  await patient.stop();
});

it('extra copies are byte for byte the same', async () => {
  await shop.control('POST', '/delivery', { duplicates: 2 });
  await shop.pay('anne');
  expect(bodies()).toHaveLength(3);
  expect(new Set(bodies()).size).toBe(1);
});

it('out of order means newer before older, two by two, and what is held leaves when the rule ends', async () => {
  await shop.control('POST', '/delivery', { reorder: true });
  const { txnId } = await shop.pay('bruno');
  expect(bodies()).toEqual([]);
  await shop.happen(txnId, { status: 'Completed' });
  await shop.happen(txnId, { status: 'Refunded' });
  expect(shop.receiver.received.map((m) => fieldsOf(m)['payment_status'])).toEqual(['Completed', 'Pending']);
  await shop.control('DELETE', '/delivery');
  await shop.idle();
  expect(shop.receiver.received.map((m) => fieldsOf(m)['payment_status'])).toEqual([
    'Completed',
    'Pending',
    'Refunded',
  ]);
});

it('told to lose one message, it loses one', async () => {
  await shop.control('POST', '/delivery', { drop: 1 });
  const { txnId } = await shop.pay('bruno');
  await shop.happen(txnId, { status: 'Completed' });
  expect(shop.receiver.received.map((m) => fieldsOf(m)['payment_status'])).toEqual(['Completed']);
});

it.each([
  { charset: 'KOI8_R', bytes: 'item_name=%D7%DA%CE%CF%D3' },
  { charset: 'utf-8', bytes: 'item_name=%D0%B2%D0%B7%D0%BD%D0%BE%D1%81' },
  { charset: 'gb2312', bytes: 'item_name=%A7%D3%A7%D9%A7%DF%A7%E0%A7%E3' },
  { charset: 'windows-1252', bytes: 'item_name=%3F%3F%3F%3F%3F' },
])('messages can be written in $charset', async ({ charset, bytes }) => {
  await shop.control('POST', '/delivery', { charset });
  await shop.pay('anne', { item_name: 'взнос' });
  expect(bodies()[0]).toContain(bytes);
  expect(bodies()[0]).toContain(`charset=${charset}`);
  expect((await shop.postBack(shop.receiver.received[0]?.body ?? Buffer.alloc(0))).text).toBe('VERIFIED');
});

it.each(['drop', 'empty', 'html', 'invalid'])(
  'a message garbled on the way (%s) is resent as it should be',
  async (mode) => {
    await shop.control('POST', '/misbehave', { where: 'ipn', mode, times: 1 });
    await shop.pay('anne');
    const last = shop.receiver.received.at(-1)?.body ?? Buffer.alloc(0);
    const garbled = shop.receiver.received.slice(0, -1);
    expect((await shop.postBack(last)).text).toBe('VERIFIED');
    for (const { body } of garbled) expect((await shop.postBack(body)).text).toBe('INVALID');
    expect((await history()).data[0]).toMatchObject({ state: 'Sent' });
    expect((await history()).data[0]?.attempts).toHaveLength(2);
  },
);

it('a message cannot be sent with a status', async () => {
  expect(await shop.control('POST', '/misbehave', { where: 'ipn', mode: 'http_500' })).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  });
});

it('a replay has the same bytes, a resend says that it is one, and both are genuine', async () => {
  await shop.pay('anne');
  await shop.control('POST', '/messages/msg_1/replay', { times: 5 });
  await shop.idle();
  await shop.control('POST', '/messages/msg_1/resend');
  await shop.idle();
  expect(bodies()).toHaveLength(7);
  expect(new Set(bodies().slice(0, 6)).size).toBe(1);
  expect(bodies()[6]).toBe(`${bodies()[0]}&resend=true`);
  expect((await shop.postBack(shop.receiver.received[6]?.body ?? Buffer.alloc(0))).text).toBe('VERIFIED');
});

it('reset forgets payments, messages, switches and what was still to be sent', async () => {
  const clock = new ManualClock();
  const forgetful = await openShop({ clock, resendSpeed: 1 });
  forgetful.receiver.answerNext(500);
  await forgetful.control('POST', '/pay', { buyer: 'anne', fields: forgetful.form() });
  await clock.waitsFor(10_000);
  await forgetful.control('POST', '/misbehave', { where: 'page', mode: 'html' });
  await forgetful.control('POST', '/reset');
  await clock.pass(10_000);
  await forgetful.idle();
  expect(forgetful.receiver.received).toHaveLength(1);
  expect((await forgetful.control('GET', '/payments')).body).toEqual({ data: [] });
  expect((await forgetful.control('GET', '/messages')).body).toEqual({ data: [] });
  expect((await forgetful.control('GET', '/misbehave')).body).toEqual({ data: [] });
  await forgetful.stop();
});
