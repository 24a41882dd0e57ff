/**
 * `npm run release`: versions every package by what `.changeset` holds, commits that, runs `npm test`, publishes what the registry does not have
 * yet, and tags it. `--dry-run` says what would be released, and changes nothing. With provenance where the registry can have it: in a CI that
 * signs.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { machineNode, packageManagerEnv, pnpm, prepare, readManifest, root, toolCommand } from './workspace.mjs';

const MINUTE_MS = 60_000;
const isDryRun = process.argv.includes('--dry-run');
/** The two that npm takes signed statements from. */
const canSign = process.env.GITHUB_ACTIONS === 'true' || process.env.GITLAB_CI === 'true';

await prepare();
if (isDryRun) {
  console.log(await must('changeset status', changeset('status', '--verbose')));
} else {
  await requireCleanCheckout();
  if (hasChangesets()) await version();
  await must('npm test', run(machineNode(), [join('scripts', 'test.mjs')], 30));
  console.log(await must('changeset publish', changeset('publish')));
  console.log(`Released ${readManifest('packages/core').version}. Now: git push --follow-tags`);
}

async function requireCleanCheckout() {
  const changed = await must('git status', run('git', ['status', '--porcelain'], 1));
  if (changed.trim() !== '') end(`commit or stash these first:\n${changed}`);
}

function hasChangesets() {
  return readdirSync(join(root, '.changeset')).some((name) => name.endsWith('.md') && name !== 'README.md');
}

async function version() {
  await must('changeset version', changeset('version'));
  await must('pnpm install', pnpm(['install', '--lockfile-only']));
  await must('git add', run('git', ['add', '--all'], 1));
  await must('git commit', run('git', ['commit', '--message', `release: ${readManifest('packages/core').version}`], 1));
}

function changeset(...args) {
  const [program, ...first] = toolCommand('@changesets/cli', 'changeset');
  return run(program, [...first, ...args], 10);
}

function run(program, args, minutes) {
  const env = { ...packageManagerEnv(), ...(canSign ? { NPM_CONFIG_PROVENANCE: 'true' } : {}) };
  return runCommand(program, args, { cwd: root, env, timeoutMs: minutes * MINUTE_MS });
}

async function must(title, running) {
  const { exitCode, output } = await running;
  if (exitCode !== 0) end(`${title} ended with ${exitCode}:\n${output}`);
  return output;
}

function end(reason) {
  console.error(`release: ${reason}`);
  process.exit(1);
}
