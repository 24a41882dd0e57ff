import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const CHILD = new URL('torture-child.ts', import.meta.url).pathname;
const FILES = 3;
const WHOLE = ` whole ${FILES}`;
const FILE_BYTES = 300_000;
/** The last one, which nobody kills, has to be done by then. */
const LAST_MS = 60_000;

export interface TortureOptions {
  readonly endpoint: string;
  readonly cacheDirectory: string;
  readonly kills: number;
  /** Puts an object into `bucket`. */
  readonly put: (name: string, bytes: Uint8Array) => Promise<void> | void;
}

/** What came of it; nothing in `faults` is what should be. */
export interface TortureResult {
  readonly faults: readonly string[];
  /** Versions that were stated whole, over all lives. */
  readonly stated: number;
  /** Entries that were found whole in the cache after a kill. */
  readonly entries: number;
}

/** Kills a source with SIGKILL at random moments of downloads and publications, and looks after each whether the cache is right. */
export async function torture({ endpoint, cacheDirectory, kills, put }: TortureOptions): Promise<TortureResult> {
  const faults: string[] = [];
  let stated = 0;
  let entries = 0;
  let version = 0;
  for (let kill = 0; kill < kills && faults.length === 0; kill += 1) {
    if (kill % 2 === 0) await publish((version += 1), put);
    // Up to twice what a download takes here.
    const lines = await liveFor(endpoint, cacheDirectory, async () => new Promise((resolve) => setTimeout(resolve, Math.random() * 400)));
    stated += lines.filter((line) => line.endsWith(WHOLE)).length;
    faults.push(...lines.filter((line) => !line.endsWith(WHOLE)));
    const found = await lookAtEntries(cacheDirectory);
    entries += found.whole;
    faults.push(...found.faults);
  }
  const wanted = `${version}${WHOLE}`;
  const lines = await liveFor(endpoint, cacheDirectory, async (seen) => seen(wanted));
  if (!lines.includes(wanted)) faults.push(`version ${version} was not served in the end: ${lines.join('; ')}`);
  return { faults, stated, entries };
}

async function publish(version: number, put: TortureOptions['put']): Promise<void> {
  for (let file = 0; file < FILES; file += 1) {
    const bytes = randomBytes(FILE_BYTES);
    await put(`models/m/${version}/${createHash('sha256').update(bytes).digest('hex')}`, bytes);
  }
}

/** Runs the child from its start until `until` resolves; the lines it said. Cut-off ones are left out. */
async function liveFor(endpoint: string, cacheDirectory: string, until: (seen: (line: string) => Promise<void>) => Promise<void>): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--conditions=@servable/source', CHILD, endpoint, cacheDirectory], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const closed = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGKILL'), LAST_MS);
  const seen = async (line: string): Promise<void> => {
    while (!text.split('\n').includes(line) && child.exitCode === null && child.signalCode === null) await Promise.race([once(child.stdout, 'data'), closed]);
  };
  await seen('started');
  await until(seen);
  child.kill('SIGKILL');
  await closed;
  clearTimeout(timer);
  const lines = text.split('\n').slice(0, -1).filter((line) => line !== 'started');
  return errors === '' ? lines : [...lines, `standard error: ${errors}`];
}

/** Every entry has all its files, each with the sum that is its name. */
async function lookAtEntries(cacheDirectory: string): Promise<{ readonly whole: number; readonly faults: readonly string[] }> {
  const root = join(cacheDirectory, 'v1', 'entries');
  const faults: string[] = [];
  const names = await readdir(root).catch(() => []);
  for (const name of names) {
    const folders = (await readdir(join(root, name))).filter((each) => /^\d+$/.test(each));
    const files = folders.length === 1 ? await readdir(join(root, name, folders[0] ?? '')) : [];
    if (files.length !== FILES) faults.push(`entry ${name} has ${files.length} files`);
    for (const file of files) {
      const sum = createHash('sha256').update(await readFile(join(root, name, folders[0] ?? '', file))).digest('hex');
      if (sum !== file) faults.push(`entry ${name} is damaged: ${file}`);
    }
  }
  return { whole: names.length, faults };
}
