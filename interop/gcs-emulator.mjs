import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const START_LIMIT_MS = 30_000;

/** `fake-gcs-server` with its objects in a folder, so that they outlive it. */
export class GcsEmulator {
  #program;
  #folder;
  #child;
  port;

  constructor(program, folder) {
    this.#program = program;
    this.#folder = folder;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async start() {
    this.port ??= await freePort();
    const args = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(this.port), '-backend', 'filesystem', '-filesystem-root', this.#folder];
    this.#child = spawn(this.#program, [...args, '-log-level', 'error'], { stdio: 'ignore' });
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await this.#answers())) {
      if (Date.now() > deadline || this.#child.exitCode !== null) throw new Error('fake-gcs-server does not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop() {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  async createBucket(name) {
    await this.#must(await fetch(`${this.url}/storage/v1/b?project=interop`, { method: 'POST', body: JSON.stringify({ name }) }));
  }

  /** `body`: bytes, or a stream of them. */
  async put(bucket, name, body) {
    const url = `${this.url}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`;
    await this.#must(await fetch(url, { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/octet-stream' } }));
  }

  async delete(bucket, name) {
    await this.#must(await fetch(`${this.url}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`, { method: 'DELETE' }));
  }

  async #must(response) {
    const text = await response.text();
    if (!response.ok) throw new Error(`the emulator answered ${response.status}: ${text.slice(0, 200)}`);
  }

  async #answers() {
    try {
      return (await fetch(`${this.url}/storage/v1/b?project=interop`)).ok;
    } catch {
      return false;
    }
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
