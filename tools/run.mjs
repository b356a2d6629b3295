// node tools/run.mjs <name> [arguments]: prepares, then becomes the compiled program of that name.
import { createRequire } from 'node:module';
import path from 'node:path';
import { prepareOrExit, root } from './setup.mjs';

const PROGRAMS = {
  api: 'api/main.js',
  worker: 'worker/main.js',
  simulator: 'simulator/main.js',
  migrate: 'prisma/migrate.js',
  audit: 'tools/audit.js',
  'rotate-keys': 'tools/rotate-keys.js',
  demo: 'tools/demo/main.js',
  bench: 'tools/bench/main.js',
  docs: 'tools/tables.js',
  start: 'tools/local/start.js',
};

export async function runProgram(name, args) {
  const file = PROGRAMS[name];
  if (!file) {
    process.stderr.write(`There is no program "${name}". Known: ${Object.keys(PROGRAMS).join(', ')}.\n`);
    process.exit(1);
  }
  await prepareOrExit({ for: 'run' });
  // In this same process, so that a signal sent to npm's child reaches the program itself; runMain makes it `require.main`.
  process.argv = [process.argv[0], path.join(root, 'dist', file), ...args];
  createRequire(import.meta.url)('node:module').runMain();
}

const [name, ...args] = process.argv.slice(2);
if (path.basename(process.argv[1] ?? '') === 'run.mjs') await runProgram(name, args);
