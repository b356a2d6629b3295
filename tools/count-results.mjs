// node tools/count-results.mjs <failed checks> [<jest's JSON> <jest's exit code>]…: prints how many passed and how many failed.
import { existsSync, readFileSync } from 'node:fs';

const [failedChecks, ...runs] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedChecks);
for (let place = 0; place < runs.length; place += 2) {
  const counted = countRun(runs[place], Number(runs[place + 1]));
  passed += counted.passed;
  failed += counted.failed;
}
console.log(passed, failed);

function countRun(file, exitCode) {
  let counted = { passed: 0, failed: 0 };
  if (existsSync(file)) {
    const results = JSON.parse(readFileSync(file, 'utf8'));
    // A file that does not even load has no test to count, but is a failure.
    counted = { passed: results.numPassedTests, failed: results.numFailedTests + results.numRuntimeErrorTestSuites };
  }
  // jest can fail for other reasons than a test: a set-up that does not start, no test found.
  return exitCode !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}
