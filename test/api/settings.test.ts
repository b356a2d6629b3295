import { startApi } from './api-alone';
import type { RunningApi } from './api-alone';
import { asking, newMerchant, operatorOf } from './asking';
import { refused, refusedField } from './refusal';
import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { createTestDatabase } from '../support/environment/database';
import type { TestDatabase } from '../support/environment/database';

interface Settings {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly timeZone: string;
}

let database: TestDatabase;
let db: Database;
let api: RunningApi;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { connections: 8 });
  api = await startApi({ db });
});
afterAll(async () => {
  await api.stop();
  await db.close();
  await database.drop();
});

const make = (over: Record<string, unknown>) =>
  operatorOf(api).post<Settings & { secretKey: string }>('/v1/merchants', { name: 'Club', currency: 'EUR', ...over });

const SETTINGS = {
  timeZone: 'Africa/Porto-Novo',
  locale: 'fr',
  country: 'BJ',
  address: '3 rue des Lilas\n01 BP 4711 Cotonou',
  registration: 'IFU 3201234567890',
  slug: 'tennis-de-cotonou',
  returnOrigins: ['https://club.example'],
  thankYouUrl: 'https://club.example/merci',
  requireSecondFactor: true,
};

test('what a merchant says of itself is kept when it is made, and read again', async () => {
  const { status, body } = await make(SETTINGS);
  expect([status, body]).toEqual([201, expect.objectContaining(SETTINGS)]);
  const { secretKey, ...shown } = body;
  expect((await asking(api, secretKey).get('/v1/merchant')).body).toEqual(shown);
});

test('what a merchant says of itself is changed one by one, and taken back where it may be unknown', async () => {
  const club = await newMerchant(api, { returnOrigins: ['https://club.example'] });
  let { body: now } = await club.get<Record<string, unknown>>('/v1/merchant');
  for (const [field, value] of Object.entries({ ...SETTINGS, slug: 'tennis-of-its-own' })) {
    now = { ...now, [field]: value };
    expect((await club.patch('/v1/merchant', { [field]: value })).body).toEqual(now);
  }
  const nothing = { country: null, address: null, registration: null, thankYouUrl: null };
  expect((await club.patch('/v1/merchant', nothing)).body).toEqual({ ...now, ...nothing });
});

test('a merchant in France with euros keeps its books by the day of Paris, any other by the day of Greenwich unless it says so', async () => {
  const zoneOf = async (over: Record<string, unknown>) => (await make(over)).body.timeZone;
  expect(await zoneOf({ country: 'FR' })).toBe('Europe/Paris');
  expect(await zoneOf({})).toBe('UTC');
  expect(await zoneOf({ country: 'DE' })).toBe('UTC');
  expect(await zoneOf({ country: 'FR', currency: 'XPF' })).toBe('UTC');
  expect(await zoneOf({ country: 'FR', timeZone: 'Indian/Reunion' })).toBe('Indian/Reunion');
});

test.each<readonly [string, string, unknown]>([
  ['a zone that does not exist', 'timeZone', 'Europe/Nowhere'],
  ['an offset for a zone', 'timeZone', '+01:00'],
  ['an abbreviation for a zone', 'timeZone', 'CET'],
  ['another language', 'locale', 'de'],
  ['a country that does not exist', 'country', 'ZZ'],
  ['a country in small letters', 'country', 'fr'],
  ['the union for a country', 'country', 'EU'],
  ['a blank address', 'address', ' '],
  ['an address with a bell', 'address', 'a\u0007'],
  ['a long address', 'address', 'x'.repeat(501)],
  ['a registration of several lines', 'registration', 'a\nb'],
  ['a slug with capitals', 'slug', 'Club'],
  ['a slug with spaces', 'slug', 'my club'],
  ['a slug that begins with a hyphen', 'slug', '-club'],
  ['a slug with two hyphens', 'slug', 'my--club'],
  ['an empty slug', 'slug', ''],
  ['a word for yes', 'requireSecondFactor', 'yes'],
])('%s is refused by the name of the field, and changes nothing', async (_what, field, value) => {
  refusedField(await make({ [field]: value }), field);
  const club = await newMerchant(api);
  const { body: before } = await club.get('/v1/merchant');
  refusedField(await club.patch('/v1/merchant', { name: 'Other', [field]: value }), field);
  expect((await club.get('/v1/merchant')).body).toEqual(before);
});

describe('a slug', () => {
  const slugOf = async (name: string) => (await make({ name })).body.slug;

  test('is made of the name, without accents and signs', async () => {
    expect(await slugOf('Étoile de l’Océan (1902)')).toBe('etoile-de-l-ocean-1902');
    expect(await slugOf('Œuvre & Cie.')).toBe('oeuvre-cie');
    expect(await slugOf(`Long ${'x'.repeat(190)}`)).toMatch(/^long-x{43}$/);
  });

  test('is a word of its own where nothing of the name can stand in an address', async () => {
    expect(await slugOf('名前')).toBe('merchant');
  });

  test('is told apart by a number, also of those who are made at once', async () => {
    expect(await slugOf('Choir 2')).toBe('choir-2');
    const slugs = await Promise.all(Array.from({ length: 5 }, () => slugOf('Choir')));
    expect(slugs.sort()).toEqual(['choir', 'choir-3', 'choir-4', 'choir-5', 'choir-6']);
  });

  test('stays when the name changes, and another’s is refused', async () => {
    const [one, other] = [await newMerchant(api, { name: 'Chess' }), await newMerchant(api, { slug: 'draughts' })];
    expect((await one.patch<Settings>('/v1/merchant', { name: 'Chess and go' })).body.slug).toBe('chess');
    refused(await one.patch('/v1/merchant', { slug: 'draughts', name: 'Mine' }), 'slug_taken');
    refused(await make({ slug: 'draughts' }), 'slug_taken');
    expect((await one.get<Settings>('/v1/merchant')).body).toMatchObject({ name: 'Chess and go', slug: 'chess' });
    expect((await other.get<Settings>('/v1/merchant')).body.slug).toBe('draughts');
  });
});
