import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';

const EXAMPLE = fileURLToPath(new URL('..', import.meta.url));
const CLI = fileURLToPath(new URL('../../../packages/server/src/cli.ts', import.meta.url));
const READY_LIMIT_MS = 15_000;
const READY_INTERVAL_MS = 50;

/** `servable serve` in the example's folder, from the sources, on free ports. */
export class QuickstartServer implements AsyncDisposable {
  readonly restPort: number;
  readonly grpcPort: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #output = '';

  private constructor(restPort: number, grpcPort: number) {
    this.restPort = restPort;
    this.grpcPort = grpcPort;
    const main = `import { main } from ${JSON.stringify(pathToFileURL(CLI).href)}; process.exitCode = await main(process.argv.slice(1));`;
    const flags = [`--rest_api_port=${restPort}`, `--port=${grpcPort}`];
    this.#child = spawn(
      process.execPath,
      ['--conditions=@servable/source', '--input-type=module', '--eval', main, '--', 'serve', ...flags],
      { cwd: EXAMPLE, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
    });
    const keep = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
  }

  static async start(): Promise<QuickstartServer> {
    const server = new QuickstartServer(await freePort(), await freePort());
    try {
      await server.#ready();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exited;
  }

  async #ready(): Promise<void> {
    const limit = AbortSignal.timeout(READY_LIMIT_MS);
    while (!(await this.#isReady())) {
      if (limit.aborted || this.#child.exitCode !== null) throw new Error(`The server did not become ready:\n${this.#output}`);
      await new Promise((resolve) => {
        setTimeout(resolve, READY_INTERVAL_MS);
      });
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.restPort}/readyz`)).ok;
    } catch {
      // Not listening yet.
      return false;
    }
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    listener.once('listening', resolve);
  });
  const address = listener.address();
  await new Promise((resolve) => {
    listener.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  return address.port;
}
