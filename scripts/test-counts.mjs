/**
 * Counts what a run of vitest came to. Besides tests that failed, these are failures: a file that could not be run, an
 * exit code that says more than the report, no report, no test at all.
 *
 * @param {string | undefined} report - text of the JSON reporter; `undefined` when there is none
 * @param {number} exitCode - of vitest itself
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countTests(report, exitCode) {
  const parsed = parseReport(report);
  if (parsed === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const passed = parsed.numPassedTests;
  const skipped = parsed.numPendingTests + parsed.numTodoTests;
  const brokenFiles = parsed.testResults.filter((file) => file.status === 'failed' && !hasFailedTest(file)).length;
  const failed = parsed.numFailedTests + brokenFiles;
  const isUnexplained = failed === 0 && (exitCode !== 0 || parsed.success !== true || passed === 0);
  return { passed, failed: isUnexplained ? 1 : failed, skipped };
}

function hasFailedTest(file) {
  return file.assertionResults.some((test) => test.status === 'failed');
}

function parseReport(report) {
  try {
    const parsed = JSON.parse(report);
    return Array.isArray(parsed.testResults) && Number.isInteger(parsed.numPassedTests) ? parsed : undefined;
  } catch {
    // No report, or half of one: the caller counts it as a failure.
    return undefined;
  }
}
