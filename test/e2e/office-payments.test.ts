import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { PASSWORD } from '../support/browser';
import { eventually, net, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { approveAs, captureOf, connectCheckout, control, visit } from '../support/gateways';
import { ipn, sendGenuine } from '../support/paypal';
import { openStage } from './stage';
import { Office } from './office-browser';

const stage = openStage({ merchant: { name: 'Aviron' } });
/** Paid 50.00 at PayPal, 20.00 at PayPal, and 47.11 not paid yet. */
let anne: PaymentView;
let zoe: PaymentView;
let unpaid: PaymentView;

beforeAll(async () => {
  await connectCheckout(stage.merchant);
  anne = await paid(await stage.merchant.member([['membership', 5_000]]));
  zoe = await paid(await named('Zoé Léger', 2_000));
  unpaid = await stage.merchant.pay(await named('=Paul;Petit', 4_711));
});

/** Somebody who owes one charge. */
async function named(name: string, owes: number): Promise<string> {
  const { id } = (await stage.merchant.post<{ id: string }>('/v1/members', { name })).body;
  const charge = { label: 'outing', category: 'outing', amount: owes, currency: 'EUR' };
  await stage.merchant.post(`/v1/members/${id}/charges`, charge);
  return id;
}

/** All that a member owes, paid at PayPal Checkout. */
async function paid(member: string): Promise<PaymentView> {
  const opened = await stage.merchant.pay(member, { gateway: 'paypal-checkout' });
  const payment = await untilStatus(stage.merchant, opened.id, 'awaiting_payer');
  await visit(await approveAs(stage.merchant, payment));
  return untilStatus(stage.merchant, payment.id, 'paid');
}

const row = (office: Office, name: string): Locator => office.page.getByRole('row').filter({ hasText: name });
const rows = (office: Office): Locator => office.page.locator('table.rows tbody tr');

/** Presses Tab until the focus is on this button. */
async function tabTo(office: Office, name: string): Promise<void> {
  const focused = () => office.page.evaluate<string>('document.activeElement.textContent');
  for (let presses = 0; (await focused()) !== name; presses += 1) {
    if (presses > 40) throw new Error(`Tab does not lead to ${name}`);
    await office.page.keyboard.press('Tab');
  }
}

test('a treasurer finds a payment by name, by amount and by the gateway’s reference with one click', async () => {
  const office = await Office.open(stage);
  await office.go('/payments');
  await row(office, 'Anne Martin').waitFor();
  for (const [sought, found] of [
    ['leg', 'Zoé Léger'],
    ['47,11', '=Paul;Petit'],
    [captureOf(anne), 'Anne Martin'],
  ] as const) {
    office.clicks = 0;
    await office.page.getByLabel('Name, amount or reference').click();
    await office.page.keyboard.press('Control+A');
    await office.page.keyboard.type(sought);
    await eventually(
      async () => rows(office).allTextContents(),
      (shown) => shown.length === 1 && shown[0]!.includes(found),
    );
    expect(office.clicks).toBe(1);
  }
  await office.see('1 payment · €50.00 received');
});

test('who pauses between two words goes on where they stopped', async () => {
  for (const path of ['/payments', '/members']) {
    const office = await Office.open(stage);
    await office.go(path);
    const field = office.page.getByRole('searchbox').first();
    await field.pressSequentially('Anne ');
    await office.page.waitForURL((url) => url.searchParams.get('q') === 'Anne');
    await field.pressSequentially('Martin');
    await office.page.waitForURL((url) => url.searchParams.get('q') === 'Anne Martin');
  }
});

test('what a filter hides is said, and one press shows it again', async () => {
  const office = await Office.open(stage);
  await office.go('/payments?status=failed&minAmount=100000');
  await office.see('No payment fits: Failed · at least €1,000.00.');
  await office.press('Clear “Failed”');
  await office.see('No payment fits: at least €1,000.00.');
  await office.press('Clear “at least €1,000.00”');
  await row(office, 'Anne Martin').waitFor();
});

test('money that belongs to nobody is seen among the payments', async () => {
  await sendGenuine(
    stage.merchant,
    ipn(stage.merchant, { nextAction: null }, { mc_gross: '12.50', mc_currency: 'EUR', last_name: 'Nobody' }),
  );
  const office = await Office.open(stage);
  await office.go('/payments');
  await row(office, 'Belongs to nobody yet').waitFor();
  expect(await row(office, 'Belongs to nobody yet').textContent()).toContain('€12.50');
  await office.see('and one sum that belongs to nobody yet');
});

test('new payments wait until they are asked for, and move nothing', async () => {
  const office = await Office.open(stage);
  await office.go('/payments');
  await row(office, 'Anne Martin').waitFor();
  const before = await rows(office).count();
  await stage.merchant.pay(await named('Nina Neuf', 900));
  await office.see('1 new payment');
  expect(await rows(office).count()).toBe(before);
  await office.press('Show');
  await row(office, 'Nina Neuf').waitFor();
  expect(await rows(office).first().textContent()).toContain('Nina Neuf');
});

test('a kept filter is opened by its link, by a colleague too', async () => {
  const office = await Office.open(stage);
  await office.go('/payments?status=paid&minAmount=3000');
  await office.press('Keep this filter');
  await office.fill(/^Name$/, 'Large ones');
  await office.page.getByLabel('Share it with all of your people').check();
  await office.press('Save');
  await office.page.getByRole('link', { name: 'Large ones' }).waitFor();

  const colleague = await Office.open(stage, { role: 'desk' });
  await colleague.go('/payments');
  await colleague.follow('Large ones');
  await row(colleague, 'Anne Martin').waitFor();
  expect(await rows(colleague).count()).toBe(1);
  expect(new URL(colleague.page.url()).search).toBe('?status=paid&minAmount=3000');
});

test('a file of payments sums up to what the list says, in French as French spreadsheets read it, and holds no formula', async () => {
  const office = await Office.open(stage, { locale: 'fr-FR' });
  await office.go('/payments');
  await row(office, 'Anne Martin').waitFor();
  const downloading = office.page.waitForEvent('download');
  await office.press('Exporter');
  const file = await readFile(await (await downloading).path(), 'utf8');
  const { summary } = (
    await stage.merchant.get<{ summary: { count: number; captured: number } }>('/v1/payments?summary=1')
  ).body;
  expect(file.startsWith('\uFEFFQuand (Europe/Paris);') || file.startsWith('\uFEFFQuand (UTC);')).toBe(true);
  const [title = '', ...lines] = file.slice(1).trimEnd().split('\r\n');
  const received = title.split(';').indexOf('Reçu');
  expect(lines).toHaveLength(summary.count);
  const sum = lines.reduce(
    (total, line) => total + Number(line.replace('"\'=Paul;Petit"', 'Paul').split(';')[received]!.replace(',', '')),
    0,
  );
  expect(sum).toBe(summary.captured);
  expect(file).toContain('"\'=Paul;Petit"');
  await office.see(/autant que dans la liste/);
});

test('a payment that is not paid is cancelled from the list in three clicks, and so is a paid one, whose money goes back', async () => {
  const office = await Office.open(stage);
  await office.go();
  office.clicks = 0;
  await office.follow('Payments');
  await row(office, '=Paul;Petit').getByRole('button', { name: 'Cancel' }).click();
  await office.see(/has not paid these €47\.11 yet/);
  await office.press('Cancel the payment of €47.11');
  await office.see('The payment of €47.11 by =Paul;Petit is cancelled.');
  expect(office.clicks).toBe(3);
  expect((await stage.merchant.payment(unpaid.id)).status).toBe('cancelled');

  await office.go();
  office.clicks = 0;
  await office.follow('Payments');
  await row(office, 'Zoé Léger').getByRole('button', { name: 'Cancel' }).click();
  await office.see('Zoé Léger has paid this. Cancelling it gives €20.00 back.');
  await office.press('Give €20.00 back to Zoé Léger');
  expect(office.clicks).toBe(3);
  await office.prove();
  await office.see('€20.00 went back to Zoé Léger.');
  await office.see('As foretold');
  expect((await stage.merchant.payment(zoe.id)).status).toBe('refunded');
});

test('a treasurer gives a part back in three clicks, having read what it does, and the books say it as foretold', async () => {
  const office = await Office.open(stage);
  await office.go('/payments');
  office.clicks = 0;
  await office.follow('Anne Martin');
  await office.page.getByRole('heading', { level: 1, name: 'Anne Martin' }).waitFor();
  await office.press('Give money back');
  await office.page
    .getByRole('dialog')
    .getByLabel(/How much/)
    .fill('12.50');
  await office.page.getByRole('dialog').getByText('Due again').waitFor();
  await office.see('What the books will say');
  await office.isForEverybody('refund-1280');
  await office.press('Give €12.50 back to Anne Martin');
  expect(office.clicks).toBe(3);
  await office.prove();
  await office.see('€12.50 went back to Anne Martin.');
  await office.see('As foretold');
  const entries = await stage.merchant.entries(anne.id);
  expect([net(entries, 'income:membership'), net(entries, 'gateway_clearing:paypal-checkout')]).toEqual([
    -3_750, 3_555,
  ]);
  await office.press('Close');
  await office.see('You · asked to give €12.50 back');
  await office.see('Given back: €12.50 by the payment’s story, and €12.50 in the books.');
  await office.see('Counted for the member: €37.50 in the books, and €37.50 in the cart.');
  await office.see(/^First told by: .*, and counted once\.$/);
});

test('a refund that is on its way says so, and is seen to arrive or to fail without loading anything anew', async () => {
  const next = (answer: object) => control(stage.world, 'POST', '/paypal-checkout/next', { call: 'refund', ...answer });
  const settle = (payment: PaymentView, status: string) =>
    control(stage.world, 'POST', `/paypal-checkout/captures/${captureOf(payment)}/events`, {
      kind: 'settle_refund',
      status,
    });
  const office = await Office.open(stage);
  const giveBack = async (name: string): Promise<PaymentView> => {
    const payment = await paid(await named(name, 3_000));
    await next({ status: 'PENDING' });
    await office.go(`/payments/${payment.id}`);
    await office.press('Give money back');
    await office.press(`Give €30.00 back to ${name}`);
    return payment;
  };

  const arriving = await giveBack('Lia Lente');
  await office.prove();
  await office.see('It was asked for. €30.00 go back to Lia Lente as soon as the gateway has answered.');
  expect(await office.page.getByText('As foretold').count()).toBe(0);
  await settle(arriving, 'COMPLETED');
  await office.see('€30.00 went back to Lia Lente.');
  await office.see('As foretold');

  const failing = await giveBack('Rémi Raté');
  await office.see('It was asked for. €30.00 go back to Rémi Raté as soon as the gateway has answered.');
  await settle(failing, 'FAILED');
  await office.see('€30.00 did NOT go back to Rémi Raté: the gateway refused it. The money is still yours.');
  await office.press('Close');
  await office.see('€30.00 did not go back: the refund failed.');
  await untilStatus(stage.merchant, failing.id, 'paid');
  expect(net(await stage.merchant.entries(failing.id), 'income:outing')).toBe(-3_000);
});

test('with the keyboard alone a treasurer comes from the list to a finished refund', async () => {
  const office = await Office.open(stage);
  const { keyboard } = office.page;
  await office.go('/payments?status=partially_refunded');
  await row(office, 'Anne Martin').waitFor();
  await row(office, 'Anne Martin').getByRole('link').focus(); // as far as Tab leads
  await keyboard.press('Enter');
  await office.page.getByRole('button', { name: 'Give money back' }).waitFor();
  await keyboard.press('r');
  await office.page
    .getByRole('dialog')
    .getByLabel(/How much/)
    .waitFor();
  await keyboard.press('Control+A');
  await keyboard.type('7,50');
  const give = office.page.getByRole('button', { name: 'Give €7.50 back to Anne Martin' });
  await eventually(
    () => give.isEnabled(),
    (isEnabled) => isEnabled,
  );
  await tabTo(office, 'Give €7.50 back to Anne Martin');
  await keyboard.press('Enter');
  await office.page.getByLabel('Your password').waitFor();
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');
  await office.see('€7.50 went back to Anne Martin.');
  await keyboard.press('Enter'); // closes
  await office.page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(office.clicks).toBe(0);
  expect(await stage.merchant.payment(anne.id)).toMatchObject({ status: 'partially_refunded', refunded: 2_000 });
});

test('who sits at the desk sees no refund, and the API refuses it', async () => {
  const office = await Office.open(stage, { role: 'desk' });
  await office.go(`/payments/${anne.id}`);
  await office.see('What happened');
  expect(await office.page.getByRole('button', { name: 'Give money back' }).count()).toBe(0);
  await office.page.keyboard.press('r');
  expect(await office.page.getByRole('dialog').count()).toBe(0);
  const status = await office.page.evaluate(
    `fetch('/v1/payments/${anne.id}/refunds', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then(({ status }) => status)`,
  );
  expect(status).toBe(403);
});

test('a payment is seen as it stood at each step of its way, with its books', async () => {
  const office = await Office.open(stage);
  const { timeline } = await stage.merchant.payment(anne.id);
  const captured = timeline.findIndex(({ kind }) => kind === 'payment_captured') + 1;
  await office.go(`/payments/${anne.id}?facts=${captured}`);
  const stood = office.page.locator('#stood');
  await stood.filter({ hasText: 'Paid' }).waitFor();
  await office.see('Counted for the member: €50.00');
  for (let facts = captured; facts > captured - 1; facts -= 1) await office.press('One back');
  await stood.filter({ hasText: 'Not paid yet' }).waitFor();
  await office.see('Nothing was booked yet.');
});

test.each([
  [360, 'fr-FR'],
  [1280, 'en-GB'],
] as const)('at %i px a payment shuts nobody out: %s', async (width, locale) => {
  const office = await Office.open(stage, { width, locale });
  await office.go(`/payments/${anne.id}`);
  await office.page.locator('.proof li').first().waitFor();
  await office.isForEverybody(`payment-${width}`);
});

test.each([
  [360, 'fr-FR'],
  [1280, 'en-GB'],
] as const)('at %i px the list of payments shuts nobody out: %s', async (width, locale) => {
  const office = await Office.open(stage, { width, locale });
  await office.go('/payments?columns=all');
  await row(office, 'Anne Martin').waitFor();
  await office.isForEverybody(`payments-${width}`);
});
