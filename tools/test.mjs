// Prepares, then runs jest in this same process with the arguments given. `--long`: the tests that have a long form, in that form.
import { createRequire } from 'node:module';
import { prepareOrExit, root } from './setup.mjs';

/** Folders whose tests have a long form, which they take where LONG says so. */
const WITH_LONG_FORM = ['test/races/'];

const given = process.argv.slice(2);
const isLong = given[0] === '--long';
if (isLong) process.env.LONG = '1';

await prepareOrExit({ for: 'test' });
process.chdir(root);
const require = createRequire(import.meta.url);
const forJest = isLong ? [...given.slice(1), '--testPathPatterns', ...WITH_LONG_FORM] : given;
process.argv = [process.argv[0], require.resolve('jest/bin/jest'), ...forJest];
require('node:module').runMain();
