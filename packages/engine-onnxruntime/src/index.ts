export { availableCpus } from './cpu-limit.ts';
export type { OnnxEngine, OnnxSession, OnnxValueInfo, OnnxValueKind, SessionOptions } from './engine.ts';
export { type ErrorArguments, onnxError } from './errors.ts';
export { createWorkerEngine, type WorkerEngineOptions } from './worker/worker-engine.ts';
