import { brokenInvariants } from '../support/audit';
import { call, eventually, Merchant, net } from '../support/client';
import { connectCheckout, control, visit } from '../support/gateways';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: 2 });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

interface AgreementView {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly amount: number;
  readonly nextAction: { readonly kind: string; readonly url: string; readonly fields: Record<string, string> } | null;
  readonly nextDueOn: string | null;
  readonly instalments: { readonly planned: number | null; readonly collected: number; readonly failed: number };
  readonly collected: number;
  readonly gatewayReference: string | null;
  readonly attention: { readonly code: string } | null;
}
interface InstalmentView {
  readonly number: number;
  readonly status: string;
  readonly payment: string | null;
  readonly charge: string | null;
}

const MEMBERSHIP = { gateway: 'paypal-checkout', amount: 1000, interval: 'month', label: 'Membership', category: 'membership' };

async function checkoutClub(): Promise<Merchant> {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  return merchant;
}
async function begin(merchant: Merchant, over: Record<string, unknown> = {}): Promise<AgreementView & { member: string }> {
  const member = await merchant.member();
  const { status, body } = await merchant.post<AgreementView>('/v1/agreements', { ...MEMBERSHIP, member, ...over });
  if (status !== 201) throw new Error(`no agreement: ${status} ${JSON.stringify(body)}`);
  return { ...body, member };
}
const read = async (merchant: Merchant, id: string) => (await merchant.get<AgreementView>(`/v1/agreements/${id}`)).body;
const instalments = async (merchant: Merchant, id: string) =>
  (await merchant.get<{ data: InstalmentView[] }>(`/v1/agreements/${id}/instalments`)).body.data;
const until = (merchant: Merchant, id: string, isSo: (agreement: AgreementView) => boolean) =>
  eventually(() => read(merchant, id), isSo);
const happen = (agreement: AgreementView, what: object) =>
  control(world, 'POST', `/paypal-checkout/subscriptions/${agreement.gatewayReference}/events`, what);
async function approve(merchant: Merchant, agreement: AgreementView, buyer = 'anne'): Promise<AgreementView> {
  const { returnUrl } = await control<{ returnUrl: string | null }>(
    world,
    'POST',
    `/paypal-checkout/subscriptions/${(await read(merchant, agreement.id)).gatewayReference}/approve`,
    { buyer },
  );
  await visit(returnUrl);
  return until(merchant, agreement.id, ({ instalments: { collected } }) => collected === 1);
}

test('a member agrees once and is collected from every month: each instalment is charged and paid by itself', async () => {
  const merchant = await checkoutClub();
  const begun = await begin(merchant);
  expect(begun).toMatchObject({ status: 'awaiting_payer', nextAction: { kind: 'redirect' }, instalments: { collected: 0 } });
  const active = await approve(merchant, begun);
  expect(active).toMatchObject({ status: 'active', collected: 1000, nextAction: null, attention: null });
  await happen(active, { kind: 'collect' });
  await until(merchant, begun.id, ({ instalments: { collected } }) => collected === 2);

  const rows = await instalments(merchant, begun.id);
  expect(rows.map(({ number, status }) => [number, status])).toEqual([
    [1, 'collected'],
    [2, 'collected'],
    [3, 'scheduled'],
  ]);
  const payment = await merchant.payment(rows[0]!.payment!);
  expect(payment).toMatchObject({ status: 'paid', amount: 1000, captured: 1000, attention: null });
  const entries = await merchant.entries(payment.id);
  expect(entries.map(({ kind }) => kind).sort()).toEqual(['fee_charged', 'payment_captured']);
  expect(net(entries, 'income:membership')).toBe(-1000);
  const cart = await merchant.cart(begun.member);
  expect(cart).toMatchObject({ balance: 0, due: 0, credit: 0 });
  expect(cart.charges).toMatchObject([
    { id: rows[0]!.charge, amount: 1000, paid: 1000, category: 'membership' },
    { id: rows[1]!.charge, amount: 1000, paid: 1000, category: 'membership' },
  ]);
});
