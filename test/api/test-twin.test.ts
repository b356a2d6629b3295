import { signedIn } from '../support/browser';
import { Merchant } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, newMerchant } from './asking';
import { refused } from './refusal';

interface Twin {
  readonly id: string;
  readonly testOf: string;
  readonly secretKey?: string;
}
type Shown = Readonly<Record<string, unknown>>;

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
});
afterAll(() => world.stop());

const LIVE = { environment: 'live', receiverId: 'SELLER0000001' };

test('a merchant has one merchant beside it for trying out; its key is shown once', async () => {
  const club = await newMerchant(world, { name: 'Tennis', country: 'FR', registration: 'SIREN 1', locale: 'fr' });
  const first = await club.post<Twin>('/v1/merchant/test-twin');
  expect([first.status, first.body]).toEqual([
    201,
    { id: expect.stringMatching(/^mer_/), testOf: club.id, secretKey: expect.stringMatching(/^sk_/) },
  ]);
  const again = await club.post<Twin>('/v1/merchant/test-twin');
  expect([again.status, again.body]).toEqual([200, { id: first.body.id, testOf: club.id }]);
  const { body: shown } = await asking(world, first.body.secretKey!).get<Shown>('/v1/merchant');
  expect(shown).toMatchObject({
    ...{ id: first.body.id, testOf: club.id, name: 'Tennis test', slug: 'tennis-test' },
    ...{ country: 'FR', timeZone: 'Europe/Paris', registration: 'SIREN 1', locale: 'fr', currency: 'EUR' },
  });
  expect((await club.get<Shown>('/v1/merchant')).body['testOf']).toBeNull();
});

test('the people of a merchant work in the one beside it too, also those who came later', async () => {
  const club = await newMerchant(world);
  const owner = await signedIn(world, { [club.id]: 'owner' });
  const { body: twin } = await owner.post<Twin>('/v1/merchant/test-twin');
  expect((await owner.put<Shown>('/v1/session/merchant', { merchant: twin.id })).body).toMatchObject({
    merchant: twin.id,
    role: 'owner',
  });
  const desk = await signedIn(world, { [club.id]: 'desk' });
  expect((await desk.put('/v1/session/merchant', { merchant: twin.id })).status).toBe(404);
  await club.post('/v1/merchant/test-twin');
  expect((await desk.put<Shown>('/v1/session/merchant', { merchant: twin.id })).body['role']).toBe('desk');
  const { body: trail } = await owner.get<{ data: readonly Shown[] }>(`/v1/audit?action=person.joined`);
  expect(trail.data).toMatchObject([
    { object: { id: desk.id }, objectName: 'Paul Petit', after: { role: 'desk' }, actor: { kind: 'key' } },
    {
      object: { id: owner.id },
      after: { role: 'owner' },
      actor: { kind: 'person', id: owner.id },
      actorName: 'Paul Petit',
    },
  ]);
});

test('of those who ask at once one gets the key, and all the same merchant', async () => {
  const club = await newMerchant(world);
  const replies = await Promise.all(Array.from({ length: 5 }, () => club.post<Twin>('/v1/merchant/test-twin')));
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
  expect(replies.filter(({ body }) => body.secretKey !== undefined)).toHaveLength(1);
  expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
});

test('what is tried out is in books of its own', async () => {
  const club = await Merchant.create(world);
  const twin = asking(world, (await club.post<Twin>('/v1/merchant/test-twin')).body.secretKey!);
  await twin.post('/v1/members', { name: 'Nobody' });
  expect((await club.get<{ data: unknown[] }>('/v1/members')).body.data).toEqual([]);
  expect((await twin.get<{ data: unknown[] }>('/v1/gateway-accounts')).body.data).toEqual([]);
  const account = { environment: 'simulator', receiverId: 'SELLER0000002' };
  expect((await twin.put('/v1/gateway-accounts/paypal-standard', account)).status).toBe(200);
});

test('it takes no live account, neither at first nor in the place of another', async () => {
  const club = await newMerchant(world);
  const twin = asking(world, (await club.post<Twin>('/v1/merchant/test-twin')).body.secretKey!);
  const put = (account: object) => twin.put<Shown>('/v1/gateway-accounts/paypal-standard', account);
  refused(await put(LIVE), 'test_merchant');
  expect((await twin.get<{ data: unknown[] }>('/v1/gateway-accounts')).body.data).toEqual([]);
  expect((await put({ ...LIVE, environment: 'simulator' })).status).toBe(200);
  refused(await put(LIVE), 'test_merchant');
  const { body } = await twin.get<{ data: Shown[] }>('/v1/gateway-accounts');
  expect(body.data.map(({ environment }) => environment)).toEqual(['simulator']);
});

test('it has none beside it', async () => {
  const club = await newMerchant(world);
  const twin = asking(world, (await club.post<Twin>('/v1/merchant/test-twin')).body.secretKey!);
  refused(await twin.post('/v1/merchant/test-twin'), 'test_merchant');
});
