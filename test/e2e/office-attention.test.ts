import { randomUUID } from 'node:crypto';
import { readRunbook } from '../docs/runbook';
import { Trial } from '../docs/trial';
import { eventually, Merchant, net } from '../support/client';
import { ipn, newTransactionId, sendGenuine } from '../support/paypal';
import { startReceiver } from '../support/receiver';
import { openStage } from './stage';
import { Office } from './office-browser';

const stage = openStage();

interface ItemView {
  readonly id: string;
  readonly kind: string;
  readonly code: string;
}
const queueOf = async (merchant: Merchant) =>
  (await merchant.get<{ data: ItemView[] }>('/v1/attention?limit=100')).body.data;
const untilAsked = (merchant: Merchant, is: (item: ItemView) => boolean) =>
  eventually(
    () => queueOf(merchant),
    (items) => items.some(is),
  );
const isEmpty = (items: readonly ItemView[]) => items.length === 0;
const untilEmpty = (merchant: Merchant) => eventually(() => queueOf(merchant), isEmpty);

describe('what asks for a person says why, and the usual way out settles it', () => {
  /** What the page says, and what is pressed; null: the gateway decides, and the item goes by itself. */
  const WAYS: readonly (readonly [code: string, why: string | RegExp, button: string | RegExp | null])[] = [
    ['duplicate_payment', 'Paid twice. The second €50.00 waits.', 'Keep €50.00 for Anne Martin'],
    ['currency_mismatch', 'It came in USD, your books are in EUR', null],
    ['amount_mismatch', '€30.00 came, €50.00 was asked.', 'Keep €30.00 for Anne Martin'],
    ['late_payment', 'The money came after the payment was closed.', /^Give .*5,000 back$/],
    ['refund_at_gateway_only', 'Give it back on the pages of PayPal; we notice it.', null],
    ['reversal_excess', 'PayPal brought €5.00 more back than the payer had taken.', 'Keep €5.00 for Anne Martin'],
    ['refund_exceeds_payment', '€10.00 more went back than this payment had brought.', 'Write €10.00 off'],
    ['dispute_opened', 'The payer disputes it.', 'Close the case'],
    ['reversal_received', 'PayPal (REST) took €20.00 back for the payer.', 'Give up €20.00: the case is lost'],
    ['refund_waits_for_funds', 'Your balance at KKiaPay is too low', 'Ask KKiaPay for the refund now'],
    ['refund_failed', 'could not be given back. The money is with you.', /^Give €\d+\.\d\d back once more$/],
    ['dispute_lost', 'was taken back for good. What it had paid is due again.', 'I have read it'],
    ['capture_refused', 'does not let you take the money. Nothing was taken.', 'Cancel the payment'],
    ['fee_above_gross', 'tells a fee larger than the payment itself.', 'I have read it'],
    ['fee_unreadable', 'took as its fee could not be read.', 'I have read it'],
  ];

  // One after the other: what the simulator's next answer is to be holds for the next who asks.
  test.each(WAYS)('%s', async (code, why, button) => {
    const section = readRunbook().find((one) => one.code === code);
    const trial = await Trial.begin(stage.world, section?.raise ?? []);
    const { merchant } = trial;
    await trial.take(section?.raise ?? []);
    const asked = await untilAsked(merchant, (item) => item.code === code);
    const { id } = asked.find((item) => item.code === code)!;
    const office = await Office.open(stage, { merchant: merchant.id });
    await office.go(`/attention?id=${encodeURIComponent(id)}`);
    await office.see(why);
    if (button === null) {
      await office.see('This is decided on the pages of the gateway.');
      await trial.take(section?.end ?? []);
    } else {
      await office.press(button);
      if (code !== 'capture_refused') await office.prove();
    }
    await eventually(
      () => queueOf(merchant),
      (items) => items.every((item) => item.id !== id),
    );
    await office.page.getByText(why).first().waitFor({ state: 'detached' });
    // What ends one thing may begin another, and a queue that is read between them is empty for a moment.
    await eventually(
      async () => ({
        isEmpty: isEmpty(await queueOf(merchant)),
        saysSo: (await office.page.getByText('Nothing waits for you.').count()) > 0,
      }),
      (seen) => seen.isEmpty === seen.saysSo,
    );
  });

  test('contradicting reports stay, and nothing is offered that would not help', async () => {
    const section = readRunbook().find((one) => one.code === 'fact_conflict');
    const trial = await Trial.begin(stage.world, section?.raise ?? []);
    await trial.take(section?.raise ?? []);
    await untilAsked(trial.merchant, ({ code }) => code === 'fact_conflict');
    const office = await Office.open(stage, { merchant: trial.merchant.id });
    await office.go('/attention');
    await office.see('PayPal told us two different sums. The first stands in your books.');
    expect(await office.page.locator('.ways button').count()).toBe(0);
  });
});

/** A second sum for a payment that is paid. */
async function paidTwice(merchant: Merchant): Promise<string> {
  const payment = await merchant.pay(await merchant.member([['fee', 5_000]]));
  await sendGenuine(merchant, ipn(merchant, payment));
  await sendGenuine(merchant, ipn(merchant, payment));
  await untilAsked(merchant, ({ code }) => code === 'duplicate_payment');
  return payment.member;
}
/** Money that names no payment. */
async function strayMoney(merchant: Merchant, over: Record<string, string> = {}): Promise<void> {
  const fields = { mc_gross: '12.00', mc_currency: 'EUR', mc_fee: '0.50', ...over };
  await sendGenuine(merchant, ipn(merchant, { nextAction: null }, fields));
  await untilAsked(merchant, ({ code }) => code === 'unmatched');
}

test('money that does not fit is settled in 2 clicks from the first page', async () => {
  const merchant = await Merchant.create(stage.world);
  const member = await paidTwice(merchant);
  const office = await Office.open(stage, { merchant: merchant.id });
  await office.go();
  office.clicks = 0;
  await office.follow('To look at');
  await office.press('Keep €50.00 for Anne Martin');
  await office.prove();
  await office.see('Nothing waits for you.');
  expect(office.clicks).toBe(2);
  expect((await merchant.cart(member)).credit).toBe(5_000);
});

test('money of nobody is proposed to who has the address of its payer, and given to whom a person chooses', async () => {
  const merchant = await Merchant.create(stage.world);
  await merchant.member([['fee', 5_000]]);
  const other = (await merchant.post<{ id: string }>('/v1/members', { name: 'Bruno Petit' })).body.id;
  await strayMoney(merchant, { payer_email: 'anne@example.org' });
  const office = await Office.open(stage, { merchant: merchant.id });
  await office.go('/attention');
  await office.see('€12.00 came at PayPal and names no payment of yours.');
  await office.see('anne@example.org');
  await office.page.getByRole('button', { name: 'Give €12.00 to Anne Martin' }).waitFor();
  await office.page.getByRole('combobox', { name: 'Whose is it?' }).fill('bruno');
  await office.page.getByRole('option', { name: /Bruno Petit/ }).click();
  await office.press('Give €12.00 to Bruno Petit');
  await office.see('Nothing waits for you.');
  expect((await merchant.cart(other)).credit).toBe(1_200);
  expect(net(await merchant.entries(), 'suspense')).toBe(0);
});

test('several things wait: the oldest is open, and when it is settled the next one is', async () => {
  const merchant = await Merchant.create(stage.world);
  await paidTwice(merchant);
  await strayMoney(merchant, { payer_email: 'somebody@else.example' });
  const payment = await merchant.pay(await merchant.member([['fee', 5_000]]));
  const nonsense = { txn_type: 'never_heard_of', payment_status: undefined, txn_id: newTransactionId() };
  await sendGenuine(merchant, ipn(merchant, payment, nonsense));
  await eventually(
    () => queueOf(merchant),
    (items) => items.length === 3,
  );
  const office = await Office.open(stage, { merchant: merchant.id });
  await office.go('/attention');
  await office.see('3 things wait for you, the oldest first.');
  await office.isForEverybody('attention-1280');
  await office.press('Keep €50.00');
  await office.prove();
  await office.see('€12.00 came at PayPal and names no payment of yours.');
  await office.follow('Message that could not be used');
  await office.press('Put it away');
  await office.see('One thing waits for you.');
  expect((await queueOf(merchant)).map(({ code }) => code)).toEqual(['unmatched']);

  const phone = await Office.open(stage, { merchant: merchant.id, width: 360, locale: 'fr-FR' });
  await phone.go('/attention');
  await phone.see(/12,00\s€ sont arrivés chez PayPal/u);
  await phone.isForEverybody('attention-360');
});

test('a refund that failed is given back once more, and what the books will say is read before', async () => {
  const section = readRunbook().find((one) => one.code === 'refund_failed');
  const trial = await Trial.begin(stage.world, section?.raise ?? []);
  await trial.take(section?.raise ?? []);
  await untilAsked(trial.merchant, ({ code }) => code === 'refund_failed');
  const office = await Office.open(stage, { merchant: trial.merchant.id });
  await office.go('/attention');
  await office.see('What your books will say');
  await office.see('Money given back');
  await office.see('Due again: fee');
  await office.isForEverybody('attention-refund-1280');
});

test('the desk sees what waits and is offered no button that decides about money', async () => {
  const merchant = await Merchant.create(
    stage.world,
    {},
    { nvp: { username: randomUUID(), password: 'p', signature: 's' } },
  );
  await paidTwice(merchant);
  const office = await Office.open(stage, { merchant: merchant.id, role: 'desk' });
  await office.go('/attention');
  await office.see('Paid twice. The second €50.00 waits.');
  await office.see('A treasurer or an owner decides this.');
  expect(await office.page.locator('main').getByRole('button').count()).toBe(0);
});

test('a gateway that is switched off is checked again, and a system that said it is gone is told again', async () => {
  const merchant = await Merchant.create(stage.world);
  const shop = await startReceiver();
  shop.answers = 410;
  await merchant.post('/v1/webhook-endpoints', { url: shop.url, types: ['payment.created'] });
  await merchant.pay(await merchant.member([['fee', 5_000]]));
  await untilAsked(merchant, ({ kind }) => kind === 'failing_webhook');
  await stage.world.db.sql.query(
    "UPDATE gateway_accounts SET enabled = false, disabled_reason = 'receiver: gone' WHERE merchant_id = $1",
    [merchant.id],
  );
  const office = await Office.open(stage, { merchant: merchant.id });
  await office.go('/attention?id=paypal-standard');
  await office.see('Nobody can pay by PayPal. (receiver: gone)');
  await office.press('Check the account again');
  await office.prove();
  await office.see('One of your own systems does not take what it is told');
  await office.press('Tell it again of what happens');
  await untilEmpty(merchant);
  await office.see('Nothing waits for you.');
  await shop.close();
});
