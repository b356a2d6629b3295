import { Merchant, eventually, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { captureOf, control } from '../support/gateways';
import { ipn, newTransactionId, payAs, sendGenuine } from '../support/paypal';
import { brokenInvariants } from '../support/audit';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { refusedField } from './refusal';

interface FoundView {
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

const search = async (merchant: Merchant, q: string) =>
  (await merchant.get<{ data: readonly FoundView[] }>(`/v1/search?q=${encodeURIComponent(q)}`)).body.data;
const idsOf = async (merchant: Merchant, q: string) =>
  (await search(merchant, q)).map(({ kind, id }) => `${kind} ${id}`);

async function paid(merchant: Merchant, member: string, amount: number): Promise<PaymentView> {
  const payment = await merchant.pay(member, { amount });
  await payAs(merchant, payment);
  return untilStatus(merchant, payment.id, 'paid');
}

describe('a member is found', () => {
  test.each(['zoé', 'ZOE', 'lefè', 'zoe.l@', '0612', '06 12', 'LIC-4', 'lefevre zo'])('by %s', async (q) => {
    const merchant = await Merchant.create(world);
    const details = { name: 'Zoé Lefèvre', email: 'zoe.l@example.org', phone: '06 12 34 56 78', reference: 'lic-4711' };
    const { body } = await merchant.post<{ id: string }>('/v1/members', details);
    await merchant.member();
    expect(await search(merchant, q)).toEqual([
      { kind: 'member', id: body.id, title: 'Zoé Lefèvre', subtitle: 'lic-4711 · zoe.l@example.org · 06 12 34 56 78' },
    ]);
  });
});

describe('money is found', () => {
  test('by its id, by what the gateway calls it, whichever the case, and by its exact amount', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member();
    const payment = await paid(merchant, member, 4711);
    await merchant.pay(member, { amount: 4712 });
    const found = {
      kind: 'payment',
      id: payment.id,
      title: '47.11 EUR · Anne Martin',
      subtitle: 'paid · paypal-standard',
    };
    for (const q of [payment.id, '47.11', '47,11', ' 47.11 ']) expect(await search(merchant, q)).toEqual([found]);
    const reference = captureOf(payment);
    for (const q of [reference, reference.toLowerCase()])
      expect(await search(merchant, q)).toEqual([found, expect.objectContaining({ kind: 'notification' })]);
    expect(await search(merchant, '47.1')).toEqual([]);
    expect(await search(merchant, '0')).toEqual([]);
  });

  test('a refund by its id, by what the gateway calls it, and by its amount', async () => {
    const merchant = await Merchant.create(world);
    const payment = await paid(merchant, await merchant.member(), 5000);
    await control(world, 'POST', `/payments/${payment.id}/events`, { kind: 'refund', amount: '12.34' });
    await untilStatus(merchant, payment.id, 'partially_refunded');
    const { data } = (
      await merchant.get<{ data: { id: string; gatewayReference: string }[] }>(`/v1/payments/${payment.id}/refunds`)
    ).body;
    const [refund] = data;
    const found = {
      kind: 'refund',
      id: refund!.id,
      title: '12.34 EUR · Anne Martin',
      subtitle: 'succeeded · paypal-standard',
    };
    expect(await search(merchant, refund!.id)).toEqual([found]);
    expect(await search(merchant, '12,34')).toEqual([found]);
    expect(await search(merchant, refund!.gatewayReference)).toContainEqual(found);
  });

  test('of nobody, by its message or by what the gateway calls it', async () => {
    const merchant = await Merchant.create(world);
    const reference = newTransactionId();
    const over = { mc_gross: '12.00', mc_currency: 'EUR', txn_id: reference };
    await sendGenuine(merchant, ipn(merchant, { nextAction: null }, over));
    const [message] = await eventually(
      () => merchant.notifications('&state=unmatched'),
      (all) => all.length > 0,
    );
    const found = {
      kind: 'notification',
      id: message!.id,
      title: '12.00 EUR',
      subtitle: 'unmatched · paypal-standard',
    };
    for (const q of [reference, message!.id]) expect(await search(merchant, q)).toEqual([found]);
  });

  test("and never another merchant's", async () => {
    const [merchant, stranger] = [await Merchant.create(world), await Merchant.create(world)];
    const payment = await paid(stranger, await stranger.member(), 4711);
    for (const q of [payment.id, captureOf(payment), '47.11', 'anne']) expect(await idsOf(merchant, q)).toEqual([]);
  });

  test('at most ten of each kind, the newest first', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member();
    const opened: string[] = [];
    for (let i = 0; i < 12; i++) opened.push((await merchant.pay(member, { amount: 4711 })).id);
    expect(await idsOf(merchant, '47.11')).toEqual(
      opened
        .reverse()
        .slice(0, 10)
        .map((id) => `payment ${id}`),
    );
  });
});

test.each(['', '%20', 'q='])('nothing is looked for by %s', async (q) => {
  const merchant = await Merchant.create(world);
  refusedField(await merchant.get(`/v1/search?q=${q === 'q=' ? '%00' : q}`), 'q');
});

test.each(["'; DROP TABLE members", '100%', '_', '\\', '٤٧', '1e3', '-47.11', '47.11.2027'])(
  '%s finds nothing, and harms nothing',
  async (q) => {
    expect(await search(await Merchant.create(world), q)).toEqual([]);
  },
);
