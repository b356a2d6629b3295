import { randomUUID } from 'node:crypto';
import type { AttentionCode } from '../../workflows/domain/payment';
import { KIND_OF_CODE } from '../../workflows/domain/remedies';
import { readRunbook } from '../docs/runbook';
import type { Section } from '../docs/runbook';
import { Trial } from '../docs/trial';
import { brokenInvariants } from '../support/audit';
import { call, eventually, Merchant } from '../support/client';
import type { Reply } from '../support/client';
import { ipn, newTransactionId, payAs, sendGenuine } from '../support/paypal';
import { startReceiver } from '../support/receiver';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import type { Page } from './asking';
import { refusedField } from './refusal';

interface ProposalView {
  readonly action: string;
  readonly label: string;
  readonly method: 'POST' | 'PATCH' | null;
  readonly path: string | null;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly needs: readonly string[];
}
interface ItemView {
  readonly id: string;
  readonly kind: string;
  readonly code: string;
  readonly since: string;
  readonly gateway: string | null;
  readonly endpoint: string | null;
  readonly payment: string | null;
  readonly refund: string | null;
  readonly dispute: string | null;
  readonly notification: string | null;
  readonly sums: readonly { readonly amount: number; readonly currency: string }[];
  readonly proposal: ProposalView;
  readonly others: readonly ProposalView[];
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

const queueOf = async (merchant: Merchant, query = '') =>
  (await merchant.get<Page<ItemView>>(`/v1/attention?limit=100${query}`)).body.data;
const untilAsked = (merchant: Merchant, is: (item: ItemView) => boolean) =>
  eventually(
    () => queueOf(merchant),
    (items) => items.some(is),
  ).then((items) => items.find(is)!);
const untilGone = (merchant: Merchant, { id }: ItemView) =>
  eventually(
    () => queueOf(merchant),
    (items) => items.every((item) => item.id !== id),
  );

/** Does what is proposed, exactly as it is given. */
function follow(merchant: Merchant, { method, path, body }: ProposalView): Promise<Reply> {
  if (method === null || path === null) throw new Error('nothing is proposed that could be done from here');
  return call(world.baseUrl, merchant.secretKey, method, path, body);
}

/** What is proposed of each code, and what else could be done. */
const PROPOSED: Readonly<Partial<Record<string, readonly string[]>>> = {
  duplicate_payment: ['accept'],
  currency_mismatch: ['at_gateway'],
  amount_mismatch: ['accept', 'refund'],
  late_payment: ['refund', 'accept'],
  refund_at_gateway_only: ['at_gateway', 'accept'],
  reversal_excess: ['accept'],
  refund_exceeds_payment: ['accept'],
  fact_conflict: ['at_gateway'],
  dispute_opened: ['at_gateway', 'resolve_dispute'],
  reversal_received: ['at_gateway', 'resolve_dispute'],
  refund_waits_for_funds: ['retry', 'give_up'],
  refund_failed: ['refund', 'accept'],
  dispute_lost: ['accept'],
  capture_refused: ['cancel'],
  fee_above_gross: ['accept'],
  fee_unreadable: ['accept'],
};

describe('a payment that asks for a person is listed with what ends it', () => {
  const tried = readRunbook()
    .filter(({ raise }) => raise !== null)
    .map((section) => [section.code, section] as const);
  // One after the other: what the simulator's next answer is to be holds for the next who asks.
  test.each(tried)('%s', async (code, { raise, end, stays }: Section) => {
    const trial = await Trial.begin(world, raise ?? []);
    const { merchant } = trial;
    await trial.take(raise ?? []);
    const item = await untilAsked(merchant, (one) => one.code === code);
    expect(item).toMatchObject({
      kind: KIND_OF_CODE[code as AttentionCode],
      payment: trial.payment.id,
      sums: code === 'fee_unreadable' ? [] : [{ amount: expect.any(Number), currency: expect.any(String) }],
    });
    expect(item.since >= (await merchant.payment(trial.payment.id)).createdAt).toBe(true);
    expect([item.proposal, ...item.others].map(({ action }) => action)).toEqual(PROPOSED[code]);
    const [done] = [item.proposal, ...item.others].filter(({ method }) => method !== null);
    if (done) expect([200, 201]).toContain((await follow(merchant, done)).status);
    else await trial.take(end ?? []);
    if (stays) expect(await queueOf(merchant)).toContainEqual(expect.objectContaining({ id: item.id }));
    else await untilGone(merchant, item);
  });
});

describe('what else could be done about a payment', () => {
  test.each([
    ['amount_mismatch', 'refund'],
    ['refund_waits_for_funds', 'give_up'],
    ['refund_failed', 'accept'],
  ])('of %s: %s', async (code, action) => {
    const raise = readRunbook().find((section) => section.code === code)?.raise ?? [];
    const trial = await Trial.begin(world, raise);
    await trial.take(raise);
    const item = await untilAsked(trial.merchant, (one) => one.code === code);
    const other = item.others.find((one) => one.action === action);
    expect([200, 201]).toContain((await follow(trial.merchant, other!)).status);
    await untilGone(trial.merchant, item);
  });

  test('a sum that waits comes before what is only to be read, and both are gone in their order', async () => {
    const merchant = await Merchant.create(world);
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    await sendGenuine(merchant, ipn(merchant, payment, { mc_fee: '60.00' }));
    const first = await untilAsked(merchant, ({ code }) => code === 'fee_above_gross');
    await sendGenuine(merchant, ipn(merchant, payment));
    const second = await untilAsked(merchant, ({ code }) => code === 'duplicate_payment');
    const [fee, sum] = await queueOf(merchant);
    expect([fee?.id, sum?.id]).toEqual([first.id, second.id]);
    expect(fee?.proposal).toMatchObject({ action: 'later', method: null, path: null });
    expect([fee!.since, sum!.since]).toEqual([fee!.since, sum!.since].sort());
    await follow(
      merchant,
      [sum!.proposal, ...sum!.others].find(({ action }) => action === 'accept')!,
    );
    await untilGone(merchant, sum!);
    await follow(merchant, (await queueOf(merchant))[0]!.proposal);
    await untilGone(merchant, fee!);
    expect(await queueOf(merchant)).toEqual([]);
  });
});

describe('money of nobody', () => {
  const stray = (merchant: Merchant, over: Record<string, string> = {}) =>
    sendGenuine(
      merchant,
      ipn(merchant, { nextAction: null }, { mc_gross: '12.00', mc_currency: 'EUR', mc_fee: '0.50', ...over }),
    );
  const untilStray = (merchant: Merchant) => untilAsked(merchant, ({ kind }) => kind === 'unmatched');

  test('is proposed to the one member who has the address of its payer', async () => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member([['fee', 5000]]);
    await merchant.post('/v1/members', { name: 'Bruno', email: 'bruno@example.org' });
    await stray(merchant, { payer_email: 'ANNE@example.org' });
    const item = await untilStray(merchant);
    expect(item).toMatchObject({
      code: 'unmatched',
      payment: null,
      sums: [{ amount: 1200, currency: 'EUR' }],
      proposal: { action: 'attach', label: 'Give 12.00 EUR to Anne Martin', body: { member }, needs: [] },
    });
    expect((await follow(merchant, item.proposal)).status).toBe(200);
    await untilGone(merchant, item);
    expect((await merchant.cart(member)).due).toBe(3800);
  });

  test('goes back where nobody, or more than one, has that address', async () => {
    const nvp = { username: randomUUID(), password: 'api-pass', signature: 'api-sig' };
    const merchant = await Merchant.create(world, {}, { nvp });
    await merchant.member();
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    const { nextAction } = payment;
    const fields = { ...nextAction!.fields, custom: '', invoice: '' };
    await payAs(merchant, { ...payment, nextAction: { ...nextAction!, fields } });
    const item = await untilStray(merchant);
    expect(item.proposal).toMatchObject({ action: 'refund', label: 'Give 50.00 EUR back' });
    expect(item.others).toMatchObject([{ action: 'attach', needs: ['member'], body: {} }]);
    expect((await follow(merchant, item.proposal)).status).toBe(201);
    await untilGone(merchant, item);
  });

  test('in a currency that no cart takes is not for a member', async () => {
    const merchant = await Merchant.create(world);
    await merchant.member();
    await stray(merchant, { mc_currency: 'USD' });
    const { proposal, others } = await untilStray(merchant);
    expect([proposal, ...others].map(({ action }) => action)).not.toContain('attach');
  });
});

test('a message that no rule understands can be put away', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  await sendGenuine(
    merchant,
    ipn(merchant, payment, { txn_type: 'never_heard_of', payment_status: undefined, txn_id: newTransactionId() }),
  );
  const item = await untilAsked(merchant, ({ notification }) => notification !== null);
  expect(item).toMatchObject({ kind: 'unmatched', sums: [], proposal: { action: 'dismiss' } });
  expect((await follow(merchant, item.proposal)).status).toBe(200);
  await untilGone(merchant, item);
});

test('an account that is disabled is listed until it is found usable again', async () => {
  const merchant = await Merchant.create(world);
  expect(await queueOf(merchant)).toEqual([]);
  await world.db.sql.query(
    "UPDATE gateway_accounts SET enabled = false, disabled_reason = 'receiver: gone' WHERE merchant_id = $1",
    [merchant.id],
  );
  const [item] = await queueOf(merchant);
  expect(item).toMatchObject({
    id: 'paypal-standard',
    kind: 'disabled_account',
    code: 'disabled_account',
    detail: 'receiver: gone',
  });
  expect((await follow(merchant, item!.proposal)).status).toBe(200);
  expect(await queueOf(merchant)).toEqual([]);
});

test('a system that takes nothing is listed until it takes a test, and one that said it is gone until it is told again', async () => {
  const merchant = await Merchant.create(world);
  const shop = await startReceiver();
  shop.answers = 503;
  const { body } = await merchant.post<{ id: string }>('/v1/webhook-endpoints', {
    url: shop.url,
    types: ['payment.created'],
  });
  await merchant.pay(await merchant.member([['fee', 5000]]));
  const failing = await untilAsked(merchant, ({ kind }) => kind === 'failing_webhook');
  expect(failing).toMatchObject({ id: body.id, endpoint: body.id, gateway: null, code: 'failing_webhook', sums: [] });
  expect(JSON.stringify(failing)).not.toContain(new URL(shop.url).pathname);
  shop.answers = 200;
  expect((await follow(merchant, failing.proposal)).status).toBe(201);
  await untilGone(merchant, failing);

  shop.answers = 410;
  await merchant.pay(await merchant.member([['fee', 5000]]));
  const gone = await untilAsked(merchant, ({ proposal }) => proposal.action === 'enable');
  shop.answers = 200;
  expect((await follow(merchant, gone.proposal)).status).toBe(200);
  expect(await queueOf(merchant, '&kind=failing_webhook')).toEqual([]);
  await shop.close();
});

describe('the list', () => {
  test('goes from the oldest on, page by page, and by kind', async () => {
    const merchant = await Merchant.create(world);
    const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
    await sendGenuine(merchant, ipn(merchant, payment, { mc_gross: '30.00' }));
    await untilAsked(merchant, ({ kind }) => kind === 'misfit');
    await sendGenuine(merchant, ipn(merchant, { nextAction: null }, { mc_gross: '12.00', mc_currency: 'EUR' }));
    await untilAsked(merchant, ({ kind }) => kind === 'unmatched');
    await world.db.sql.query('UPDATE gateway_accounts SET enabled = false WHERE merchant_id = $1', [merchant.id]);
    const whole = await queueOf(merchant);
    expect(whole.map(({ kind }) => kind)).toEqual(['disabled_account', 'misfit', 'unmatched']);
    expect(whole.map(({ since }) => since)).toEqual(whole.map(({ since }) => since).sort());
    const paged: ItemView[] = [];
    for (let cursor = ''; ;) {
      const { body } = await merchant.get<Page<ItemView>>(`/v1/attention?limit=1${cursor}`);
      paged.push(...body.data);
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(paged).toEqual(whole);
    for (const item of whole) expect(await queueOf(merchant, `&kind=${item.kind}`)).toEqual([item]);
    expect(await queueOf(merchant, '&kind=dispute')).toEqual([]);
    expect(await queueOf(await Merchant.create(world))).toEqual([]);
  });

  test.each([
    ['kind', 'failing_webhook_of_ours'],
    ['cursor', 'x'],
    ['limit', '101'],
  ])('is refused for %s=%s', async (name, value) => {
    const merchant = await Merchant.create(world);
    refusedField(await merchant.get(`/v1/attention?${name}=${value}`), name);
  });
});
