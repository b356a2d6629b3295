import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withConfigTables, withTables } from '../../tools/tables';
import { freePort } from '../../tools/local/ports';
import { call, eventually } from '../support/client';
import { OPERATOR_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';

const ROOT = path.resolve(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const README = read('README.md');
const DOCS = readdirSync(path.join(ROOT, 'docs'), { recursive: true })
  .map((name) => `docs/${String(name)}`)
  .filter((name) => name.endsWith('.md'));
const DOCUMENTS = ['README.md', ...DOCS, 'simulator/README.md', 'test/gateways/README.md'];

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, ...groups]) => groups);

describe('the README', () => {
  test('is read in one sitting: at most 200 lines', () => {
    expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });

  test('leads to every document', () => {
    const linked = matches(README, /\]\(([^)\s#]+)/g).flat();
    for (const document of DOCS) expect(linked).toContain(document);
  });

  test('says where to look in every room of the code', () => {
    const { include } = JSON.parse(read('tsconfig.json')) as { include: string[] };
    const rooms = include.filter((name) => !name.includes('.'));
    expect(rooms.length).toBeGreaterThan(0);
    const whereToLook = README.split('## Where to look in the code')[1]?.split('\n## ')[0] ?? '';
    for (const room of rooms) expect(whereToLook).toContain(`[${room}/`);
  });
});

describe('what the documents say about the code', () => {
  const configuration = read('docs/configuration.md');

  test('the configuration tables are those of the schemas (if not: npm run docs)', () => {
    expect(matches(configuration, /<!-- config:(\w+) -->/g).flat()).toEqual(['start', 'api', 'worker', 'simulator']);
    expect(configuration).toBe(withConfigTables(configuration));
  });

  test('what needs a person, and how every step ends, is as the code has it (if not: npm run docs)', () => {
    const operating = read('docs/operating.md');
    expect(matches(operating, /<!-- table:(\w+) -->/g).flat()).toEqual(['attentions', 'compensations']);
    expect(operating).toBe(withTables(operating));
  });

  const promises = read('docs/promises.md')
    .split(/\n(?=\d\. )/)
    .slice(1);

  const proofs = promises.flatMap((promise) =>
    matches(promise, /^ {3}- "(.+)" \(\[[\w-]+\]\(\.\.\/(test\/[\w./-]+\.test\.ts)\)\)$/gm),
  );

  test('seven promises, each with tests', () => {
    expect(promises.map((promise) => Number.parseInt(promise, 10))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const promise of promises) expect(promise).toMatch(/^ {3}- "/m);
    expect(proofs).toHaveLength(promises.flatMap((promise) => matches(promise, /^( {3}- .*)$/gm)).length);
  });

  test.each(proofs)('there is a test “%s” in %s', (name, file) => {
    const names = namesIn(read(file));
    for (const part of name.split(' › '))
      expect([part, names.some((pattern) => isPrintedAs(pattern, part))]).toEqual([part, true]);
  });

  test('every script that they name exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const text = DOCUMENTS.map(read).join('\n');
    const named = [...matches(text, /npm run ([\w-]+)/g), ...matches(text, /npm (start|test)\b/g)].flat();
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });
});

describe.each(DOCUMENTS)('the links of %s', (file) => {
  const links = matches(read(file), /\]\(([^)\s]+)\)/g)
    .flat()
    .filter((link) => !/^https?:/.test(link));

  test('lead to what is there', () => {
    for (const link of links) {
      const [target = '', anchor] = link.split('#');
      const place = target === '' ? file : path.join(path.dirname(file), target);
      expect([link, existsSync(path.join(ROOT, place))]).toEqual([link, true]);
      if (anchor !== undefined) expect(anchorsOf(read(place))).toContain(anchor);
    }
  });
});

describe('what the documents tell to type', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  test('the requests of docs/using-the-api.md are answered as it says, one after the other', async () => {
    const examples = matches(read('docs/using-the-api.md'), /^```sh test\n([\s\S]*?)^```$/gm).flat();
    expect(examples.length).toBeGreaterThan(0);
    const variables: Record<string, string> = { URL: world.baseUrl, SIMULATOR: world.simulator.url, OPERATOR_KEY };
    for (const example of examples) {
      const promised = Number(/^# (\d{3})\b/m.exec(example)?.[1]);
      const { code, output, errors } = await run('bash', ['-euc', `${ANSWER_WITH_STATUS}\n${example}`], variables);
      expect([example, code, errors]).toEqual([example, 0, '']);
      const [status, ...body] = output.trimEnd().split('\n').reverse();
      expect([example, Number(status)]).toEqual([example, promised]);
      keepVariables(variables, JSON.parse(body.reverse().join('\n')));
      if (example.includes('/control/pay')) await untilPaid(variables);
    }
    expect(Object.keys(variables)).toEqual([
      'URL',
      'SIMULATOR',
      'OPERATOR_KEY',
      'SECRET_KEY',
      'MEMBER',
      'CHARGE',
      'PAYMENT',
      'FIELDS',
      'KEY',
      'REFUND',
    ]);
  });

  test('npm run demo: through each gateway paid in part, in full and in advance, each with its payline and its link, in books that balance', async () => {
    const { code, output, errors } = await runDemo({ PUBLIC_URL: world.baseUrl, OPERATOR_KEY });
    expect([code, errors]).toEqual([0, '']);
    for (const sum of [
      '50.00 EUR',
      '93.50 EUR',
      '30.00 EUR',
      '10.00 EUR',
      '25.00 EUR',
      '60.00 EUR',
      '20.00 EUR',
      '5000 XOF',
      '12500 XOF',
      '2000 XOF',
    ])
      expect(output).toMatch(new RegExp(`payline [\\d:]{8} +${sum} received by pay_\\w{26}$`, 'm'));
    expect(output).toMatch(/A person must look: 10\.00 EUR came as \w{17}, but 15\.00 EUR was asked/);
    expect(output).toMatch(/attempt failed: instrument declined +20\.00/);
    expect(output).toMatch(/attempt failed: insufficient fund +5000/);
    expect(matches(output, /Temporal: (\S+workflows\?query=WorkflowId%3D%22payment-pay_\w{26}%22)$/gm).length).toBe(11);
    expect(output).toMatch(/^ +together +(\S+) +\1 +0\.00$/m);
    expect(output).toMatch(/^ +together +(\S+) +\1 +0$/m);
    expect(output.trimEnd()).toMatch(/All as it should be\. .*$/);
  });

  test('npm run demo with a key that is not the operator’s fails and says so', async () => {
    const { code, errors } = await runDemo({ PUBLIC_URL: world.baseUrl, OPERATOR_KEY: 'not-the-key-of-the-operator' });
    expect(code).toBe(1);
    expect(errors).toBe(`The demo failed: What runs at ${world.baseUrl} does not take this OPERATOR_KEY.\n`);
  });

  test('npm run demo with a wrong variable names it', async () => {
    const { code, errors } = await runDemo({ PORT: 'three thousand' });
    expect([code, errors.startsWith('The demo failed: PORT: ')]).toEqual([1, true]);
  });

  test('npm run demo where nothing runs and nothing can be started says why, and leaves nothing behind', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'quittance-docs-'));
    try {
      // What it would start is compiled, and beside these sources there is no such file.
      const { code, errors } = await runDemo({ PORT: String(await freePort()), TMPDIR: folder });
      expect(code).toBe(1);
      expect(errors).toMatch(/^The demo failed: Quittance could not be started for the demo:\n[\s\S]*start\.js/);
      expect(readdirSync(folder).filter((name) => name.startsWith('quittance-'))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('npm run demo while the simulator is away fails in a sentence', async () => {
    await world.simulator.stop(); // nobody needs it any more
    const { code, errors } = await runDemo({ PUBLIC_URL: world.baseUrl, OPERATOR_KEY });
    expect(code).toBe(1);
    expect(errors).toMatch(/^The demo failed: The account at \S+ cannot be used: .* no connection .*\n$/);
  });
});

/** So that the last line of each answer is its status, and nothing else is printed. */
const ANSWER_WITH_STATUS = `curl() { command curl --silent --show-error --write-out '\\n%{http_code}\\n' "$@"; }`;

/** What docs/using-the-api.md says of an answer: `secretKey`, and the ids, are the variables of the requests that follow. */
function keepVariables(variables: Record<string, string>, answer: Answer): void {
  const { secretKey, id, nextAction } = answer;
  if (secretKey !== undefined && id?.startsWith('mer_')) variables['SECRET_KEY'] = secretKey;
  if (id?.startsWith('key_')) variables['KEY'] = id;
  if (id?.startsWith('mem_')) variables['MEMBER'] = id;
  if (id?.startsWith('chg_')) variables['CHARGE'] = id;
  if (id?.startsWith('pay_')) variables['PAYMENT'] = id;
  if (nextAction?.fields) variables['FIELDS'] = JSON.stringify(nextAction.fields);
  if (id?.startsWith('ref_')) variables['REFUND'] = id;
}
interface Answer {
  readonly secretKey?: string;
  readonly id?: string;
  readonly nextAction?: { readonly fields?: Record<string, string> } | null;
}

/** A reader has waited for the gateway's message before they type on. */
async function untilPaid({ URL: url = '', SECRET_KEY = '', PAYMENT = '' }: Record<string, string>): Promise<void> {
  await eventually(
    () => call<{ status: string }>(url, SECRET_KEY, 'GET', `/v1/payments/${PAYMENT}`),
    ({ body }) => body.status === 'paid',
  );
}

function runDemo(env: Record<string, string>) {
  return run(process.execPath, ['-r', './test/support/environment/register.cjs', 'tools/demo/main.ts'], env);
}

function run(command: string, args: readonly string[], env: Record<string, string>) {
  return new Promise<{ code: number | null; output: string; errors: string }>((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { output: '', errors: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.errors += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

/** The texts that stand first in a call or a row, as names of tests and groups do; one that is skipped or only planned does not count. */
function namesIn(source: string): string[] {
  return matches(
    source,
    /(?<!\.(?:skip|todo))[([]\s*(?:'((?:\\.|[^'\\\n])*)'|"((?:\\.|[^"\\\n])*)"|`((?:\\.|[^`\\])*)`),/g,
  ).map((texts) => texts.join('').replaceAll(/\\(.)/g, '$1'));
}

/** Whether jest prints a test of this name so: `%s` stands for a cell of its row. A name that is all cell says nothing. */
function isPrintedAs(name: string, printed: string): boolean {
  const words = name.split(/%[a-z]/);
  return (
    words.join('').trim() !== '' &&
    new RegExp(`^${words.map((text) => text.replaceAll(/[^\w\s]/g, '\\$&')).join('.+')}$`).test(printed)
  );
}
/** As GitHub makes them from headings. */
function anchorsOf(markdown: string): string[] {
  return matches(markdown, /^#+ (.*)$/gm)
    .flat()
    .map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} -]/gu, '')
        .replaceAll(' ', '-'),
    );
}
