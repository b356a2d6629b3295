// Prepares, then runs jest in this same process with the arguments given.
import { createRequire } from 'node:module';
import { prepareOrExit, root } from './setup.mjs';

await prepareOrExit({ for: 'test' });
process.chdir(root);
const require = createRequire(import.meta.url);
process.argv = [process.argv[0], require.resolve('jest/bin/jest'), ...process.argv.slice(2)];
require('node:module').runMain();
