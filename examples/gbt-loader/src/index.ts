import { defineLoader, type LoaderPlugin } from '@servable/core';
import { GbtLoader } from './gbt-loader.ts';

/** A model has none yet; saying so makes a misspelled one an error in a typed config. */
export type GbtOptions = Readonly<Record<string, never>>;

declare module '@servable/core' {
  interface LoaderOptionsByPlatform {
    lightgbm: GbtOptions;
  }
}

/** Serves gradient-boosted trees: version directories with a `lightgbm.json`, as LightGBM's `booster.dump_model()` gives it. */
export default function gbt(): LoaderPlugin<'lightgbm'> {
  return defineLoader({
    platform: 'lightgbm',
    create: (artifact) => new GbtLoader(artifact.path),
    detect: (directory) => GbtLoader.detect(directory),
    optionsSchema: { type: 'object', additionalProperties: false },
  });
}
