// Prepares, then runs jest in this same process with the arguments given. `--long`: the tests that have a long form, in that form, and those that take long.
import { createRequire } from 'node:module';
import { prepareOrExit, root } from './setup.mjs';

/** Folders whose tests have a long form, which they take where LONG says so. */
const WITH_LONG_FORM = ['test/races/'];
/** Every kill, every outage, a flood, large books, a release taken over, a gateway added by the guide: left out unless asked for by name. */
const LONG_ONLY = ['test/faults/', 'test/api/scale', 'test/workflows/renewal', 'test/docs/new-gateway'];

const given = process.argv.slice(2);
const isLong = given[0] === '--long';
if (isLong) process.env.LONG = '1';

await prepareOrExit({ for: 'test' });
process.chdir(root);
const require = createRequire(import.meta.url);
process.argv = [process.argv[0], require.resolve('jest/bin/jest'), ...(isLong ? long(given.slice(1)) : short(given))];
require('node:module').runMain();

function long(args) {
  return [...args, '--testPathPatterns', ...WITH_LONG_FORM, ...LONG_ONLY];
}

function short(args) {
  const isNamed = args.some((argument) => !argument.startsWith('-'));
  return isNamed ? args : [...args, '--testPathIgnorePatterns', '/node_modules/', ...LONG_ONLY];
}
