import { defineLoader, type LoaderPlugin } from '@servable/core';
import { LinearLoader } from './linear-loader.ts';

/** Serves linear models: version directories with a `linear.json` that holds `weights` and a `bias`. */
export default function linear(): LoaderPlugin<'linear'> {
  return defineLoader({
    platform: 'linear',
    create: (artifact) => new LinearLoader(artifact.path),
    detect: LinearLoader.detect,
  });
}
