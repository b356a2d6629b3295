import { cancelCharge } from '../../books/cart';
import { newId, newPayment, owe, tell } from '../books/bookkeeping';
import type { Club } from '../books/bookkeeping';
import { captured, eur } from '../domain/builders';
import { Merchant } from '../support/client';
import type { CartView } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { memberOf } from './asking';
import type { Asking } from './asking';
import { refused, refusedField } from './refusal';

interface Line {
  readonly id: string;
}
interface Page {
  readonly data: readonly Line[];
  readonly nextCursor: string | null;
}
type BigCart = CartView & { readonly more: { readonly charges: string | null; readonly paylines: string | null } };

const ROUNDS = 250;

let world: World;
let merchant: Merchant;
let member: string;
let browser: Asking;
/** In the order made: one that is open, those that are paid, and one that is cancelled. */
let charges: string[];
beforeAll(async () => {
  world = await startWorld();
  merchant = await Merchant.create(world);
  member = await merchant.member();
  browser = await memberOf(merchant, member);
  const { rows } = await world.db.sql.query<{ id: string }>('SELECT id FROM gateway_accounts WHERE merchant_id = $1', [
    merchant.id,
  ]);
  const club: Club = { merchantId: merchant.id, accountId: rows[0]!.id, gateway: 'paypal-standard' };
  charges = [await owe(world.db, club, member, 700, { dueOn: '2035-01-01' })];
  for (let round = 0; round < ROUNDS; round += 1) {
    charges.push(await owe(world.db, club, member, 100));
    await tell(world.db, await newPayment(world.db, club, member, { amount: 100 }), captured(newId('ref'), eur(100)));
  }
  const chargeId = await owe(world.db, club, member, 50);
  const about = { merchantId: club.merchantId, memberId: member, chargeId, currency: 'EUR', note: null } as const;
  await cancelCharge(world.db, { commandId: newId('cmd'), ...about });
  charges.push(chargeId);
});
afterAll(() => world.stop());

const idsOf = (lines: readonly Line[]) => lines.map(({ id }) => id);
const bigCart = async () => (await merchant.get<BigCart>(`/v1/members/${member}/cart`)).body;

async function everyPage(list: string, limit: number, cursor: string | null = null): Promise<readonly Line[]> {
  const { body } = await merchant.get<Page>(
    `/v1/members/${member}/${list}?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`,
  );
  return body.nextCursor === null ? body.data : [...body.data, ...(await everyPage(list, limit, body.nextCursor))];
}

describe('a cart with a long past', () => {
  test('shows what is open, however old, and the newest 200 of what is paid or cancelled, oldest first', async () => {
    const cart = await bigCart();
    expect(idsOf(cart.charges)).toEqual([charges[0], ...charges.slice(-200)]);
    expect(cart.charges.map(({ paid }) => paid)).toEqual([0, ...Array<number>(199).fill(100), 0]);
    expect(cart).toMatchObject({ balance: -700, due: 700, credit: 0 });
  });

  test('shows the newest 200 paylines, oldest first', async () => {
    const newestFirst = idsOf(await everyPage('paylines', 100));
    expect(newestFirst).toHaveLength(ROUNDS);
    expect(idsOf((await bigCart()).paylines)).toEqual(newestFirst.slice(0, 200).reverse());
  });

  test('says where the rest is read', async () => {
    const cart = await bigCart();
    const olderLines = await everyPage('paylines', 30, cart.more.paylines);
    expect([...olderLines, ...cart.paylines].map(({ id }) => id)).toHaveLength(ROUNDS);
    expect(new Set(idsOf([...olderLines, ...cart.paylines])).size).toBe(ROUNDS);
    const olderCharges = idsOf(await everyPage('charges', 30, cart.more.charges));
    expect(olderCharges).toEqual(charges.slice(0, 52).reverse());
  });
});

describe.each(['charges', 'paylines'])('the list of %s', (list) => {
  test('is newest first, page after page without repeating or leaving out, and 50 unless told otherwise', async () => {
    const all = idsOf(await everyPage(list, 100));
    if (list === 'charges') expect(all).toEqual([...charges].reverse());
    expect(new Set(all).size).toBe(all.length);
    expect(idsOf(await everyPage(list, 7))).toEqual(all);
    const { body } = await merchant.get<Page>(`/v1/members/${member}/${list}`);
    expect(idsOf(body.data)).toEqual(all.slice(0, 50));
  });

  test('shows each line as the cart does', async () => {
    const cart = await bigCart();
    const shown = new Map([...cart.charges, ...cart.paylines].map((line) => [line.id, line]));
    const { body } = await merchant.get<Page>(`/v1/members/${member}/${list}?limit=100`);
    for (const line of body.data) expect(line).toEqual(shown.get(line.id));
  });

  test('is read by its member and merchant, and by no other', async () => {
    expect((await browser.get<Page>(`/v1/members/${member}/${list}`)).body.data).toHaveLength(50);
    const neighbour = await merchant.member();
    refused(await browser.get(`/v1/members/${neighbour}/${list}`), 'not_found');
    expect((await merchant.get<Page>(`/v1/members/${neighbour}/${list}`)).body).toEqual({ data: [], nextCursor: null });
    const stranger = await Merchant.create(world);
    refused(await stranger.get(`/v1/members/${member}/${list}`), 'not_found');
    refused(await merchant.get(`/v1/members/nonsense/${list}`), 'not_found');
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['cursor=zzz', 'cursor'],
    ['status=open', 'status'],
  ])('refuses ?%s by the name of the parameter', async (query, parameter) => {
    refusedField(await merchant.get(`/v1/members/${member}/${list}?${query}`), parameter);
  });
});
