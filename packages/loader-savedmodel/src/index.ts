export type { BundleEntry, BundlePart } from './checkpoint/bundle-entry.ts';
export type { SliceSpec } from './checkpoint/slice-spec.ts';
export { type ReadTensorOptions, TensorBundle, type TensorChunk } from './checkpoint/tensor-bundle.ts';
export type { TensorRegion } from './checkpoint/tensor-region.ts';
export type { CompileCacheOptions } from './compile/cache/compiled-cache.ts';
export { dataTypeName, dtypeOf } from './data-type.ts';
export { type ErrorArguments, savedModelError } from './errors.ts';
export { type OpCounts } from './graph/count-ops.ts';
export { type FunctionIndex, type GraphIndex } from './graph/graph-index.ts';
export { parseTensorName, type TensorName } from './graph/tensor-name.ts';
export { inspectSavedModel, type InspectSavedModelOptions } from './inspect/inspect-saved-model.ts';
export { type SavedModelFacts, savedModelFacts, type SignatureFacts, type VariableFacts } from './inspect/saved-model-facts.ts';
export type { Asset } from './model/assets.ts';
export { isSavedModel } from './model/find-saved-model.ts';
export { readFingerprint } from './model/fingerprint.ts';
export type { LoadSteps } from './model/load-steps.ts';
export { estimateSavedModel, measureFiles, type SavedModelSizes } from './model/measure-files.ts';
export { objectVariables, type ObjectVariable, readObjectGraph } from './model/object-graph.ts';
export { openSavedModel, type OpenSavedModel, type OpenSavedModelOptions } from './model/open-saved-model.ts';
export { readSavedModelFile, type SavedModelFile } from './model/read-saved-model.ts';
export type { RestoredValue, RestoredVariable } from './model/restored-variables.ts';
export { selectMetaGraph, tagSetsOf } from './model/select-meta-graph.ts';
export type { GraphSignatures } from './model/signatures.ts';
export {
  type EngineChoice,
  type EngineName,
  type EngineSettings,
  type PluginEngineSettings,
  type SavedModelDevice,
  type SavedModelOptions,
  type SavedModelPluginOptions,
} from './plugin/saved-model-options.ts';
export { savedModelPlugin as default } from './plugin/saved-model-plugin.ts';
export { tensorFromProto, type TensorFromProtoOptions } from './tensor/tensor-from-proto.ts';
