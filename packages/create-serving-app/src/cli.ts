import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { parseCommandLine } from './cli-options.ts';
import { createProject, describeProject } from './create-project.ts';
import type { Io } from './io.ts';
import { makePlan } from './make-plan.ts';
import { terminalQuestions } from './questions.ts';
import { UserError } from './user-error.ts';

/**
 * Runs `create-serving-app`.
 *
 * @param argv - the command line without Node and the script
 * @param io - default: this process
 * @returns the exit code: 0, or 1 after one line on standard error that says what was wrong
 */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  try {
    const version = await ownVersion();
    const options = parseCommandLine(argv, version);
    if ('text' in options) {
      io.print(options.text);
      return 0;
    }
    const plan = await makePlan(options, io, version);
    if (options.dryRun) io.print(await describeProject(plan));
    else await createProject(plan, io);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    io.printError(`create-serving-app: ${error.message}`);
    return 1;
  }
}

async function ownVersion(): Promise<string> {
  const content = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return content.version;
}

function processIo(): Io {
  return {
    cwd: process.cwd(),
    env: process.env,
    canAsk: process.stdin.isTTY && process.stdout.isTTY && !process.env['CI'],
    ask: terminalQuestions,
    print: (text) => void process.stdout.write(`${text}\n`),
    printError: (text) => void process.stderr.write(`${text}\n`),
    run: runProgram,
  };
}

const NO_SUCH_PROGRAM = 127;

function runProgram(program: string, args: readonly string[], cwd: string): Promise<number> {
  // On Windows package managers are scripts, which only a shell runs.
  const child = spawn(program, args, { cwd, stdio: program === 'git' ? 'ignore' : 'inherit', shell: process.platform === 'win32' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(NO_SUCH_PROGRAM));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
