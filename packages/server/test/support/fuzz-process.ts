import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const NODE_OPTIONS = [
  '--conditions=@servable/source',
  '--expose-gc',
  // The young generation at its full size from the start: V8 grows it step by step, which would look like a leak.
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
];

/** The server of `fuzz-server.ts`, running. */
export class FuzzProcess {
  readonly rest: string;
  readonly grpc: string;
  readonly #child: ChildProcess;
  #isClosing = false;
  /** Why the process ended; `undefined` while it runs. */
  crash: string | undefined;

  private constructor(child: ChildProcess, addresses: { readonly rest: string; readonly grpc: string }) {
    this.#child = child;
    this.rest = addresses.rest;
    this.grpc = addresses.grpc;
    child.on('exit', (code, signal) => {
      if (!this.#isClosing) this.crash = `the server ended with ${String(code ?? signal)}`;
    });
  }

  static async start(): Promise<FuzzProcess> {
    const script = fileURLToPath(new URL('fuzz-server.ts', import.meta.url));
    const child = fork(script, { execArgv: NODE_OPTIONS, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [message] = (await once(child, 'message')) as [{ addresses: { rest: string; grpc: string } }];
    return new FuzzProcess(child, message.addresses);
  }

  /** Resident memory after a garbage collection. */
  async rssBytes(): Promise<number> {
    this.#child.send('rss');
    const [message] = (await once(this.#child, 'message')) as [{ rssBytes: number }];
    return message.rssBytes;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
