export { type ExternalData, type ValueFacts } from '@servable/onnx-graph';
export { type ErrorArguments, loaderError } from './errors.ts';
export { type ModelFacts, readModelFacts } from './model-facts.ts';
export { type OnnxOptions, type OnnxPluginOptions } from './onnx-options.ts';
export { onnxPlugin as default, type OnnxPluginParts } from './onnx-plugin.ts';
export { type ManifestSignature, type ManifestTensor, type ServableManifest } from './servable-manifest.ts';
export { SERVABLE_MANIFEST_SCHEMA } from './servable-manifest-schema.ts';
