import { type ChildProcess, spawn } from 'node:child_process';
import { type FSWatcher, watch } from 'node:fs';
import { type CommandIo, EXIT_CODES } from './command-io.ts';

/** What is watched, and what is run. */
export interface DevOptions {
  /** With `args`, what serves: Node and `servable serve`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** Code and configs; models are followed by the server itself. */
const WATCHED = /\.(?:[cm]?[jt]s|json|ya?ml)$/;
const IGNORED = /(?:^|[/\\])(?:node_modules|dist|\.[^/\\]+)(?:[/\\]|$)/;
/** An editor writes one file in several steps. */
const QUIET_MS = 100;

/** Serves, and starts anew when code or a config under the folder changes, until SIGTERM or SIGINT. */
export async function dev(options: DevOptions, io: CommandIo): Promise<number> {
  const server = new RestartedProcess(options, io);
  const watcher = watchCode(options.cwd, (name) => server.restart(name));
  await new Promise<void>((resolve) => {
    const dispose = io.onStopSignal(() => {
      dispose();
      resolve();
    });
  });
  watcher.close();
  await server.stop();
  return EXIT_CODES.ok;
}

/** Whether a change of this file, by its path from the folder on, restarts the server. */
export function isCode(path: string): boolean {
  return WATCHED.test(path) && !IGNORED.test(path);
}

function watchCode(folder: string, changed: (name: string) => void): FSWatcher {
  let quiet: NodeJS.Timeout | undefined;
  return watch(folder, { recursive: true }, (_event, name) => {
    if (name === null || !isCode(name)) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => changed(name), QUIET_MS);
  });
}

class RestartedProcess {
  readonly #options: DevOptions;
  readonly #io: CommandIo;
  #child: ChildProcess | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor(options: DevOptions, io: CommandIo) {
    this.#options = options;
    this.#io = io;
    this.#start();
  }

  /** One after the other: a change that comes while one is under way restarts once more. */
  restart(changed: string): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#isStopping) return;
      this.#io.printError(`${changed} changed: starting anew`);
      await endOf(this.#child);
      if (!this.#isStopping) this.#start();
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#turn;
    await endOf(this.#child);
  }

  #start(): void {
    const { program, args, cwd } = this.#options;
    const child = spawn(program, args, { cwd, stdio: 'inherit' });
    this.#child = child;
    child.once('exit', (code) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (!this.#isStopping && code !== 0 && code !== null) this.#io.printError(`The server ended with ${code}: waiting for a change`);
    });
    child.once('error', (error) => this.#io.printError(`The server did not start: ${error.message}`));
  }
}

/** Ends a server as its user would. */
function endOf(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
