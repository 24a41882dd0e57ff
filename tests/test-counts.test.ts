import { expect, it } from 'vitest';
import { countTests } from '../scripts/test-counts.mjs';

interface File {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

const report = (numbers: { passed?: number; failed?: number; pending?: number; success?: boolean; files?: readonly File[] }): string =>
  JSON.stringify({
    numPassedTests: numbers.passed ?? 0,
    numFailedTests: numbers.failed ?? 0,
    numPendingTests: numbers.pending ?? 0,
    numTodoTests: 0,
    success: numbers.success ?? (numbers.failed ?? 0) === 0,
    testResults: numbers.files ?? [],
  });

const BROKEN_FILE: File = { status: 'failed', assertionResults: [] };
const FAILED_FILE: File = { status: 'failed', assertionResults: [{ status: 'failed' }] };

it('adds up a good run', () => {
  expect(countTests(report({ passed: 7, pending: 2 }), 0)).toEqual({ passed: 7, failed: 0, skipped: 2 });
});

it('counts a failed test once, not its file too', () => {
  expect(countTests(report({ passed: 7, failed: 1, files: [FAILED_FILE] }), 1)).toEqual({ passed: 7, failed: 1, skipped: 0 });
});

it('counts a file that could not be run', () => {
  expect(countTests(report({ passed: 7, success: false, files: [BROKEN_FILE] }), 1)).toEqual({ passed: 7, failed: 1, skipped: 0 });
});

const FAILURES: readonly { title: string; text: string | undefined; exitCode: number }[] = [
  { title: 'there is no report', text: undefined, exitCode: 0 },
  { title: 'the report is cut short', text: '{"numPassedTests": 7', exitCode: 0 },
  { title: 'the report is of another form', text: '{}', exitCode: 0 },
  { title: 'no test ran', text: report({}), exitCode: 0 },
  { title: 'every test was skipped', text: report({ pending: 7 }), exitCode: 0 },
  { title: 'an error happened outside the tests', text: report({ passed: 7 }), exitCode: 1 },
  { title: 'the report says that it failed', text: report({ passed: 7, success: false }), exitCode: 0 },
];

it.each(FAILURES)('is a failure when $title', ({ text, exitCode }) => {
  expect(countTests(text, exitCode).failed).toBe(1);
});
