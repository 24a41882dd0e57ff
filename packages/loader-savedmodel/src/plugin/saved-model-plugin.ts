import { defineLoader, type LoaderPlugin } from '@servable/core';
import { type EngineFactories, EngineSet } from '../engines/engine-set.ts';
import { engineFactories } from '../engines/engine-factories.ts';
import { isSavedModel } from '../model/find-saved-model.ts';
import { convertCommand } from './convert-command.ts';
import { checkPluginOptions } from './check-plugin-options.ts';
import { SAVED_MODEL_OPTIONS_SCHEMA, engineNameOf, type SavedModelOptions, type SavedModelPluginOptions, withDefaults } from './saved-model-options.ts';
import { inspectModel } from './inspect-model.ts';
import { SavedModelLoader } from './saved-model-loader.ts';

declare module '@servable/core' {
  interface LoaderOptionsByPlatform {
    savedmodel: SavedModelOptions;
  }
}

/** What tests replace. */
export interface SavedModelPluginParts {
  /** Makes the engines. Default: those that are installed. */
  readonly engines?: EngineFactories;
}

/**
 * Serves TensorFlow SavedModels.
 *
 * `options` are how its engines are made, and what holds for every model; a model's own win. The plugin owns its engines, makes each
 * when it is first needed, and closes them in `close()`.
 *
 * @throws ServingError `SRV_SAVEDMODEL_OPTION_INVALID`
 */
export function savedModelPlugin(options: SavedModelPluginOptions = {}, parts: SavedModelPluginParts = {}): LoaderPlugin<'savedmodel'> {
  checkPluginOptions(options);
  const { threads: _, synchronousMicros: __, compileCache: ___, engine, ...others } = options;
  const defaults: SavedModelOptions = engine === undefined ? others : { ...others, engine: engineNameOf(engine) };
  const engines = new EngineSet(parts.engines ?? engineFactories(options));
  return defineLoader({
    platform: 'savedmodel',
    // The word of `models.config`.
    platformAliases: ['tensorflow'],
    optionsSchema: SAVED_MODEL_OPTIONS_SCHEMA,
    create: (artifact, own, context) => new SavedModelLoader({ artifact, options: withDefaults(own, defaults), context, engines }),
    detect: isSavedModel,
    inspect: ({ path }, own) => inspectModel(path, withDefaults(own, defaults), engines),
    commands: [convertCommand()],
    close: () => engines.close(),
  });
}
