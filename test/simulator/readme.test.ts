import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openApp } from './app';

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

it('what the README does after the money can be done, line by line', async () => {
  const app = await openApp();
  await app.shop.pay('anne');
  await app.sell('anne', { invoice_id: 'inv-2' });
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
