// node tools/count-results.mjs <jest's JSON> <failed checks> <jest's exit code>: prints how many passed and how many failed.
import { existsSync, readFileSync } from 'node:fs';

const [file, failedChecks, jestCode] = process.argv.slice(2);
let passed = 0;
let failed = 0;
if (existsSync(file)) {
  const results = JSON.parse(readFileSync(file, 'utf8'));
  passed = results.numPassedTests;
  // A file that does not even load has no test to count, but is a failure.
  failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
}
// jest can fail for other reasons than a test: a set-up that does not start, no test found.
if (Number(jestCode) !== 0 && failed === 0) failed = 1;
console.log(passed, failed + Number(failedChecks));
