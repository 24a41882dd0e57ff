/**
 * Where our built server spends its CPU time on the event loop, from Node's sampling profiler: by function, and by the
 * nearest function of ours that called it. `rest` and `grpc`: under load, 64 requests at once, without what comes before;
 * `start`: from the start of the process to the first answer.
 *
 *   taskset -c 1 npx node --conditions=@servable/source bench/hot-spots.ts rest|grpc|start [rows of each table]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGrpc } from './load/grpc-load.ts';
import { callOnce, predictRequest } from './load/grpc-messages.ts';
import type { LoadResult } from './load/load-result.ts';
import { loadRest } from './load/rest-load.ts';
import { PREDICT_BODY, predictOnce } from './load/rest-messages.ts';
import { servable, ServerProcess } from './runner/server-process.ts';

/** Code that has run this often is compiled. */
const WARM_UP_REQUESTS = 12_000;
const MEASURED_REQUESTS = 8000;
const INTERVAL_MICROS = 200;

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
  /** Microseconds of the machine's monotonic clock, which is this process's too. */
  readonly startTime: number;
}


/** The time that counts, as `startTime` of a profile counts. */
interface Span {
  readonly fromMicros: number;
  readonly toMicros: number;
}

const [protocol = 'rest', rows = '30'] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'servable-hot-spots-'));
const nowMicros = (): number => Number(process.hrtime.bigint() / 1000n);
try {
  const span = protocol === 'start' ? await startServer() : await loadServer();
  for (const file of readdirSync(directory).toSorted()) print(file, JSON.parse(readFileSync(join(directory, file), 'utf8')) as Profile, span);
} finally {
  rmSync(directory, { recursive: true });
}

function startProfiled(): Promise<ServerProcess> {
  return ServerProcess.start(servable(['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-interval=${INTERVAL_MICROS}`]));
}

async function startServer(): Promise<Span> {
  const fromMicros = nowMicros();
  await using server = await startProfiled();
  await predictOnce(server.restUrl);
  return { fromMicros, toMicros: nowMicros() };
}

async function loadServer(): Promise<Span> {
  await using server = await startProfiled();
  const load = protocol === 'grpc' ? await grpcLoad(server) : await restLoad(server);
  await load(WARM_UP_REQUESTS);
  const threadsBefore = server.threadCpuMs();
  const fromMicros = nowMicros();
  const { perSecond, cpuMicrosPerRequest } = await load(MEASURED_REQUESTS);
  const toMicros = nowMicros();
  console.log(`${protocol}, 64 at once, with the profiler on: ${perSecond.toFixed(0)} requests/s, ${cpuMicrosPerRequest.toFixed(0)} µs of CPU each`);
  for (const [thread, { name, cpuMs }] of server.threadCpuMs()) {
    const usedMicros = (cpuMs - (threadsBefore.get(thread)?.cpuMs ?? 0)) * 1000;
    if (usedMicros >= MEASURED_REQUESTS) console.log(`  thread ${name}: ${(usedMicros / MEASURED_REQUESTS).toFixed(0)} µs each`);
  }
  return { fromMicros, toMicros };
}

async function restLoad(server: ServerProcess): Promise<(requests: number) => Promise<LoadResult>> {
  const answer = await predictOnce(server.restUrl);
  return (requests) => loadRest(server, { connections: 64, requests, request: PREDICT_BODY, answer });
}

async function grpcLoad(server: ServerProcess): Promise<(requests: number) => Promise<LoadResult>> {
  const request = predictRequest();
  const answer = await callOnce(server.grpcAddress, request);
  return (requests) => loadGrpc(server, { connections: 8, callsPerConnection: 8, requests, request, answer });
}

function print(file: string, { nodes, samples, timeDeltas, startTime }: Profile, { fromMicros, toMicros }: Span): void {
  const nodeById = new Map(nodes.map((node) => [node.id, node]));
  const parentOf = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)));
  const bySelf = new Map<string, number>();
  const byCaller = new Map<string, number>();
  let busyMicros = 0;
  let idleMicros = 0;
  let clock = startTime;
  samples.forEach((id, at) => {
    const node = nodeById.get(id);
    const micros = timeDeltas[at] ?? 0;
    clock += micros;
    if (node === undefined || clock < fromMicros || clock > toMicros) return;
    if (node.callFrame.functionName === '(idle)') {
      idleMicros += micros;
      return;
    }
    busyMicros += micros;
    add(bySelf, nameOf(node), micros);
    add(byCaller, nameOf(nearestOfOurs(node, parentOf) ?? node), micros);
  });
  console.log(`\n${file}: busy ${(busyMicros / 1e6).toFixed(2)} s, idle ${(idleMicros / 1e6).toFixed(2)} s`);
  printTable('by function itself', bySelf, busyMicros);
  printTable('by the nearest function of ours above it', byCaller, busyMicros);
}

function nearestOfOurs(node: ProfileNode, parentOf: ReadonlyMap<number, ProfileNode>): ProfileNode | undefined {
  for (let each: ProfileNode | undefined = node; each !== undefined; each = parentOf.get(each.id)) {
    if (/\/packages\/[^/]+\/(dist|src)\//.test(each.callFrame.url)) return each;
  }
  return undefined;
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const file = url.replace(/^.*\/packages\//, '').replace(/^.*\/node_modules\//, '').replace(/^file:\/\//, '');
  return file === '' ? functionName || '(anonymous)' : `${functionName || '(anonymous)'}  ${file}:${lineNumber + 1}`;
}

function add(map: Map<string, number>, key: string, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

function printTable(title: string, map: ReadonlyMap<string, number>, total: number): void {
  console.log(`  ${title}`);
  for (const [name, micros] of [...map].toSorted(([, a], [, b]) => b - a).slice(0, Number(rows))) {
    console.log(`  ${((micros / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}
