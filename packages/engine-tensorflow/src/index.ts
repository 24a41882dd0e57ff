export type { RunLimits, TensorFlowDevice, TensorFlowEngine, TensorFlowModelOptions, TensorFlowSession } from './engine.ts';
export type { TensorFlowEngineOptions } from './engine-options.ts';
export { type ErrorArguments, tensorflowError } from './errors.ts';
export { findLibrary, type FoundLibrary, type LibrarySearch } from './library/find-library.ts';
export { createTensorFlowEngine } from './tensorflow-engine.ts';
