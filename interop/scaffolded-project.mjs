/** One project made by `create-serving-app`, as its user makes, tests, starts and asks it. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';

const MINUTE_MS = 60_000;
const READY_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 20_000;

/** How each package manager is told things; flags for a script need `--` with npm alone. */
const MANAGERS = {
  npm: { create: ['npm', 'create', 'serving-app@latest'], separator: ['--'], script: (name) => ['npm', 'run', name] },
  pnpm: { create: ['pnpm', 'create', 'serving-app'], separator: [], script: (name) => ['pnpm', 'run', name] },
};

/**
 * Makes the project, runs its scripts, starts it and sends every `curl` line of its README.
 *
 * @param {{ manager: 'npm' | 'pnpm', template: string, flags: readonly string[], folder: string, env: NodeJS.ProcessEnv }} project
 */
export async function checkProject({ manager, template, flags, folder, env }) {
  const { create, separator, script } = MANAGERS[manager];
  const name = ['app', manager, template, ...flags].join('-').replaceAll(/-+/g, '-');
  const directory = join(folder, name);
  await mustRun([...create, name, ...separator, '--template', template, '--yes', ...flags], { cwd: folder, env });
  for (const each of ['test', 'build', 'check']) await mustRun(script(each), { cwd: directory, env });
  const answers = await askAsItsReadmeSays(directory, [...script('start'), ...separator], env);
  return { directory, answers };
}

async function askAsItsReadmeSays(directory, command, env) {
  const examples = readmeExamples(readFileSync(join(directory, 'README.md'), 'utf8'));
  if (examples.length === 0) throw new Error('its README has no command with an answer');
  const server = await StartedProject.start(directory, [...command, '--rest-port=0', '--grpc-port=0'], env);
  try {
    for (const { line, answer } of examples) {
      const { exitCode, output } = await runCommand('sh', ['-c', line.replace('http://localhost:8501', server.url)], { timeoutMs: MINUTE_MS });
      if (exitCode !== 0) throw new Error(`${line}\nended with ${exitCode}: ${output}`);
      const difference = differenceOf(JSON.parse(output), answer);
      if (difference !== undefined) throw new Error(`${line}\nanswers ${output}\nwhich is not as its README says: ${difference}`);
    }
  } finally {
    await server.stop();
  }
  return examples.length;
}

function readmeExamples(text) {
  const blocks = text.matchAll(/```bash\n(?<line>[^`]+)```(?:(?!```)[\s\S])*```json\n(?<answer>[^`]+)```/g);
  return Array.from(blocks, ({ groups }) => ({ line: groups.line.trim(), answer: JSON.parse(groups.answer) }));
}

/** A README rounds numbers to the digits it shows; all else is exact. */
function differenceOf(actual, expected, place = 'answer') {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return Math.abs(actual - expected) <= roundingOf(expected) ? undefined : `${place} is ${actual}, not ${expected}`;
  }
  if (typeof expected !== 'object' || expected === null || typeof actual !== 'object' || actual === null) {
    return actual === expected ? undefined : `${place} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
  }
  const keys = [Object.keys(actual), Object.keys(expected)].map((each) => each.sort().join());
  if (Array.isArray(actual) !== Array.isArray(expected) || keys[0] !== keys[1]) return `${place} has ${keys[0]}, not ${keys[1]}`;
  for (const key of Object.keys(expected)) {
    const found = differenceOf(actual[key], expected[key], `${place}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Half of a number's last digit; nothing for a whole number. */
function roundingOf(number) {
  const [mantissa, exponent = '0'] = String(number).split('e');
  const decimals = (mantissa.split('.')[1] ?? '').length - Number(exponent);
  return decimals > 0 ? 0.51 * 10 ** -decimals : 0;
}

/** `npm start` and what it started: a group of processes, which ends as one. */
class StartedProject {
  #child;
  #exited;
  #output = '';

  static async start(directory, [program, ...args], env) {
    const project = new StartedProject();
    project.#child = spawn(program, args, { cwd: directory, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    project.#exited = new Promise((resolve) => project.#child.once('close', resolve));
    try {
      await project.#saysReady();
      return project;
    } catch (error) {
      await project.stop();
      throw error;
    }
  }

  get url() {
    return /^REST +(?<url>http:\/\/\S+)$/m.exec(this.#output).groups.url;
  }

  /** @throws Error when it had to be killed */
  async stop() {
    const end = (signal) => {
      try {
        process.kill(-this.#child.pid, signal);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    };
    let isKilled = false;
    const timer = setTimeout(() => {
      isKilled = true;
      end('SIGKILL');
    }, STOP_LIMIT_MS);
    end('SIGTERM');
    await this.#exited;
    clearTimeout(timer);
    if (isKilled) throw new Error(`it did not end within ${STOP_LIMIT_MS / 1000} s of SIGTERM. It said:\n${this.#output}`);
  }

  #saysReady() {
    return new Promise((resolve, reject) => {
      const fail = (reason) => reject(new Error(`its start ${reason}. It said:\n${this.#output}`));
      const timer = setTimeout(() => fail(`was not ready after ${READY_LIMIT_MS / 1000} s`), READY_LIMIT_MS);
      void this.#exited.then((code) => {
        clearTimeout(timer);
        fail(`ended with ${code}`);
      });
      const listen = (chunk) => {
        this.#output += chunk;
        if (!/^Ready: /m.test(this.#output)) return;
        clearTimeout(timer);
        resolve();
      };
      this.#child.stdout.on('data', listen);
      this.#child.stderr.on('data', listen);
    });
  }
}

async function mustRun([program, ...args], { cwd, env }) {
  const { exitCode, output } = await runCommand(program, args, { cwd, env, timeoutMs: 5 * MINUTE_MS });
  if (exitCode !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${exitCode}:\n${output.trimEnd()}`);
}
