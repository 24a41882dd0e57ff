/** A registry of npm packages on this machine: holds ours, and fetches others from wherever this machine's npm does. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { packageManagerEnv, publishedPackages, readManifest, root, toolCommand } from '../scripts/workspace.mjs';

const MINUTE_MS = 60_000;
const READY_LIMIT_MS = 60_000;

/** The program, and the pnpm that is tested beside the machine's npm. */
const TOOLS = {
  private: true,
  dependencies: { verdaccio: '6.10.4', pnpm: '10.34.9' },
  // Verdaccio's tree asks for this one by a tag that not every registry passes on.
  overrides: { 'node-fetch': '2.7.0' },
};

/** Installs Verdaccio and pnpm into `folder`, unless they are there. */
export async function installTools(folder) {
  const wanted = `${JSON.stringify(TOOLS, undefined, 2)}\n`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), wanted);
  await mustRun('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, env: packageManagerEnv(), minutes: 5 });
}

export class LocalRegistry {
  #child;
  #folder;
  url;

  /** @param {{ node: string, tools: string, folder: string }} options - `folder`: where everything it writes goes */
  static async start({ node, tools, folder }) {
    const registry = new LocalRegistry();
    registry.#folder = folder;
    const port = await freePort();
    registry.url = `http://127.0.0.1:${port}/`;
    const config = join(folder, 'verdaccio.yaml');
    writeFileSync(config, verdaccioConfig(folder, await ordinaryRegistry()));
    writeFileSync(join(folder, 'npmrc'), `registry=${registry.url}\n//127.0.0.1:${port}/:_authToken=anyone\n`);
    const program = join(tools, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
    registry.#child = spawn(node, [program, '--config', config, '--listen', `127.0.0.1:${port}`], { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] });
    // Whatever ends this process ends the registry.
    process.once('exit', () => registry.#child.kill());
    await registry.#answers();
    return registry;
  }

  /** The environment in which npm and pnpm use this registry, with stores of their own. */
  environment() {
    const env = packageManagerEnv();
    for (const name of Object.keys(env)) if (/^(?:npm_config|pnpm_config)_/i.test(name)) delete env[name];
    delete env.CI;
    return {
      ...env,
      npm_config_userconfig: join(this.#folder, 'npmrc'),
      npm_config_registry: this.url,
      npm_config_cache: join(this.#folder, 'npm-cache'),
      npm_config_store_dir: join(this.#folder, 'pnpm-store'),
      npm_config_update_notifier: 'false',
      XDG_CACHE_HOME: join(this.#folder, 'cache'),
    };
  }

  /** Publishes as `npm run release` does. Resolves to how many packages the registry has then. */
  async publishAll(tools) {
    const [program, ...args] = toolCommand('@changesets/cli', 'changeset');
    const env = this.environment();
    env.PATH = [join(tools, 'node_modules', '.bin'), env.PATH].join(delimiter);
    await mustRun(program, [...args, 'publish', '--no-git-tag'], { cwd: root, env, minutes: 10 });
    const names = publishedPackages().map((folder) => readManifest(folder).name);
    for (const name of names) if (!(await isThere(`${this.url}${name}`))) throw new Error(`${name} was not published`);
    return names.length;
  }

  async stop() {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }

  async #answers() {
    const giveUpMs = performance.now() + READY_LIMIT_MS;
    while (!(await isThere(`${this.url}-/ping`))) {
      if (this.#child.exitCode !== null) throw new Error(`Verdaccio ended with ${this.#child.exitCode}`);
      if (performance.now() > giveUpMs) throw new Error('Verdaccio does not answer');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function verdaccioConfig(folder, ordinary) {
  return `storage: ${join(folder, 'storage')}
uplinks:
  ordinary: { url: '${ordinary}', timeout: 300s, maxage: 60m }
packages:
  '@servable/*': { access: $all, publish: $all }
  'create-serving-app': { access: $all, publish: $all }
  '**': { access: $all, proxy: ordinary }
max_body_size: 100mb
log: { type: stdout, level: fatal }
`;
}

async function ordinaryRegistry() {
  const output = await mustRun('npm', ['config', 'get', 'registry'], { env: packageManagerEnv(), minutes: 1 });
  return output.trim();
}

async function mustRun(program, args, { minutes, ...options }) {
  const { exitCode, output } = await runCommand(program, args, { ...options, timeoutMs: minutes * MINUTE_MS });
  if (exitCode !== 0) throw new Error(`${program} ${args.slice(0, 3).join(' ')} ended with ${exitCode}:\n${output.trimEnd()}`);
  return output;
}

async function isThere(url) {
  return fetch(url).then((response) => response.ok, () => false);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
