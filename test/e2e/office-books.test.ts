import { readFileSync } from 'node:fs';
import { untilStatus } from '../support/client';
import { payAs } from '../support/paypal';
import { openStage } from './stage';
import { Office } from './office-browser';

const stage = openStage({ merchant: { name: 'Aviron' } });

beforeAll(async () => {
  const payment = await stage.merchant.pay(await stage.merchant.member([['fee', 5_000]]));
  await payAs(stage.merchant, payment);
  await untilStatus(stage.merchant, payment.id, 'paid');
});

test('an accountant exports a month in three clicks, and the file has both sides of each entry', async () => {
  const office = await Office.open(stage, { role: 'accountant' });
  await office.go();
  office.clicks = 0;
  await office.follow('Books');
  await office.see('Money received');
  await office.isForEverybody('books-1280');
  const [file] = await Promise.all([office.page.waitForEvent('download'), office.press(/^Export /)]);
  expect(office.clicks).toBeLessThanOrEqual(3);
  await office.see('2 entries exported: €51.95 on each side.');
  const lines = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(lines[0]).toContain('(UTC)');
  const sides = lines.slice(1).map((line) => line.split(',').slice(6));
  expect(sides).toEqual([
    ['gateway_clearing:paypal-standard', '50.00', '', 'EUR'],
    ['income:fee', '', '50.00', 'EUR'],
    ['gateway_fees:paypal-standard', '1.95', '', 'EUR'],
    ['gateway_clearing:paypal-standard', '', '1.95', 'EUR'],
  ]);
});

test('on a phone, in French, balances and disputes are read', async () => {
  const office = await Office.open(stage, { width: 360, locale: 'fr-FR' });
  await office.go('/books/balances');
  await office.see('Chez la passerelle · PayPal');
  await office.see(/48,05/);
  await office.isForEverybody('balances-360');
  await office.follow('Contestations');
  await office.see('Personne ne conteste de paiement.');
  await office.isForEverybody('disputes-360');
});

test('the desk sees no books, and is told who does', async () => {
  const office = await Office.open(stage, { role: 'desk' });
  await office.go('/books');
  await office.see('Your role does not see this.');
  expect(await office.page.getByRole('link', { name: 'Books' }).count()).toBe(0);
});
