import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openApp, type App } from './app';

interface Command {
  readonly line: string;
  readonly path: string;
  readonly body: string | undefined;
}

/** The `curl` lines of the chapter about what happens after the money. */
function commands(): Command[] {
  const readme = readFileSync(path.join(__dirname, '../../simulator/README.md'), 'utf8');
  const [, chapter = ''] = readme.split('### After the money');
  const [, block = ''] = /```sh\n(.*?)```/s.exec(chapter) ?? [];
  return block
    .trim()
    .split('\n')
    .map((line) => ({
      line,
      path: /localhost:3400(\S+)/.exec(line)?.[1] ?? '',
      body: /-d '(.*)'$/.exec(line)?.[1],
    }));
}

/** A subscription that was approved, for the lines that name it. */
async function subscribe(app: App, customId: string): Promise<void> {
  const product = await app.call('POST', '/v1/catalogs/products', { name: 'Fees', type: 'SERVICE' });
  const cycle = {
    frequency: { interval_unit: 'MONTH', interval_count: 1 },
    tenure_type: 'REGULAR',
    sequence: 1,
    total_cycles: 0,
    pricing_scheme: { fixed_price: { currency_code: 'EUR', value: '10.00' } },
  };
  const terms = { name: 'Monthly fee', billing_cycles: [cycle], payment_preferences: {} };
  const plan = await app.call('POST', '/v1/billing/plans', { product_id: product.body.id, ...terms });
  await app.call('POST', '/v1/billing/subscriptions', { plan_id: plan.body.id, custom_id: customId });
  await app.control('POST', `/subscriptions/${customId}/approve`, { buyer: 'anne' });
}

it('what the README does after the money can be done, line by line', async () => {
  const app = await openApp();
  await app.shop.pay('anne');
  await app.sell('anne', { invoice_id: 'inv-2' });
  await subscribe(app, 'sub-1');
  const params = { amount: 1000, key: 'public-1', partnerId: 'pay_1' };
  await app.shop.control('POST', '/kkiapay/pay', { payer: 'awa', params });
  const answers: string[] = [];
  for (const { line, path: address, body } of commands()) {
    const answer = await fetch(`${app.shop.simulator.url}${address}`, {
      method: 'POST',
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) answers.push(`${answer.status} ${line}: ${await answer.text()}`);
  }
  await app.stop();
  expect(answers).toEqual([]);
  expect(commands().length).toBeGreaterThan(10);
});
