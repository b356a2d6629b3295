import { newId } from '../../platform/ids';
import { Browser, lettersTo, newPerson, signedIn, PASSWORD } from '../support/browser';
import { eventually, Merchant } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { newMerchant } from './asking';
import { openEvents } from './event-stream';
import { refused, refusedField } from './refusal';

interface PersonView {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly secondFactor: boolean;
}

let world: World;
let merchant: Merchant;
beforeAll(async () => {
  world = await startWorld({ workers: 0, mail: { smtpUrl: 'smtp://127.0.0.1:1' } });
  merchant = await Merchant.create(world);
});
afterAll(() => world.stop());

async function ownerOf(id: string) {
  const owner = await signedIn(world, { [id]: 'owner' });
  await owner.stepUp();
  return owner;
}
const people = async (browser: Browser) => (await browser.get<{ data: PersonView[] }>('/v1/people')).body.data;

test('an owner sees the people, and gives one another role', async () => {
  const club = await newMerchant(world);
  const owner = await ownerOf(club.id);
  const desk = await newPerson(world, { [club.id]: 'desk' });
  expect(await people(owner)).toMatchObject([
    { id: desk.id, name: 'Paul Petit', email: desk.email, role: 'desk', secondFactor: false },
    { id: owner.id, role: 'owner' },
  ]);
  const changed = await owner.patch<PersonView>(`/v1/people/${desk.id}`, { role: 'treasurer' });
  expect([changed.status, changed.body.role]).toEqual([200, 'treasurer']);
  refusedField(await owner.patch(`/v1/people/${desk.id}`, { role: 'king' }), 'role');
  await owner.patch(`/v1/people/${desk.id}`, { role: 'treasurer' });
  const { rows } = await world.db.sql.query(
    'SELECT action, actor_id, before, after FROM audit_trail WHERE object_id = $1',
    [desk.id],
  );
  expect(rows).toEqual([
    { action: 'person.role_changed', actor_id: owner.id, before: { role: 'desk' }, after: { role: 'treasurer' } },
  ]);
});

test('one of the people sees none of this without being an owner', async () => {
  const treasurer = await signedIn(world, { [merchant.id]: 'treasurer' });
  await treasurer.stepUp();
  refused(await treasurer.get('/v1/people'), 'forbidden');
  refused(await treasurer.patch(`/v1/people/${treasurer.id}`, { role: 'owner' }), 'forbidden');
});

test('a role that is lowered holds at once for an open session, and its stream ends with the role', async () => {
  const owner = await ownerOf(merchant.id);
  const theirs = await signedIn(world, { [merchant.id]: 'treasurer' });
  expect((await theirs.get('/v1/ledger/balances')).status).toBe(200);
  await owner.patch(`/v1/people/${theirs.id}`, { role: 'desk' });
  refused(await theirs.get('/v1/ledger/balances'), 'forbidden');

  const payment = await merchant.pay(await merchant.member([['fee', 1000]]));
  const stream = await openEvents(world, null, payment.id, { cookie: theirs.cookie() });
  expect(stream.status).toBe(200);
  expect((await owner.delete(`/v1/people/${theirs.id}`)).status).toBe(200);
  refused(await theirs.get('/v1/merchant'), 'forbidden');
  await stream.rest();
  refused(await owner.delete(`/v1/people/${theirs.id}`), 'not_found');
});

test('who was removed, or lowered, does not come back by a letter that was under way', async () => {
  const owner = await ownerOf(merchant.id);
  const { body } = await owner.post<{ email: string }>('/v1/invitations', {
    email: `${newId('per')}@x.example`,
    role: 'owner',
  });
  const [letter] = await lettersTo(world, body.email);
  const token = new URL((letter!.data as { url: string }).url).pathname.split('/').at(-1);
  const person = await newPerson(world, { [merchant.id]: 'desk' }, body.email);
  expect((await owner.delete(`/v1/people/${person.id}`)).status).toBe(200);
  const browser = new Browser(world);
  await browser.signIn(body.email, PASSWORD);
  refused(await browser.post('/v1/invitations/acceptance', { token }), 'not_found');
});

test('the people of another merchant are not found', async () => {
  const [mine, theirs] = [await newMerchant(world), await newMerchant(world)];
  const [owner, stranger] = [await ownerOf(mine.id), await ownerOf(theirs.id)];
  refused(await owner.patch(`/v1/people/${stranger.id}`, { role: 'desk' }), 'not_found');
  refused(await owner.delete(`/v1/people/${stranger.id}`), 'not_found');
});

describe('the last owner', () => {
  test('neither goes nor steps down, before somebody else is an owner', async () => {
    const club = await newMerchant(world);
    const owner = await ownerOf(club.id);
    refused(await owner.delete(`/v1/people/${owner.id}`), 'last_owner');
    refused(await owner.patch(`/v1/people/${owner.id}`, { role: 'desk' }), 'last_owner');
    const next = await newPerson(world, { [club.id]: 'treasurer' });
    await owner.patch(`/v1/people/${next.id}`, { role: 'owner' });
    expect((await owner.patch(`/v1/people/${owner.id}`, { role: 'desk' })).status).toBe(200);
    refused(await owner.get('/v1/people'), 'forbidden');
  });

  test('is left when two owners remove each other at once', async () => {
    for (let time = 0; time < 5; time++) {
      const club = await newMerchant(world);
      const [one, other] = [await ownerOf(club.id), await ownerOf(club.id)];
      const statuses = await Promise.all([
        one.delete(`/v1/people/${other.id}`).then(({ status }) => status),
        other.delete(`/v1/people/${one.id}`).then(({ status }) => status),
      ]);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      const left = statuses[0] === 200 ? one : other;
      const seen = await eventually(
        () => left.get<{ data: PersonView[] }>('/v1/people'),
        ({ status }) => status === 200,
      );
      expect(seen.body.data.map(({ id, role }) => [id, role])).toEqual([[left.id, 'owner']]);
    }
  });
});
