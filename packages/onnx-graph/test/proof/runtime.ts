import { createRequire } from 'node:module';

/** What the tests use of ONNX Runtime's own binding: straight, because thousands of small graphs are run. */
export interface RawTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Uint8Array | Int32Array | Int8Array | readonly string[];
}
export type RawTensors = Record<string, RawTensor>;
interface RawSession {
  run(feeds: RawTensors): Promise<RawTensors>;
  release(): Promise<void>;
}
interface Binding {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<RawSession> };
  readonly Tensor: new (type: string, data: RawTensor['data'], dims: readonly number[]) => RawTensor;
}

const require = createRequire(import.meta.url);
const { InferenceSession, Tensor } = require('onnxruntime-node') as Binding;

export function rawTensor(type: string, dims: readonly number[], data: RawTensor['data']): RawTensor {
  return new Tensor(type, data, dims);
}

/** Runs a model on several requests. @throws Error when it cannot be loaded; a request that fails gives its error */
export async function runModel(model: Uint8Array, requests: readonly RawTensors[], isOptimized = true): Promise<(RawTensors | Error)[]> {
  const options = { logSeverityLevel: 4, intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: isOptimized ? 'all' : 'disabled' };
  const session = await InferenceSession.create(model, options);
  try {
    const answers: (RawTensors | Error)[] = [];
    for (const request of requests) {
      answers.push(await session.run(request).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))));
    }
    return answers;
  } finally {
    await session.release();
  }
}

/** Two requests as one, along axis 0. */
export function joinRaw(left: RawTensors, right: RawTensors): RawTensors {
  return Object.fromEntries(Object.entries(left).map(([name, tensor]) => [name, joinTensor(tensor, right[name] ?? tensor)]));
}

function joinTensor(left: RawTensor, right: RawTensor): RawTensor {
  const dims = [(left.dims[0] ?? 0) + (right.dims[0] ?? 0), ...left.dims.slice(1)];
  if (Array.isArray(left.data)) return rawTensor(left.type, dims, [...left.data, ...(right.data as readonly string[])]);
  const all = [...(left.data as Float32Array), ...(right.data as Float32Array)];
  const data = left.data as Float32Array;
  return rawTensor(left.type, dims, (data.constructor as Float32ArrayConstructor).from(all));
}

/** Where rows `[from, from + rows)` of a joined answer differ from the answer alone; `undefined`: nowhere. */
export function rowsDiffer(joined: RawTensor | undefined, alone: RawTensor | undefined, rows: { readonly from: number; readonly count: number; readonly total: number }): string | undefined {
  if (joined === undefined || alone === undefined) return 'is missing';
  if (joined.dims[0] !== rows.total) return `has ${joined.dims[0] ?? 'no'} rows of ${rows.total}`;
  if (alone.dims[0] !== rows.count) return `has ${alone.dims[0] ?? 'no'} rows alone, of ${rows.count}`;
  if (joined.dims.slice(1).join() !== alone.dims.slice(1).join()) return `has shape [${joined.dims}] joined, [${alone.dims}] alone`;
  const perRow = alone.data.length / rows.count;
  const part = joined.data.slice(rows.from * perRow, (rows.from + rows.count) * perRow);
  for (let at = 0; at < part.length; at++) {
    if (!agree(part[at], alone.data[at])) return `differs at ${at}: ${String(part[at])} joined, ${String(alone.data[at])} alone`;
  }
  return undefined;
}

function agree(left: unknown, right: unknown): boolean {
  if (Object.is(left, right) || left === right) return true;
  if (typeof left !== 'number' || typeof right !== 'number') return false;
  return Math.abs(left - right) <= 1e-3 + 1e-3 * Math.abs(right);
}
