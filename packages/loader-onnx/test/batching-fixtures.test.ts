import { createTensor, type NamedTensors, type Servable, type Tensor, type TensorData } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll, describe, expect, it } from 'vitest';
import onnx from '../src/index.ts';
import { differenceOf, type Golden, type GoldenCase, goldenTensors, readGoldens, versionPath } from './golden.ts';

/** What is not proven, with the end of the explanation; everything else is. */
const NOT_PROVEN: Readonly<Record<string, RegExp>> = {
  'control_flow/1': /: input 'steps' is a scalar, which requests cannot share$/,
  'dynamic_shapes/1': /: input 'scale' is a scalar, which requests cannot share$/,
  'quantized/1': /: node 'x_QuantizeLinear' \(DynamicQuantizeLinear\): it makes one scale for the whole batch/,
  'sklearn_trees/1': /: node 'ZipMap' \(ai\.onnx\.ml::ZipMap\): it makes or takes a sequence of maps/,
  'sklearn_zipmap/1': /: node 'ZipMap' \(ai\.onnx\.ml::ZipMap\): it makes or takes a sequence of maps/,
  'strings/1': /: node 'n2_StringSplit' \(StringSplit\): it makes every row as wide as the one with the most words$/,
};

const plugin = onnx();
afterAll(() => plugin.close?.());
const versions = readGoldens().flatMap((golden) => Object.keys(golden.versions).map((version) => ({ golden, version, place: `${golden.model}/${version}` })));

it('knows every fixture that is not proven', () => {
  expect(versions.map(({ place }) => place)).toEqual(expect.arrayContaining(Object.keys(NOT_PROVEN)));
});

describe.each(versions)('$place', ({ golden, version, place }) => {
  const path = versionPath(golden.base_path, version);
  const expected = NOT_PROVEN[place];

  it(expected === undefined ? 'is proven to keep rows apart' : 'is not proven, and the reason is named', async () => {
    const inspection = await plugin.inspect?.({ path }, {}, testLoaderContext());
    const fact = inspection?.facts.find(({ label }) => label === 'batching of serving_default')?.value;
    expect(fact).toMatch(expected ?? /^rows, because proven$/);
    expect(inspection?.signatures.get('serving_default')?.batching).toBe(expected === undefined ? 'rows' : 'none');
  });

  it.runIf(expected === undefined)('answers golden requests joined as alone', async () => {
    const servable = await plugin.create({ path }, {}, testLoaderContext()).load(new AbortController().signal);
    expect(servable.signatures.get('serving_default')?.batching).toBe('rows');
    const requests = requestsOf(golden, version);
    expect(requests.length).toBeGreaterThan(0);
    const joinable = pairsOf(requests);
    expect(joinable.length).toBeGreaterThan(0);
    for (const [left, right, tolerance] of joinable) await compare(servable, [left, right], tolerance);
  });
});

type Request = readonly [inputs: NamedTensors, tolerance: Golden['tolerance']];

function requestsOf(golden: Golden, version: string): readonly Request[] {
  const cases = golden.cases.filter((each: GoldenCase) => String(each.version) === version && each.outputs !== undefined);
  return cases.map((each) => [goldenTensors(each.inputs), each.tolerance ?? golden.tolerance]);
}

/** Each request before and after the next one of its inner sizes, itself if there is no other. */
function pairsOf(requests: readonly Request[]): (readonly [NamedTensors, NamedTensors, Golden['tolerance']])[] {
  return requests.flatMap(([left, tolerance], at) => {
    const others = [...requests.slice(at + 1), ...requests.slice(0, at + 1)];
    const found = others.find(([right]) => canJoin(left, right))?.[0];
    return found === undefined ? [] : [[left, found, tolerance] as const];
  });
}

function canJoin(left: NamedTensors, right: NamedTensors): boolean {
  const [rows, others] = [rowsOf(left), rowsOf(right)];
  return rows > 0 && others > 0 && [...left].every(([name, { shape }]) => {
    const other = right.get(name)?.shape;
    return shape[0] === rows && other?.[0] === others && shape.slice(1).join() === other.slice(1).join();
  });
}

function rowsOf(tensors: NamedTensors): number {
  return [...tensors.values()][0]?.shape[0] ?? 0;
}

async function compare(servable: Servable, parts: readonly [NamedTensors, NamedTensors], tolerance: Golden['tolerance']): Promise<void> {
  const run = async (inputs: NamedTensors): Promise<NamedTensors> => servable.run('serving_default', inputs, testRunContext());
  const [left, right] = parts;
  const joined = await run(new Map([...left].map(([name, tensor]) => [name, join(tensor, right.get(name) ?? tensor)])));
  let from = 0;
  for (const part of parts) {
    const rows = rowsOf(part);
    for (const [name, alone] of await run(part)) {
      const whole = joined.get(name);
      expect(whole?.shape[0]).toBe(rowsOf(left) + rowsOf(right));
      expect(differenceOf(whole === undefined ? undefined : slice(whole, from, rows), alone, tolerance)).toBeUndefined();
    }
    from += rows;
  }
}

function join(left: Tensor, right: Tensor): Tensor {
  const shape = [(left.shape[0] ?? 0) + (right.shape[0] ?? 0), ...left.shape.slice(1)];
  if (left.dtype === 'BYTES') return createTensor(left.dtype, shape, [...left.data, ...(right.data as readonly Uint8Array[])]);
  const data = new (left.data.constructor as new (length: number) => Float32Array)(left.data.length + right.data.length);
  data.set(left.data as Float32Array);
  data.set(right.data as Float32Array, left.data.length);
  return createTensor(left.dtype, shape, data as TensorData);
}

function slice(tensor: Tensor, from: number, rows: number): Tensor {
  const perRow = tensor.data.length / (tensor.shape[0] ?? 1);
  return createTensor(tensor.dtype, [rows, ...tensor.shape.slice(1)], tensor.data.slice(from * perRow, (from + rows) * perRow));
}
