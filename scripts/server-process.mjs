import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
const REST_ADDRESS = /^REST +(?<url>https?:\/\/\S+)$/m;
const GRPC_ADDRESS = /^gRPC +(?<address>\S+)(?: with TLS)?$/m;

/** A built server, as a user starts it, on ports that the system gives. */
export class ServerProcess {
  #child;
  #exited;
  #output = '';

  /**
   * Resolves when the server has said which of its models are ready.
   *
   * @param {{ node: string, cwd: string, args: readonly string[], env?: NodeJS.ProcessEnv }} options
   */
  static async start(options) {
    const server = new ServerProcess(options);
    try {
      await server.#saysReady();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  constructor({ node, cwd, args, env }) {
    const command = join(root, 'packages', 'server', 'bin', 'servable.js');
    const flags = ['--rest-port=0', '--grpc-port=0'];
    this.#child = spawn(node, [command, 'serve', ...args, ...flags], { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve(signal ?? code));
      this.#child.once('error', (error) => resolve(error.message));
    });
  }

  get restUrl() {
    return REST_ADDRESS.exec(this.#output).groups.url;
  }

  get grpcAddress() {
    return GRPC_ADDRESS.exec(this.#output).groups.address;
  }

  /** Everything the server has printed. */
  get output() {
    return this.#output;
  }

  /** Asks it to end. Resolves to its exit code, or the signal that was needed. */
  async stop() {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    const code = await this.#exited;
    clearTimeout(timer);
    return code;
  }

  #saysReady() {
    return new Promise((resolve, reject) => {
      const fail = (reason) => reject(new Error(`The server ${reason}. It said:\n${this.#output}`));
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
