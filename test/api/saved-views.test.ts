import { signedIn } from '../support/browser';
import type { Browser } from '../support/browser';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { newMerchant } from './asking';
import type { Asking, Page } from './asking';
import { refused, refusedField } from './refusal';

interface SavedView {
  readonly id: string;
  readonly name: string;
  readonly shared: boolean;
  readonly mine: boolean;
}

let world: World;
let club: Awaited<ReturnType<typeof newMerchant>>;
let owner: Browser, treasurer: Browser, desk: Browser & { id: string };
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
});
afterAll(() => world.stop());
beforeEach(async () => {
  club = await newMerchant(world);
  owner = await signedIn(world, { [club.id]: 'owner' });
  treasurer = await signedIn(world, { [club.id]: 'treasurer' });
  desk = await signedIn(world, { [club.id]: 'desk' });
});

const LATE = { name: 'To look at', list: 'payments', filter: { status: 'needs_review,disputed', minAmount: '1000' } };
const save = async (who: Pick<Asking, 'post'>, over: object = {}) => {
  const reply = await who.post<SavedView>('/v1/views', { ...LATE, ...over });
  expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
  return reply.body;
};
const seenBy = async (who: Pick<Asking, 'get'>, query = '') =>
  (await who.get<Page<SavedView>>(`/v1/views?limit=100${query}`)).body.data.map(({ name, mine }) => [name, mine]);

test('a person saves a filter for themself, which nobody else sees', async () => {
  const saved = await save(desk, { name: 'Mine' });
  expect(saved).toEqual({
    ...{ ...LATE, name: 'Mine', id: expect.stringMatching(/^viw_/), shared: false, mine: true },
    createdAt: expect.stringMatching(/^\d{4}-/),
  });
  expect(await seenBy(desk)).toEqual([['Mine', true]]);
  for (const other of [owner, treasurer, club]) {
    expect(await seenBy(other)).toEqual([]);
    refused(await other.ask('DELETE', `/v1/views/${saved.id}`), 'not_found');
  }
});

test('an owner, a treasurer and a key share one with all; desk and accountant do not', async () => {
  await save(owner, { name: 'Owner’s', shared: true });
  await save(treasurer, { name: 'Treasurer’s', shared: true });
  await save(club, { name: 'Key’s' });
  expect(await seenBy(desk)).toEqual([
    ['Key’s', false],
    ['Treasurer’s', false],
    ['Owner’s', false],
  ]);
  expect(await seenBy(club)).toContainEqual(['Key’s', true]);
  const accountant = await signedIn(world, { [club.id]: 'accountant' });
  for (const who of [desk, accountant])
    expect(refused(await who.post('/v1/views', { ...LATE, shared: true }), 'forbidden').may).toEqual({
      roles: ['owner', 'treasurer'],
      scopes: ['admin'],
    });
  refusedField(await club.post('/v1/views', { ...LATE, shared: false }), 'shared');
});

test('who made one removes it, and of a shared one an owner too', async () => {
  const shared = await save(treasurer, { shared: true });
  refused(await desk.delete(`/v1/views/${shared.id}`), 'forbidden');
  expect((await owner.delete(`/v1/views/${shared.id}`)).status).toBe(200);
  refused(await owner.delete(`/v1/views/${shared.id}`), 'not_found');
  const again = await save(treasurer, { shared: true });
  const twice = await Promise.all([1, 2].map(() => treasurer.delete(`/v1/views/${again.id}`)));
  expect(twice.map(({ status }) => status).sort()).toEqual([200, 404]);
  expect(await seenBy(desk)).toEqual([]);
});

test.each([
  ['payments', { status: 'lost' }, 'filter.status'],
  ['payments', { owes: '1' }, 'filter.owes'],
  ['payments', { cursor: 'MTI' }, 'filter.cursor'],
  ['members', { owes: 'yes' }, 'filter.owes'],
  ['refunds', { member: 'anne' }, 'filter.member'],
  ['notifications', { state: 'paid' }, 'filter.state'],
  ['disputes', { status: 'open', limit: '3' }, 'filter.limit'],
  ['people', {}, 'list'],
  ['payments', { status: 7 }, 'filter.status'],
])('of %s a filter %j that the list itself would refuse is refused', async (list, filter, field) => {
  refusedField(await desk.post('/v1/views', { name: 'x', list, filter }), field);
  expect(await seenBy(desk)).toEqual([]);
});

test('what is saved is what the list is asked with', async () => {
  await save(desk);
  const [view] = (await desk.get<Page<{ filter: Record<string, string> }>>('/v1/views?list=payments')).body.data;
  expect((await desk.get(`/v1/payments?${new URLSearchParams(view!.filter).toString()}`)).status).toBe(200);
  expect(await seenBy(desk, '&list=members')).toEqual([]);
});

test('a person keeps a hundred, and of several that are saved at once no more', async () => {
  for (let time = 0; time < 98; time++) await save(desk);
  const replies = await Promise.all(Array.from({ length: 6 }, () => desk.post('/v1/views', LATE)));
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409]);
  refused(await desk.post('/v1/views', LATE), 'too_many_views');
  await save(treasurer);
});

test('who leaves takes along what was for them alone, and leaves what they shared', async () => {
  await save(treasurer, { name: 'Shared', shared: true });
  await save(treasurer, { name: 'Own' });
  const { id } = (await treasurer.get<{ user: { id: string } }>('/v1/session')).body.user;
  await owner.stepUp();
  expect((await owner.delete(`/v1/people/${id}`)).status).toBe(200);
  const { rows } = await world.db.sql.query('SELECT name FROM saved_views WHERE merchant_id = $1', [club.id]);
  expect(rows).toEqual([{ name: 'Shared' }]);
});

test('the trail says who saved which list, and not whom it searches for', async () => {
  const { id } = await save(desk, { list: 'members', filter: { q: 'Jeannette' } });
  await desk.delete(`/v1/views/${id}`);
  const { body } = await club.get<{ data: object[] }>(`/v1/audit?object=${id}`);
  const about = { name: 'To look at', list: 'members', filter: ['q'], shared: false };
  expect(body.data).toMatchObject([
    { action: 'view.removed', actor: { kind: 'person', id: desk.id }, before: about, after: null },
    { action: 'view.created', actor: { kind: 'person', id: desk.id }, before: null, after: about },
  ]);
  expect(JSON.stringify(body)).not.toContain('Jeannette');
});
