import { afterEach, expect, it } from 'vitest';
import { createOnnxEngine, type OnnxEngine, type OnnxEngineOptions } from '../src/index.ts';

const made: OnnxEngine[] = [];

function engineOf(options: OnnxEngineOptions): OnnxEngine {
  const engine = createOnnxEngine(options);
  made.push(engine);
  return engine;
}

afterEach(async () => {
  await Promise.all(made.splice(0).map((engine) => engine.close()));
});

it.runIf(process.platform === 'linux')('takes the native form where it can be had', () => {
  expect(engineOf({}).name).toBe('onnxruntime-native');
});

it('takes the worker form when it is asked for, or when the library cannot be loaded, and says why', () => {
  const reasons: string[] = [];
  expect(engineOf({ form: 'worker' }).name).toBe('onnxruntime-worker');
  expect(engineOf({ libraryPath: '/nowhere/libonnxruntime.so.1', onFallback: (reason) => reasons.push(reason) }).name).toBe('onnxruntime-worker');
  expect(reasons).toEqual([expect.stringContaining('/nowhere/libonnxruntime.so.1')]);
});

it('does not fall back when the native form is asked for by name', () => {
  expect(() => createOnnxEngine({ form: 'native', libraryPath: '/nowhere/libonnxruntime.so.1' })).toThrow("ONNX Runtime's library cannot be loaded");
});
