export { createOnnxEngine, type OnnxEngineOptions } from './create-onnx-engine.ts';
export type { OnnxDevice, OnnxEngine, OnnxGraphValue, OnnxSession, OnnxType, OnnxValueInfo, OnnxValueKind, SessionOptions } from './engine.ts';
export { type ErrorArguments, onnxError } from './errors.ts';
export { createNativeEngine, type NativeEngineOptions } from './native/native-engine.ts';
export { type PrunedRuntime, pruneRuntime } from './prune-runtime.ts';
export { createWorkerEngine, type WorkerEngineOptions } from './worker/worker-engine.ts';
