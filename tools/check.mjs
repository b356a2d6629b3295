// Every check, each to its end: one failure must not hide another. With names as arguments, only those.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { prepareOrExit, root, say } from './setup.mjs';

const CHECKS = {
  lockfile: ['tools/check-lockfile.mjs'],
  types: ['tsc', '--noEmit', '-p', '.'],
  'page types': ['tsc', '-p', 'web'],
  'office types': ['tsc', '-p', 'web/office'],
  // One process holds the programs of server and pages at once, and takes four times as long.
  lint: ['eslint', '.', '--max-warnings', '0', '--concurrency', '2'],
  imports: ['tools/check-imports.mjs'],
  format: ['prettier', '--check', '--log-level', 'warn', '.'],
  'dead code': ['knip', '--no-progress'],
};

await prepareOrExit({ for: 'test' });
const chosen = process.argv.slice(2);
const names = chosen.length > 0 ? chosen : Object.keys(CHECKS);
const failed = [];
for (const name of names) {
  if (!(name in CHECKS)) {
    say(`There is no check "${name}". Known: ${Object.keys(CHECKS).join(', ')}.`);
    process.exit(1);
  }
  const [command, ...args] = CHECKS[name];
  const startedAt = Date.now();
  const code = await new Promise((resolve) => {
    const file = command.endsWith('.mjs') ? command : path.join('node_modules', '.bin', command);
    const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' });
    child.on('error', () => resolve(127));
    child.on('close', (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) failed.push(name);
  say(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
}
say(failed.length === 0 ? 'every check holds' : `failed: ${failed.join(', ')}`);
// The number of failures, for those who count.
process.exitCode = failed.length;
