import type { LoaderOptionsOf } from '@servable/core';
import type { OnnxEngine, OnnxEngineOptions, OnnxSession, OnnxValueInfo, SessionOptions } from '@servable/engine-onnxruntime';
import { collectLogger, testLoaderContext } from '@servable/plugin-testing';
import { Ajv } from 'ajv';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ONNX_OPTIONS_SCHEMA } from '../src/onnx-options.ts';
import onnx from '../src/index.ts';
import { FIXTURES } from './golden.ts';

const never = new AbortController().signal;

/** Remembers what it was asked. */
class RecordingEngine implements OnnxEngine {
  readonly name = 'recording';
  readonly calls: unknown[] = [];
  deviceFaults: readonly string[] = [];
  estimateBytes(): number {
    return 0;
  }
  describeInputs(): OnnxValueInfo[] {
    return [];
  }
  describeOutputs(): OnnxValueInfo[] {
    return [{ name: 'y', kind: 'tensor', dtype: 'FP32', shape: [], unservable: undefined }];
  }
  createSession(path: string, options: SessionOptions): Promise<OnnxSession> {
    this.calls.push(path, options);
    const close = async (): Promise<void> => void this.calls.push('session closed');
    const session = { inputs: [], outputs: [], graph: { inputs: [], outputs: [] }, device: 'cpu', deviceFaults: this.deviceFaults } as const;
    return Promise.resolve({ ...session, executor: { id: 'x', maxConcurrentRuns: 1 }, run: () => new Map(), close });
  }
  close(): Promise<void> {
    this.calls.push('engine closed');
    return Promise.resolve();
  }
}

it('gives the engine its defaults under a model’s own options, and whether the graph has loops', async () => {
  const engine = new RecordingEngine();
  const plugin = onnx({ replicas: 2, intraOpThreads: 4, batching: 'rows' }, { createEngine: () => engine });
  const path = join(FIXTURES, 'control_flow/1');
  const servable = await plugin.create({ path }, { replicas: 3 }, testLoaderContext()).load(never);
  expect(engine.calls).toEqual([join(path, 'model.onnx'), { replicas: 3, intraOpThreads: 4, hasLoops: true }]);
  expect(servable.signatures.get('serving_default')?.batching).toBe('rows');
});

it('makes one engine when it is first needed, and closes it after its sessions', async () => {
  const engine = new RecordingEngine();
  let made = 0;
  const plugin = onnx({}, { createEngine: () => (made++, engine) });
  const loaders = [1, 2].map(() => plugin.create({ path: join(FIXTURES, 'mlp/1') }, {}, testLoaderContext()));
  expect(made).toBe(0);
  for (const loader of loaders) await loader.estimate(never);
  for (const loader of loaders) await loader.load(never);
  for (const loader of loaders) await Promise.all([loader.unload(), loader.unload()]);
  await plugin.close?.();
  expect(made).toBe(1);
  expect(engine.calls.slice(4)).toEqual(['session closed', 'session closed', 'engine closed']);
});

it('closes without an engine', async () => {
  const plugin = onnx({}, { createEngine: () => expect.fail('made an engine') });
  await plugin.close?.();
});

it('has a schema that takes every option and no other', () => {
  const all: Required<LoaderOptionsOf<'onnx'>> = {
    intraOpThreads: 1,
    interOpThreads: 1,
    spinning: false,
    graphOptimization: 'all',
    memoryArena: true,
    device: ['cuda', 'cpu'],
    config: { a: 'b' },
    replicas: 1,
    runsPerReplica: 2,
    maxQueuedRuns: 0,
    batching: 'rows',
    allowEmptyInputs: true,
  };
  const validate = new Ajv().compile(ONNX_OPTIONS_SCHEMA);
  expect(validate(all)).toBe(true);
  for (const wrong of [{ replicas: 0 }, { batching: 'maybe' }, { hasLoops: true }, { engine: 'native' }, { device: 'tpu' }, { device: [] }]) expect(validate(wrong)).toBe(false);
});

it('makes the engine that its options ask for', async () => {
  const asked: OnnxEngineOptions[] = [];
  const createEngine = (options: OnnxEngineOptions): OnnxEngine => (asked.push(options), new RecordingEngine());
  const plugins = [onnx({}, { createEngine }), onnx({ engine: 'worker', threads: 3, synchronousMicros: 0, replicas: 2 }, { createEngine })];
  for (const plugin of plugins) await plugin.create({ path: join(FIXTURES, 'mlp/1') }, {}, testLoaderContext()).load(never);
  const onFallback = expect.any(Function);
  expect(asked).toEqual([{ onFallback }, { form: 'worker', threads: 3, synchronousMicros: 0, onFallback }]);
});

it('logs once why the native engine cannot be had', async () => {
  const logger = collectLogger();
  const createEngine = ({ onFallback }: OnnxEngineOptions): OnnxEngine => (onFallback?.('no such library'), new RecordingEngine());
  const plugin = onnx({}, { createEngine });
  for (let model = 0; model < 2; model++) await plugin.create({ path: join(FIXTURES, 'mlp/1') }, {}, testLoaderContext({ logger })).load(never);
  expect(logger.entries).toEqual([expect.objectContaining({ level: 'warn', message: expect.stringMatching(/worker engine: no such library/) })]);
});

it('logs that a model runs on another device than the first', async () => {
  const logger = collectLogger();
  const engine = new RecordingEngine();
  engine.deviceFaults = ["'cuda': no driver"];
  await onnx({}, { createEngine: () => engine }).create({ path: join(FIXTURES, 'mlp/1') }, { device: ['cuda', 'cpu'] }, testLoaderContext({ logger })).load(never);
  expect(logger.entries).toEqual([expect.objectContaining({ level: 'warn', message: "Runs on 'cpu' instead of 'cuda': no driver" })]);
});

it.each([
  [{ engine: 'fast' }, "Option 'engine' of the ONNX plugin is \"fast\", which must be one of auto, native, worker"],
  [{ threads: 0 }, "Option 'threads' of the ONNX plugin is 0, which must be >= 1"],
  [{ thread: 2 }, "Option 'thread' of the ONNX plugin is not known; known are"],
])('refuses the options %j', (options, message) => {
  const make = (): unknown => onnx(options as object);
  expect(make).toThrow(expect.objectContaining({ code: 'SRV_ONNX_PLUGIN_OPTION_INVALID', status: 'INVALID_ARGUMENT' }));
  expect(make).toThrow(message);
});

it('waits at unload for what an aborted load left behind', async () => {
  const plugin = onnx({ engine: 'worker' });
  const controller = new AbortController();
  const loader = plugin.create({ path: join(FIXTURES, 'from_keras_cnn/1') }, {}, testLoaderContext());
  const threads = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'MessagePort').length;
  const before = threads();
  const loading = loader.load(controller.signal);
  await expect.poll(threads, { interval: 1 }).toBeGreaterThan(before);
  controller.abort(new Error('not wanted'));
  await expect(loading).rejects.toThrow('not wanted');
  await loader.unload();
  expect(threads()).toBe(before);
  await plugin.close?.();
});
