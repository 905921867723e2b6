// Prints `N passed, N failed` from vitest's JSON report, and exits 1 unless all is well.
// Arguments: the report, vitest's exit code, and how many checks failed before; those count as failed.
import { readFile } from 'node:fs/promises';

const [path, vitestExit, failedChecks] = process.argv.slice(2);
const report = JSON.parse(await readFile(path, 'utf8').catch(() => '{"testResults":[]}'));

const statuses = report.testResults.flatMap(({ status, assertionResults }) => {
  const tests = assertionResults.map((test) => test.status);
  // A file that does not load, or whose setup fails, has no failed test.
  return status === 'failed' && !tests.includes('failed') ? [...tests, 'failed'] : tests;
});
const passed = statuses.filter((status) => status === 'passed').length;
const failedTests = statuses.filter((status) => status === 'failed').length;
const skipped = statuses.length - passed - failedTests;

// An error outside any test, or no report at all, is a failure too.
const unseen = failedTests === 0 && vitestExit !== '0' ? 1 : 0;
const failed = failedTests + unseen + Number(failedChecks);

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
