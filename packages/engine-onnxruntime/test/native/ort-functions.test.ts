import { fileURLToPath } from 'node:url';
import type { NamedTensors, Tensor } from '@servable/core';
import { expect, it } from 'vitest';
import { elementTypeOf } from '../../src/native/element-types.ts';
import { readGraphValues, type GraphValues } from '../../src/native/graph-values.ts';
import { loadSession, NativeNames } from '../../src/native/load-session.ts';
import { OrtApi, OrtFault } from '../../src/native/ort-api.ts';
import { ORT_FUNCTIONS } from '../../src/native/ort-functions.ts';
import { findLibrary, openLibrary, type NativeFunction, type OrtLibrary } from '../../src/native/ort-library.ts';
import { runSlot } from '../../src/native/run-slot.ts';
import { readAnswer, writeRequest } from '../../src/native/slot-tensors.ts';
import { Slot } from '../../src/native/slot.ts';
import { resolveSessionOptions } from '../../src/session-options.ts';

const called = new Set<string>();

/** The real library; remembers which of its functions were called. */
function watchedLibrary(): OrtLibrary {
  const library = openLibrary(findLibrary());
  const ort = Object.entries(library.ort).map(([name, call]): [string, NativeFunction] => [
    name,
    (...args) => {
      called.add(name);
      return call(...args);
    },
  ]);
  return { ...library, ort: Object.fromEntries(ort) as OrtLibrary['ort'] };
}

const modelPath = (name: string): string => fileURLToPath(new URL(`../../../../fixtures/onnx/${name}/1/model.onnx`, import.meta.url));

interface Loaded {
  readonly session: bigint;
  readonly values: GraphValues;
  run(inputs: NamedTensors): ReadonlyMap<string, Pick<Tensor, 'dtype' | 'shape' | 'data'>>;
}

function load(api: OrtApi, name: string): Loaded {
  const options = resolveSessionOptions({ interOpThreads: 2, memoryArena: false });
  const session = loadSession(api, Number(api.createEnvironment()), modelPath(name), options);
  const values = readGraphValues(api, session);
  const names = new NativeNames();
  const runOptions = api.out('createRunOptions');
  const run = (inputs: NamedTensors): ReturnType<Loaded['run']> => {
    const slot = new Slot(new SharedArrayBuffer(1 << 20));
    writeRequest(slot, {
      session: Number(session),
      runOptions: Number(runOptions),
      inputs: [...inputs].map(([input, tensor]) => ({ nameAddress: names.addressOf(input), tensor })),
      outputs: values.outputs.map(({ name: output, form, parts }) => ({
        nameAddress: names.addressOf(output),
        form,
        type: elementTypeOf(parts[0]?.dtype ?? 'FP32') ?? 1,
        keyType: elementTypeOf(parts[1]?.dtype ?? 'FP32') ?? 1,
      })),
    });
    api.call('unsetTerminate', runOptions);
    expect(runSlot(api, slot)).toBeUndefined();
    const { tensors } = readAnswer(slot);
    return new Map(values.outputs.flatMap((output) => output.parts).map((part, index) => [part.name, tensors[index] as Tensor]));
  };
  return { session, values, run };
}

const floats = (shape: number[], ...data: number[]): Tensor => ({ dtype: 'FP32', shape, data: Float32Array.from(data) });
const texts = (...data: string[]): Tensor => ({ dtype: 'BYTES', shape: [data.length, 1], data: data.map((text) => Buffer.from(text)) });
const decode = (tensor: Pick<Tensor, 'dtype' | 'data'> | undefined): string[] =>
  tensor?.dtype === 'BYTES' ? (tensor.data as Uint8Array[]).map((bytes) => Buffer.from(bytes).toString()) : [];

it('reads sequences of maps, strings and symbolic sizes through the C API', () => {
  const api = new OrtApi(watchedLibrary());
  const model = load(api, 'sklearn_zipmap');
  expect(model.values.inputs[0]).toEqual({ name: 'city', kind: 'tensor', dtype: 'BYTES', shape: [-1, 1], unservable: undefined });
  const inputs: [string, Tensor][] = [
    ['city', texts('paris', 'tokyo', 'atlantis', 'lima')],
    ['plan', texts('free', 'pro', 'free', '')],
    ['age', floats([4, 1], 20, 35.5, 70, 61)],
    ['spend', floats([4, 1], 10, 80.25, 0, 500)],
  ];
  const outputs = model.run(new Map(inputs));
  // From onnxruntime's Python package: fixtures/onnx/goldens/sklearn_zipmap.json, case "four".
  expect(decode(outputs.get('output_label'))).toEqual(['drop', 'keep', 'call', 'keep']);
  expect(decode(outputs.get('output_probability_keys'))).toEqual(['call', 'drop', 'keep']);
  expect(outputs.get('output_probability')?.shape).toEqual([4, 3]);
  expect(Number(outputs.get('output_probability')?.data[1])).toBeCloseTo(0.999994, 5);
  api.release('releaseSession', model.session);
});

it('stacks a sequence of tensors', () => {
  const api = new OrtApi(watchedLibrary());
  const model = load(api, 'control_flow');
  expect(model.values.outputs.find(({ name }) => name === 'pair')).toMatchObject({ form: 'stack', parts: [{ shape: undefined, dtype: 'FP32' }] });
  const steps: Tensor = { dtype: 'INT64', shape: [], data: BigInt64Array.of(3n) };
  const outputs = model.run(new Map([['x', floats([2], 1, 2)], ['steps', steps]]));
  expect(outputs.get('pair')).toMatchObject({ shape: [2, 2], data: Float32Array.of(2, 4, 15, 23) });
  api.release('releaseSession', model.session);
});

it('gives a fault with code and text, and frees what was begun', () => {
  const api = new OrtApi(watchedLibrary());
  const loadNowhere = (): unknown => loadSession(api, Number(api.createEnvironment()), '/nowhere/model.onnx', resolveSessionOptions({}));
  expect(loadNowhere).toThrow("File doesn't exist");
  expect(loadNowhere).toThrow(OrtFault);
});

it('calls every prototype', () => {
  const api = new OrtApi(watchedLibrary());
  const options = api.out('createSessionOptions');
  // Not part of this build: a clean refusal shows that the call itself is sound.
  expect(() => api.call('appendProvider', options, 'NoSuchProvider', null, null, 0)).toThrow('NoSuchProvider');
  api.release('releaseSessionOptions', options);
  const run = api.out('createRunOptions');
  api.call('setTerminate', run);
  api.call('unsetTerminate', run);
  api.release('releaseRunOptions', run);
  const value = api.out('createTensor', api.allocator, BigInt64Array.of(2n), 1, 1);
  expect(api.outNumber('valueType', value)).toBe(1);
  api.release('releaseValue', value);
  api.release('releaseMemoryInfo', api.memoryInfo);
  expect(Object.keys(ORT_FUNCTIONS).filter((name) => !called.has(name))).toEqual([]);
});
