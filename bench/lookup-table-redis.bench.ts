/**
 * Vectors by key over the wire: our server's gRPC Predict, `embed`, beside Redis' `MGET` of the same packed vectors, both on loopback, with the
 * same keys and as many calls under way. Redis answers from C and knows neither names, types nor versions; the ratio says what those cost.
 * And beside a bare `@grpc/grpc-js` server that gives the same answer without reading what it is asked: faster than that gRPC is not, whatever
 * is done behind it. All three have the core for servers to themselves in turns. Skipped with a line where there is no `redis-server`
 * (Debian's package of that name).
 *
 *   npm run bench -- lookup-table-redis
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@servable/protos';
import { PredictRequestSchema } from '@servable/protos/tensorflow-serving';
import { DataType, TensorProtoSchema } from '@servable/protos/tensorflow';
import { loadGrpc } from './load/grpc-load.ts';
import { callOnce } from './load/grpc-messages.ts';
import { findCores, pinned } from './runner/cores.ts';
import { defer } from './runner/deferred.ts';
import { reportFigure, sized } from './runner/report.ts';
import { interleave, quantile } from './runner/rounds.ts';
import { handWritten, ServerProcess } from './runner/server-process.ts';

const ROWS = sized(100_000, 2000);
const DIM = 64;
const UNDER_WAY = 16;
/** Few vectors show what a call costs, many what a vector costs. */
const LOADS = [
  { keys: 16, calls: sized(20_000, 500) },
  { keys: 256, calls: sized(3000, 100) },
];
const ROUNDS = sized(5, 2);
const START_LIMIT_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'lookup-table-redis-'));
const vectors = Float32Array.from({ length: ROWS * DIM }, (_, at) => ((at * 2654435761) % 1000) / 1000);

try {
  const redis = await startRedis();
  if (redis === undefined) console.error('skipped  lookup-table-redis: there is no redis-server');
  else await compare(redis).finally(() => redis.process.kill('SIGTERM'));
} finally {
  rmSync(folder, { recursive: true });
}

interface Redis {
  readonly process: ChildProcess;
  readonly port: number;
}

interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
}

async function compare(redis: Redis): Promise<void> {
  await fill(redis.port);
  writeTable();
  const script = join(import.meta.dirname, '../packages/server/bin/servable.js');
  await using server = await ServerProcess.start({ name: 'servable', script, args: ['serve', folder, '--config', 'tables.config.ts', '--rest-port=0', '--grpc-port=0'] });
  for (const { keys, calls } of LOADS) await compareCalls(Array.from({ length: keys }, (_, at) => (at * 7919) % ROWS), { calls, redis, server });
}

interface Sides {
  readonly calls: number;
  readonly redis: Redis;
  readonly server: ServerProcess;
}

async function compareCalls(asked: readonly number[], { calls, redis, server }: Sides): Promise<void> {
  const request = requestOf(asked);
  const answer = await callOnce(server.grpcAddress, request);
  if (!Buffer.from(answer).includes(Buffer.concat(asked.map(bytesOfRow)))) throw new Error('the answer does not hold the vectors');
  const answerFile = join(folder, 'answer.bin');
  writeFileSync(answerFile, answer);
  await using bare = await ServerProcess.start(handWritten('constant-grpc', [answerFile]));
  const load = { connections: 1, callsPerConnection: UNDER_WAY, requests: calls, request, answer };
  const byGrpc = await interleave<Load & { readonly cpuMicrosPerRequest: number }>({ ours: () => loadGrpc(server, load), bare: () => loadGrpc(bare, load) }, ROUNDS + 1);
  const byRedis = await interleave<Load>({ ours: () => loadGrpc(server, load), redis: () => loadRedis(redis.port, asked, calls) }, ROUNDS + 1);
  const what = `${asked.length} vectors of ${DIM} float32, ${UNDER_WAY} calls under way`;
  const values = <Result extends Load>(results: ReadonlyMap<string, readonly Result[]>, side: string, key: keyof Result): number[] => (results.get(side) ?? []).slice(1).map((each) => Number(each[key]));
  const report = (name: string, unit: string, key: keyof Load): void => {
    const better = key === 'perSecond' ? 'higher' : 'lower';
    reportFigure({ name, unit, better, values: values(byRedis, 'ours', key), baseline: { name: 'Redis MGET', values: values(byRedis, 'redis', key) } });
    reportFigure({ name, unit, better, values: values(byGrpc, 'ours', key), baseline: { name: 'grpc-js giving the answer', values: values(byGrpc, 'bare', key) } });
  };
  report(what, 'calls/s', 'perSecond');
  report(`${what}, p50`, 'ms', 'p50Ms');
  const cpu = 'cpuMicrosPerRequest';
  reportFigure({ name: `${what}, CPU time`, unit: 'µs/call', better: 'lower', values: values(byGrpc, 'ours', cpu), baseline: { name: 'grpc-js giving the answer', values: values(byGrpc, 'bare', cpu) } });
}

function requestOf(asked: readonly number[]): Uint8Array {
  const tensorContent = new Uint8Array(BigInt64Array.from(asked, BigInt).buffer);
  const keys = create(TensorProtoSchema, { dtype: DataType.DT_INT64, tensorShape: { dim: [{ size: BigInt(asked.length) }] }, tensorContent });
  return toBinary(PredictRequestSchema, create(PredictRequestSchema, { modelSpec: { name: 'vectors', signatureName: 'embed' }, inputs: { keys } }));
}

function bytesOfRow(row: number): Uint8Array {
  return new Uint8Array(vectors.buffer, row * DIM * 4, DIM * 4);
}

function writeTable(): void {
  const version = join(folder, 'vectors', '1');
  mkdirSync(version, { recursive: true });
  const header = `${`{'descr': '<f4', 'fortran_order': False, 'shape': (${ROWS}, ${DIM}), }`.padEnd(117)}\n`;
  writeFileSync(join(version, 'vectors.npy'), Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]), Buffer.from(header), new Uint8Array(vectors.buffer)]));
}

/** On a free port, without files; `undefined` where it is not installed. */
async function startRedis(): Promise<Redis | undefined> {
  const port = await freePort();
  const [program, args] = pinned(findCores()?.server, ['redis-server', '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const { promise, resolve, reject } = defer<Redis | undefined>();
  const timer = setTimeout(() => reject(new Error('redis-server is not ready')), START_LIMIT_MS);
  child.once('error', () => resolve(undefined));
  child.stdout?.on('data', (chunk: Buffer) => {
    if (chunk.includes('Ready to accept connections')) resolve({ process: child, port });
  });
  return promise.finally(() => clearTimeout(timer));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A command of Redis' protocol, RESP2. */
function command(...parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), Buffer.from(part as Uint8Array), Buffer.from('\r\n')])]);
}

async function fill(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  for (let row = 0; row < ROWS; row += 1) socket.write(command('SET', String(row), bytesOfRow(row)));
  await answered(socket, Buffer.from('+OK\r\n'), ROWS, () => {});
  socket.destroy();
}

/** Sends `MGET` again and again, with as many under way as our server has. */
async function loadRedis(port: number, asked: readonly number[], calls: number): Promise<Load> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const call = command('MGET', ...asked.map(String));
  const reply = Buffer.concat([Buffer.from(`*${asked.length}\r\n`), ...asked.flatMap((row) => [Buffer.from(`$${DIM * 4}\r\n`), bytesOfRow(row), Buffer.from('\r\n')])]);
  const sentMs: number[] = [];
  const latenciesMs: number[] = [];
  const send = (): void => {
    sentMs.push(performance.now());
    socket.write(call);
  };
  const startMs = performance.now();
  for (let at = 0; at < UNDER_WAY; at += 1) send();
  await answered(socket, reply, calls, () => {
    latenciesMs.push(performance.now() - (sentMs[latenciesMs.length] ?? Number.NaN));
    if (sentMs.length < calls) send();
  });
  socket.destroy();
  return { perSecond: (calls / (performance.now() - startMs)) * 1000, p50Ms: quantile(latenciesMs, 0.5) };
}

/** Waits for this reply so many times, and refuses any other. */
async function answered(socket: Socket, reply: Buffer, times: number, each: () => void): Promise<void> {
  const { promise, resolve, reject } = defer<void>();
  let rest = Buffer.alloc(0);
  let left = times;
  socket.on('error', reject);
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (; rest.length >= reply.length; rest = rest.subarray(reply.length)) {
      if (!rest.subarray(0, reply.length).equals(reply)) return reject(new Error('Redis gave another answer'));
      left -= 1;
      each();
      if (left === 0) return resolve();
    }
  });
  return promise;
}
