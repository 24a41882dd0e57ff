/**
 * Does something again and again, and prints this process's resident megabytes after so many rounds.
 *
 *   node --expose-gc --conditions=@servable/source resident-memory.ts runs|loads|large-runs|engines 1000,4000 [model.onnx]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedTensors, Tensor } from '@servable/core';
import { createNativeEngine, type OnnxEngine, type OnnxSession } from '../src/index.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/onnx');
const never = new AbortController().signal;
const [what = '', marks = '', path = ''] = process.argv.slice(2);

function residentMegabytes(): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
}

function load(engine: OnnxEngine, model: string): Promise<OnnxSession> {
  return engine.createSession(join(FIXTURES, model, 'model.onnx'), {}, never);
}

function floats(shape: readonly number[], data = new Float32Array(shape.reduce((product, size) => product * size, 1))): Tensor {
  return { dtype: 'FP32', shape, data };
}

function texts(...strings: string[]): Tensor {
  return { dtype: 'BYTES', shape: [strings.length, 1], data: strings.map((text) => Buffer.from(text)) };
}

const PEOPLE: NamedTensors = new Map([
  ['city', texts('paris', 'tokyo')],
  ['plan', texts('free', 'pro')],
  ['age', floats([2, 1])],
  ['spend', floats([2, 1])],
]);

function steps(count: bigint): NamedTensors {
  return new Map<string, Tensor>([['x', floats([2])], ['steps', { dtype: 'INT64', shape: [], data: BigInt64Array.of(count) }]]);
}

/** Tensors of changing sizes, strings, maps and sequences; and now and then a run that is refused, and one that is aborted. */
async function prepareRuns(engine: OnnxEngine): Promise<(round: number) => Promise<void>> {
  const [mlp, people, loop] = await Promise.all(['mlp/1', 'sklearn_zipmap/1', 'control_flow/1'].map((model) => load(engine, model)));
  const run = async (session: OnnxSession | undefined, inputs: NamedTensors, signal = never): Promise<unknown> => session?.run(inputs, [], signal);
  return async (round) => {
    await Promise.all([run(mlp, new Map([['features', floats([1 + (round % 7), 4])]])), run(people, PEOPLE), run(loop, steps(3n))]);
    if (round % 10 === 0) await run(mlp, new Map([['features', floats([1, 5])]])).catch(() => {});
    if (round % 50 === 0) await run(loop, steps(1_000_000n), AbortSignal.timeout(1)).catch(() => {});
  };
}

async function prepare(engine: OnnxEngine): Promise<(round: number) => Promise<unknown>> {
  if (what === 'runs') return prepareRuns(engine);
  if (what === 'engines') {
    return async () => {
      const other = createNativeEngine({ threads: 1 });
      await load(other, 'mlp/1');
      await other.close();
    };
  }
  if (what === 'large-runs') {
    const session = await load(engine, 'mlp/1');
    return async () => session.run(new Map([['features', floats([1_500_000, 4])]]), [], never);
  }
  return async () => {
    const session = await engine.createSession(path, {}, never);
    const [input] = session.inputs;
    await session.run(new Map([[input?.name ?? '', floats((input?.shape ?? []).map(Number))]]), [], never);
    await session.close();
  };
}

const engine = createNativeEngine({ synchronousMicros: 0 });
const act = await prepare(engine);
const measured: number[] = [];
let round = 0;
for (const mark of marks.split(',').map(Number)) {
  for (; round < mark; round++) await act(round);
  globalThis.gc?.(); // What lies around of this file's own garbage is V8's to say, and not what is measured.
  measured.push(residentMegabytes());
}
await engine.close();
console.log(JSON.stringify(measured));
