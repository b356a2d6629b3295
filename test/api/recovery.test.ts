import { createRecoveryDesk } from '../../api/desks/recovering';
import type { RecoveryDesk } from '../../api/desks/recovering';
import { newId } from '../../platform/ids';
import { createVault } from '../../vault/vault';
import { Browser, lettersTo, newPerson, PASSWORD, signedIn } from '../support/browser';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';
import { newMerchant, operatorOf } from './asking';
import { refused } from './refusal';

const DAY_MS = 86_400_000;

let world: World;
let desk: RecoveryDesk;
beforeAll(async () => {
  world = await startWorld({ workers: 0, mail: { smtpUrl: 'smtp://127.0.0.1:1' } });
  const vault = createVault(ENCRYPTION_KEY);
  // As the process of the API has it, beside the one that its calls ask.
  desk = createRecoveryDesk({ db: world.db, vault, publicUrl: world.baseUrl, mailConfigured: true, recoveryWaitS: 1 });
});
afterAll(() => world.stop());

const newAddress = () => `${newId('per')}@club.example`;
const plan = (club: { id: string }, email: string) =>
  operatorOf(world).post<{ email: string; dueAt: string }>(`/v1/merchants/${club.id}/recovery`, { email });
const makeDue = (club: { id: string }) =>
  world.db.sql.query('UPDATE recoveries SET due_at = now() WHERE merchant_id = $1', [club.id]);
async function linkTo(email: string, kind: string): Promise<URL> {
  const letter = (await lettersTo(world, email)).findLast((one) => one.kind === kind)!;
  return new URL((letter.data as { url: string }).url);
}
const actionsOn = async (club: { id: string }) =>
  (
    await world.db.sql.query<{ action: string; actor: string }>(
      `SELECT action, actor_kind AS actor FROM audit_trail WHERE merchant_id = $1 AND action ~ '^(recovery|invitation)' ORDER BY id`,
      [club.id],
    )
  ).rows.map(({ action, actor }) => `${action} by ${actor}`);

test('each owner is told whom the operator was asked to let in, and after the wait that address is invited', async () => {
  const club = await newMerchant(world);
  const owners = [await newPerson(world, { [club.id]: 'owner' }), await newPerson(world, { [club.id]: 'owner' })];
  const treasurer = await newPerson(world, { [club.id]: 'treasurer' });
  const planned = await plan(club, treasurer.email);
  expect(planned.status).toBe(202);
  const waitsMs = Date.parse(planned.body.dueAt) - Date.now();
  expect([waitsMs > 2.9 * DAY_MS, waitsMs < 3.1 * DAY_MS]).toEqual([true, true]);
  for (const { email } of owners)
    expect(await lettersTo(world, email)).toMatchObject([{ kind: 'recovery', data: { address: treasurer.email } }]);
  expect(await desk.inviteDue()).toBe(0);
  expect(await lettersTo(world, treasurer.email)).toEqual([]);

  await makeDue(club);
  const invited = await Promise.all([desk.inviteDue(), desk.inviteDue()]);
  expect(invited.sort()).toEqual([0, 1]); // of two processes one does it
  const browser = new Browser(world);
  await browser.signIn(treasurer.email, PASSWORD);
  const token = (await linkTo(treasurer.email, 'invitation')).pathname.split('/').at(-1);
  expect((await browser.post('/v1/invitations/acceptance', { token })).body).toEqual({
    merchant: club.id,
    role: 'owner',
  });
  expect(await actionsOn(club)).toEqual([
    'recovery.planned by operator',
    'invitation.created by clock',
    'invitation.accepted by person',
  ]);
});

test('an owner who objects ends it', async () => {
  const club = await newMerchant(world);
  const owner = await signedIn(world, { [club.id]: 'owner' });
  const email = newAddress();
  await plan(club, email);
  const treasurer = await signedIn(world, { [club.id]: 'treasurer' });
  refused(await treasurer.delete('/v1/merchant/recovery'), 'forbidden');
  expect((await owner.delete<{ email: string }>('/v1/merchant/recovery')).body.email).toBe(email);
  refused(await owner.delete('/v1/merchant/recovery'), 'not_found');
  await makeDue(club);
  expect(await desk.inviteDue()).toBe(0);
  expect(await lettersTo(world, email)).toEqual([]);
  expect(await actionsOn(club)).toEqual(['recovery.planned by operator', 'recovery.ended by person']);
});

test('an owner who cannot sign in objects by the letter; looking at its page ends nothing', async () => {
  const club = await newMerchant(world);
  const owner = await newPerson(world, { [club.id]: 'owner' });
  await plan(club, newAddress());
  const link = await linkTo(owner.email, 'recovery');
  for (const method of ['GET', 'HEAD', 'GET']) {
    const { status, headers } = await fetch(link, { method });
    expect([status, headers.getSetCookie(), headers.get('cache-control')]).toEqual([200, [], 'no-store']);
  }
  const elsewhere = await fetch(link, { method: 'POST', headers: { origin: 'https://evil.example' } });
  expect(elsewhere.status).toBe(403);
  expect(await actionsOn(club)).toEqual(['recovery.planned by operator']);
  expect((await fetch(link, { method: 'POST' })).status).toBe(200);
  expect(await actionsOn(club)).toEqual(['recovery.planned by operator', 'recovery.ended by person']);
  expect((await fetch(link, { method: 'POST' })).status).toBe(404);
  expect((await fetch(new URL(`${link.href}x`))).status).toBe(404);
});

test('the letter of one recovery does not end the next, and who is an owner no more ends none', async () => {
  const club = await newMerchant(world);
  const owner = await newPerson(world, { [club.id]: 'owner' });
  await plan(club, newAddress());
  const former = await linkTo(owner.email, 'recovery');
  await plan(club, newAddress());
  expect((await fetch(former, { method: 'POST' })).status).toBe(404);
  const latest = (await lettersTo(world, owner.email)).map(({ data }) => (data as { url: string }).url);
  await world.db.sql.query("UPDATE staff_roles SET role = 'desk' WHERE person_id = $1", [owner.id]);
  for (const url of latest) expect((await fetch(url, { method: 'POST' })).status).toBe(404);
});

test('nobody is let in who is an owner already, and no merchant is made up', async () => {
  const club = await newMerchant(world);
  const owner = await newPerson(world, { [club.id]: 'owner' });
  refused(await plan(club, owner.email), 'already_here');
  refused(await plan({ id: newId('mer') }, newAddress()), 'not_found');
});
