import { Merchant } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { memberOf, newMerchant } from './asking';
import type { Asking, Page } from './asking';
import { refusedField } from './refusal';

interface RowView {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly object: { readonly kind: string; readonly id: string };
  readonly actor: { readonly kind: string; readonly id: string | null };
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly source: { readonly ip: string | null; readonly userAgent: string | null };
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** What was changed of a merchant, newest first. */
const trailOf = async (merchant: Pick<Asking, 'get'>, query = ''): Promise<readonly RowView[]> =>
  (await merchant.get<Page<RowView>>(`/v1/audit?limit=100${query}`)).body.data;

/** The only key that a merchant has at first. */
const firstKeyOf = async (merchant: Pick<Asking, 'get'>) =>
  (await merchant.get<Page<{ id: string }>>('/v1/keys')).body.data.at(-1)!.id;

describe('the trail', () => {
  test('says who did what to what, when, and from where', async () => {
    const club = await newMerchant(world);
    const made = await club.post<{ id: string }>(
      '/v1/keys',
      { name: 'Shop', scopes: ['read'] },
      { 'user-agent': 'Till 7' },
    );
    const [row] = await trailOf(club);
    expect(row).toEqual({
      id: expect.stringMatching(/^aud_\d+$/),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      actorName: 'first key',
      objectName: 'Shop',
      action: 'key.created',
      object: { kind: 'key', id: made.body.id },
      actor: { kind: 'key', id: await firstKeyOf(club) },
      before: null,
      after: { name: 'Shop', scopes: ['read'], expiresAt: null },
      source: { ip: expect.stringContaining('127.0.0.1'), userAgent: 'Till 7' },
    });
    await club.ask('DELETE', `/v1/keys/${made.body.id}`);
    expect(await trailOf(club, `&object=${made.body.id}`)).toMatchObject([
      { action: 'key.revoked', before: { name: 'Shop', scopes: ['read'] }, after: null },
      { action: 'key.created' },
    ]);
  });

  test('keeps of a user agent its first 200 characters', async () => {
    const club = await newMerchant(world);
    await club.post('/v1/keys', { name: 'Shop', scopes: ['read'] }, { 'user-agent': 'x'.repeat(5000) });
    expect((await trailOf(club))[0]!.source.userAgent).toBe('x'.repeat(200));
  });

  test('has who opened a payment: a key of the merchant, or the member', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 5000]]);
    const browser = await memberOf(merchant, member);
    const byKey = await merchant.pay(member, { amount: 1000 });
    const body = { member, gateway: 'paypal-standard', amount: 2000 };
    const byMember = (await browser.post<{ id: string }>('/v1/payments', body)).body.id;
    const after = { member, gateway: 'paypal-standard', currency: 'EUR' };
    expect(await trailOf(merchant, '&action=payment.opened')).toMatchObject([
      {
        object: { kind: 'payment', id: byMember },
        actor: { kind: 'member', id: member },
        after: { ...after, amount: 2000 },
      },
      { object: { kind: 'payment', id: byKey.id }, actor: { kind: 'key' }, after: { ...after, amount: 1000 } },
    ]);
  });

  test('shows a merchant its own changes alone', async () => {
    const [club, stranger] = [await newMerchant(world), await newMerchant(world)];
    await club.post('/v1/keys', { name: 'Shop', scopes: ['read'] });
    const [row] = await trailOf(club);
    const theirs = await trailOf(stranger);
    expect(theirs.map(({ id }) => id)).not.toContain(row!.id);
    for (const query of [`object=${row!.object.id}`, `actor=${row!.actor.id!}`])
      expect(await trailOf(stranger, `&${query}`)).toEqual([]);
  });
});

describe('a list of changes', () => {
  type Noted = readonly [at: string, actor: string, action: string, object: string];

  /** A merchant in Paris of whom this was noted, in this order; its own making lies outside of these years. */
  async function withChanges(...changes: readonly Noted[]): Promise<Asking> {
    const club = await newMerchant(world, { country: 'FR' });
    for (const [at, actor, action, object] of changes)
      await world.db.sql.query(
        `INSERT INTO audit_trail (merchant_id, at, action, object_kind, object_id, actor_kind, actor_id) VALUES ($1, $2, $3, 'thing', $4, $5, $6)`,
        [club.id, at, action, object, actor === 'clock' ? 'clock' : 'key', actor === 'clock' ? null : actor],
      );
    return club;
  }
  const THEN = '&to=2010-01-01';
  const objectsOf = async (club: Asking, query = '') =>
    (await trailOf(club, THEN + query)).map(({ object }) => object.id);

  test('shows those of one actor, action or object, or of all three', async () => {
    const club = await withChanges(
      ['2009-01-01T10:00:00Z', 'key_a', 'member.created', 'mem_1'],
      ['2009-01-01T10:01:00Z', 'key_b', 'member.changed', 'mem_1'],
      ['2009-01-01T10:02:00Z', 'key_a', 'member.changed', 'mem_2'],
      ['2009-01-01T10:03:00Z', 'clock', 'gateway_account.disabled', 'kkiapay'],
    );
    expect(await objectsOf(club)).toEqual(['kkiapay', 'mem_2', 'mem_1', 'mem_1']);
    expect(await objectsOf(club, '&actor=key_a')).toEqual(['mem_2', 'mem_1']);
    expect(await objectsOf(club, '&actor=clock')).toEqual(['kkiapay']);
    expect(await objectsOf(club, '&action=member.changed')).toEqual(['mem_2', 'mem_1']);
    expect(await objectsOf(club, '&object=mem_1')).toEqual(['mem_1', 'mem_1']);
    expect(await objectsOf(club, '&actor=key_a&action=member.changed&object=mem_2')).toEqual(['mem_2']);
    expect(await objectsOf(club, '&actor=key_b&object=mem_2')).toEqual([]);
  });

  test('shows those from one moment up to another, which is left out', async () => {
    const club = await withChanges(
      ['2009-01-01T10:00:00Z', 'key_a', 'member.created', 'mem_1'],
      ['2009-01-01T11:00:00Z', 'key_a', 'member.created', 'mem_2'],
      ['2009-01-01T12:00:00Z', 'key_a', 'member.created', 'mem_3'],
    );
    const objects = async (from: string, to: string) =>
      (await trailOf(club, `&from=${from}&to=${to}`)).map(({ object }) => object.id);
    expect(await objects('2009-01-01T10:00:00Z', '2009-01-01T12:00:00Z')).toEqual(['mem_2', 'mem_1']);
    expect(await objects('2009-01-01T10:00:01Z', '2009-01-01T12:00:01Z')).toEqual(['mem_3', 'mem_2']);
  });

  test('begins a day when it begins for the merchant', async () => {
    const club = await withChanges(
      ['2009-06-30T21:59:59Z', 'key_a', 'member.created', 'mem_before'],
      ['2009-06-30T22:00:00Z', 'key_a', 'member.created', 'mem_first'],
      ['2009-07-01T21:59:59Z', 'key_a', 'member.created', 'mem_last'],
      ['2009-07-01T22:00:00Z', 'key_a', 'member.created', 'mem_after'],
    );
    const day = await trailOf(club, '&from=2009-07-01&to=2009-07-02');
    expect(day.map(({ object }) => object.id)).toEqual(['mem_last', 'mem_first']);
  });

  test('goes page by page from the newest, also where what began earlier was noted later', async () => {
    const club = await withChanges(
      ['2009-01-01T10:00:00Z', 'key_a', 'member.created', 'mem_1'],
      ['2009-01-01T10:02:00Z', 'key_a', 'member.created', 'mem_3'],
      ['2009-01-01T10:01:00Z', 'key_a', 'member.created', 'mem_2'],
      ['2009-01-01T10:02:00Z', 'key_a', 'member.created', 'mem_4'],
    );
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await club.get<Page<RowView>>(`/v1/audit?limit=1${THEN}${cursor}`);
      seen.push(...body.data.map(({ object }) => object.id));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual(['mem_4', 'mem_3', 'mem_2', 'mem_1']);
  });

  test.each([
    ['actor', 'key one'],
    ['action', 'refund'],
    ['object', ''],
    ['from', 'yesterday'],
    ['from', '0000-01-01'],
    ['to', '2027-02-30'],
    ['cursor', 'x'],
  ])('is refused for %s=%s', async (name, value) => {
    const club = await newMerchant(world);
    refusedField(await club.get(`/v1/audit?${name}=${encodeURIComponent(value)}`), name);
  });
});
