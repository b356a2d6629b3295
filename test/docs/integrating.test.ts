import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../tools/local/ports';
import { asking, newMerchant } from '../api/asking';
import type { Page } from '../api/asking';
import { eventually } from '../support/client';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

const TEXT = readFileSync(path.resolve(__dirname, '../../docs/integrating.md'), 'utf8');
const blocks = (kind: string) =>
  [...TEXT.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block!);

let world: World;
let folder: string;
const ending: (() => void)[] = [];
beforeAll(async () => {
  world = await startWorld();
  folder = mkdtempSync(path.join(os.tmpdir(), 'quittance-integrating-'));
});
afterAll(async () => {
  for (const end of ending) end();
  rmSync(folder, { recursive: true, force: true });
  await world.stop();
});

interface Answer {
  readonly id?: string;
  readonly secret?: string;
  readonly nextAction?: { readonly fields?: object } | null;
}

/** Types one request of the document; its answer is what the requests after it are told. */
async function type(example: string, variables: Record<string, string>): Promise<void> {
  const curl = `curl() { command curl --silent --show-error --write-out '\\n%{http_code}\\n' "$@"; }`;
  const output = await run('bash', ['-euc', `${curl}\n${example}`], variables);
  const [status, ...body] = output.trimEnd().split('\n').reverse();
  expect([example, status]).toEqual([example, /^# (\d{3})\b/m.exec(example)?.[1]]);
  const { id, secret, nextAction } = JSON.parse(body.reverse().join('\n')) as Answer;
  if (secret !== undefined) variables['WEBHOOK_SECRET'] = secret;
  for (const [prefix, name] of [
    ['whe_', 'ENDPOINT'],
    ['mem_', 'MEMBER'],
    ['pay_', 'PAYMENT'],
  ] as const)
    if (id?.startsWith(prefix)) variables[name] = id;
  if (nextAction?.fields) variables['FIELDS'] = JSON.stringify(nextAction.fields);
}

function run(command: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { PATH: process.env['PATH'], ...env } });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}

test('whoever types what docs/integrating.md says, with its receiver, is told of the payment that was paid', async () => {
  const { secretKey } = await newMerchant(world);
  const port = await freePort();
  const variables: Record<string, string> = {
    URL: world.baseUrl,
    SIMULATOR: world.simulator.url,
    RECEIVER: `http://localhost:${port}`,
    SECRET_KEY: secretKey,
  };
  const [first, ...rest] = blocks('sh test');
  await type(first!, variables);

  const program = path.join(folder, 'receiver.mjs');
  writeFileSync(program, blocks('js')[0]!);
  const receiver = spawn(process.execPath, [program], {
    env: { WEBHOOK_SECRET: variables['WEBHOOK_SECRET'], PORT: String(port) },
  });
  ending.push(() => receiver.kill());
  let said = '';
  receiver.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const untilSaid = (text: string) =>
    eventually(
      () => Promise.resolve(said),
      (all) => all.includes(text),
    );
  await untilSaid('listening');

  for (const example of rest) await type(example, variables);
  await untilSaid(`payment.paid: ${variables['PAYMENT']}, 12000 EUR\n`);
  const { data } = (
    await asking(world, secretKey).get<Page<{ state: string }>>(
      `/v1/webhook-endpoints/${variables['ENDPOINT']}/deliveries`,
    )
  ).body;
  expect(data).toHaveLength(2);
});
