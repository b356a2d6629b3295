import { Client } from 'pg';
import { Club, type Place } from './club';
import { copy, watch, type Order } from './copies';
import { STORIES } from './stories';

/** One club has half of all payments, four share the other half. */
const SHARES = [4, 1, 1, 1, 1] as const;
/** Of a thousand payments so many are of the rare story, and of fifty one grows a huge cart; but no cart is larger than that. */
const RARE_OF_THOUSAND = 9;
const HUGEST_CART = 10_000;

export interface Seeded {
  readonly largest: Club;
  readonly small: Club;
  /** Of whom nothing was ever told. */
  readonly empty: Club;
  /** Members of the largest, with a huge cart each: all paid, all owed, and all paid in advance. */
  readonly huge: { readonly paid: string; readonly owing: string; readonly ahead: string };
}

/**
 * Fills an empty, migrated database with about so many payments and all that belongs to them: each kind of payment is made
 * through the API and booked once per club, and its rows are then copied by SQL.
 */
export async function seedBooks(place: Place, databaseUrl: string, payments: number): Promise<Seeded> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const orders: Order[] = [];
    const clubs: Club[] = [];
    const parts = SHARES.reduce((sum, share) => sum + share, 0);
    const hugeCopies = Math.min(HUGEST_CART, Math.ceil(payments / 50));
    let huge: readonly string[] = [];
    for (const [index, share] of SHARES.entries()) {
      const club = await Club.found(place, `Club ${index + 1}`);
      await club.connect();
      clubs.push(club);
      const own = (payments * share) / parts;
      const usual = await watch(client, () => STORIES.usual.tell(club));
      const rare = await watch(client, () => STORIES.rare.tell(club));
      const rareCopies = Math.max(1, Math.round((own * RARE_OF_THOUSAND) / 1000 / STORIES.rare.payments));
      const isLargest = index === 0;
      const others = rareCopies * STORIES.rare.payments + (isLargest ? hugeCopies * STORIES.huge.payments : 0);
      const usualCopies = Math.max(1, Math.round((own - others) / STORIES.usual.payments));
      // The rare ones are the oldest, where a list that looks for them from the newest on finds them last.
      orders.push({ told: rare, copies: rareCopies, isOld: true }, { told: usual, copies: usualCopies, isOld: false });
      if (isLargest) {
        const told = await watch(client, async () => (huge = await STORIES.huge.tell(club)));
        orders.push({ told, copies: hugeCopies, isOld: false });
      }
    }
    const empty = await Club.found(place, 'Club without payments');
    await empty.connect();
    await copy(client, orders);
    const [largest, small] = clubs;
    const [paid, owing, ahead] = huge;
    if (!largest || !small || paid === undefined || owing === undefined || ahead === undefined)
      throw new Error('nothing was seeded');
    return { largest, small, empty, huge: { paid, owing, ahead } };
  } finally {
    await client.end();
  }
}
