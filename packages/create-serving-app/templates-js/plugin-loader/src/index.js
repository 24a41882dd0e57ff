import { defineLoader, } from '@servable/core';
import { LinearLoader } from './linear-loader.js';

/** Serves linear models: version directories with a `linear.json` that holds `weights` and a `bias`. */
export default function linear() {
  return defineLoader({
    platform: 'linear',
    create: (artifact) => new LinearLoader(artifact.path),
    detect: LinearLoader.detect,
  });
}
