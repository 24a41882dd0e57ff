import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCores, pinned } from './cores.ts';
import { defer } from './deferred.ts';

const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5000;
const LAST_OUTPUT = 4000;

const BENCH = join(import.meta.dirname, '..');
const SERVABLE = join(BENCH, '../packages/server/bin/servable.js');

export interface ServerCommand {
  /** For messages. */
  readonly name: string;
  readonly nodeArgs?: readonly string[];
  readonly script: string;
  readonly args?: readonly string[];
}

/** Our server as a user starts it: built, with `bench/serving.config.ts`. */
export function servable(nodeArgs: readonly string[] = []): ServerCommand {
  return { name: 'servable', nodeArgs, script: SERVABLE, args: ['serve', '--rest-port=0', '--grpc-port=0'] };
}

/** One of the servers in `bench/servers`. */
export function handWritten(name: string, args: readonly string[] = []): ServerCommand {
  return { name, script: join(BENCH, 'servers', `${name}.ts`), args };
}

/**
 * A server in a process of its own, on the core for servers. It prints `REST  http://host:port` or `gRPC  host:port`, and
 * `Ready:` when it answers. Ends with this process, whatever ends that.
 */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #startedMs = performance.now();
  #output = '';
  #readyMs = Number.NaN;

  static async start(command: ServerCommand): Promise<ServerProcess> {
    const server = new ServerProcess(command);
    try {
      await server.#ready();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  private constructor({ name, nodeArgs = [], script, args = [] }: ServerCommand) {
    this.#name = name;
    const [program, all] = pinned(findCores()?.server, [process.execPath, ...nodeArgs, script, ...args]);
    this.#child = spawn(program, all, { cwd: BENCH, stdio: ['ignore', 'pipe', 'pipe'] });
    const kill = (): boolean => this.#child.kill('SIGKILL');
    process.once('exit', kill);
    this.#child.once('exit', () => process.off('exit', kill));
  }

  get restUrl(): string {
    return this.#address(/^REST +(?<address>http:\S+)$/m);
  }

  get grpcAddress(): string {
    return this.#address(/^gRPC +(?<address>\S+)$/m);
  }

  /** From the start of the process to its word that it answers. */
  get readyAfterMs(): number {
    return this.#readyMs - this.#startedMs;
  }

  /** From the start of the process until now. */
  get ageMs(): number {
    return performance.now() - this.#startedMs;
  }

  /** CPU time of all threads that live; NaN where the system does not say. */
  cpuMs(): number {
    const threads = [...this.threadCpuMs().values()];
    return threads.length === 0 ? Number.NaN : threads.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  }

  /** CPU time of each thread that lives, by its id. Empty where the system does not say. */
  threadCpuMs(): ReadonlyMap<string, { readonly name: string; readonly cpuMs: number }> {
    const threads = new Map<string, { readonly name: string; readonly cpuMs: number }>();
    for (const thread of this.#threads()) {
      // Nanoseconds; `stat` counts in steps of 10 ms, which is much of a round.
      const [nanoseconds] = this.#proc(`task/${thread}/schedstat`).split(' ');
      threads.set(thread, { name: this.#proc(`task/${thread}/comm`).trim(), cpuMs: Number(nanoseconds) / 1e6 });
    }
    return threads;
  }

  /** NaN where the system does not say. */
  residentBytes(): number {
    return Number(/^VmRSS:\s+(?<kilobytes>\d+) kB$/m.exec(this.#proc('status'))?.groups?.['kilobytes']) * 1024;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #ready(): Promise<void> {
    const { promise, resolve, reject } = defer<void>();
    const fail = (what: string): void => reject(new Error(`${this.#name} ${what}; it said:\n${this.#output}`));
    const timer = setTimeout(() => fail(`was not ready after ${START_LIMIT_MS} ms`), START_LIMIT_MS);
    this.#child.once('error', (error) => fail(error.message));
    this.#child.once('exit', (code, signal) => fail(`ended with ${signal ?? String(code)}`));
    const listen = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-LAST_OUTPUT);
      if (!/^Ready: /m.test(this.#output) || !Number.isNaN(this.#readyMs)) return;
      this.#readyMs = performance.now();
      resolve();
    };
    this.#child.stdout?.on('data', listen);
    this.#child.stderr?.on('data', listen);
    return promise.finally(() => clearTimeout(timer));
  }

  #address(pattern: RegExp): string {
    const address = pattern.exec(this.#output)?.groups?.['address'];
    if (address === undefined) throw new Error(`${this.#name} did not say where it listens:\n${this.#output}`);
    return address;
  }

  #threads(): readonly string[] {
    try {
      return readdirSync(`/proc/${String(this.#child.pid)}/task`);
    } catch {
      return [];
    }
  }

  #proc(file: string): string {
    try {
      return readFileSync(`/proc/${String(this.#child.pid)}/${file}`, 'utf8');
    } catch {
      return '';
    }
  }
}
