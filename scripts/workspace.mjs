/**
 * What the workspace's commands share: where things are, and how to install and build when, and only when, something
 * changed. Plain Node without dependencies: this runs before anything is installed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFingerprint, installFingerprint, packageFolders, Stamp } from './fingerprint.mjs';
import { runCommand } from './run-command.mjs';

const MINUTE_MS = 60_000;
const OLDEST_NODE = [20, 19];

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const manifest = readManifest('.');

/** Ends the process with one clear line when Node is too old to go on. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(`Servable needs Node ${OLDEST_NODE.join('.')} or later, this is ${process.versions.node} (${process.execPath})`);
  process.exit(1);
}

/** The Node that the person at this machine has. Inside `npm run`, `node` on the path is the pinned one. */
export function machineNode() {
  return process.env.npm_node_execpath ?? process.execPath;
}

/** The Node that development is pinned to, from the devDependency `node`; `undefined` before the installation. */
export function pinnedNode() {
  const path = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(path) ? path : undefined;
}

/** A command of a devDependency as something to run: a program and its first arguments. */
export function toolCommand(packageName, command = packageName) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const script = typeof bin === 'string' ? bin : bin[command];
  return [pinnedNode() ?? machineNode(), join(folder, script)];
}

/** pnpm of the exact version that package.json names, by npx: none is needed on the machine. */
function pnpmCommand() {
  const npx = ['--yes', '--loglevel=error', manifest.packageManager];
  const npmCli = process.env.npm_execpath;
  if (npmCli?.endsWith('npm-cli.js')) return { program: machineNode(), args: [join(dirname(npmCli), 'npx-cli.js'), ...npx] };
  return process.platform === 'win32' ? { program: 'cmd', args: ['/c', 'npx', ...npx] } : { program: 'npx', args: npx };
}

/** The environment for npm and pnpm: the machine's own programs first, nothing that the outer `npm run` added. */
export function packageManagerEnv() {
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', npm_config_update_notifier: 'false' };
  const isAdded = (folder) => folder.endsWith(`${sep}node_modules${sep}.bin`) || folder.endsWith('node-gyp-bin');
  env.PATH = [dirname(machineNode()), ...(process.env.PATH ?? '').split(delimiter).filter((folder) => !isAdded(folder))].join(delimiter);
  for (const name of Object.keys(env)) {
    if (name.startsWith('npm_package_') || name.startsWith('npm_lifecycle_') || name === 'npm_command') delete env[name];
  }
  return env;
}

export function isInstalled() {
  return pinnedNode() !== undefined && new Stamp(root, 'install').matches(installFingerprint(root));
}

/** Installs exactly what the lock file says. */
export async function install() {
  const stamp = new Stamp(root, 'install');
  stamp.clear();
  const result = await pnpm(['install', '--frozen-lockfile', '--config.confirmModulesPurge=false']);
  if (result.exitCode !== 0) return result;
  // An installation that was cut short leaves the package without its binary, and the next one takes it for complete.
  if (pinnedNode() === undefined) await pnpm(['rebuild', 'node']);
  if (pinnedNode() === undefined) return { exitCode: 1, output: 'The devDependency `node` has no binary for this machine' };
  stamp.write(installFingerprint(root));
  return result;
}

/** Runs pnpm in the root. */
export function pnpm(args) {
  const { program, args: first } = pnpmCommand();
  return runCommand(program, [...first, ...args], { cwd: root, env: packageManagerEnv(), timeoutMs: 10 * MINUTE_MS });
}

export function isBuilt() {
  const hasOutput = compiledPackages().every((folder) => existsSync(join(root, folder, 'dist', '.tsbuildinfo')));
  return hasOutput && new Stamp(root, 'build').matches(buildFingerprint(root));
}

/** Compiles every package into its `dist`. */
export async function build() {
  const fingerprint = buildFingerprint(root);
  const [program, ...args] = toolCommand('typescript', 'tsc');
  const result = await runCommand(program, [...args, '-b'], { cwd: root, timeoutMs: 5 * MINUTE_MS });
  if (result.exitCode === 0) new Stamp(root, 'build').write(fingerprint);
  return result;
}

/** The packages that are compiled, as folders relative to the root. */
export function compiledPackages() {
  return packageFolders(root).filter((folder) => existsSync(join(root, folder, 'tsconfig.json')));
}

/** The packages that are published, as folders relative to the root. */
export function publishedPackages() {
  return compiledPackages().filter((folder) => folder.startsWith('packages/') && readManifest(folder).private !== true);
}

/** Packs every published package as it would be published, each into a file of `folder`. */
export function packPackages(folder) {
  // By name: a filter by folder would pack private packages too.
  const filters = publishedPackages().flatMap((each) => ['--filter', `./${each}`]);
  return pnpm(['--recursive', ...filters, 'pack', '--pack-destination', folder]);
}

export function readManifest(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

/** Installs and builds what is not, saying so; ends the process when that fails. */
export async function prepare() {
  requireNode();
  if (!isInstalled()) await orExit(`Installing dependencies with ${manifest.packageManager}`, install);
  if (!isBuilt()) await orExit('Building', build);
}

async function orExit(title, act) {
  const startMs = performance.now();
  process.stderr.write(`${title} ... `);
  const { exitCode, output } = await act();
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stderr.write(exitCode === 0 ? `${seconds} s\n` : `failed after ${seconds} s\n${output}\n`);
  if (exitCode !== 0) process.exit(1);
}
