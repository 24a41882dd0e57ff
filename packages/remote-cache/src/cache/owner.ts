import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';

const BEAT_MS = 10_000;
/** A process in another container, or on another machine, that did not say for so long that it lives is taken for dead. */
const SILENT_MS = 90_000;

/**
 * This process among those that share a cache. Its mark says which process it is, and its time is renewed while it lives. After a
 * SIGKILL others on the same system see at once that the process is gone; elsewhere they wait until the mark is old.
 */
export class Owner {
  readonly token: string;
  readonly #directory: string;
  readonly #identity: ProcessIdentity;
  readonly #beat: ReturnType<typeof setInterval>;

  private constructor(directory: string, token: string, identity: ProcessIdentity) {
    this.#directory = directory;
    this.token = token;
    this.#identity = identity;
    this.#beat = setInterval(() => void this.#renew(), BEAT_MS);
    this.#beat.unref();
  }

  static async register(directory: string): Promise<Owner> {
    const token = `${process.pid}-${randomBytes(8).toString('hex')}`;
    const owner = new Owner(directory, token, await ownIdentity());
    await owner.#write();
    return owner;
  }

  /** Whether the process that goes by this token lives. */
  async isAlive(token: string): Promise<boolean> {
    if (token === this.token) return true;
    const path = join(this.#directory, token);
    try {
      const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
      const isFresh = Date.now() - mtimeMs < SILENT_MS;
      const identity = parseIdentity(text);
      return identity === undefined ? isFresh : ((await isRunning(identity, this.#identity)) ?? isFresh);
    } catch {
      return false;
    }
  }

  /** Removes the marks of dead processes. */
  async sweep(): Promise<void> {
    for (const token of await readdir(this.#directory)) {
      if (!(await this.isAlive(token))) await rm(join(this.#directory, token), { force: true });
    }
  }

  /** Says again that this process lives, where somebody removed its mark. */
  async confirm(): Promise<void> {
    const isThere = await stat(join(this.#directory, this.token)).catch(() => undefined);
    if (isThere === undefined) await this.#write();
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    await rm(join(this.#directory, this.token), { force: true });
  }

  async #renew(): Promise<void> {
    const now = new Date();
    try {
      await utimes(join(this.#directory, this.token), now, now);
    } catch {
      // Someone emptied the cache directory; what is served from memory goes on.
      await this.#write().catch(() => undefined);
    }
  }

  #write(): Promise<void> {
    return writeFile(join(this.#directory, this.token), JSON.stringify(this.#identity));
  }
}

function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const { pid, space, started } = JSON.parse(text) as Partial<ProcessIdentity>;
    return typeof pid === 'number' && typeof space === 'string' && typeof started === 'string' ? { pid, space, started } : undefined;
  } catch {
    return undefined;
  }
}
