import { fileURLToPath } from 'node:url';
import type { NamedTensors, Tensor } from '@servable/core';
import { readAnswer, writeRequest } from '@servable/engine-threads';
import { allocateSlot, type NativeFunction } from '@servable/engine-threads/native';
import { expect, it } from 'vitest';
import type { OnnxValueInfo } from '../../src/index.ts';
import { dtypeOfElement } from '../../src/native/element-types.ts';
import { flattenOutputs, tensorInput } from '../../src/native/flatten-outputs.ts';
import { type LoadedGraph, loadGraph, NoDeviceFault } from '../../src/native/load-session.ts';
import { OrtApi, OrtFault } from '../../src/native/ort-api.ts';
import { ORT_FUNCTIONS } from '../../src/native/ort-functions.ts';
import { findLibrary, openLibrary, type OrtLibrary } from '../../src/native/ort-library.ts';
import { SessionPlans } from '../../src/native/session-plans.ts';
import { SlotRunner } from '../../src/native/slot-runner.ts';
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
  readonly session: number;
  readonly graph: LoadedGraph;
  readonly parts: readonly OnnxValueInfo[];
  run(inputs: NamedTensors): ReadonlyMap<string, Tensor>;
}

function load(api: OrtApi, name: string): Loaded {
  const options = resolveSessionOptions({ interOpThreads: 2, memoryArena: false });
  const graph = loadGraph(api, api.createEnvironment(), { path: modelPath(name), options });
  const outputs = flattenOutputs(graph.values.outputs);
  const parts = outputs.flatMap((output) => output.parts);
  const plans = new SessionPlans({ session: graph.session, inputs: graph.values.inputs.map(tensorInput), outputs, synchronousMicros: 0, newPlanId: () => 1, onDropped: () => {} });
  const runOptions = api.out('createRunOptions');
  const { plan } = plans.get([]);
  const slot = allocateSlot(api.library, 1 << 20);
  const runner = new SlotRunner(api, slot);
  const run = (inputs: NamedTensors): ReturnType<Loaded['run']> => {
    writeRequest(slot, { plan: plan.id, runOptions, inputs: [...inputs.values()] });
    api.call('unsetTerminate', runOptions);
    expect(runner.run(() => plan)).toBeUndefined();
    return plans.get([]).nameTensors(readAnswer(slot, dtypeOfElement).tensors);
  };
  return { session: graph.session, graph, parts, run };
}

const floats = (shape: number[], ...data: number[]): Tensor => ({ dtype: 'FP32', shape, data: Float32Array.from(data) });
const texts = (...data: string[]): Tensor => ({ dtype: 'BYTES', shape: [data.length, 1], data: data.map((text) => Buffer.from(text)) });
const decode = (tensor: Tensor | undefined): string[] =>
  tensor?.dtype === 'BYTES' ? tensor.data.map((bytes) => Buffer.from(bytes).toString()) : [];

it('reads sequences of maps, strings and symbolic sizes through the C API', () => {
  const api = new OrtApi(watchedLibrary());
  const model = load(api, 'sklearn_zipmap');
  expect(model.graph.values.inputs[0]).toEqual({ name: 'city', kind: 'tensor', dtype: 'BYTES', shape: [-1, 1] });
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
  expect(model.parts.find(({ name }) => name === 'pair')).toMatchObject({ kind: 'sequence', shape: undefined, dtype: 'FP32' });
  const steps: Tensor = { dtype: 'INT64', shape: [], data: BigInt64Array.of(3n) };
  const outputs = model.run(new Map([['x', floats([2], 1, 2)], ['steps', steps]]));
  expect(outputs.get('pair')).toMatchObject({ shape: [2, 2], data: Float32Array.of(2, 4, 15, 23) });
  api.release('releaseSession', model.session);
});

it('gives a fault with code and text, and frees what was begun', () => {
  const api = new OrtApi(watchedLibrary());
  const loadNowhere = (): unknown => loadGraph(api, api.createEnvironment(), { path: '/nowhere/model.onnx', options: resolveSessionOptions({}) });
  expect(loadNowhere).toThrow("File doesn't exist");
  expect(loadNowhere).toThrow(OrtFault);
});

it('says which devices this machine does not have, and why', () => {
  const api = new OrtApi(watchedLibrary());
  const options = resolveSessionOptions({ device: ['cuda', 'webgpu'] });
  const loadOnDevice = (): unknown => loadGraph(api, api.createEnvironment(), { path: modelPath('mlp'), options });
  expect(loadOnDevice).toThrow(NoDeviceFault);
  expect(loadOnDevice).toThrow(/'cuda': .*providers_shared\.so.*; 'webgpu': .*adapter/s);
  // A machine that has the provider's libraries would come this far with options of its own.
  const [native, cuda] = [api.out('createSessionOptions'), api.out('createCudaOptions')];
  expect(() => api.call('appendCuda', native, cuda)).toThrow(OrtFault);
  api.release('releaseCudaOptions', cuda);
  api.release('releaseSessionOptions', native);
});

it('calls every prototype', () => {
  const api = new OrtApi(watchedLibrary());
  const value = api.out('createTensor', api.allocator, BigInt64Array.of(2n), 1, 1);
  expect(api.outNumber('valueType', value)).toBe(1);
  expect(api.tensorShape(value)).toEqual({ type: 1, shape: [2] });
  expect(api.tensorData(value)).toBeGreaterThan(0);
  api.release('releaseValue', value);
  const run = api.out('createRunOptions');
  api.call('setTerminate', run);
  api.release('releaseRunOptions', run);
  api.close();
  expect(Object.keys(ORT_FUNCTIONS).filter((name) => !called.has(name))).toEqual([]);
});
