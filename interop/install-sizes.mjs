/** What an installation weighs, and which packages it brings. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';

const MEGABYTE = 1_000_000;
const ENGINES = /^(?:koffi|onnxruntime.*|@koffi\/.*|@tensorflow\/.*|tensorflow.*|@servable\/(?:engine-|onnxruntime).*)$/;

/**
 * Installs packages with npm into an empty project.
 *
 * @param {{ folder: string, env: NodeJS.ProcessEnv, packages: readonly string[] }} options
 * @returns {Promise<{ megabytes: number, names: readonly string[], engines: readonly string[] }>}
 */
export async function installed({ folder, env, packages }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', allowScripts: { 'onnxruntime-node': false } }));
  const { exitCode, output } = await runCommand('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], { cwd: folder, env, timeoutMs: 300_000 });
  if (exitCode !== 0) throw new Error(`npm install ${packages.join(' ')} ended with ${exitCode}:\n${output.trimEnd()}`);
  const names = packagesOf(join(folder, 'node_modules'));
  return { megabytes: megabytesOf(join(folder, 'node_modules')), names, engines: names.filter((name) => ENGINES.test(name)) };
}

/** What the files in a folder add up to. */
export function megabytesOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0) / MEGABYTE;
}

/** Also of the `node_modules` inside of packages. */
function packagesOf(folder) {
  const paths = readdirSync(folder, { recursive: true }).map((path) => path.replaceAll('\\', '/'));
  const names = paths.map((path) => /(?:^|\/node_modules\/)(?<name>(?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/.exec(path)?.groups.name);
  return [...new Set(names.filter((name) => name !== undefined))];
}
