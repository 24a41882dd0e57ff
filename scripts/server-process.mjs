import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const READY_LIMIT_MS = 60_000;
const POLL_MS = 50;
const STOP_LIMIT_MS = 15_000;

/** A built server, as a user starts it, on free ports. */
export class ServerProcess {
  #child;
  #exited;
  #output = '';

  /**
   * @param {{ node: string, cwd: string, args: readonly string[], models: readonly string[] }} options - `models`: those whose
   *   status must say AVAILABLE before anything is asked
   */
  static async start(options) {
    const server = new ServerProcess();
    server.restPort = await freePort();
    server.grpcPort = await freePort();
    const command = join(root, 'packages', 'server', 'bin', 'servable.js');
    const flags = [`--rest_api_port=${server.restPort}`, `--port=${server.grpcPort}`];
    server.#child = spawn(options.node, [command, 'serve', ...options.args, ...flags], { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    server.#exited = new Promise((resolve) => {
      server.#child.once('close', (code, signal) => resolve(signal ?? code));
      server.#child.once('error', (error) => resolve(error.message));
    });
    for (const stream of [server.#child.stdout, server.#child.stderr]) {
      stream.on('data', (chunk) => {
        server.#output += chunk;
      });
    }
    try {
      for (const model of options.models) await server.#available(model);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get restUrl() {
    return `http://127.0.0.1:${this.restPort}`;
  }

  get grpcAddress() {
    return `127.0.0.1:${this.grpcPort}`;
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

  async #available(model) {
    const limitMs = performance.now() + READY_LIMIT_MS;
    let last = 'no answer';
    while (performance.now() < limitMs) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) break;
      last = await this.#statusOf(model);
      if (last.includes('"AVAILABLE"')) return;
      await new Promise((resolve) => {
        setTimeout(resolve, POLL_MS);
      });
    }
    throw new Error(`Model '${model}' did not become available (${last}). The server said:\n${this.#output}`);
  }

  async #statusOf(model) {
    try {
      const response = await fetch(`${this.restUrl}/v1/models/${model}`);
      return await response.text();
    } catch (error) {
      return error.message;
    }
  }
}

async function freePort() {
  const listener = createServer();
  await new Promise((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  const { port } = listener.address();
  await new Promise((resolve) => {
    listener.close(resolve);
  });
  return port;
}
