/**
 * `npm test`: everything that must hold before a change lands. Installs and builds what is not, then one line a step with
 * its time; a step that fails prints what it said. The last line is `N passed, N failed`: the tests, and each other step as one.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenNpmEnds } from './npm-parent.mjs';
import { runCommand } from './run-command.mjs';
import { countTests } from './test-counts.mjs';
import {
  build,
  install,
  isInstalled,
  machineNode,
  packPackages,
  pinnedNode,
  publishedPackages,
  requireNode,
  root,
  toolCommand,
} from './workspace.mjs';

const MINUTE_MS = 60_000;
const ALREADY_DONE = { exitCode: 0, output: '' };
/** Failures are printed to wherever this runs, often a log. */
const PLAIN = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };

const totals = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), 'servable-test-'));

requireNode();
whenNpmEnds(() => process.kill(process.pid, 'SIGTERM'));
try {
  if (await step('install', () => (isInstalled() ? ALREADY_DONE : install()))) {
    if (await step('build', build)) await runChecks();
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const skipped = totals.skipped === 0 ? '' : `, ${totals.skipped} skipped`;
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;

async function runChecks() {
  await step('types of tests', () => tool('typescript', 'tsc', ['-p', 'tsconfig.test.json']));
  await step('lint', () => tool('oxlint', 'oxlint', ['--type-aware', '--deny-warnings']));
  await step('unused code', () => tool('knip', 'knip', ['--no-progress', '--no-config-hints']));
  await step('fixtures', () => runCommand(pinnedNode(), ['scripts/copy-fixtures.mjs', '--check'], { cwd: root, timeoutMs: MINUTE_MS }));
  await checkPackages();
  await runTests();
  await step(`smoke test on Node ${await versionOf(machineNode())}`, () =>
    runCommand(machineNode(), ['scripts/smoke.mjs'], { cwd: root, timeoutMs: 2 * MINUTE_MS }),
  );
}

/** Runs one step, prints its line, counts it. */
async function step(name, act) {
  const startMs = performance.now();
  const { exitCode, output } = await act();
  totals[exitCode === 0 ? 'passed' : 'failed'] += 1;
  printLine(exitCode === 0, name, startMs);
  if (exitCode !== 0) printOutput(output);
  return exitCode === 0;
}

function tool(packageName, command, args, timeoutMs = 5 * MINUTE_MS) {
  const [program, ...first] = toolCommand(packageName, command);
  return runCommand(program, [...first, ...args], { cwd: root, env: PLAIN, timeoutMs });
}

/** Packs each published package as it would be published, and looks at what is in it. */
async function checkPackages() {
  const tarballs = join(scratch, 'tarballs');
  mkdirSync(tarballs);
  const expected = publishedPackages();
  const packed = await step('pack', () => packPackages(tarballs));
  if (!packed) return;
  const files = readdirSync(tarballs);
  if (files.length !== expected.length) {
    await step('packages', () => ({ exitCode: 1, output: `Packed ${files.length} of ${expected.length} packages: ${files.join(', ')}` }));
    return;
  }
  for (const file of files) await step(`package ${file}`, () => checkPackage(join(tarballs, file)));
}

async function checkPackage(tarball) {
  const publint = await tool('publint', 'publint', ['run', tarball, '--strict']);
  if (publint.exitCode !== 0) return publint;
  return tool('@arethetypeswrong/cli', 'attw', [tarball, '--profile', 'esm-only', '--no-definitely-typed', '--no-color', '--format', 'ascii']);
}

/** Runs the tests and adds what vitest counted; a run that says nothing, or ran nothing, is a failure. */
async function runTests() {
  const startMs = performance.now();
  const report = join(scratch, 'vitest.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { exitCode, output } = await tool('vitest', 'vitest', args, 15 * MINUTE_MS);
  const counts = countTests(existsSync(report) ? readFileSync(report, 'utf8') : undefined, exitCode);
  for (const kind of Object.keys(totals)) totals[kind] += counts[kind];
  printLine(counts.failed === 0, `tests: ${counts.passed} passed, ${counts.failed} failed in vitest`, startMs);
  if (counts.failed > 0) printOutput(`${output.trimEnd()}\n\nvitest ended with ${exitCode}`);
}

async function versionOf(node) {
  const { output } = await runCommand(node, ['--version'], { timeoutMs: MINUTE_MS });
  return output.trim().replace('v', '');
}

function printLine(isGood, name, startMs) {
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1).padStart(6);
  console.log(`${isGood ? 'ok    ' : 'FAILED'} ${seconds} s  ${name}`);
}

/** Indented, so that no line of a tool can be taken for the closing line. */
function printOutput(output) {
  console.log(output.trimEnd().replaceAll(/^/gm, '    '));
}
