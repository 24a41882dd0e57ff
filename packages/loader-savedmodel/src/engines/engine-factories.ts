import { createOnnxEngine, type OnnxEngineOptions } from '@servable/engine-onnxruntime';
import type { SavedModelPluginOptions } from '../plugin/saved-model-options.ts';
import type { EngineFactories } from './engine-set.ts';
import { OnnxSavedModelEngine } from './onnx-engine.ts';

/** The engines that this package can make. None is made before a model needs it. */
export function engineFactories({ threads, compileCache = {} }: SavedModelPluginOptions): EngineFactories {
  const onnxOptions: OnnxEngineOptions = threads === undefined ? {} : { threads };
  return { onnx: () => new OnnxSavedModelEngine({ createEngine: () => createOnnxEngine(onnxOptions), cache: compileCache }) };
}
