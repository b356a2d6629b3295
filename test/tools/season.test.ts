import { doUpkeep } from '../../outbox/upkeep';
import { openDatabase } from '../../prisma/client';
import type { Database } from '../../prisma/client';
import { startSimulator } from '../../simulator/start';
import type { RunningSimulator } from '../../simulator/start';
import { openQuietPlace } from '../../tools/quiet-place';
import { isUntouched, tellSeason } from '../../tools/local/season';
import { createVault } from '../../vault/vault';
import { asking } from '../api/asking';
import type { Asking, Page } from '../api/asking';
import { brokenInvariants } from '../support/audit';
import { eventually, Merchant, untilAttention, untilStatus } from '../support/client';
import type { CartView, EntryView, PaymentView } from '../support/client';
import {
  approveAs,
  captureOf,
  connectCheckout,
  control,
  kkiapayMerchant,
  payInWidget,
  visit,
} from '../support/gateways';
import { createTestDatabase } from '../support/environment/database';
import type { TestDatabase } from '../support/environment/database';
import { payAs } from '../support/paypal';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';

const DAY_MS = 86_400_000;

let database: TestDatabase;
let simulator: RunningSimulator;
let db: Database;
let place: Awaited<ReturnType<typeof openQuietPlace>>;
let season: Awaited<ReturnType<typeof tellSeason>>;
let tennis: Asking;
let cotonou: Asking;
beforeAll(async () => {
  database = await createTestDatabase();
  simulator = await startSimulator({ port: 0, host: '127.0.0.1', resendSpeed: 1e12, laterEvents: 'by_hand' });
  expect(await isUntouched(database.url)).toBe(true);
  season = await tellSeason({
    databaseUrl: database.url,
    encryptionKey: ENCRYPTION_KEY.toString('base64'),
    publicUrl: 'http://localhost:3000',
    simulatorUrl: simulator.url,
    simulatorPublicUrl: simulator.url,
  });
  db = openDatabase(database.url);
  await doUpkeep({ db, silentGateways: ['kkiapay'] });
  place = await openQuietPlace(database.url, { vault: createVault(ENCRYPTION_KEY) });
  [tennis, cotonou] = season.clubs.map(({ secretKey }) => asking(place, secretKey)) as [Asking, Asking];
});
afterAll(async () => {
  await place.close();
  await db.close();
  await simulator.stop();
  await database.drop();
});

const list = async <Row>(club: Asking, path: string): Promise<readonly Row[]> => {
  const { data } = (await club.get<Page<Row>>(path)).body;
  return data;
};
async function rows<Row extends object>(sql: string, values: unknown[] = []): Promise<readonly Row[]> {
  return (await db.sql.query<Row>(sql, values)).rows;
}

test('three months of sixty members: each week somebody pays, nothing is to come, and the books hold', async () => {
  expect(await brokenInvariants({ database })).toEqual({});
  expect(await isUntouched(database.url)).toBe(false);
  expect(await list(tennis, '/v1/members?limit=100')).toHaveLength(60);
  const [spread] = await rows<{ weeks: number; first: Date; last: Date; payments: number }>(
    `SELECT count(DISTINCT date_trunc('week', created_at))::int AS weeks, min(created_at) AS first, max(created_at) AS last, count(*)::int AS payments FROM payments`,
  );
  expect(spread!.payments).toBeGreaterThan(100);
  expect(spread!.weeks).toBeGreaterThanOrEqual(12);
  expect(spread!.first.getTime()).toBeLessThan(Date.now() - 80 * DAY_MS);
  expect(spread!.last.getTime()).toBeLessThanOrEqual(Date.now());
  const inOrder = await rows<{ disordered: number }>(
    `SELECT count(*)::int AS disordered FROM (SELECT created_at < lag(created_at) OVER (ORDER BY sequence) AS back FROM payments) p WHERE back`,
  );
  expect(inOrder).toEqual([{ disordered: 0 }]);
  expect(
    await rows(`SELECT FROM facts WHERE occurred_at > recorded_at + interval '1 s' OR recorded_at > now()`),
  ).toEqual([]);
});

test('the days of its payments and statistics sum up to what the books say', async () => {
  const [days] = await rows(
    `SELECT sum(payments)::int AS payments, sum(captured)::bigint AS captured, sum(fee)::bigint AS fee FROM payment_days`,
  );
  const [all] = await rows(
    `SELECT count(*)::int AS payments, sum(captured)::bigint AS captured, sum(fee)::bigint AS fee FROM payments`,
  );
  expect(days).toEqual(all);
  const months = (
    await tennis.get<{ data: { key: string; collected: number }[]; total: { collected: number } }>(
      '/v1/statistics?by=month',
    )
  ).body;
  expect(months.data.length).toBeGreaterThanOrEqual(3);
  const [booked] = await rows<{ captured: number }>(
    `SELECT sum(f.amount)::bigint AS captured FROM facts f JOIN gateway_accounts a ON a.id = f.account_id WHERE f.kind = 'payment_captured' AND a.merchant_id = $1`,
    [season.clubs[0]!.id],
  );
  expect(months.total.collected).toBe(booked!.captured);
});

test('a treasurer finds what there is to do: a case with its day, a sum that does not fit, one of nobody’s, and a refund that came back', async () => {
  const asks = await list<{ kind: string; code: string }>(tennis, '/v1/attention');
  expect(asks.map(({ kind, code }) => `${kind} ${code}`).sort()).toEqual([
    'dispute dispute_opened',
    'failed_refund refund_failed',
    'misfit amount_mismatch',
    'unmatched unmatched',
  ]);
  const [open] = await list<{ answerBy: string }>(tennis, '/v1/disputes?status=open');
  expect(Date.parse(open!.answerBy)).toBeGreaterThan(Date.now());
  const payments = await list<PaymentView>(tennis, '/v1/payments?limit=100');
  expect([...new Set(payments.map(({ status }) => status))].sort()).toEqual(
    expect.arrayContaining([
      'awaiting_payer',
      'cancelled',
      'disputed',
      'expired',
      'failed',
      'needs_review',
      'paid',
      'partially_refunded',
      'processing',
      'refunded',
    ]),
  );
  expect(await list(tennis, '/v1/views')).toHaveLength(3);
  expect(await list(tennis, '/v1/pay-links')).toHaveLength(2);
});

test('only what goes on is left for the workers, each with its own time', async () => {
  const waiting = await rows<{ status: string }>(
    `SELECT p.status FROM outbox o JOIN payments p ON p.id = o.payment_id ORDER BY 1`,
  );
  expect(waiting.map(({ status }) => status).sort()).toEqual(['awaiting_payer', 'processing']);
  expect(await rows('SELECT FROM outbox')).toHaveLength(2);
  expect(await rows(`SELECT FROM payments WHERE status = 'awaiting_payer' AND expires_at < now()`)).toEqual([]);
});

describe('what it tells is what the API makes of the same', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  /** A club at work, as the first of the season is. */
  async function newClub(): Promise<Merchant> {
    const account = { nvp: { username: 'demo-api', password: 'demo-password', signature: 'demo-signature' } };
    const club = await Merchant.create(world, { name: 'Tennis Club Demo', country: 'FR', locale: 'fr' }, account);
    await connectCheckout(club);
    return club;
  }

  /** Everything that is known of a member of the season, in the order in which it happened. */
  async function readMember(club: Asking, name: string) {
    const [member] = await list<{ id: string }>(club, `/v1/members?q=${encodeURIComponent(name)}`);
    const happened = await rows<{ kind: 'charge' | 'payment'; id: string; at: Date }>(
      `SELECT 'charge' AS kind, id, created_at AS at, sequence FROM charges WHERE member_id = $1
       UNION ALL SELECT 'payment', id, created_at, sequence FROM payments WHERE member_id = $1 ORDER BY at, sequence`,
      [member!.id],
    );
    return { id: member!.id, happened };
  }

  interface Charge {
    readonly id: string;
    readonly label: string;
    readonly category: string;
    readonly amount: number;
    readonly dueOn: string;
  }

  /** Does the same at another club over HTTP, with the runs of Temporal: charges, and payments with what `after` says of each. */
  async function repeat(
    club: Asking,
    name: string,
    there: Merchant,
    play: (payment: PaymentView, place: number) => Promise<void>,
  ) {
    const { id, happened } = await readMember(club, name);
    const { charges } = (await club.get<{ charges: readonly Charge[] }>(`/v1/members/${id}/cart`)).body;
    const member = (await there.post<{ id: string }>('/v1/members', { name, email: 'nobody@membres.example' })).body.id;
    const made = new Map<string, string>();
    const payments: [string, string][] = [];
    for (const { kind, id: one } of happened) {
      if (kind === 'charge') {
        const { label, category, amount, dueOn } = charges.find((charge) => charge.id === one)!;
        const wish = { label, category, amount, currency: there.currency, dueOn };
        made.set(one, (await there.post<{ id: string }>(`/v1/members/${member}/charges`, wish)).body.id);
        continue;
      }
      const { gateway, amount } = (await club.get<PaymentView & { gateway: string }>(`/v1/payments/${one}`)).body;
      const [{ named } = { named: [] }] = await rows<{ named: string[] }>(
        'SELECT charges AS named FROM payments WHERE id = $1',
        [one],
      );
      const opened = await there.pay(member, {
        gateway,
        amount,
        ...(named.length > 0 && { charges: named.map((charge) => made.get(charge)) }),
      });
      const payment = await untilStatus(there, opened.id, 'awaiting_payer');
      await play(payment, payments.length);
      payments.push([one, payment.id]);
    }
    return { cart: [`/v1/members/${id}/cart`, `/v1/members/${member}/cart`] as const, payments };
  }

  /** All that can be seen of them, but for ids, references, times and addresses, which are told by where they stand. */
  async function expectEqual(
    club: Asking,
    there: Merchant,
    { cart, payments }: Awaited<ReturnType<typeof repeat>>,
  ): Promise<void> {
    const views = async (ask: <Body>(path: string) => Promise<Body>, place: 0 | 1) => ({
      cart: await ask<CartView>(cart[place]),
      payments: await Promise.all(
        payments.map(async (pair) => ({
          payment: await ask<PaymentView>(`/v1/payments/${pair[place]}`),
          entries: (await ask<{ data: EntryView[] }>(`/v1/ledger/entries?payment=${pair[place]}`)).data,
          refunds: (await ask<{ data: object[] }>(`/v1/payments/${pair[place]}/refunds`)).data,
          disputes: (await ask<{ data: object[] }>(`/v1/disputes?payment=${pair[place]}`)).data,
        })),
      ),
    });
    const told = await views(async <Body>(path: string) => (await club.get<Body>(path)).body, 0);
    const done = await views(async <Body>(path: string) => (await there.get<Body>(path)).body, 1);
    expect(alike(told)).toEqual(alike(done));
  }

  /** What is told by where it stands first. */
  const NAMES = [
    /\b[a-z]{3}_[0-9a-z]{26}\b/g,
    /\bPP-D-\d+\b/g,
    /\b[0-9A-Z]{17}\b/g,
    /(?<="gatewayReference":")[\w-]{6,}(?=")/g,
  ];
  /** What says nothing of the money. */
  const ASIDE = [/\b\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, /https?:[^"]*/g, /\b(?:ent|pln)_\d+\b/g];
  function alike(value: unknown): unknown {
    let text = JSON.stringify(value);
    for (const pattern of ASIDE) text = text.replaceAll(pattern, 'aside');
    const seen = new Map<string, string>();
    for (const pattern of NAMES)
      text = text.replaceAll(pattern, (found) => {
        if (!seen.has(found)) seen.set(found, `name ${seen.size + 1}`);
        return seen.get(found)!;
      });
    return JSON.parse(text) as unknown;
  }

  async function payAsUsual(club: Merchant, payment: PaymentView, over: Record<string, string> = {}): Promise<void> {
    switch (payment.nextAction?.kind) {
      case 'form': {
        const fields = { ...payment.nextAction.fields, ...over };
        await payAs(club, { ...payment, nextAction: { ...payment.nextAction, fields } });
        break;
      }
      case 'redirect':
        await visit(await approveAs(club, payment));
        break;
      default:
        await visit((await payInWidget(club, payment, payment.amount === 10_000 ? 'moussa' : 'awa')).callbackUrl);
    }
    await eventually(
      () => club.payment(payment.id),
      ({ captured }) => captured > 0,
    );
  }

  test.each([
    ['pays at once, and goes on an outing', 'Antoine Lefèvre'],
    ['pays by PayPal Checkout', 'Camille Rousseau'],
    ['pays in parts', 'Awa Ndiaye'],
    ['pays in advance, and owes later', 'Cécile Fontaine'],
    ['pays late', 'Bintou Traoré'],
    ['pays a part and no more', 'Clara Petitjean'],
  ])('of somebody who %s', async (_what, name) => {
    const there = await newClub();
    const repeated = await repeat(tennis, name, there, (payment) => payAsUsual(there, payment));
    expect(repeated.payments.length).toBeGreaterThan(0);
    await expectEqual(tennis, there, repeated);
  });

  test('of somebody in Cotonou who pays by mobile money', async () => {
    const there = await kkiapayMerchant(world, { name: 'Club de Cotonou Démo', country: 'BJ', locale: 'fr' });
    await expectEqual(
      cotonou,
      there,
      await repeat(cotonou, 'Afi Houessou', there, (payment) => payAsUsual(there, payment)),
    );
  });

  const happen = (club: Merchant, payment: PaymentView, what: object) =>
    control(club.world, 'POST', `/payments/${captureOf(payment)}/events`, what);
  const happenAtCheckout = (club: Merchant, payment: PaymentView, what: object) =>
    control(club.world, 'POST', `/paypal-checkout/captures/${captureOf(payment)}/events`, what);

  /** What a payment that is like no other went through, by how it stands in the season. */
  const STORIES: Readonly<Record<string, (club: Merchant, opened: PaymentView) => Promise<unknown>>> = {
    cancelled: (club, { id }) => club.post(`/v1/payments/${id}/cancel`),
    failed: async (club, payment) => {
      await visit(await approveAs(club, payment, 'karim'));
      await untilStatus(club, payment.id, 'failed');
    },
    needs_review: async (club, payment) => {
      await payAsUsual(club, payment, { amount: '40.00' });
      await untilAttention(club, payment.id);
    },
    partially_refunded: async (club, payment) => {
      await payAsUsual(club, payment);
      await club.post(`/v1/payments/${payment.id}/refunds`, { amount: 4_500, note: 'blessé après deux jours' });
      await untilStatus(club, payment.id, 'partially_refunded');
    },
    refund_failed: async (club, payment) => {
      await payAsUsual(club, payment);
      await club.post(`/v1/payments/${payment.id}/refunds`, { note: 'stage annulé' });
      await happenAtCheckout(club, await untilStatus(club, payment.id, 'refunded'), {
        kind: 'settle_refund',
        status: 'FAILED',
      });
      await untilAttention(club, payment.id);
    },
    disputed: async (club, payment) => {
      await payAsUsual(club, payment);
      const reason = 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED';
      await happenAtCheckout(club, await club.payment(payment.id), { kind: 'dispute', stage: 'CHARGEBACK', reason });
      await untilAttention(club, payment.id);
    },
    won: async (club, payment) => {
      await payAsUsual(club, payment);
      const paid = await club.payment(payment.id);
      // Each is booked before the next is told: PayPal's messages of a case may overtake each other, and in the season none does.
      for (const [kind, fact] of [
        ['dispute', 'dispute_opened'],
        ['reverse', 'payment_reversed'],
        ['win', 'reversal_cancelled'],
      ] as const) {
        await happen(club, paid, { kind });
        await eventually(
          () => club.payment(payment.id),
          ({ timeline }) => timeline.some(({ kind }) => kind === fact),
        );
      }
      await untilStatus(club, payment.id, 'paid');
    },
  };

  test.each([
    ['money that went back in part', 'Hugo Chevalier', 'partially_refunded'],
    ['a refund that came back', 'Rokia Dembélé', 'refund_failed'],
    ['a case that is open', 'Nathan Gaillard', 'disputed'],
    ['a case that was won', 'Baptiste Moreau', 'won'],
    ['a sum that does not fit', 'Mathilde Royer', 'needs_review'],
    ['a payment that was thought better of', 'Nadia Cherif', 'cancelled'],
    ['a card that was declined', 'Oumar Diop', 'failed'],
  ])('of %s', async (_what, name, story) => {
    const there = await newClub();
    const { happened } = await readMember(tennis, name);
    const ids = happened.filter(({ kind }) => kind === 'payment').map(({ id }) => id);
    const [special] = await rows<{ id: string }>(
      `SELECT p.id FROM payments p WHERE p.id = ANY ($1) AND (p.status::text = $2 OR p.attention = $2
         OR $2 = 'won' AND EXISTS (SELECT FROM disputes d WHERE d.payment_id = p.id))`,
      [ids, story],
    );
    const repeated = await repeat(tennis, name, there, (payment, place) =>
      ids[place] === special!.id ? STORIES[story]!(there, payment).then(() => undefined) : payAsUsual(there, payment),
    );
    await expectEqual(tennis, there, repeated);
  });
});
