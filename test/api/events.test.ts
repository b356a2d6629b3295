import { randomUUID } from 'node:crypto';
import { eventually, Merchant, untilStatus } from '../support/client';
import { connectCheckout, control, payByOrder } from '../support/gateways';
import { ipn, newTransactionId, payAs, sendGenuine } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf } from './asking';
import type { Page } from './asking';
import { openStream } from './event-stream';
import type { EventStream, SentEvent } from './event-stream';
import { refused, refusedField } from './refusal';

interface EventView {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly merchant: string;
  readonly createdAt: string;
  readonly data: Readonly<Record<string, unknown>>;
}

let world: World;
let club: Merchant;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  club = await Merchant.create(world);
});
const open: EventStream[] = [];
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});
afterAll(() => world.stop());

const events = async (query = '') => (await club.get<Page<EventView>>(`/v1/events?limit=100${query}`)).body.data;
/** Those of an object, by its id. */
const about = async (id: string) => (await events()).filter(({ data }) => data['id'] === id);
const typesAbout = async (id: string) => (await about(id)).map(({ type }) => type);
const watch = async (headers: Record<string, string> = {}, key = club.secretKey) => {
  const stream = await openStream(world, key, '/v1/events/stream', headers);
  open.push(stream);
  return stream;
};
async function paid(amount = 5000) {
  const payment = await club.pay(await club.member([['fee', amount]]));
  const { txnId } = await payAs(club, payment);
  await untilStatus(club, payment.id, 'paid');
  return { id: payment.id, txnId };
}

/** What a GET says, without what it says for one caller or one moment. */
async function got(path: string): Promise<Record<string, unknown>> {
  const { body } = await club.get<Record<string, unknown>>(path);
  const untold = ['nextAction', 'actions', 'memberName', 'temporalUrl', 'payer'];
  return Object.fromEntries(Object.entries(body).filter(([name]) => !untold.includes(name)));
}

describe('a merchant’s events', () => {
  test('tell of a payment from its beginning to its refund, each as it stood then', async () => {
    await connectCheckout(club);
    const member = await club.member([['fee', 5000]]);
    const { id } = await payByOrder(club, member);
    const whenPaid = await got(`/v1/payments/${id}`);
    const refund = (await club.post<{ id: string }>(`/v1/payments/${id}/refunds`, { amount: 2000 })).body.id;
    await untilStatus(club, id, 'partially_refunded');
    const all = await about(id);
    expect(all.map(({ type }) => type)).toEqual(['payment.created', 'payment.paid', 'payment.refunded']);
    expect(all.map(({ data }) => data['status'])).toEqual(['created', 'paid', 'partially_refunded']);
    expect(all[1]!.data).toEqual(whenPaid);
    expect(all[2]!.data).toEqual(await got(`/v1/payments/${id}`));
    expect(all[1]).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-z]{26}$/),
      type: 'payment.paid',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      sequence: expect.any(Number),
      merchant: club.id,
      data: expect.any(Object),
    });
    const [given, ...more] = await about(refund);
    expect(given).toMatchObject({ type: 'refund.succeeded', data: await got(`/v1/refunds/${refund}`) });
    expect(more).toEqual([]);
  });

  test('tell of a case as it stood then, and say paid once', async () => {
    const { id, txnId } = await paid();
    await control(world, 'POST', `/payments/${txnId}/events`, { status: 'Reversed' });
    await untilStatus(club, id, 'disputed');
    const [dispute] = (await club.get<Page<{ id: string }>>(`/v1/disputes?payment=${id}`)).body.data;
    const whenOpen = await got(`/v1/disputes/${dispute!.id}`);
    await control(world, 'POST', `/payments/${txnId}/events`, { status: 'Canceled_Reversal' });
    await untilStatus(club, id, 'paid');
    const [opened, won] = await about(dispute!.id);
    expect(opened).toMatchObject({ type: 'dispute.opened', data: whenOpen });
    expect(won).toMatchObject({ type: 'dispute.won', data: await got(`/v1/disputes/${dispute!.id}`) });
    expect((await typesAbout(id)).filter((type) => type === 'payment.paid')).toHaveLength(1);
    expect(await typesAbout(id)).toContain('payment.disputed');
  });

  test('tell of money of nobody’s, and not who sent it', async () => {
    const fields = { txn_id: newTransactionId(), custom: undefined, invoice: undefined };
    await sendGenuine(club, ipn(club, { nextAction: null }, { ...fields, mc_gross: '25.00', mc_currency: 'EUR' }));
    const [row] = await eventually(
      () => club.notifications('&state=unmatched'),
      (rows) => rows.length > 0,
    );
    await club.post(`/v1/notifications/${row!.id}/attachment`, { member: await club.member() });
    const { payer, ...asItWas } = row!;
    expect(payer).toMatchObject({ email: expect.stringMatching(/@/) });
    expect(await about(row!.id)).toMatchObject([{ type: 'notification.unmatched', data: asItWas }]);
    expect((await about(row!.id))[0]!.data).not.toHaveProperty('payer');
  });

  test('tell of a charge that is cancelled, and of an account that is enabled', async () => {
    const member = await club.member([['fee', 5000]]);
    const [charge] = (await club.cart(member)).charges;
    const { body } = await club.post<object>(`/v1/members/${member}/charges/${charge!.id}/cancellation`);
    expect(await about(charge!.id)).toMatchObject([{ type: 'charge.cancelled', data: { ...body, member } }]);
    expect(await events('&type=gateway_account.enabled,gateway_account.disabled')).toMatchObject([
      {
        type: 'gateway_account.enabled',
        data: { gateway: 'paypal-standard', environment: 'simulator', enabled: true },
      },
    ]);
  });

  test('are read on from any of them, by its id, by its number, or page by page', async () => {
    const first = await club.pay(await club.member([['fee', 1000]]));
    await club.post(`/v1/payments/${first.id}/cancel`);
    const all = await events();
    expect(all.map(({ type }) => type)).toEqual(['gateway_account.enabled', 'payment.created', 'payment.cancelled']);
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map(({ sequence }) => sequence).sort((a, b) => a - b));
    expect(await events(`&after=${all[0]!.id}`)).toEqual(all.slice(1));
    expect(await events(`&after=${all[1]!.sequence}`)).toEqual(all.slice(2));
    expect(await events('&after=0&type=payment.cancelled')).toEqual(all.slice(2));
    const page = (await club.get<Page<EventView>>('/v1/events?limit=2')).body;
    expect(page.data).toEqual(all.slice(0, 2));
    const next = await club.get<Page<EventView>>(`/v1/events?limit=2&cursor=${page.nextCursor}`);
    expect(next.body).toEqual({ data: all.slice(2), nextCursor: null });
  });

  test('of another merchant are not known, and neither is a type that there is not', async () => {
    const stranger = await Merchant.create(world);
    await stranger.pay(await stranger.member([['fee', 1000]]));
    const [theirs] = (await stranger.get<Page<EventView>>('/v1/events')).body.data;
    for (const after of [theirs!.id, theirs!.sequence, 999_999_999, `evt_${'0'.repeat(26)}`])
      refused(await club.get(`/v1/events?after=${after}`), 'not_found');
    expect((await events()).map(({ merchant }) => merchant)).toEqual([club.id]);
    refusedField(await club.get('/v1/events?type=payment.lost'), 'type');
    refusedField(await club.get('/v1/events?after=yesterday'), 'after');
    refused(await club.get('/v1/events?since=1'), 'invalid_request');
    const member = await memberOf(club, await club.member());
    refused(await member.get('/v1/events'), 'forbidden');
  });
});

describe('the stream of a merchant’s events', () => {
  const typesOf = (sent: readonly SentEvent[]) => sent.map(({ event }) => event);

  test('begins now, tells ids alone, and has the order of the list', async () => {
    await paid(1000);
    const stream = await watch();
    const { id } = await paid(2000);
    const sent = await stream.take(2);
    expect(typesOf(sent)).toEqual(['payment.created', 'payment.paid']);
    expect(sent.map((event) => event.id)).toEqual((await about(id)).map((event) => event.id));
    expect(sent[1]!.data).toEqual({ id: sent[1]!.id, type: 'payment.paid', object: { kind: 'payment', id } });
  });

  test('resumes after the event that was received last, and of an unknown one says so', async () => {
    await paid(1000);
    const all = await events();
    const stream = await watch({ 'last-event-id': all[0]!.id });
    expect((await stream.take(2)).map(({ id }) => id)).toEqual(all.slice(1).map(({ id }) => id));
    expect((await watch({ 'last-event-id': randomUUID() })).status).toBe(404);
  });

  test('ends with its key, and is for keys that may read', async () => {
    const { body } = await club.post<{ id: string; secretKey: string }>('/v1/keys', { name: 'x', scopes: ['read'] });
    const stream = await watch({}, body.secretKey);
    await asking(world, club.secretKey).ask('DELETE', `/v1/keys/${body.id}`);
    expect(await stream.rest()).toEqual([]);
    const other = await club.post<{ secretKey: string }>('/v1/keys', { name: 'x', scopes: ['refunds'] });
    refused(await asking(world, other.body.secretKey).get('/v1/events/stream'), 'forbidden');
  });
});
