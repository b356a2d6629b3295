import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const ROOT = path.resolve(__dirname, '..', '..');
const tsconfig = z
  .object({ include: z.array(z.string()) })
  .parse(JSON.parse(readFileSync(path.join(ROOT, 'tsconfig.json'), 'utf8')));
const FOLDERS = tsconfig.include.filter((name) => !name.includes('*')).map((name) => name.split('/')[0]!);
const ANCHORED = ['workflows/domain/gateway.ts', 'activities/gateways/registry.ts', 'tools/demo/payers.ts'];
// Two compilers side by side on a machine that has other things to do.
const LONG_MS = 900_000; // ends only what hangs

const folder = mkdtempSync(path.join(os.tmpdir(), 'quittance-new-gateway-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function run(cwd: string, ...args: string[]): Promise<{ status: number; out: string; said: string }> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(JEST_|NODE_ENV$|NODE_OPTIONS$)/.test(name)),
  );
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env, maxBuffer: 16 * 1024 * 1024 }, (error, out, said) => {
      resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, out, said });
    });
  });
}
const generate = (root: string, ...names: string[]) =>
  run(ROOT, 'tools/new-gateway/main.mjs', ...names, '--root', root);
const bin = (name: string) => path.join(ROOT, 'node_modules', name);

/** A checkout with nothing but the files in which a gateway is entered. */
function smallCheckout(name: string, without?: string): string {
  const root = path.join(folder, name);
  for (const file of ANCHORED) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    writeFileSync(
      path.join(root, file),
      file === without ? text.replace(/GATEWAY_NAMES = |GATEWAYS: |PAYERS: /, '') : text,
    );
  }
  return root;
}

describe('a gateway that was just generated', () => {
  const root = path.join(folder, 'checkout');
  beforeAll(async () => {
    for (const name of FOLDERS) cpSync(path.join(ROOT, name), path.join(root, name), { recursive: true });
    for (const file of ['package.json', 'tsconfig.json', 'prisma.config.ts', 'jest.config.js', '.prettierrc.json'])
      cpSync(path.join(ROOT, file), path.join(root, file));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
    expect(await generate(root, 'acme-pay')).toMatchObject({
      status: 0,
      said: expect.stringContaining('docs/adding-a-gateway.md'),
    });
  }, LONG_MS);

  test(
    'compiles with everything else',
    async () => {
      const compiled = await run(root, bin('typescript/bin/tsc'), '--noEmit', '--incremental', 'false', '-p', '.');
      expect(compiled).toEqual({ status: 0, out: '', said: '' });
    },
    LONG_MS,
  );

  test(
    'fails its contract with the list of what is to do, in the order of the work',
    async () => {
      // Without the set-up for all tests: there is nothing yet that would need a database.
      const config = path.join(root, 'jest.alone.cjs');
      writeFileSync(
        config,
        `const { globalSetup, globalTeardown, ...rest } = require('./jest.config.js');\nmodule.exports = rest;\n`,
      );
      const { status, out } = await run(
        root,
        bin('jest/bin/jest.js'),
        '--json',
        '--config',
        config,
        '-i',
        'acme-pay.contract',
      );
      expect(status).toBe(1);
      const tests = jestOutput.parse(JSON.parse(out)).testResults.flatMap(({ assertionResults }) => assertionResults);
      expect(tests.filter((one) => one.status !== 'failed')).toEqual([]);
      const todos = tests.map(({ title }) => /^TODO acme-pay: step (\d+), ([\w./-]+): \S.{20,}$/.exec(title));
      expect(todos.filter((todo) => todo === null)).toEqual([]);
      const steps = todos.map((todo) => Number(todo?.[1]));
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      expect([...new Set(steps)]).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
      expect(new Set(todos.map((todo) => todo?.[2]))).toEqual(
        new Set([
          'README.md',
          'manifest.ts',
          'index.ts',
          'credentials.ts',
          'checkout.ts',
          'codec.ts',
          'client.ts',
          'notification.ts',
          'account.ts',
          'simulator/acme-pay',
          'test/gateways/contract/acme-pay.ts',
          'tools/demo/payers.ts',
        ]),
      );
      for (const { title, failureMessages } of tests) expect(failureMessages).toEqual([title]);
    },
    LONG_MS,
  );
});

test('a name that is taken or is none is refused, and nothing is written', async () => {
  const root = smallCheckout('taken');
  const before = ANCHORED.map((file) => readFileSync(path.join(root, file), 'utf8'));
  for (const [names, reason] of [
    [['kkiapay'], 'There is a gateway kkiapay'],
    [['Acme Pay'], 'kebab-case'],
    [['../acme'], 'kebab-case'],
    [[], 'Say one name'],
    [['acme', 'pay'], 'Say one name'],
  ] as const) {
    expect(await generate(root, ...names)).toMatchObject({ status: 1, said: expect.stringContaining(reason) });
  }
  expect(ANCHORED.map((file) => readFileSync(path.join(root, file), 'utf8'))).toEqual(before);
  expect(existsSync(path.join(root, 'test'))).toBe(false);
});

test.each(ANCHORED)('where %s is not as it was, nothing is written', async (file) => {
  const root = smallCheckout(path.basename(file), file);
  expect(await generate(root, 'acme-pay')).toMatchObject({
    status: 1,
    said: expect.stringContaining(`${file} has no`),
  });
  expect(existsSync(path.join(root, 'activities/gateways/acme-pay'))).toBe(false);
});

const jestOutput = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({ title: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});
