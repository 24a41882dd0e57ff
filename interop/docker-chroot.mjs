/**
 * The Dockerfile without Docker: its steps are read from it and run in a chroot of Debian, the last ones as the user it names.
 * Needs root, debootstrap and unshare on Linux.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { pinnedNode, root } from '../scripts/workspace.mjs';
import { parseCommand, parseCopy, parseDockerfile, parseEnv, parseHealthcheck, parseIgnored } from './dockerfile.mjs';

const MINUTE_MS = 60_000;
const READY_LIMIT_MS = 2 * MINUTE_MS;
const MACHINE_CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const DEBIAN = 'bookworm';
const folder = join(root, '.interop', 'docker');
const quickstart = join(root, 'examples', 'quickstart');

/** Counts of what passed and failed; skipped, with the reason, where there is no way. */
export async function checkDockerfile() {
  const reason = await whyNot();
  if (reason !== undefined) {
    console.log(`skipped  Dockerfile: ${reason}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const check = async (name, run) => {
    try {
      const note = await run();
      counts.passed += 1;
      console.log(`ok       Dockerfile: ${name}${note === undefined ? '' : `: ${note}`}`);
    } catch (error) {
      counts.failed += 1;
      console.log(`FAILED   Dockerfile: ${name}: ${error.message}`);
      throw error;
    }
  };
  try {
    const image = await buildImage(check);
    await checkImage(image, check);
  } catch {
    // Told above; what comes after a step that failed cannot be run.
  }
  return counts;
}

async function whyNot() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return 'needs root on Linux, for chroot';
  for (const program of ['debootstrap', 'unshare', 'chroot']) {
    const { exitCode } = await runCommand('sh', ['-c', `command -v ${program}`], { timeoutMs: MINUTE_MS });
    if (exitCode !== 0) return `needs ${program} (apt-get install debootstrap)`;
  }
  return undefined;
}

/** Runs every stage; the last one is what would be the image. */
async function buildImage(check) {
  const stages = new Map();
  let image;
  for (const { name, from, steps } of parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'))) {
    assert.match(from, /^node:\d+-bookworm-slim$/, 'the base image is not the one that this test stands in for');
    image = { path: join(folder, name ?? 'image'), env: {}, workdir: '/', user: '0:0' };
    await check(`FROM ${from}`, () => makeBase(image.path));
    for (const step of steps) await runStep(step, { image, stages, check });
    stages.set(name, image);
  }
  return image;
}

async function runStep({ instruction, text }, { image, stages, check }) {
  switch (instruction) {
    case 'ENV':
      Object.assign(image.env, Object.fromEntries(parseEnv(text)));
      return;
    case 'WORKDIR':
      image.workdir = text;
      mkdirSync(join(image.path, text), { recursive: true });
      return;
    case 'USER':
      image.user = text;
      return;
    case 'COPY':
      await check(`COPY ${text}`, () => copy(parseCopy(text), { image, stages }));
      return;
    case 'RUN':
      await check(`RUN ${text}`, async () => {
        const { exitCode, output } = await runCommand(...inside(image, ['sh', '-c', text]), { timeoutMs: 15 * MINUTE_MS });
        assert.equal(exitCode, 0, output.slice(-3000));
      });
      return;
    case 'EXPOSE':
      assert.equal(text, '8500 8501');
      return;
    case 'HEALTHCHECK':
      image.healthcheck = parseHealthcheck(text);
      return;
    case 'ENTRYPOINT':
      image.entrypoint = parseCommand(text);
  }
}

/** Debian, as the base image is made of, with the pinned Node and this machine's npm. */
async function makeBase(path) {
  const base = join(folder, `base-${DEBIAN}`);
  const stamp = `${base}.done`;
  if (!existsSync(stamp)) {
    rmSync(base, { recursive: true, force: true });
    await mustRun('debootstrap', ['--variant=minbase', '--include=ca-certificates', DEBIAN, base]);
    writeFileSync(stamp, '');
  }
  rmSync(path, { recursive: true, force: true });
  await mustRun('cp', ['-a', base, path]);
  const local = join(path, 'usr', 'local');
  mkdirSync(join(local, 'lib', 'node_modules'), { recursive: true });
  cpSync(realpathSync(pinnedNode()), join(local, 'bin', 'node'));
  const { output } = await runCommand('npm', ['root', '--global'], { timeoutMs: MINUTE_MS });
  cpSync(realpathSync(join(output.trim(), 'npm')), join(local, 'lib', 'node_modules', 'npm'), { recursive: true });
  for (const name of ['npm', 'npx']) symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
  cpSync('/etc/resolv.conf', join(path, 'etc', 'resolv.conf'));
  if (existsSync(MACHINE_CERTIFICATES)) cpSync(MACHINE_CERTIFICATES, join(path, MACHINE_CERTIFICATES));
}

async function copy({ stage, from, to }, { image, stages }) {
  const target = resolve(image.workdir, to);
  if (stage !== undefined) {
    await mustRun('cp', ['-a', `${join(stages.get(stage).path, from)}/.`, join(image.path, target)]);
    return;
  }
  const isIgnored = parseIgnored(readFileSync(join(root, '.dockerignore'), 'utf8'));
  assert.equal(from, '.', 'only the whole context is copied');
  const options = { recursive: true, verbatimSymlinks: true, filter: (path) => !isIgnored(relative(root, path)) };
  // One by one: the chroot lies inside of what is copied.
  for (const name of readdirSync(root).filter((each) => !isIgnored(each))) cpSync(join(root, name), join(image.path, target, name), options);
}

/** A program of the chroot, with /proc for it alone: what `runCommand` and `spawn` take. */
function inside(image, command, env = {}) {
  const variables = Object.entries({
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/',
    ...(existsSync(MACHINE_CERTIFICATES) ? { NODE_EXTRA_CA_CERTS: MACHINE_CERTIFICATES } : {}),
    ...image.env,
    ...env,
  }).map(([name, value]) => `${name}=${value}`);
  const script = 'mount -t proc proc "$1/proc" && cd / && user=$2 && shift 2 && exec chroot --userspec="$user" "$@"';
  const inFolder = ['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', image.workdir, ...command];
  return ['unshare', ['--mount', 'sh', '-c', script, 'sh', image.path, image.user, image.path, '/usr/bin/env', '-i', ...variables, ...inFolder]];
}

async function checkImage(image, check) {
  const model = join(image.path, 'models', 'digits');
  cpSync(join(quickstart, 'models', 'digits'), model, { recursive: true });
  await check('the app folder is small', async () => {
    const { output } = await runCommand('du', ['-sm', join(image.path, 'app')], { timeoutMs: MINUTE_MS });
    const megabytes = Number.parseInt(output, 10);
    assert.ok(megabytes < 200, `${megabytes} MB`);
    return `${megabytes} MB`;
  });
  await check('its user cannot change the program', async () => {
    const { exitCode } = await runCommand(...inside(image, ['touch', '/app/package.json']), { timeoutMs: MINUTE_MS });
    assert.notEqual(exitCode, 0);
  });
  const server = new Container(image, { MODEL_NAME: 'digits' }, ['--host=127.0.0.1', '--grpc-port=0', '--rest-port=0']);
  try {
    await check('ENTRYPOINT serves the model that MODEL_NAME and MODEL_BASE_PATH name', () => server.ready());
    await check('it runs as the user', () => assert.deepEqual(server.userIds(), image.user.split(':').slice(0, 1)));
    await check('it predicts', () => predict(server.restUrl));
    await check('HEALTHCHECK says healthy', async () => assert.equal(await health(image, `${server.restUrl}/readyz`), 0));
  } finally {
    const exitCode = await server.stop();
    await check('SIGTERM ends it with 0', () => assert.equal(exitCode, 0, server.output));
  }
  await check('HEALTHCHECK says unhealthy when nobody answers', async () => assert.equal(await health(image, `${server.restUrl}/readyz`), 1));
}

async function predict(url) {
  const [{ pixels, label }] = JSON.parse(readFileSync(join(quickstart, 'expected.json'), 'utf8')).samples;
  const response = await fetch(`${url}/v1/models/digits:predict`, { method: 'POST', body: JSON.stringify({ instances: [pixels] }) });
  const { predictions } = await response.json();
  assert.equal(predictions[0].label ?? predictions[0], label);
}

async function health(image, url) {
  const { exitCode } = await runCommand(...inside(image, image.healthcheck, { SERVABLE_HEALTH_URL: url }), { timeoutMs: MINUTE_MS });
  return exitCode;
}

/** The entry point with arguments after it, as `docker run` starts it. */
class Container {
  output = '';
  #child;
  #ended;

  constructor(image, env, args) {
    const [program, programArgs] = inside(image, [...image.entrypoint, ...args], env);
    this.#child = spawn(program, programArgs, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.on('data', (chunk) => (this.output += chunk));
    this.#ended = new Promise((end) => this.#child.once('close', (code, signal) => end(signal ?? code)));
  }

  get restUrl() {
    return /^REST +(?<url>http:\/\/\S+)$/m.exec(this.output)?.groups?.url ?? '';
  }

  async ready() {
    const deadline = performance.now() + READY_LIMIT_MS;
    let hasEnded = false;
    void this.#ended.then(() => (hasEnded = true));
    while (!/^Ready: 1 of 1 model$/m.test(this.output)) {
      assert.ok(!hasEnded && performance.now() < deadline, this.output);
      await Promise.race([this.#ended, new Promise((next) => setTimeout(next, 100))]);
    }
  }

  /** Real and effective, once when they are the same. The program took the place of each that started it. */
  userIds() {
    const [, ...ids] = /^Uid:\t(\d+)\t(\d+)/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'));
    return [...new Set(ids)];
  }

  async stop() {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), MINUTE_MS);
    try {
      return await this.#ended;
    } finally {
      clearTimeout(timer);
    }
  }
}

async function mustRun(program, args) {
  const { exitCode, output } = await runCommand(program, args, { timeoutMs: 10 * MINUTE_MS });
  assert.equal(exitCode, 0, `${program}: ${output.slice(-2000)}`);
}

if (process.argv[1] === import.meta.filename) {
  const { passed, failed, skipped } = await checkDockerfile();
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
