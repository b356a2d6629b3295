import { runProgram } from '../run.mjs';

await runProgram('start', process.argv.slice(2));
