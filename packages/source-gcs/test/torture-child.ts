import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Artifact, type AspiredVersions, parseModelName, silentLogger } from '@servable/core';
import gcs from '../src/index.ts';

// Watches `gs://bucket/models/m` until it is killed. Says a line for every version that is stated: whether each of its files has the
// SHA-256 that is its name.

const [apiEndpoint = '', cacheDirectory = ''] = process.argv.slice(2);
const report = (line: string): void => void process.stdout.write(`${line}\n`);

async function check({ path }: Artifact): Promise<string> {
  const names = await readdir(path);
  for (const name of names) {
    const sum = createHash('sha256').update(await readFile(join(path, name))).digest('hex');
    if (sum !== name) return `damaged ${name}`;
  }
  return `whole ${names.length}`;
}

async function tell(set: AspiredVersions<Artifact>): Promise<void> {
  for (const each of set.versions) {
    report(`${each.version} ${'error' in each ? `error ${each.error.message}` : await check(each.value)}`);
  }
}

const source = gcs({ apiEndpoint, cacheDirectory, pollIntervalMs: 100, settleMs: 0, partBytes: 65_536, maxCacheBytes: 3_000_000 }).create({
  logger: silentLogger,
  sink: {
    aspire: (set) => void tell(set).catch((error: unknown) => report(`unreadable ${String(error)}`)),
    report: (_name, error) => report(`fault ${error.message}`),
  },
});
source.monitor([{ name: parseModelName('m'), path: 'gs://bucket/models/m', selector: { kind: 'latest', count: 2 } }]);
report('started');
