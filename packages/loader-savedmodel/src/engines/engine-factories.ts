import { createOnnxEngine, type OnnxEngineOptions } from '@servable/engine-onnxruntime';
import type { SavedModelPluginOptions } from '../plugin/saved-model-options.ts';
import type { EngineFactories } from './engine-set.ts';
import { OnnxSavedModelEngine } from './onnx-engine.ts';
import { TensorFlowSavedModelEngine } from './tensorflow-engine.ts';

/** The engines that this package can make. None is made before a model needs it. */
export function engineFactories(options: SavedModelPluginOptions): EngineFactories {
  const { threads, synchronousMicros, compileCache = {} } = options;
  const onnxOptions: OnnxEngineOptions = { ...(threads === undefined ? {} : { threads }), ...(synchronousMicros === undefined ? {} : { synchronousMicros }) };
  return {
    onnx: () => new OnnxSavedModelEngine({ createEngine: () => createOnnxEngine(onnxOptions), cache: compileCache }),
    tensorflow: () => new TensorFlowSavedModelEngine(options),
  };
}
