/** Sources against a real emulator of Google Cloud Storage; what a fake of ours could get wrong. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { ServerProcess } from '../scripts/server-process.mjs';
import { machineNode, pinnedNode, root } from '../scripts/workspace.mjs';
import { GcsEmulator } from './gcs-emulator.mjs';
import { GcsWatch, until } from './gcs-watch.mjs';
import { TcpProxy } from './tcp-proxy.mjs';

const GIB = 2 ** 30;
const KILLS = 200;
const MAX_GROWTH_BYTES = 300 * 2 ** 20;

/**
 * A check that gives back a text was skipped, and that is why.
 *
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function checkGcs(program, only = '') {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'servable-interop-gcs-'));
  const emulator = new GcsEmulator(program, join(folder, 'buckets'));
  mkdirSync(join(folder, 'buckets'));
  await emulator.start();
  await emulator.createBucket('bucket');
  try {
    for (const [title, check] of Object.entries(CHECKS).filter(([name]) => name.includes(only))) {
      await run(counts, title, async () => check({ emulator, folder: mkdtempSync(join(folder, 'check-')) }));
    }
  } finally {
    await emulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return counts;
}

async function run(counts, title, check) {
  try {
    const skipped = await check();
    counts[skipped === undefined ? 'passed' : 'skipped'] += 1;
    if (skipped !== undefined) console.log(`skipped  gcs ${title}: ${skipped}`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED   gcs ${title}: ${error.stack}`);
  }
}

/** A source for the length of one check. */
async function watching(options, body) {
  const watch = new GcsWatch(options);
  try {
    return await body(watch);
  } finally {
    await watch.close();
  }
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const optionsFor = (emulator, folder, more = {}) => ({ apiEndpoint: emulator.url, cacheDirectory: join(folder, 'cache'), ...more });

const CHECKS = {
  'a server takes what is published, updated and deleted, and answers by label': async ({ emulator, folder }) => {
    const golden = JSON.parse(readFileSync(join(root, 'fixtures/onnx/goldens/mlp.json'), 'utf8'));
    const files = (version) => readdirSync(join(root, 'fixtures/onnx/mlp', version), { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
    const publish = async (version) => {
      for (const { parentPath, name } of files(version)) await emulator.put('bucket', `served/mlp/${version}/${name}`, readFileSync(join(parentPath, name)));
    };
    const remove = async (version) => {
      for (const { name } of files(version)) await emulator.delete('bucket', `served/mlp/${version}/${name}`);
    };
    await publish('1');
    process.env.GCS_ENDPOINT = emulator.url;
    process.env.GCS_CACHE = join(folder, 'cache');
    const server = await ServerProcess.start({ node: pinnedNode() ?? machineNode(), cwd: join(root, 'interop'), args: ['--config', 'gcs.config.mjs'] });
    const states = async () => {
      const answer = await (await fetch(`${server.restUrl}/v1/models/far`)).json();
      return Object.fromEntries((answer.model_version_status ?? []).map(({ version, state }) => [version, state]));
    };
    const predict = async (where) => {
      const instances = { inputs: Object.fromEntries(Object.entries(golden.cases[0].inputs).map(([name, { values }]) => [name, rows(values, 4)])) };
      const answer = await (await fetch(`${server.restUrl}/v1/models/${where}:predict`, { method: 'POST', body: JSON.stringify(instances) })).json();
      return JSON.stringify(answer);
    };
    try {
      await until(async () => (await states())[1] === 'AVAILABLE', 'version 1');
      const [first] = golden.cases;
      const wanted = first.outputs.probabilities.values;
      assert.equal(first.version, 1);
      for (const where of ['far/versions/1', 'far/labels/stable', 'near/versions/2']) assert.ok((await predict(where)).includes('outputs'), where);
      const got = [...(await predict('far/labels/stable')).matchAll(/0\.\d+/g)].map(Number);
      for (const value of wanted) assert.ok(got.some((each) => Math.abs(each - value) < 1e-5), `${value} is not in ${got.join()}`);
      await publish('2');
      await until(async () => (await states())[2] === 'AVAILABLE', 'version 2');
      assert.equal(await predict('far/versions/2'), await predict('near/versions/2'));
      await remove('1');
      await until(async () => (await states())[1] === 'END', 'the end of version 1');
      assert.equal((await states())[2], 'AVAILABLE');
    } finally {
      assert.equal(await server.stop(), 0, server.output);
    }
  },

  'lists 200 models as it lists 20, and downloads all': async ({ emulator, folder }) => {
    const names = Array.from({ length: 200 }, (_none, index) => `m${index}`);
    for (const name of names) await emulator.put('bucket', `many/${name}/1/model`, name);
    await watching(optionsFor(emulator, folder, { pollIntervalMs: 0 }), async (watch) => {
      const costs = [];
      for (const count of [20, 200]) {
        watch.monitor(Object.fromEntries(names.slice(0, count).map((name) => [name, `gs://bucket/many/${name}`])));
        await watch.refresh();
        await watch.refresh();
        const before = watch.lists();
        await watch.refresh();
        costs.push(watch.lists() - before);
      }
      assert.deepEqual(costs, [1, 1]);
      for (const name of names) assert.equal(readFileSync(join(watch.path(name, 1), 'model'), 'utf8'), name);
    });
  },

  'goes on over connections that are cut and delayed': async ({ emulator, folder }) => {
    const bytes = randomBytes(8 * 2 ** 20);
    await emulator.put('bucket', 'cut/m/1/model', bytes);
    const proxy = await TcpProxy.start(emulator.port);
    try {
      proxy.cutAfterBytes = 700_000;
      proxy.delayMs = 5;
      await watching(optionsFor(emulator, folder, { apiEndpoint: proxy.url, partBytes: 2 ** 21 }), async (watch) => {
        watch.monitor({ m: 'gs://bucket/cut/m' });
        await watch.until(() => watch.path('m', 1), 'version 1');
        assert.equal(sha256(readFileSync(join(watch.path('m', 1), 'model'))), sha256(bytes));
        assert.ok(proxy.cuts >= 8, `${proxy.cuts} cuts`);
        const read = watch.requests.reduce((sum, each) => sum + each.bytes, 0);
        assert.equal(read, bytes.length, 'no byte is read twice');
      });
    } finally {
      await proxy.close();
    }
  },

  'serves on while the emulator is away, and starts from the cache without it': async ({ emulator, folder }) => {
    await emulator.put('bucket', 'away/m/1/model', 'one');
    await watching(optionsFor(emulator, folder), async (watch) => {
      watch.monitor({ m: 'gs://bucket/away/m' });
      await watch.until(() => watch.path('m', 1), 'version 1');
      await emulator.stop();
      await watch.until(() => watch.fault('m'), 'the fault');
      assert.deepEqual(watch.versions('m'), [1]);
      await watching(optionsFor(emulator, folder), async (late) => {
        late.monitor({ m: 'gs://bucket/away/m' });
        await late.until(() => late.path('m', 1), 'version 1 from the cache');
        assert.match(late.fault('m').message, /is served from the cache/);
        await emulator.start();
        await emulator.put('bucket', 'away/m/2/model', 'two');
        for (const each of [watch, late]) await each.until(() => each.path('m', 2), 'version 2');
      });
    });
  },

  'names a missing bucket, and credentials that are wrong': async ({ emulator, folder }) => {
    await emulator.put('bucket', 'wrong/m/1/model', 'one');
    const keyFilename = join(folder, 'key.json');
    writeFileSync(keyFilename, JSON.stringify({ type: 'service_account', client_email: 'a@b.example', private_key: 'none' }));
    await watching(optionsFor(emulator, folder), async (watch) => {
      watch.monitor({ m: 'gs://nowhere/m' });
      assert.equal((await watch.until(() => watch.fault('m'), 'the fault')).code, 'SRV_GCS_BUCKET_MISSING');
    });
    await watching(optionsFor(emulator, folder, { keyFilename }), async (watch) => {
      watch.monitor({ m: 'gs://bucket/wrong/m' });
      assert.equal((await watch.until(() => watch.fault('m'), 'the fault')).code, 'SRV_GCS_CREDENTIALS');
    });
  },

  'does not serve bytes that are damaged on the way': async ({ emulator, folder }) => {
    await emulator.put('bucket', 'damaged/m/1/model', randomBytes(1000));
    const file = findFile(join(folder, '..', 'buckets'), (path) => path.includes('damaged'));
    const bytes = readFileSync(file);
    bytes[500] ^= 1;
    writeFileSync(file, bytes);
    await watching(optionsFor(emulator, folder), async (watch) => {
      watch.monitor({ m: 'gs://bucket/damaged/m' });
      assert.equal((await watch.until(() => watch.error('m', 1), 'the error')).code, 'SRV_REMOTE_CHECKSUM');
    });
  },

  'tells of a full disk, and serves what it has': async ({ emulator, folder }) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const mounted = await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], { timeoutMs: 10_000 });
    if (mounted.exitCode !== 0) return 'this user may not mount a small disk';
    try {
      await emulator.put('bucket', 'full/m/1/model', randomBytes(2 ** 20));
      await watching(optionsFor(emulator, folder, { cacheDirectory: disk }), async (watch) => {
        watch.monitor({ m: 'gs://bucket/full/m' });
        await watch.until(() => watch.path('m', 1), 'version 1');
        await emulator.put('bucket', 'full/m/2/model', randomBytes(4 * 2 ** 20));
        assert.equal((await watch.until(() => watch.error('m', 2), 'the error')).code, 'SRV_REMOTE_DISK_FULL');
        assert.ok(existsSync(join(watch.path('m', 1), 'model')));
        await emulator.put('bucket', 'full/m/3/model', randomBytes(2 ** 20));
        await watch.until(() => watch.path('m', 3), 'version 3');
      });
    } finally {
      await runCommand('umount', [disk], { timeoutMs: 10_000 });
    }
    return undefined;
  },

  'downloads once for two sources on one cache': async ({ emulator, folder }) => {
    const bytes = randomBytes(4 * 2 ** 20);
    await emulator.put('bucket', 'shared/m/1/model', bytes);
    const options = optionsFor(emulator, folder, { partBytes: 2 ** 19 });
    await watching(options, (one) =>
      watching(options, async (other) => {
        for (const watch of [one, other]) watch.monitor({ m: 'gs://bucket/shared/m' });
        for (const watch of [one, other]) await watch.until(() => watch.path('m', 1), 'version 1');
        assert.equal(one.path('m', 1), other.path('m', 1));
        const read = [one, other].flatMap((watch) => watch.requests).reduce((sum, each) => sum + each.bytes, 0);
        assert.equal(read, bytes.length);
      }),
    );
  },

  'brings an object of 2 GB here in ranges, in little memory': async ({ emulator, folder }) => {
    const hash = createHash('sha256');
    await emulator.put('bucket', 'large/m/1/model', largeBody(hash));
    const wanted = hash.digest('hex');
    await watching(optionsFor(emulator, folder), async (watch) => {
      const before = process.memoryUsage.rss();
      let most = before;
      const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
      watch.monitor({ m: 'gs://bucket/large/m' });
      await watch.until(() => watch.path('m', 1) ?? watch.error('m', 1), 'version 1', 400_000);
      clearInterval(timer);
      assert.equal(watch.error('m', 1), undefined);
      const reads = watch.requests.filter(({ operation }) => operation === 'read');
      assert.equal(reads.length, (2 * GIB) / (16 * 2 ** 20));
      console.log(`gcs: 2 GB in ${reads.length} ranges took ${Math.round((most - before) / 2 ** 20)} MiB more memory at most`);
      assert.ok(most - before < MAX_GROWTH_BYTES, `memory grew by ${most - before} bytes`);
      const got = createHash('sha256');
      for await (const chunk of createReadStream(join(watch.path('m', 1), 'model'), { highWaterMark: 2 ** 20 })) got.update(chunk);
      assert.equal(got.digest('hex'), wanted);
    });
    await emulator.delete('bucket', 'large/m/1/model');
  },

  [`is right after ${KILLS} kills at random moments`]: async ({ emulator, folder }) => {
    const node = pinnedNode();
    if (node === undefined) return 'needs the pinned Node, which runs TypeScript';
    const { torture } = await import('../packages/source-gcs/test/torture.ts');
    const put = (name, bytes) => emulator.put('bucket', name, bytes);
    const result = await torture({ endpoint: emulator.url, cacheDirectory: join(folder, 'cache'), kills: KILLS, put });
    console.log(`gcs: ${KILLS} kills, ${result.stated} versions stated whole, ${result.entries} entries found whole`);
    assert.deepEqual(result.faults, []);
    assert.ok(result.stated > 0 && result.entries > 0);
    return undefined;
  },
};

function rows(values, width) {
  return Array.from({ length: values.length / width }, (_none, row) => values.slice(row * width, (row + 1) * width));
}

function findFile(folder, isWanted) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && isWanted(path)) return path;
  }
  throw new Error(`no such file below ${folder}`);
}

/** 2 GiB that no one has to keep. */
function largeBody(hash) {
  const block = randomBytes(2 ** 20);
  let left = 2 * 1024;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      block.writeUInt32LE(left);
      hash.update(block);
      controller.enqueue(new Uint8Array(block));
      left -= 1;
    },
  });
}
