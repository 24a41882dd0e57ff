/**
 * A checkpoint of 512 MB in eight tensors: read and checked tensor by tensor, beside `fs.read` of the same bytes into memory at once,
 * which checks nothing. Each way runs in a process of its own, so that its memory can be told; the file is in the page cache. Then the
 * checksum alone, beside zlib's CRC-32, which is native code; and a graph file, parsed and checked, beside the parser alone.
 *
 *   npm run bench -- savedmodel-reader
 */
import { fork } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { crc32 } from 'node:zlib';
import { create, fromBinary, toBinary } from '@servable/protos';
import { BundleEntryProtoSchema, BundleHeaderProtoSchema, SavedModelSchema } from '@servable/protos/saved-model';
import { DataType } from '@servable/protos/tensorflow';
import { openSavedModel, TensorBundle } from '../packages/loader-savedmodel/src/index.ts';
import { crc32c, maskCrc32c } from '../packages/tfrecord/src/index.ts';
import { tableOf } from '../packages/loader-savedmodel/test/table-writer.ts';
import { reportFigure, sized } from './runner/report.ts';
import { interleave } from './runner/rounds.ts';

const TENSORS = 8;
const TENSOR_BYTES = sized(64 * 2 ** 20, 2 ** 20);
const ROUNDS = sized(5, 2);
const MEGA = 1e6;

interface Reading {
  readonly mbPerSecond: number;
  /** By the CPU time of all threads: what other programs do does not count. */
  readonly mbPerCpuSecond: number;
  /** Beyond what the process had before it read, by each byte that it read. */
  readonly peakBytesPerByte: number;
  readonly lagP99Ms: number;
}

const [, , way, path] = process.argv;
if (way !== undefined && path !== undefined) await readInChild(way, path);
else await main();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'savedmodel-reader-'));
  try {
    writeCheckpoint(join(folder, 'variables'));
    await benchReading(join(folder, 'variables'));
  } finally {
    rmSync(folder, { recursive: true });
  }
  await benchChecksum();
  await benchGraph();
}

async function benchReading(prefix: string): Promise<void> {
  const results = await interleave({ ours: () => readingOf('ours', prefix), plain: () => readingOf('plain', prefix) }, ROUNDS);
  const values = (side: string, key: keyof Reading): number[] => (results.get(side) ?? []).map((reading) => reading[key]);
  const megabytes = Math.round((TENSORS * TENSOR_BYTES) / MEGA);
  reportFigure({ name: `read ${megabytes} MB of variables`, unit: 'MB/s', better: 'higher', values: values('ours', 'mbPerSecond'), baseline: { name: 'fs.read', values: values('plain', 'mbPerSecond') }, target: 500 });
  reportFigure({ name: 'the same, by CPU time', unit: 'MB/s', better: 'higher', values: values('ours', 'mbPerCpuSecond'), baseline: { name: 'fs.read', values: values('plain', 'mbPerCpuSecond') } });
  reportFigure({ name: 'peak memory for each byte read', unit: 'bytes', better: 'lower', values: values('ours', 'peakBytesPerByte'), baseline: { name: 'fs.read', values: values('plain', 'peakBytesPerByte') }, target: 1.2 });
  reportFigure({ name: 'event loop delay while reading, p99', unit: 'ms', better: 'lower', values: values('ours', 'lagP99Ms') });
}

async function benchChecksum(): Promise<void> {
  const bytes = Uint8Array.from({ length: 2 ** 20 }, (_, at) => at * 31);
  const rate = (sum: (data: Uint8Array) => number) => (): number => {
    const before = process.cpuUsage();
    for (let turn = 0; turn < sized(200, 20); turn++) sum(bytes);
    return (bytes.length * sized(200, 20)) / process.cpuUsage(before).user;
  };
  const results = await interleave({ crc32c: rate((data) => crc32c(data)), crc32: rate((data) => crc32(data)) }, ROUNDS);
  reportFigure({ name: 'CRC-32C of 1 MiB, by CPU time', unit: 'MB/s', better: 'higher', values: results.get('crc32c') ?? [], baseline: { name: 'zlib.crc32', values: results.get('crc32') ?? [] }, target: 500 });
}

async function benchGraph(): Promise<void> {
  const directory = join(import.meta.dirname, '../fixtures/keras_text_transformer/1');
  const bytes = readFileSync(join(directory, 'saved_model.pb'));
  const opening = async (): Promise<number> => {
    const start = performance.now();
    const model = await openSavedModel(directory);
    await model.close();
    return performance.now() - start;
  };
  const parsing = (): number => {
    const start = performance.now();
    fromBinary(SavedModelSchema, bytes);
    return performance.now() - start;
  };
  for (let warmup = 0; warmup < 10; warmup++) {
    parsing();
    await opening();
  }
  const results = await interleave({ open: opening, parse: parsing }, sized(15, 3));
  reportFigure({ name: `open a SavedModel with a graph of ${Math.round(bytes.length / 1000)} kB`, unit: 'ms', better: 'lower', values: results.get('open') ?? [], baseline: { name: 'parser alone', values: results.get('parse') ?? [] } });
}

/** Eight tensors of random-looking bytes, written piece by piece. */
function writeCheckpoint(prefix: string): void {
  const data = new Uint32Array(TENSOR_BYTES / 4);
  const file = openSync(`${prefix}.data-00000-of-00001`, 'w');
  const entries = Array.from({ length: TENSORS }, (_, tensor) => {
    for (let at = 0; at < data.length; at++) data[at] = Math.imul(at + tensor, 2_654_435_761);
    const bytes = new Uint8Array(data.buffer);
    writeSync(file, bytes);
    const entry = create(BundleEntryProtoSchema, {
      dtype: DataType.DT_FLOAT,
      shape: { dim: [{ size: BigInt(data.length) }] },
      offset: BigInt(tensor * TENSOR_BYTES),
      size: BigInt(TENSOR_BYTES),
      crc32c: maskCrc32c(crc32c(bytes)),
    });
    return { key: Buffer.from(`tensor${tensor}`), value: toBinary(BundleEntryProtoSchema, entry) };
  });
  closeSync(file);
  const header = toBinary(BundleHeaderProtoSchema, create(BundleHeaderProtoSchema, { numShards: 1, version: { producer: 1 } }));
  writeFileSync(`${prefix}.index`, tableOf([{ key: new Uint8Array(0), value: header }, ...entries]));
}

function readingOf(side: string, prefix: string): Promise<Reading> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, [side, prefix]);
    child.once('message', (reading) => resolve(reading as Reading));
    child.once('error', reject);
    child.once('exit', (code) => code === 0 || reject(new Error(`the reader ended with ${String(code)}`)));
  });
}

async function readInChild(side: string, prefix: string): Promise<void> {
  const before = process.memoryUsage().rss;
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const held = side === 'ours' ? await readOurs(prefix) : readPlain(`${prefix}.data-00000-of-00001`);
  const seconds = (performance.now() - start) / 1000;
  lag.disable();
  const cpu = process.cpuUsage(cpuBefore);
  const bytes = TENSORS * TENSOR_BYTES;
  const peak = process.resourceUsage().maxRSS * 1024 - before;
  if (held !== bytes) throw new Error(`${held} of ${bytes} bytes were read`);
  process.send?.({ mbPerSecond: bytes / MEGA / seconds, mbPerCpuSecond: bytes / (cpu.user + cpu.system), peakBytesPerByte: peak / bytes, lagP99Ms: lag.percentile(99) / 1e6 } satisfies Reading);
}

/** All tensors, held together as a model holds them. */
async function readOurs(prefix: string): Promise<number> {
  const bundle = await TensorBundle.open(prefix);
  const tensors = [];
  for (const { key } of bundle?.entries ?? []) tensors.push(await bundle?.readTensor(key));
  await bundle?.close();
  return tensors.reduce((sum, tensor) => sum + (tensor === undefined || tensor.dtype === 'BYTES' ? 0 : tensor.data.byteLength), 0);
}

function readPlain(file: string): number {
  const bytes = Buffer.alloc(statSync(file).size);
  const handle = openSync(file, 'r');
  const read = readSync(handle, bytes);
  closeSync(handle);
  return read;
}
