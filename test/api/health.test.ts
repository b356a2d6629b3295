import { pino } from 'pino';
import { createDeliveries } from '../../outbox/deliveries';
import { eventually, Merchant } from '../support/client';
import type { PaymentView } from '../support/client';
import { startWorld } from '../support/world';
import { NO_RUNS } from '../support/no-runs';
import type { World } from '../support/world';
import { startApi } from './api-alone';
import type { RunningApi } from './api-alone';
import { asking, newMerchant } from './asking';
import { refused } from './refusal';

describe('with everything there', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ workers: 0 });
  });
  afterAll(() => world.stop());

  test('the API is alive and ready, and says so to anybody', async () => {
    const nobody = asking(world, null);
    expect(await nobody.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await nobody.get('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ok', degraded: [], parts: { postgres: true, temporal: true } },
    });
  });

  test('metrics count answers by route, and hold no ids', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member();
    await merchant.cart(member);
    const read = async () => (await asking(world, null).get<string>('/metrics')).body;
    const metrics = await eventually(read, (text) => text.includes('route="/v1/members/:id/cart"'));
    expect(metrics).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/v1\/members\/:id\/cart",status="200"\} [1-9]/,
    );
    expect(metrics).toMatch(/^notifications_waiting \d+$/m);
    expect(metrics).toMatch(/^process_cpu_seconds_total /m);
    expect(metrics).not.toContain(member);
    expect(metrics).not.toContain(merchant.notificationUrl.split('/').at(-2));
  });
});

describe('while Temporal is away', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ workers: 0, temporalAddress: '127.0.0.1:1' });
  });
  afterAll(() => world.stop());

  test('the API stays ready and names what is degraded', async () => {
    expect(await asking(world, null).get('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'degraded', degraded: ['temporal'], parts: { postgres: true, temporal: false } },
    });
  });

  // Temporal's client goes on trying for a while and then throws at a connection that was closed, so this API is told at once.
  test('a payment is opened all the same, a message about it is taken, and a command is stored', async () => {
    const deliveries = createDeliveries({
      db: world.db,
      runs: NO_RUNS,
      log: pino({ level: 'silent' }),
      isLate: () => false,
    });
    const api = await startApi({ db: world.db, runs: NO_RUNS, deliveries });
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 1000]]);
    const server = asking(api, merchant.secretKey);
    const payment = await server.post<PaymentView>('/v1/payments', { member, gateway: 'paypal-standard' });
    expect(payment).toMatchObject({ status: 201, body: { status: 'awaiting_payer', nextAction: { kind: 'form' } } });

    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const hook = new URL(merchant.notificationUrl).pathname;
    expect((await asking(api, null).post(hook, `custom=${payment.body.id}&txn_id=TXN1`, form)).status).toBe(200);
    expect(await merchant.notifications()).toMatchObject([{ state: 'received', payment: payment.body.id }]);

    const cancelled = await server.post<PaymentView>(`/v1/payments/${payment.body.id}/cancel`);
    expect(cancelled).toMatchObject({ status: 202, body: { id: payment.body.id, status: 'awaiting_payer' } });
    const { rows } = await world.db.sql.query<{ kind: string }>(
      'SELECT kind FROM outbox WHERE payment_id = $1 ORDER BY id',
      [payment.body.id],
    );
    expect(rows.map((row) => row.kind)).toEqual(['start', 'notification', 'command']);
    await deliveries.close();
    await api.stop();
  });
});

describe('while PostgreSQL is away', () => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.stop());

  test('the API is alive and not ready', async () => {
    const nobody = asking(api, null);
    expect(await nobody.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await nobody.get('/readyz')).toMatchObject({
      status: 503,
      body: { status: 'unavailable', degraded: ['postgres', 'temporal'], parts: { postgres: false, temporal: false } },
    });
    expect((await nobody.get('/metrics')).status).toBe(200);
  });

  test('what needs it is answered 503, and may be sent again as it is', async () => {
    refused(await asking(api, 'sk_whoever').get('/v1/merchant'), 'unavailable');
    const body = { name: 'Club', currency: 'EUR' };
    await expect(newMerchant(api, body)).rejects.toThrow('503');
  });
});
