import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url));
const CLI = fileURLToPath(new URL('../packages/server/src/cli.ts', import.meta.url));
/** What `bin/servable.js` does, with the sources. */
const MAIN = `import { main } from ${JSON.stringify(pathToFileURL(CLI).href)}; process.exitCode = await main(process.argv.slice(1));`;
/** The last that it says when all models are ready, to the end of the line. */
const READY = /^Ready: (?<ready>\d+) of \k<ready> models?\nTry it:\n.*\n/m;
const ADDRESS = /^REST +(?<url>http:\/\/\S+)$/m;

/** `servable serve` in an example's folder, from the sources, on ports that the system gives. */
export class ExampleServer {
  readonly #child: ChildProcess;
  readonly #exitCode: Promise<number | null>;
  #output = '';

  private constructor(folder: string) {
    const command = ['--conditions=@servable/source', '--input-type=module', '--eval', MAIN, '--', 'serve', '--rest-port=0', '--grpc-port=0'];
    this.#child = spawn(process.execPath, command, { cwd: join(EXAMPLES, folder), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exitCode = new Promise((resolve) => {
      this.#child.once('close', resolve);
    });
  }

  /** Resolves when the server says that all models are ready, and what to ask it. */
  static async start(folder: string): Promise<ExampleServer> {
    const server = new ExampleServer(folder);
    await server.#says(READY);
    return server;
  }

  /** Such as `http://127.0.0.1:8501`. */
  get restUrl(): string {
    return ADDRESS.exec(this.#output)?.groups?.['url'] ?? '';
  }

  /** Everything the server has printed. */
  get output(): string {
    return this.#output;
  }

  /** Ends the server as a service manager does. Resolves to its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#exitCode;
  }

  #says(text: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const listen = (chunk: Buffer): void => {
        this.#output += chunk.toString();
        if (text.test(this.#output)) resolve();
      };
      this.#child.stdout?.on('data', listen);
      this.#child.stderr?.on('data', listen);
      void this.#exitCode.then((code) => reject(new Error(`The server ended with ${String(code)}:\n${this.#output}`)));
    });
  }
}
