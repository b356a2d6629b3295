import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { signedIn } from '../support/browser';
import { eventually, Merchant } from '../support/client';
import { startReceiver } from '../support/receiver';
import type { Arrived, Receiver } from '../support/receiver';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking } from './asking';
import type { Asking, Page } from './asking';
import { refused, refusedField } from './refusal';

interface EndpointView {
  readonly id: string;
  readonly enabled: boolean;
  readonly secret: string;
}
interface DeliveryView {
  readonly id: string;
  readonly event: string;
  readonly state: string;
  readonly attempts: readonly { readonly status: number | null; readonly answer: string | null }[];
}

let world: World;
let club: Merchant;
let asClub: Asking;
let shop: Receiver;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  [club, shop] = [await Merchant.create(world), await startReceiver()];
  asClub = asking(world, club.secretKey);
});
afterEach(() => shop.close());
afterAll(() => world.stop());

const newEndpoint = async (types = ['payment.created']) =>
  (await club.post<EndpointView>('/v1/webhook-endpoints', { url: shop.url, types })).body;
const open = async () => club.pay(await club.member([['fee', 1000]]));
const untilArrived = (count: number) =>
  eventually(
    () => Promise.resolve(shop.arrived),
    ({ length }) => length >= count,
  );
const untilEnded = (id: string) =>
  eventually(
    async () => (await club.get<DeliveryView>(`/v1/webhook-deliveries/${id}`)).body,
    ({ state }) => state !== 'pending',
  );
const deliveriesTo = async ({ id }: EndpointView, query = '') =>
  (await club.get<Page<DeliveryView>>(`/v1/webhook-endpoints/${id}/deliveries${query}`)).body.data;
const isSignedBy = ({ body, headers }: Arrived, secret: string) => {
  try {
    return new Webhook(secret).verify(body, headers) !== undefined;
  } catch {
    return false;
  }
};

test('an endpoint gets what the list says, signed so that the package of Standard Webhooks verifies it', async () => {
  const { id: endpointId, secret } = await newEndpoint();
  const payment = await open();
  await club.post(`/v1/payments/${payment.id}/cancel`);
  const [arrived] = await untilArrived(1);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  expect(isSignedBy(arrived!, secret)).toBe(true);
  expect(isSignedBy({ ...arrived!, body: `${arrived!.body} ` }, secret)).toBe(false);
  const { data } = (await club.get<Page<object>>('/v1/events?type=payment.created')).body;
  expect(data).toEqual([arrived!.said]);
  expect(arrived!.headers['webhook-id']).toBe(arrived!.said.id);
  const [delivery, ...more] = await deliveriesTo({ id: endpointId } as EndpointView);
  expect(more).toEqual([]);
  expect(await untilEnded(delivery!.id)).toEqual({
    id: expect.stringMatching(/^whd_[0-9a-z]{26}$/),
    endpoint: endpointId,
    event: arrived!.said.id,
    state: 'succeeded',
    attempts: [{ at: expect.any(String), status: 200, milliseconds: expect.any(Number), answer: 'heard', error: null }],
    createdAt: expect.any(String),
  });
});

test('an endpoint is shown without its secret, changed, disabled, enabled and removed', async () => {
  const { secret: _secret, ...made } = await newEndpoint();
  expect(made).toEqual({
    id: expect.stringMatching(/^whe_[0-9a-z]{26}$/),
    url: shop.url,
    types: ['payment.created'],
    description: null,
    enabled: true,
    disabledReason: null,
    createdAt: expect.any(String),
  });
  const path = `/v1/webhook-endpoints/${made.id}`;
  expect((await club.get(path)).body).toEqual(made);
  const change = { types: ['payment.paid'], description: 'the till', enabled: false };
  expect((await asClub.patch(path, change)).body).toEqual({ ...made, ...change });
  expect((await club.get('/v1/webhook-endpoints')).body).toEqual({ data: [{ ...made, ...change }], nextCursor: null });
  refused(await club.post(`${path}/test`), 'webhook_endpoint_disabled');
  expect((await asClub.patch(path, { enabled: true })).body).toMatchObject({ enabled: true, disabledReason: null });
  expect((await asClub.ask('DELETE', path)).status).toBe(200);
  for (const gone of [await club.get(path), await asClub.ask('DELETE', path), await club.get(`${path}/deliveries`)])
    refused(gone, 'not_found');
});

test('a treasurer looks at endpoints and deliveries as they are, and proves anew who they are before a change', async () => {
  const endpoint = await newEndpoint();
  const treasurer = await signedIn(world, { [club.id]: 'treasurer' });
  const address = `/v1/webhook-endpoints/${endpoint.id}`;
  for (const path of ['/v1/webhook-endpoints', address, `${address}/deliveries`])
    expect([path, (await treasurer.get(path)).status]).toEqual([path, 200]);
  refused(await treasurer.patch(address, { enabled: false }), 'step_up_required');
  refused(await treasurer.post(`${address}/test`), 'step_up_required');
});

test('after a rotation the former secret and the new one verify, and of two rotations only the last', async () => {
  const first = await newEndpoint();
  const rotate = async () => (await club.post<EndpointView>(`/v1/webhook-endpoints/${first.id}/rotation`)).body.secret;
  const second = await rotate();
  await open();
  const [arrived] = await untilArrived(1);
  expect([first.secret, second].map((secret) => isSignedBy(arrived!, secret))).toEqual([true, true]);
  const third = await rotate();
  await open();
  const [, later] = await untilArrived(2);
  expect([first.secret, second, third].map((secret) => isSignedBy(later!, secret))).toEqual([false, true, true]);
  await world.db.sql.query('UPDATE webhook_endpoints SET former_until = now() WHERE id = $1', [first.id]);
  await open();
  const [, , last] = await untilArrived(3);
  expect([second, third].map((secret) => isSignedBy(last!, secret))).toEqual([false, true]);
});

test('a test is sent once, is signed, and is no event', async () => {
  const endpoint = await newEndpoint();
  shop.answers = 500;
  const { status, body } = await club.post<DeliveryView>(`/v1/webhook-endpoints/${endpoint.id}/test`);
  expect([status, body.state]).toEqual([201, 'pending']);
  expect(await untilEnded(body.id)).toMatchObject({ state: 'failed', attempts: [{ status: 500 }] });
  const [arrived] = shop.arrived;
  expect(arrived!.said).toMatchObject({ id: body.event, type: 'webhook.test', data: {} });
  expect(isSignedBy(arrived!, endpoint.secret)).toBe(true);
  refused(await club.get(`/v1/events?after=${body.event}`), 'not_found');
});

test('what was sent is sent again under the same id, as it was', async () => {
  const endpoint = await newEndpoint();
  await open();
  const [first] = await untilArrived(1);
  const [delivery] = await deliveriesTo(endpoint);
  await untilEnded(delivery!.id);
  const again = await club.post<DeliveryView>(`/v1/webhook-deliveries/${delivery!.id}/resend`);
  expect([again.status, again.body.state]).toEqual([200, 'pending']);
  const [, second] = await untilArrived(2);
  expect(second!.said).toEqual(first!.said);
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  expect((await untilEnded(delivery!.id)).attempts).toHaveLength(2);
  expect(await deliveriesTo(endpoint, '?state=succeeded')).toHaveLength(1);
  expect(await deliveriesTo(endpoint, '?state=pending')).toEqual([]);
});

test('nothing is queued for types that an endpoint does not want, and for a merchant that it is not of', async () => {
  const endpoint = await newEndpoint(['payment.cancelled']);
  const stranger = await Merchant.create(world);
  const theirs = await stranger.pay(await stranger.member([['fee', 1000]]));
  await stranger.post(`/v1/payments/${theirs.id}/cancel`);
  const { id } = await open();
  await club.post(`/v1/payments/${id}/cancel`);
  const [arrived] = await untilArrived(1);
  expect(arrived!.said).toMatchObject({ type: 'payment.cancelled', merchant: club.id, data: { id } });
  expect(await deliveriesTo(endpoint)).toHaveLength(1);
  const [delivery] = await deliveriesTo(endpoint);
  refused(await stranger.get(`/v1/webhook-deliveries/${delivery!.id}`), 'not_found');
});

test('an endpoint is asked for with a URL that webhooks go to, and with types that there are', async () => {
  const asked = (body: object) =>
    club.post('/v1/webhook-endpoints', { url: 'https://shop.example/', types: ['payment.paid'], ...body });
  expect((await asked({})).status).toBe(201);
  for (const url of [
    'http://shop.example/',
    'https://10.0.0.1/',
    'https://a:b@shop.example/',
    'https://localhost/',
    'x',
  ])
    refused(await asked({ url }), 'url_not_allowed');
  refusedField(await asked({ types: [] }), 'types');
  refusedField(await asked({ types: ['payment.lost'] }), 'types.0');
  const { id } = await newEndpoint();
  refused(await asClub.patch(`/v1/webhook-endpoints/${id}`, { url: 'https://127.0.0.1/' }), 'url_not_allowed');
  refused(await club.post(`/v1/webhook-deliveries/whd_${randomUUID()}/resend`), 'not_found');
});
