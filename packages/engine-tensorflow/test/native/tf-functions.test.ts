import { allocateSlot } from '@servable/engine-threads/native';
import { readAnswer, writeRequest } from '@servable/engine-threads';
import type { Tensor } from '@servable/core';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dtypeOfElement } from '../../src/native/element-types.ts';
import { loadModel, NoDeviceFault, releaseModel } from '../../src/native/load-model.ts';
import { SlotRunner } from '../../src/native/slot-runner.ts';
import { TfApi } from '../../src/native/tf-api.ts';
import { TF_FUNCTIONS } from '../../src/native/tf-functions.ts';
import { openLibrary, quietLog, type TfLibrary } from '../../src/native/tf-library.ts';
import type { LoadedModel, RunPlan } from '../../src/native/thread-types.ts';
import { describeWithLibrary, fixture } from '../installed-library.ts';

/** Of `_pywrap_tensorflow_internal.so` in the wheel tensorflow-cpu 2.9.3: `nm -D --defined-only`, what begins with `TF_`. */
const SYMBOLS = new Set(readFileSync(new URL('symbols-2.9.txt', import.meta.url), 'utf8').split('\n'));

it('names functions that TensorFlow 2.9 has', () => {
  const names = Object.values(TF_FUNCTIONS).map((prototype) => /\bTF_\w+/.exec(prototype)?.[0] ?? prototype);
  expect(names.filter((name) => !SYMBOLS.has(name))).toEqual([]);
  expect(SYMBOLS.size).toBeGreaterThan(300);
});

describeWithLibrary('libtensorflow', (files) => {
  const called = new Set<string>();

  /** The real library; remembers which of its functions were called. */
  function watchedApi(): TfApi {
    quietLog();
    const library = openLibrary(files);
    const tf = Object.entries(library.tf).map(([name, call]) => [name, (...args: unknown[]) => (called.add(name), call(...args))]);
    return new TfApi({ ...library, tf: Object.fromEntries(tf) as TfLibrary['tf'] });
  }

  const load = (api: TfApi, model: string, operations: readonly string[]): LoadedModel =>
    loadModel(api, { directory: fixture(model), tags: ['serve'], devices: ['cpu'], intraOpThreads: 1, interOpThreads: 1, gpu: { gpus: undefined, memoryGrowth: true, gpuMemoryFraction: undefined }, operations });

  function run(api: TfApi, plan: RunPlan, inputs: readonly Tensor[], timeoutMs = -1): readonly Tensor[] {
    const slot = allocateSlot(api.library, 1 << 20);
    const runner = new SlotRunner(api, slot);
    try {
      writeRequest(slot, { plan: plan.id, runOptions: timeoutMs, inputs });
      expect(runner.run(() => plan)).toBeUndefined();
      return readAnswer(slot, dtypeOfElement).tensors;
    } finally {
      runner.free();
      api.library.free(slot.address);
    }
  }

  it('loads, feeds strings, fetches strings and numbers, frees', () => {
    const api = watchedApi();
    const model = load(api, 'string_model/1', ['serving_default_text', 'StatefulPartitionedCall_1', 'nowhere']);
    const [input = 0, output = 0, missing] = model.operations;
    expect(missing).toBe(0);
    const outputs = [0, 3].map((index) => ({ operation: output, index, name: `y:${index}` }));
    const plan = { id: 1, session: model.session, inputs: [{ operation: input, index: 0, type: 7 }], outputs, inCallingThread: true };
    const texts = ['The quick brown fox', '  jumps over the LAZY dog ', '', 'zebra GRÜN 世界 unknown1 unknown2'].map((text) => new Uint8Array(Buffer.from(text)));
    const [echo, lengths] = run(api, plan, [{ dtype: 'BYTES', shape: [4], data: texts }], 60_000);
    expect(echo?.data).toEqual(texts);
    expect(lengths).toMatchObject({ dtype: 'INT64', shape: [4] });
    releaseModel(api, { kind: 'stop', session: model.session, graph: model.graph });
    releaseModel(api, { kind: 'free', session: model.session, graph: model.graph });
    api.close();
  });

  it('feeds and fetches numbers', () => {
    const api = watchedApi();
    const model = load(api, 'stateful_counter/1', ['add_delta', 'StatefulPartitionedCall']);
    const [input = 0, output = 0] = model.operations;
    const plan = { id: 1, session: model.session, inputs: [{ operation: input, index: 0, type: 1 }], outputs: [{ operation: output, index: 0, name: 'count:0' }], inCallingThread: true };
    expect(run(api, plan, [{ dtype: 'FP32', shape: [], data: Float32Array.of(1.5) }])).toEqual([{ dtype: 'FP32', shape: [], data: Float32Array.of(101.5) }]);
    expect(() => run(api, plan, [{ dtype: 'FP32', shape: [2], data: Float32Array.of(1, 2) }])).toThrow();
    releaseModel(api, { kind: 'free', session: model.session, graph: model.graph });
    api.close();
  });

  it('forgets a fault: the next call of the same thread succeeds', () => {
    const api = watchedApi();
    expect(() => load(api, 'broken/flipped_data/1', [])).toThrow(expect.objectContaining({ code: 15 }));
    const model = load(api, 'scalar_affine_tf2/1', []);
    releaseModel(api, { kind: 'free', session: model.session, graph: model.graph });
    api.close();
  });

  it('says when there is no GPU', () => {
    const api = watchedApi();
    const request = { directory: fixture('scalar_affine_tf2/1'), tags: ['serve'], devices: ['cuda'] as const, intraOpThreads: 1, interOpThreads: 1, gpu: { gpus: [0], memoryGrowth: true, gpuMemoryFraction: 0.5 }, operations: [] };
    expect(() => loadModel(api, request)).toThrow(NoDeviceFault);
    api.close();
  });

  it('calls every prototype', () => {
    const api = watchedApi();
    expect(String(api.library.tf.version())).toMatch(/^2\.\d+\.\d+/);
    const used = new Set(called);
    api.close();
    expect(Object.keys(TF_FUNCTIONS).filter((name) => !used.has(name))).toEqual([]);
  });
});
