import type { SavedModelPluginOptions } from '../plugin/saved-model-options.ts';
import type { EngineFactories } from './engine-set.ts';

/** The engines that this package can make. None is made before a model needs it. */
export function engineFactories(_options: SavedModelPluginOptions): EngineFactories {
  return {};
}
